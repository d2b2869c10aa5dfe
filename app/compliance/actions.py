"""County parameters by two persons, and calendars loaded as data."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy.dialects.postgresql import insert

from app.audit.actions import record
from app.base.actor import Actor
from app.base.db import Tx
from app.base.errors import Conflict, Invalid, NotFound, Refused
from app.compliance import queries
from app.compliance.models import CalendarDay, CalendarYear, CountyParameter
from app.rules.params.tables import COUNTY, WORKDAYS
from app.rules.procedure import DEFAULTS
from app.rules.reading import Wrong, county_parameters

PUBLISHED = "国务院办公厅公布的放假安排（随法律规则目录装入）"
CITY = "411000"


def propose(
    tx: Tx, who: Actor, *, county_code: str, name: str, value: Any, valid_from: date, basis: str
) -> CountyParameter:
    """A supervisor proposes a value from a day on. Raises Invalid for an unknown parameter, another type, a day past."""
    if not who.sees(county_code):
        raise NotFound("没有这个区划，或不在您的范围内")
    _check_value(name, value)
    if valid_from < tx.today():
        raise Invalid("生效日不得早于今日", field="valid_from")
    row = CountyParameter(
        county_code=county_code, name=name, value=value, valid_from=valid_from, basis=basis,
        proposed_by_person=who.person_id, proposed_at=tx.clock(),
    )  # fmt: skip
    tx.add(row)
    tx.flush()
    record(
        tx, who, "parameter.propose", f"parameter/{row.id}", region=county_code,
        name=name, value=value, valid_from=valid_from,
    )  # fmt: skip
    return row


def _check_value(name: str, value: Any) -> None:
    known = COUNTY.get(name)
    if known is None and name not in DEFAULTS:
        raise Invalid("没有这个参数", field="name")
    if known is None:
        if type(value) is not type(DEFAULTS[name]):
            raise Invalid("参数值类型不符", field="value")
        return
    try:
        county_parameters({name: value})
    except Wrong as e:
        raise Invalid(f"参数值不符：{e.why}", field="value") from e


def decide(tx: Tx, who: Actor, parameter_id: int, *, approved: bool, note: str | None) -> CountyParameter:
    """A second supervisor approves or rejects. Raises Refused to the proposer, Conflict the second time."""
    row = queries.lock_parameter(tx, parameter_id)
    if not who.sees(row.county_code):
        raise NotFound("没有这项参数提案")
    if row.decision is not None:
        raise Conflict("已作出决定", extra={"state": row.decision})
    if row.proposed_by_person == who.person_id:
        raise Refused("提案人不得批准自己的提案", reason="FOUR_EYES")
    now = tx.clock()
    row.decision, row.decision_note = ("approved" if approved else "rejected"), note
    row.decided_by_person, row.decided_at = who.person_id, now
    verb = "approve" if approved else "reject"
    record(tx, who, f"parameter.{verb}", f"parameter/{row.id}", region=row.county_code, name=row.name, value=row.value)
    return row


def load_year(tx: Tx, who: Actor | None, year: int, *, source: str, exceptions: Mapping[date, bool]) -> None:
    """Loads the State Council's arrangement of one year: the days on which Monday to Friday does not hold.

    Raises Conflict where the year is there already (deadlines have been counted by it), Invalid for a day outside the
    year or an exception that is none.
    """
    if tx.get(CalendarYear, year) is not None:
        raise Conflict(f"{year}年的安排已录入", reason="YEAR_LOADED")
    for day, works in exceptions.items():
        if day.year != year:
            raise Invalid(f"{day} 不在{year}年", field="days")
        if works is (day.weekday() < 5):
            raise Invalid(f"{day} 不是调整日", field="days")
    tx.add(CalendarYear(year=year, source=source))
    tx.flush()
    tx.add_all(CalendarDay(day=day, year=year, is_workday=works) for day, works in sorted(exceptions.items()))
    tx.flush()
    tx.memo.pop("calendar", None)
    record(tx, who, "calendar.load", f"calendar/{year}", region=CITY, source=source, n_days=len(exceptions))


def load_published(tx: Tx) -> int:
    """Loads the years that the law book carries and the installation has not; returns how many."""
    loaded = 0
    for year in sorted(WORKDAYS.years):
        claimed = tx.execute(
            insert(CalendarYear)
            .values(year=year, source=PUBLISHED)
            .on_conflict_do_nothing()
            .returning(CalendarYear.year)
        ).scalar()
        if claimed is None:
            continue
        days = {day: works for day, works in WORKDAYS.exceptions.items() if day.year == year}
        tx.add_all(CalendarDay(day=day, year=year, is_workday=works) for day, works in sorted(days.items()))
        tx.flush()
        record(tx, None, "calendar.load", f"calendar/{year}", region=CITY, source=PUBLISHED, n_days=len(days))
        loaded += 1
    return loaded
