"""Public turnover figures, progress towards the targets, and whether the figures add up."""

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from fastapi import APIRouter, Query

from app.base.actor import Actor
from app.base.db import Tx, transaction
from app.base.errors import Invalid
from app.identity.auth import may
from app.identity.permissions import P
from app.rules.turnover import Figures as Published
from app.rules.turnover import Premium, reconcile
from app.turnover import actions, queries
from app.turnover.schemas import (
    BaselineOut,
    BaseOut,
    CheckOut,
    FiguresOut,
    LineOut,
    ProgressOut,
    RateOut,
    ReconciliationOut,
    TargetIn,
    TargetOut,
    TurnoverOut,
)  # fmt: skip
from app.turnover.states import READING_ZH, Dimension
from app.web.routes import StrictRoute

router = APIRouter(prefix="/api/v1/turnover", tags=["turnover 交易额"], route_class=StrictRoute)

_MONTH = re.compile(r"20[0-9]{2}-(0[1-9]|1[0-2])\Z", re.ASCII)
MAX_ROWS = 5_000
Word = Annotated[str | None, Query(max_length=40, pattern=r"^[A-Za-z0-9_]+$")]
Month = Annotated[str | None, Query(max_length=7, description="YYYY-MM")]


def _month(value: str | None, field: str) -> date | None:
    if value is None:
        return None
    if not _MONTH.match(value):
        raise Invalid("须为 YYYY-MM 形式的月份", field=field)
    return date(int(value[:4]), int(value[5:]), 1)


def _rate(gain: Premium) -> RateOut:
    return RateOut(
        amount_fen=gain.premium_fen, start_total_fen=gain.start_fen, final_total_fen=gain.final_fen, r1_percent=gain.r1,
        r2_percent=gain.r2,
    )  # fmt: skip


def _out(f: queries.Figures) -> FiguresOut:
    start, final = f.start_total_fen - f.reverse_start_fen, f.final_total_fen - f.reverse_final_fen
    saving = Premium(f.reverse_start_fen - f.reverse_final_fen, f.reverse_start_fen, f.reverse_final_fen)
    return FiguresOut(
        key=f.key, n_deals=f.n_deals, start_total_fen=f.start_total_fen, final_total_fen=f.final_total_fen,
        first_year_fen=f.first_year_fen, area_mu=f.area_mu, n_registered=f.n_registered, n_qualified=f.n_qualified,
        n_rounds=f.n_rounds, premium=_rate(Premium(final - start, start, final)), saving=_rate(saving),
    )  # fmt: skip


@router.get("")
def turnover(
    group_by: Annotated[list[Dimension] | None, Query(max_length=4)] = None,
    from_month: Annotated[Month, Query(alias="from")] = None,
    to_month: Annotated[Month, Query(alias="to")] = None,
    year: Word = None,
    county: Word = None,
    town: Word = None,
    category: Word = None,
    mode: Word = None,
    transferee_kind: Word = None,
    transferor_kind: Word = None,
    *,
    demo: bool = False,
) -> TurnoverOut:
    """交易额统计（公开）：以成交公示期满计，撤销红冲；按年、月、县、乡、品种、方式、受让方与转出方类型分组。

    演示数据另列，不计入实际成交额；demo=true 时一并计入。已公布的历史数据单独列示，不作为成交。
    """
    given: Mapping[Dimension, str | None] = {
        Dimension.YEAR: year, Dimension.COUNTY: county, Dimension.TOWN: town, Dimension.CATEGORY: category,
        Dimension.MODE: mode, Dimension.TRANSFEREE: transferee_kind, Dimension.TRANSFEROR: transferor_kind,
    }  # fmt: skip
    filters = {dimension: value for dimension, value in given.items() if value is not None}
    first, last = _month(from_month, "from"), _month(to_month, "to")
    dimensions = list(dict.fromkeys(group_by or []))
    wanted = None if demo else False
    with transaction(read_only=True) as tx:
        asked: dict[str, Any] = {"from_month": first, "to_month": last, "filters": filters}
        total = queries.figures(tx, demo=wanted, **asked)[0]
        rows = queries.figures(tx, dimensions, demo=wanted, limit=MAX_ROWS + 1, **asked) if dimensions else []
        demo_total = queries.figures(tx, demo=True, **asked)[0]
        published = [BaselineOut.model_validate(b) for b in queries.baselines(tx)]
    if len(rows) > MAX_ROWS:
        raise Invalid("分组过细，请缩小期间或增加筛选条件", field="group_by")
    return TurnoverOut(
        group_by=[d.value for d in dimensions], includes_demo=demo, total=_out(total), rows=[_out(r) for r in rows],
        demo_total=_out(demo_total), published=published,
    )  # fmt: skip


@router.get("/progress")
def progress() -> list[ProgressOut]:
    """目标进度（公开）：两种口径的目标、起算基数与算法、所需年增长率、逐年目标线与实际。"""
    with transaction(read_only=True) as tx:
        found = actions.progress(tx, tx.today())
    return [
        ProgressOut(
            target=TargetOut.model_validate(p.target),
            reading_name=READING_ZH[p.target.reading],
            base=BaseOut.model_validate(p.base) if p.base else None,
            done_fen=p.done_fen,
            required_growth_percent=None if p.growth is None else (p.growth * 100).quantize(Decimal("0.01")),
            n_deals_a_year=p.n_deals_a_year,
            lines=[LineOut.model_validate(line) for line in p.lines],
        )
        for p in found
    ]


@router.post("/targets", status_code=201)
def set_target(body: TargetIn, who: Annotated[Actor, may(P.TARGET_SET)]) -> TargetOut:
    """设定目标；原目标保留在案。"""
    with transaction() as tx:
        return TargetOut.model_validate(actions.set_target(tx, who, **body.model_dump()))


@router.get("/reconciliation")
def reconciliation(who: Annotated[Actor, may(P.TURNOVER_READ)]) -> ReconciliationOut:
    """自动勾稽：汇总与逐笔重算一致；分县、分品种、分方式合计等于总计。"""
    with transaction(read_only=True) as tx:
        n_cells, n_differing = queries.recount(tx)
        last = queries.last_recount(tx)
        checks = [check for demo in (False, True) for check in _checks(tx, demo=demo)]
    return ReconciliationOut(
        n_cells=n_cells,
        n_differing=n_differing,
        last_recount_at=last.at if last else None,
        last_recount_differing=last.n_differing if last else None,
        checks=checks,
        agrees=not n_differing and all(c.agrees for c in checks),
    )


def _checks(tx: Tx, *, demo: bool) -> list[CheckOut]:
    """Each grouping of the kept sums against the total of the facts themselves."""
    _, total = queries.fact_totals(tx, demo=demo)
    found = []
    for dimension in (Dimension.COUNTY, Dimension.CATEGORY, Dimension.MODE, Dimension.TRANSFEREE, Dimension.YEAR):
        parts = {f.key[dimension]: Decimal(f.final_total_fen) for f in queries.figures(tx, [dimension], demo=demo)}
        name = f"{'演示' if demo else '实际'}成交额：按 {dimension} 合计=总计"
        result = reconcile(Published(name, Decimal(total), parts))
        found.append(
            CheckOut(
                name=name, total_fen=total, parts_fen=int(result.parts_total), difference_fen=int(result.difference),
                agrees=result.agrees,
            )
        )  # fmt: skip
    return found
