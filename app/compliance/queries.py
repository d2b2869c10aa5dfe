"""Reads of the calendar and of the parameters in force."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from app.base.days import Calendar
from app.base.db import Tx
from app.base.errors import NotFound
from app.compliance.models import CalendarDay, CalendarYear, CountyParameter
from app.rules.params.tables import COUNTY_DEFAULTS
from app.rules.procedure import procedure_for

_calendars: dict[tuple[tuple[int, datetime], ...], Calendar] = {}
"""The last calendar that was read, by the years that it knows and when each was loaded."""


def calendar(tx: Tx) -> Calendar:
    """The published arrangement. What was published stays, so its days are read again only where years have come."""
    if "calendar" not in tx.memo:
        rows = tx.execute(select(CalendarYear.year, CalendarYear.loaded_at).order_by(CalendarYear.year))
        published = tuple((year, loaded_at) for year, loaded_at in rows)
        found = _calendars.get(published)
        if found is None:
            days = dict(tx.execute(select(CalendarDay.day, CalendarDay.is_workday)).all())
            found = Calendar(frozenset(year for year, _ in published), days)
            _calendars.clear()
            _calendars[published] = found
        tx.memo["calendar"] = found
    kept: Calendar = tx.memo["calendar"]
    return kept


def overrides(tx: Tx, county_code: str, on: date) -> dict[str, Any]:
    """The approved values of a county on a day; the one that holds from the latest day wins, then the latest decided."""
    rows = tx.execute(
        select(CountyParameter.name, CountyParameter.value)
        .where(
            CountyParameter.county_code == county_code,
            CountyParameter.decision == "approved",
            CountyParameter.valid_from <= on,
        )
        .order_by(CountyParameter.valid_from, CountyParameter.decided_at)
    )
    return {row.name: row.value for row in rows}


def parameters(tx: Tx, county_code: str, category: str, on: date) -> dict[str, Any]:
    """Everything that a county's trade of a category runs under on a day: law's defaults, procedure, county."""
    return COUNTY_DEFAULTS | procedure_for(category) | overrides(tx, county_code, on)


def lock_parameter(tx: Tx, parameter_id: int) -> CountyParameter:
    row = tx.scalar(select(CountyParameter).where(CountyParameter.id == parameter_id).with_for_update())
    if row is None:
        raise NotFound("没有这项参数提案")
    return row


def history(tx: Tx, county_code: str, name: str | None = None) -> list[CountyParameter]:
    """All proposals of a county, decided or not, in order."""
    query = select(CountyParameter).where(CountyParameter.county_code == county_code).order_by(CountyParameter.id)
    if name is not None:
        query = query.where(CountyParameter.name == name)
    return list(tx.scalars(query.limit(1000)))
