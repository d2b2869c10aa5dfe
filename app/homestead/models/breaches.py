"""A house built without approval: who, where, on what evidence, what was ordered, and how it ended; and late steps."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    Numeric,
    String,
    Text,
    UniqueConstraint,
    text,
)  # fmt: skip
from sqlalchemy.orm import Mapped, mapped_column

from app.base.db import Model
from app.homestead.states import BreachKind, BreachState
from app.registry.models.columns import BY_PREFIX, Instant, choice

_OPEN = "state NOT IN ('closed', 'dismissed')"


class HomesteadBreach(Model):
    """违法建房线索 of one builder, from the finding to its end. While open it stands in the way of the household."""

    __tablename__ = "homestead_breach"
    __table_args__ = (
        CheckConstraint("area_m2 > 0", name="area_is_positive"),
        CheckConstraint("num_nonnulls(stop_no, stopped_on) IN (0, 2)", name="stop_order_is_whole"),
        CheckConstraint("num_nonnulls(require_no, correct_until) IN (0, 2)", name="correction_is_whole"),
        CheckConstraint(
            "num_nonnulls(decision_no, decision, decided_on, decided_by_person) IN (0, 4)", name="decision_is_whole"
        ),
        CheckConstraint("decided_by_person <> found_by_person", name="another_decides"),
        CheckConstraint("state <> 'decided' OR decision_no IS NOT NULL", name="decided_in_writing"),
        CheckConstraint(f"({_OPEN}) = (closed_on IS NULL)", name="over_on_a_day"),
        CheckConstraint("num_nonnulls(closed_on, closed_by_person, outcome) IN (0, 3)", name="end_is_whole"),
        CheckConstraint(
            "closed_by_person <> found_by_person AND closed_by_person <> decided_by_person", name="another_closes"
        ),
        Index("homestead_breach_builder_idx", "builder_party_id", postgresql_where=text(_OPEN)),
        Index("homestead_breach_parcel_idx", "parcel_id", postgresql_where=text(_OPEN)),
        Index("homestead_breach_due_idx", "due_on", postgresql_where=text(_OPEN)),
        Index("homestead_breach_region_idx", "region_code", postgresql_ops=BY_PREFIX),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    region_code: Mapped[str] = mapped_column(ForeignKey("region.code"))
    state: Mapped[BreachState] = mapped_column(choice(BreachState, "state_is_known"))
    since_on: Mapped[date]
    due_on: Mapped[date | None]
    kind: Mapped[BreachKind] = mapped_column(choice(BreachKind, "kind_is_known"))
    builder_party_id: Mapped[int] = mapped_column(ForeignKey("party.id"))
    parcel_id: Mapped[int | None] = mapped_column(ForeignKey("parcel.id"))
    place: Mapped[str] = mapped_column(String(200))
    area_m2: Mapped[Decimal] = mapped_column(Numeric(10, 2))
    found_on: Mapped[date]
    found_by_person: Mapped[int] = mapped_column(ForeignKey("person.id"))
    description: Mapped[str] = mapped_column(Text)
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    stop_no: Mapped[str | None] = mapped_column(String(60))
    stopped_on: Mapped[date | None]
    require_no: Mapped[str | None] = mapped_column(String(60))
    correct_until: Mapped[date | None]
    decision_no: Mapped[str | None] = mapped_column(String(60))
    decision: Mapped[str | None] = mapped_column(Text)
    decided_on: Mapped[date | None]
    decided_by_person: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    outcome: Mapped[str | None] = mapped_column(String(200))
    closed_on: Mapped[date | None]
    closed_by_person: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class HomesteadEvidence(Model):
    """A photograph or paper of a finding, by the digest of its bytes. Only ever added to."""

    __tablename__ = "homestead_evidence"

    breach_id: Mapped[int] = mapped_column(ForeignKey("homestead_breach.id"), primary_key=True, autoincrement=False)
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"), primary_key=True, autoincrement=False)
    sha256: Mapped[bytes] = mapped_column(LargeBinary)


class HomesteadWarning(Model):
    """逾期预警 of an application or of a finding: a step that was not taken by its due day. One for each stay in a state, kept when the step is taken."""

    __tablename__ = "homestead_warning"
    __table_args__ = (
        UniqueConstraint("case_id", "state", "since_on"),
        UniqueConstraint("breach_id", "state", "since_on"),
        CheckConstraint("num_nonnulls(case_id, breach_id) = 1", name="about_one_thing"),
        CheckConstraint("num_nonnulls(handled_at, handled_by_person, handling) IN (0, 3)", name="handling_is_whole"),
        Index("homestead_warning_region_idx", "region_code", postgresql_ops=BY_PREFIX),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    region_code: Mapped[str] = mapped_column(ForeignKey("region.code"))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("homestead_case.id"))
    breach_id: Mapped[int | None] = mapped_column(ForeignKey("homestead_breach.id"))
    state: Mapped[str] = mapped_column(String(40))
    since_on: Mapped[date]
    due_on: Mapped[date]
    basis: Mapped[str] = mapped_column(String(200))
    raised_at: Mapped[datetime] = mapped_column(Instant)
    handled_at: Mapped[datetime | None] = mapped_column(Instant)
    handled_by_person: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    handling: Mapped[str | None] = mapped_column(String(200))
