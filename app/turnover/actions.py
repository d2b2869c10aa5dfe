"""Counting a deal, taking it back, setting a target, recounting, and how far the way to the target still is."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from app.audit.actions import record
from app.base.actor import Actor, region_prefix
from app.base.db import Tx
from app.base.errors import NotFound
from app.rules.turnover import annualised_fen, growth_to_annual, growth_to_cumulative, path_fen
from app.turnover import queries
from app.turnover.models import DealFact, TurnoverRecount, TurnoverTarget
from app.turnover.states import Reading

RECOUNT_EVERY = timedelta(hours=24)


def conclude(
    tx: Tx,
    *,
    lot_id: int,
    award_id: int,
    on_day: date,
    region_code: str,
    category: str,
    mode: str,
    transferee_kind: str,
    transferor_kind: str,
    start_total_fen: int,
    final_total_fen: int,
    first_year_fen: int,
    area_mu: Decimal,
    n_registered: int,
    n_qualified: int,
    n_rounds: int,
    is_demo: bool,
    is_reverse: bool = False,
    who: Actor | None = None,
) -> DealFact:
    """Counts an award whose publicity is over (L73), on its Beijing day. An award counts once, however often asked.

    `category` is A1…A14; amounts are of the whole term; `area_mu` is zero for what is no land.
    """
    known = queries.fact_of_award(tx, award_id)
    if known is not None:
        return known
    fact = DealFact(
        lot_id=lot_id, award_id=award_id, n=1, on_day=on_day, county_code=region_code[:6],
        town_code=region_code[:9].ljust(9, "0"), category=category, mode=mode, is_reverse=is_reverse,
        transferee_kind=transferee_kind, transferor_kind=transferor_kind, is_demo=is_demo,
        start_total_fen=start_total_fen, final_total_fen=final_total_fen, first_year_fen=first_year_fen, area_mu=area_mu,
        n_registered=n_registered, n_qualified=n_qualified, n_rounds=n_rounds, recorded_at=tx.clock(),
    )  # fmt: skip
    tx.add(fact)
    tx.flush()
    record(
        tx, who, "turnover.conclude", f"deal_fact/{fact.id}", region=region_code, lot=lot_id, award=award_id, on_day=on_day,
        final_total_fen=final_total_fen, is_demo=is_demo,
    )  # fmt: skip
    return fact


def reverse(tx: Tx, award_id: int, *, on_day: date, reason: str, who: Actor | None = None) -> DealFact | None:
    """Takes an award back on the day it fell (撤销红冲), leaving the period it was counted in as it was reported.

    None where it was never counted; a second time gives the first reversal.
    """
    fact = queries.fact_of_award(tx, award_id)
    if fact is None:
        return None
    known = queries.reversal_of(tx, fact.id)
    if known is not None:
        return known
    reversal = DealFact(
        lot_id=fact.lot_id, award_id=award_id, n=-1, reversal_of=fact.id, reason=reason, on_day=on_day,
        county_code=fact.county_code, town_code=fact.town_code, category=fact.category, mode=fact.mode,
        is_reverse=fact.is_reverse, transferee_kind=fact.transferee_kind, transferor_kind=fact.transferor_kind,
        is_demo=fact.is_demo, start_total_fen=-fact.start_total_fen, final_total_fen=-fact.final_total_fen,
        first_year_fen=-fact.first_year_fen, area_mu=-fact.area_mu, n_registered=-fact.n_registered,
        n_qualified=-fact.n_qualified, n_rounds=-fact.n_rounds, recorded_at=tx.clock(),
    )  # fmt: skip
    tx.add(reversal)
    tx.flush()
    record(
        tx, who, "turnover.reverse", f"deal_fact/{reversal.id}", region=fact.town_code, lot=fact.lot_id, award=award_id,
        on_day=on_day, reversal_of=fact.id, final_total_fen=reversal.final_total_fen, reason=reason,
    )  # fmt: skip
    return reversal


def set_target(
    tx: Tx,
    who: Actor,
    region_code: str,
    *,
    year: int,
    reading: Reading,
    amount_fen: int,
    source: str,
    note: str | None = None,
    approved_by: str | None = None,
    approval_no: str | None = None,
) -> TurnoverTarget:
    """Sets a target of the city or a county; the one before stays on record. NotFound outside the actor's regions."""
    if not who.sees(region_code):
        raise NotFound("没有这个区划")
    target = TurnoverTarget(
        region_code=region_code, year=year, reading=reading, amount_fen=amount_fen, source=source, note=note,
        approved_by=approved_by, approval_no=approval_no, set_by_person=who.person_id, set_at=tx.clock(),
    )  # fmt: skip
    tx.add(target)
    tx.flush()
    record(
        tx, who, "target.set", f"turnover_target/{target.id}", region=region_code, year=year, reading=reading,
        amount_fen=amount_fen, source=source, approval_no=approval_no,
    )  # fmt: skip
    return target


def recount_due(tx: Tx) -> int:
    """Once a day compares the kept sums with a recount of all facts, and records a mismatch for the supervisors."""
    if not queries.try_lock_recount(tx):
        return 0
    now = tx.clock()
    if queries.recounted_since(tx, now - RECOUNT_EVERY):
        return 0
    n_cells, n_differing = queries.recount(tx)
    recounted = TurnoverRecount(at=now, n_cells=n_cells, n_differing=n_differing)
    tx.add(recounted)
    tx.flush()
    act = "turnover.mismatch" if n_differing else "turnover.recount"
    record(tx, None, act, f"turnover_recount/{recounted.id}", region="411000", n_cells=n_cells, n_differing=n_differing)
    return 1


@dataclass(frozen=True, slots=True)
class Base:
    """The year from which growth is counted, what it came to, and how that was found."""

    year: int
    amount_fen: int
    method: str


@dataclass(frozen=True, slots=True)
class YearLine:
    year: int
    planned_fen: int
    actual_fen: int
    published_fen: int


@dataclass(frozen=True, slots=True)
class Progress:
    """A target, the base, the growth it takes from there (None where there is no base), and the line year by year."""

    target: TurnoverTarget
    base: Base | None
    done_fen: int
    growth: Decimal | None
    n_deals_a_year: int | None
    lines: tuple[YearLine, ...]


def progress(tx: Tx, today: date) -> list[Progress]:
    """Every target in force against what was reached."""
    return [_progress(tx, target, today) for target in queries.targets(tx)]


def _progress(tx: Tx, target: TurnoverTarget, today: date) -> Progress:
    prefix = region_prefix(target.region_code)
    actual = queries.by_region_and_year(tx, prefix)
    published = queries.baselines(tx, target.region_code)
    by_year: dict[int, int] = {}
    for known in published:
        by_year[known.to_on.year] = by_year.get(known.to_on.year, 0) + known.sold_fen
    base = _base(tx, target.region_code, actual, today)
    growth: Decimal | None = None
    done, planned = 0, {}
    if base is not None:
        ends = date(base.year, 12, 31)
        last = max((b.to_on for b in published if b.to_on <= ends), default=None)
        done = sum(b.sold_fen for b in published if b.to_on <= ends) + queries.real_sum_after(tx, prefix, last, ends)
        years = target.year - base.year
        if years > 0:
            if target.reading is Reading.ANNUAL:
                growth = growth_to_annual(base.amount_fen, target.amount_fen, years)
            else:
                growth = growth_to_cumulative(base.amount_fen, target.amount_fen - done, years)
            planned = dict(enumerate(path_fen(base.amount_fen, growth, years), base.year + 1))
    from_year = min([*actual, *by_year, today.year])
    lines = tuple(
        YearLine(year, planned.get(year, 0), actual.get(year, 0), by_year.get(year, 0))
        for year in range(from_year, max(target.year, today.year) + 1)
    )
    n_sold, sold = sum(b.n_sold for b in published), sum(b.sold_fen for b in published)
    n_deals = round(Decimal(target.amount_fen * n_sold) / sold) if sold and target.reading is Reading.ANNUAL else None
    return Progress(target, base, done, growth, n_deals, lines)


def _base(tx: Tx, region_code: str, actual: dict[int, int], today: date) -> Base | None:
    """The last complete calendar year of real deals after what was published; until there is one, the published period
    made a year.
    """
    published = queries.baselines(tx, region_code)
    begun = published[-1].to_on.year if published else min(actual, default=today.year)
    complete = [year for year in actual if begun < year < today.year and actual[year] > 0]
    if complete:
        return Base(max(complete), actual[max(complete)], "最近一个完整年度的平台实际成交额")
    if not published:
        return None
    known = published[-1]
    days = (known.to_on - known.from_on).days
    return Base(
        known.to_on.year,
        annualised_fen(known.sold_fen, known.from_on, known.to_on),
        f"已公布成交额按 {days} 天年化（×365÷{days}）：{known.from_on} 至 {known.to_on}",
    )
