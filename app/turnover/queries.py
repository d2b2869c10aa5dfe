"""Every read of facts, monthly sums, targets and baselines."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, String, and_, cast, exists, extract, func, select, text
from sqlalchemy.orm import InstrumentedAttribute, aliased

from app.base.db import Tx
from app.bidding.models import Award
from app.bidding.states import AwardState
from app.listing.models import Listing, Lot
from app.listing.states import LotState
from app.qualification.models import Entry
from app.registry.models import Party
from app.turnover.models import DealFact, TurnoverBaseline, TurnoverMonth, TurnoverRecount, TurnoverTarget
from app.turnover.states import Dimension

M = TurnoverMonth
SUMS = (
    M.n_deals, M.start_total_fen, M.final_total_fen, M.first_year_fen, M.area_mu, M.n_registered, M.n_qualified, M.n_rounds,
)  # fmt: skip
_COLUMNS: dict[Dimension, ColumnElement[Any] | InstrumentedAttribute[str]] = {
    Dimension.YEAR: cast(extract("year", M.month), String(4)),
    Dimension.MONTH: func.to_char(M.month, "YYYY-MM"),
    Dimension.COUNTY: M.county_code,
    Dimension.TOWN: M.town_code,
    Dimension.CATEGORY: M.category,
    Dimension.MODE: M.mode,
    Dimension.TRANSFEREE: M.transferee_kind,
    Dimension.TRANSFEROR: M.transferor_kind,
}

# What the trigger keeps, counted anew from the facts; rows that either side lacks or that differ in any sum.
_RECOUNT = text("""
    WITH counted AS (
        SELECT date_trunc('month', on_day)::date AS month, county_code, town_code, category, mode, is_reverse,
               transferee_kind, transferor_kind, is_demo, sum(n) AS n_deals, sum(start_total_fen) AS start_total_fen,
               sum(final_total_fen) AS final_total_fen, sum(first_year_fen) AS first_year_fen, sum(area_mu) AS area_mu,
               sum(n_registered) AS n_registered, sum(n_qualified) AS n_qualified, sum(n_rounds) AS n_rounds
        FROM deal_fact GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9
    ), compared AS (
        SELECT (k.n_deals, k.start_total_fen, k.final_total_fen, k.first_year_fen, k.area_mu, k.n_registered,
                k.n_qualified, k.n_rounds) IS DISTINCT FROM
               (c.n_deals, c.start_total_fen, c.final_total_fen, c.first_year_fen, c.area_mu, c.n_registered,
                c.n_qualified, c.n_rounds) AS differs
        FROM turnover_month k FULL JOIN counted c
        USING (month, county_code, town_code, category, mode, is_reverse, transferee_kind, transferor_kind, is_demo)
    )
    SELECT count(*), count(*) FILTER (WHERE differs) FROM compared
""")


@dataclass(frozen=True, slots=True)
class Figures:
    """Sums of one group. Premium counts the deals that climbed, saving those bid downwards."""

    key: dict[str, str]
    n_deals: int
    start_total_fen: int
    final_total_fen: int
    first_year_fen: int
    area_mu: Decimal
    n_registered: int
    n_qualified: int
    n_rounds: int
    reverse_start_fen: int
    reverse_final_fen: int


def _where(
    *, from_month: date | None, to_month: date | None, filters: Mapping[Dimension, str], demo: bool | None
) -> list[ColumnElement[bool]]:
    """`demo` None takes both kinds, else only the one."""
    where: list[ColumnElement[bool]] = [_COLUMNS[dimension] == value for dimension, value in filters.items()]
    if from_month is not None:
        where.append(M.month >= from_month)
    if to_month is not None:
        where.append(M.month <= to_month)
    if demo is not None:
        where.append(M.is_demo.is_(demo))
    return where


def figures(
    tx: Tx,
    group_by: Sequence[Dimension] = (),
    *,
    from_month: date | None = None,
    to_month: date | None = None,
    filters: Mapping[Dimension, str] | None = None,
    demo: bool | None = False,
    limit: int = 5_000,
) -> list[Figures]:
    """The sums by the given dimensions, from the monthly table; without any, one row of totals."""
    keys = [_COLUMNS[dimension] for dimension in group_by]
    reverse = M.is_reverse.is_(True)
    query = select(
        *keys,
        *(func.coalesce(func.sum(column), 0) for column in SUMS),
        func.coalesce(func.sum(M.start_total_fen).filter(reverse), 0),
        func.coalesce(func.sum(M.final_total_fen).filter(reverse), 0),
    ).where(*_where(from_month=from_month, to_month=to_month, filters=filters or {}, demo=demo))
    if keys:
        query = query.group_by(*keys).order_by(*keys).limit(limit)
    return [_figures(tuple(row), group_by) for row in tx.execute(query)]


def _figures(row: tuple[Any, ...], group_by: Sequence[Dimension]) -> Figures:
    width = len(group_by)
    n_deals, start, final, first_year, area, *counts = row[width:]
    return Figures(
        {dimension.value: row[i] for i, dimension in enumerate(group_by)},
        int(n_deals), int(start), int(final), int(first_year), Decimal(area), *(int(count) for count in counts),
    )  # fmt: skip


def by_region_and_year(tx: Tx, prefix: str) -> dict[int, int]:
    """Real final totals of a region by year."""
    year = extract("year", M.month)
    rows = tx.execute(
        select(year, func.sum(M.final_total_fen))
        .where(M.county_code.startswith(prefix, autoescape=True), M.is_demo.is_(False))
        .group_by(year)
        .order_by(year)
    )
    return {int(y): int(fen) for y, fen in rows}


def real_sum_after(tx: Tx, prefix: str, after: date | None, until: date) -> int:
    """Real final totals of a region on days after one day and up to another: whole months from the sums, the broken
    first month from the facts.
    """
    place = M.county_code.startswith(prefix, autoescape=True)
    whole = select(func.coalesce(func.sum(M.final_total_fen), 0)).where(place, M.is_demo.is_(False), M.month <= until)
    if after is None:
        return int(tx.execute(whole).scalar_one())
    first_of_next = date(after.year + after.month // 12, after.month % 12 + 1, 1)
    broken = select(func.coalesce(func.sum(DealFact.final_total_fen), 0)).where(
        DealFact.county_code.startswith(prefix, autoescape=True),
        DealFact.is_demo.is_(False),
        DealFact.on_day > after,
        DealFact.on_day < first_of_next,
    )
    return int(tx.execute(whole.where(M.month >= first_of_next)).scalar_one()) + int(tx.execute(broken).scalar_one())


def fact_totals(tx: Tx, *, demo: bool) -> tuple[int, int]:
    """(deals, final total) counted from the facts themselves."""
    n, fen = tx.execute(
        select(func.coalesce(func.sum(DealFact.n), 0), func.coalesce(func.sum(DealFact.final_total_fen), 0)).where(
            DealFact.is_demo.is_(demo)
        )
    ).one()
    return int(n), int(fen)


def recount(tx: Tx) -> tuple[int, int]:
    """(cells, cells whose kept sums differ from a recount of the facts)."""
    n_cells, n_differing = tx.execute(_RECOUNT).one()
    return int(n_cells), int(n_differing)


def last_recount(tx: Tx) -> TurnoverRecount | None:
    return tx.scalar(select(TurnoverRecount).order_by(TurnoverRecount.id.desc()).limit(1))


def recounted_since(tx: Tx, since: datetime) -> bool:
    return tx.scalar(select(TurnoverRecount.id).where(TurnoverRecount.at > since).limit(1)) is not None


def try_lock_recount(tx: Tx) -> bool:
    """Whether this transaction alone may recount now."""
    return bool(tx.scalar(text("SELECT pg_try_advisory_xact_lock(hashtext('turnover.recount'))")))


def lock_collection(tx: Tx) -> None:
    """One collector at a time; the next one finds what the first has counted."""
    tx.execute(text("SELECT pg_advisory_xact_lock(hashtext('turnover.collect'))"))


def fact_of_award(tx: Tx, award_id: int) -> DealFact | None:
    """The row by which an award counts, whether or not it was reversed later; locked."""
    return tx.scalar(
        select(DealFact).where(DealFact.award_id == award_id, DealFact.reversal_of.is_(None)).with_for_update()
    )


def reversal_of(tx: Tx, fact_id: int) -> DealFact | None:
    return tx.scalar(select(DealFact).where(DealFact.reversal_of == fact_id))


def targets(tx: Tx) -> list[TurnoverTarget]:
    """The targets in force: the latest of each region, year and reading."""
    later = TurnoverTarget.__table__.alias("later")
    superseded = select(later.c.id).where(
        and_(
            later.c.region_code == TurnoverTarget.region_code,
            later.c.year == TurnoverTarget.year,
            later.c.reading == TurnoverTarget.reading,
            later.c.id > TurnoverTarget.id,
        )
    )
    return list(
        tx.scalars(
            select(TurnoverTarget)
            .where(~superseded.exists())
            .order_by(TurnoverTarget.region_code, TurnoverTarget.year, TurnoverTarget.reading)
            .limit(500)
        )
    )


def baselines(tx: Tx, region_code: str | None = None) -> list[TurnoverBaseline]:
    query = select(TurnoverBaseline).order_by(TurnoverBaseline.from_on)
    if region_code is not None:
        query = query.where(TurnoverBaseline.region_code == region_code)
    return list(tx.scalars(query.limit(100)))


IN_HAND = (
    LotState.AWAITING_CONTRACT,
    LotState.SIGNED,
    LotState.PAYING,
    LotState.SETTLED,
    LotState.CERTIFIED,
    LotState.FILED,
)
"""Where a lot stands between the end of its publicity and the archive: an award is counted long before it leaves these,
so the ticks look at the deals in hand and never at all of history."""


def uncounted(tx: Tx, *, limit: int) -> list[tuple[Award, Lot, Listing, str, str]]:
    """Final awards that no fact counts yet, with lot, listing, and the kinds of transferee and transferor."""
    transferor = aliased(Party)
    rows = tx.execute(
        select(Award, Lot, Listing, Party.kind, transferor.kind)
        .join(Lot, Lot.id == Award.lot_id)
        .join(Listing, Listing.id == Lot.listing_id)
        .join(Entry, Entry.id == Award.entry_id)
        .join(Party, Party.id == Entry.party_id)
        .join(transferor, transferor.id == Listing.transferor_party_id)
        .where(Lot.state.in_(IN_HAND), Award.state == AwardState.FINAL, ~exists().where(DealFact.award_id == Award.id))
        .order_by(Award.id)
        .limit(limit)
    )
    return [(award, lot, listing, to.value, by.value) for award, lot, listing, to, by in rows]


def fallen(tx: Tx, *, limit: int) -> list[tuple[int, str]]:
    """(award, reason) of counted awards that were lost afterwards and are not taken back yet."""
    back = aliased(DealFact)
    rows = tx.execute(
        select(Award.id, Lot.reason_code)
        .join(DealFact, (DealFact.award_id == Award.id) & DealFact.reversal_of.is_(None))
        .join(Lot, Lot.id == Award.lot_id)
        .where(
            Award.state.in_((AwardState.DEFAULTED, AwardState.CANCELLED)),
            ~exists().where(back.reversal_of == DealFact.id),
        )
        .order_by(Award.id)
        .limit(limit)
    )
    return [(award_id, reason or "AWARD_LOST") for award_id, reason in rows]
