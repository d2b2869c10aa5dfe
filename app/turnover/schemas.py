"""Turnover on the wire: fen, plain decimals, and every rate with what it divides by what."""

from datetime import date, datetime
from typing import Annotated

from pydantic import Field

from app.base.wire import Choice, Fen, In, Out, PlainDecimal, Text
from app.turnover.states import Reading


class RateOut(Out):
    """溢价额与两种溢价率；反向竞价为节资额。`r1` 除以起始总额，`r2` 除以成交总额，百分数。"""

    amount_fen: int
    start_total_fen: int
    final_total_fen: int
    r1_percent: PlainDecimal | None
    r2_percent: PlainDecimal | None


class FiguresOut(Out):
    """One group's sums. Reversals are already taken off."""

    key: dict[str, str]
    n_deals: int
    start_total_fen: int
    final_total_fen: int
    first_year_fen: int
    area_mu: PlainDecimal
    n_registered: int
    n_qualified: int
    n_rounds: int
    premium: RateOut
    saving: RateOut


class BaselineOut(Out):
    """Figures published before; nothing on the platform stands behind them."""

    region_code: str
    from_on: date
    to_on: date
    n_listed: int
    listed_fen: int
    n_sold: int
    sold_fen: int
    source: str
    note: str | None
    kind: str = "published_baseline"


class TurnoverOut(Out):
    """`total` and `rows` count real deals, with `includes_demo` the demonstration's as well; `demo_total` those alone."""

    group_by: list[str]
    includes_demo: bool
    total: FiguresOut
    rows: list[FiguresOut]
    demo_total: FiguresOut
    published: list[BaselineOut]


class TargetIn(In):
    """A target of the city or a county, with the reading made explicit."""

    region_code: Annotated[str, Field(pattern=r"^[0-9]{6}$", description="市或县（市、区）代码，6 位")]
    year: Annotated[int, Field(ge=2020, le=2100)]
    reading: Choice[Reading] = Reading.ANNUAL
    amount_fen: Fen
    source: Text
    note: Text | None = None
    approved_by: Text | None = None
    approval_no: Text | None = None


class TargetOut(Out):
    id: int
    region_code: str
    year: int
    reading: Reading
    amount_fen: int
    source: str
    note: str | None
    approved_by: str | None
    approval_no: str | None
    set_at: datetime


class BaseOut(Out):
    """What growth is counted from, and how it was found."""

    year: int
    amount_fen: int
    method: str


class LineOut(Out):
    """One year: what the path to the target asks for, what the platform counted, what was published before it."""

    year: int
    planned_fen: int
    actual_fen: int
    published_fen: int


class ProgressOut(Out):
    """One target against what was reached."""

    target: TargetOut
    reading_name: str
    base: BaseOut | None
    done_fen: int
    required_growth_percent: PlainDecimal | None
    n_deals_a_year: int | None
    lines: list[LineOut]


class CheckOut(Out):
    """Whether a total is the sum of its parts; `difference` is parts minus total."""

    name: str
    total_fen: int
    parts_fen: int
    difference_fen: int
    agrees: bool


class ReconciliationOut(Out):
    """The kept sums against a recount, now and at the last daily recount, and every total against its parts."""

    n_cells: int
    n_differing: int
    last_recount_at: datetime | None
    last_recount_differing: int | None
    checks: list[CheckOut]
    agrees: bool
