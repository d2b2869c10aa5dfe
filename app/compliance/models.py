"""County parameters with their history, and the State Council's calendar, both as dated data."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, String, Text, text
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from app.base.db import Model

_Instant = TIMESTAMP(timezone=True)


class CountyParameter(Model):
    """One value of one parameter in one county, from a day on. Proposed by one person, approved by another.

    Later approved rows overrule earlier ones from their day on; no row is ever changed but by its decision.
    """

    __tablename__ = "county_parameter"
    __table_args__ = (
        CheckConstraint("decided_by_person <> proposed_by_person", name="four_eyes"),
        CheckConstraint("decision IN ('approved','rejected')", name="decision_is_known"),
        CheckConstraint("(decision IS NULL) = (decided_at IS NULL)", name="decided_with_an_instant"),
        Index("county_parameter_lookup_idx", "county_code", "name", "valid_from"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    county_code: Mapped[str] = mapped_column(String(6))
    name: Mapped[str] = mapped_column(String(60))
    value: Mapped[Any] = mapped_column(JSONB)
    valid_from: Mapped[date]
    basis: Mapped[str] = mapped_column(Text)
    proposed_by_person: Mapped[int] = mapped_column(ForeignKey("person.id"))
    proposed_at: Mapped[datetime] = mapped_column(_Instant)
    decision: Mapped[str | None] = mapped_column(String(10))
    decided_by_person: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None] = mapped_column(_Instant)
    decision_note: Mapped[str | None] = mapped_column(Text)


class CalendarYear(Model):
    """A year whose arrangement of holidays and make-up days is published, and where."""

    __tablename__ = "calendar_year"

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    source: Mapped[str] = mapped_column(String(200))
    loaded_at: Mapped[datetime] = mapped_column(_Instant, server_default=text("clock_timestamp()"))


class CalendarDay(Model):
    """A day on which the rule of Monday to Friday does not hold."""

    __tablename__ = "calendar_day"

    day: Mapped[date] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(ForeignKey("calendar_year.year"))
    is_workday: Mapped[bool]
