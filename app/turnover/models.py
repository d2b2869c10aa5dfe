"""Deals as facts for statistics, their monthly sums, targets, and history that was published before the platform."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Enum,
    ForeignKey,
    Identity,
    Index,
    Numeric,
    SmallInteger,
    String,
    text,
)
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from app.base.db import Model
from app.turnover.states import Reading

_Instant = TIMESTAMP(timezone=True)


def _values(members: type[Any]) -> list[str]:
    return [m.value for m in members]


class DealFact(Model):
    """One concluded award as it counts, or (红冲) the row that takes it back in the period in which it fell.

    A reversal carries the same figures with the sign turned, so every sum over any period is right without looking
    for what was later undone. Only ever added to.
    """

    __tablename__ = "deal_fact"
    __table_args__ = (
        CheckConstraint("n IN (1, -1)", name="one_or_minus_one"),
        CheckConstraint("(n = -1) = (reversal_of IS NOT NULL)", name="a_reversal_names_what_it_reverses"),
        CheckConstraint(
            "n * start_total_fen >= 0 AND n * final_total_fen > 0 AND n * first_year_fen > 0 AND n * area_mu >= 0",
            name="figures_carry_the_sign",
        ),
        CheckConstraint("(n = -1) = (reason IS NOT NULL)", name="a_reversal_has_a_reason"),
        CheckConstraint("county_code ~ '^[0-9]{6}$' AND town_code ~ '^[0-9]{9}$'", name="place_is_a_division"),
        Index("deal_fact_award_key", "award_id", unique=True, postgresql_where=text("reversal_of IS NULL")),
        Index("deal_fact_reversal_key", "reversal_of", unique=True),
        Index("deal_fact_day_idx", "on_day"),
        Index("deal_fact_lot_idx", "lot_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    lot_id: Mapped[int] = mapped_column(BigInteger)
    award_id: Mapped[int] = mapped_column(BigInteger)
    n: Mapped[int] = mapped_column(SmallInteger)
    reversal_of: Mapped[int | None] = mapped_column(ForeignKey("deal_fact.id"))
    reason: Mapped[str | None] = mapped_column(String(200))
    on_day: Mapped[date]
    county_code: Mapped[str] = mapped_column(String(6))
    town_code: Mapped[str] = mapped_column(String(9))
    category: Mapped[str] = mapped_column(String(4))
    mode: Mapped[str] = mapped_column(String(40))
    is_reverse: Mapped[bool]
    transferee_kind: Mapped[str] = mapped_column(String(40))
    transferor_kind: Mapped[str] = mapped_column(String(40))
    is_demo: Mapped[bool]
    start_total_fen: Mapped[int] = mapped_column(BigInteger)
    final_total_fen: Mapped[int] = mapped_column(BigInteger)
    first_year_fen: Mapped[int] = mapped_column(BigInteger)
    area_mu: Mapped[Decimal] = mapped_column(Numeric(16, 4))
    n_registered: Mapped[int]
    n_qualified: Mapped[int]
    n_rounds: Mapped[int]
    recorded_at: Mapped[datetime] = mapped_column(_Instant)


class TurnoverMonth(Model):
    """The sums of a month's facts in one cell of all dimensions. A trigger on the facts keeps it; nobody else writes."""

    __tablename__ = "turnover_month"

    month: Mapped[date] = mapped_column(primary_key=True)
    county_code: Mapped[str] = mapped_column(String(6), primary_key=True)
    town_code: Mapped[str] = mapped_column(String(9), primary_key=True)
    category: Mapped[str] = mapped_column(String(4), primary_key=True)
    mode: Mapped[str] = mapped_column(String(40), primary_key=True)
    is_reverse: Mapped[bool] = mapped_column(primary_key=True)
    transferee_kind: Mapped[str] = mapped_column(String(40), primary_key=True)
    transferor_kind: Mapped[str] = mapped_column(String(40), primary_key=True)
    is_demo: Mapped[bool] = mapped_column(primary_key=True)
    n_deals: Mapped[int] = mapped_column(BigInteger)
    start_total_fen: Mapped[int] = mapped_column(BigInteger)
    final_total_fen: Mapped[int] = mapped_column(BigInteger)
    first_year_fen: Mapped[int] = mapped_column(BigInteger)
    area_mu: Mapped[Decimal] = mapped_column(Numeric(16, 4))
    n_registered: Mapped[int] = mapped_column(BigInteger)
    n_qualified: Mapped[int] = mapped_column(BigInteger)
    n_rounds: Mapped[int] = mapped_column(BigInteger)


class TurnoverTarget(Model):
    """What a region shall reach by or in a year. Only added to: the latest of a region, year and reading holds."""

    __tablename__ = "turnover_target"
    __table_args__ = (
        CheckConstraint("amount_fen > 0", name="amount_is_positive"),
        CheckConstraint("year BETWEEN 2020 AND 2100", name="year_is_near"),
        CheckConstraint("region_code ~ '^[0-9]{6}$'", name="region_is_city_or_county"),
        Index("turnover_target_region_idx", "region_code", "year", "reading", "id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    region_code: Mapped[str] = mapped_column(String(6))
    year: Mapped[int]
    reading: Mapped[Reading] = mapped_column(Enum(Reading, native_enum=False, length=10, values_callable=_values))
    amount_fen: Mapped[int] = mapped_column(BigInteger)
    source: Mapped[str] = mapped_column(String(200))
    note: Mapped[str | None] = mapped_column(String(400))
    approved_by: Mapped[str | None] = mapped_column(String(200))
    approval_no: Mapped[str | None] = mapped_column(String(80))
    set_by_person: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    set_at: Mapped[datetime] = mapped_column(_Instant)


class TurnoverBaseline(Model):
    """A period's figures as somebody published them, with the source. Never deals: nothing stands behind them here."""

    __tablename__ = "turnover_baseline"
    __table_args__ = (
        CheckConstraint("from_on < to_on", name="period_runs_forward"),
        CheckConstraint("n_sold <= n_listed", name="no_more_sold_than_listed"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    region_code: Mapped[str] = mapped_column(String(6))
    from_on: Mapped[date]
    to_on: Mapped[date]
    n_listed: Mapped[int]
    listed_fen: Mapped[int] = mapped_column(BigInteger)
    n_sold: Mapped[int]
    sold_fen: Mapped[int] = mapped_column(BigInteger)
    source: Mapped[str] = mapped_column(String(200))
    note: Mapped[str | None] = mapped_column(String(400))


class TurnoverRecount(Model):
    """One comparison of the kept sums with a recount of all facts."""

    __tablename__ = "turnover_recount"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    at: Mapped[datetime] = mapped_column(_Instant)
    n_cells: Mapped[int] = mapped_column(BigInteger)
    n_differing: Mapped[int] = mapped_column(BigInteger)
