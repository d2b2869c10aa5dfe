"""An application to build on a homestead, its people, visits, objections, and the warnings about steps that are late."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    Numeric,
    String,
    Text,
    UniqueConstraint,
    text,
)  # fmt: skip
from sqlalchemy.orm import Mapped, mapped_column

from app.base.db import Model
from app.homestead.states import AreaClass, BuildReason, HomesteadState, Residence, Stage
from app.registry.models.columns import BY_PREFIX, Instant, choice

_OPEN = "state NOT IN ('registered', 'withdrawn', 'refused', 'expired')"
_APPROVED = "('approved', 'reviewed', 'staked', 'building', 'completed', 'verified', 'registered', 'expired')"


class HomesteadCase(Model):
    """建房申请 of one household. `old_right_id` is the homestead that it already has: rebuilt, extended, or left."""

    __tablename__ = "homestead_case"
    __table_args__ = (
        CheckConstraint("requested_m2 > 0", name="asks_for_land"),
        CheckConstraint("(reason = 'new') = (old_right_id IS NULL)", name="only_the_new_has_no_old"),
        CheckConstraint("state IN ('applied', 'refused', 'withdrawn') OR resolution_id IS NOT NULL", name="deliberated"),
        CheckConstraint("publicised_on < publicity_until", name="publicity_runs_forward"),
        CheckConstraint("deliberated_by_person <> applied_by_person", name="nobody_decides_for_himself"),
        CheckConstraint("num_nonnulls(permit_no, permitted_on, permitted_by_person) IN (0, 3)", name="permit_is_whole"),
        CheckConstraint(
            "num_nonnulls(approval_no, approved_on, approved_by_person, approved_m2, valid_until) IN (0, 5)",
            name="approval_is_whole",
        ),
        CheckConstraint(
            f"state NOT IN {_APPROVED} OR num_nonnulls(parcel_id, permit_no, approval_no) = 3",
            name="approved_with_both_papers",
        ),
        CheckConstraint("permitted_by_person <> inspected_by_person", name="another_permits"),
        CheckConstraint(
            "approved_by_person <> permitted_by_person AND approved_by_person <> inspected_by_person",
            name="another_approves",
        ),
        CheckConstraint("approved_m2 <= requested_m2", name="no_more_than_asked_for"),
        CheckConstraint("num_nonnulls(measured_m2, floor_m2, verified_on, verified_by_person, verification_no) IN (0, 5)",
                        name="verification_is_whole"),
        CheckConstraint("measured_m2 <= approved_m2", name="built_within_what_was_approved"),
        CheckConstraint("registered_by_person <> verified_by_person", name="another_registers"),
        CheckConstraint(
            "(state = 'registered') = (num_nonnulls(right_id, house_right_id, registered_by_person) = 3)",
            name="registered_with_both_rights",
        ),
        UniqueConstraint("permit_no"),
        UniqueConstraint("approval_no"),
        # One household, one homestead: it asks for one thing at a time, whoever of it is quicker.
        Index("homestead_case_open_key", "household_party_id", unique=True, postgresql_where=text(_OPEN)),
        Index("homestead_case_parcel_key", "parcel_id", unique=True, postgresql_where=text(_OPEN)),
        Index("homestead_case_region_idx", "region_code", postgresql_ops=BY_PREFIX),
        Index("homestead_case_representative_idx", "representative_party_id"),
        Index("homestead_case_due_idx", "due_on", postgresql_where=text(_OPEN)),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    region_code: Mapped[str] = mapped_column(ForeignKey("region.code"))
    state: Mapped[HomesteadState] = mapped_column(choice(HomesteadState, "state_is_known"))
    since_on: Mapped[date]
    due_on: Mapped[date | None]
    reason: Mapped[BuildReason] = mapped_column(choice(BuildReason, "reason_is_known"))
    collective_party_id: Mapped[int] = mapped_column(ForeignKey("party.id"))
    household_party_id: Mapped[int] = mapped_column(ForeignKey("party.id"))
    representative_party_id: Mapped[int] = mapped_column(ForeignKey("party.id"))
    old_right_id: Mapped[int | None] = mapped_column(ForeignKey("land_right.id"))
    requested_m2: Mapped[Decimal] = mapped_column(Numeric(10, 2))
    area_class: Mapped[AreaClass] = mapped_column(choice(AreaClass, "area_class_is_known"))
    document_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"))
    loss_document_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"))
    applied_at: Mapped[datetime] = mapped_column(Instant)
    applied_by_person: Mapped[int] = mapped_column(ForeignKey("person.id"))
    resolution_id: Mapped[int | None] = mapped_column(ForeignKey("resolution.id"))
    deliberated_by_person: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    publicised_on: Mapped[date | None]
    publicity_until: Mapped[date | None]
    parcel_id: Mapped[int | None] = mapped_column(ForeignKey("parcel.id"))
    inspected_by_person: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    permit_no: Mapped[str | None] = mapped_column(String(60))
    permitted_on: Mapped[date | None]
    permitted_by_person: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    approval_no: Mapped[str | None] = mapped_column(String(60))
    approved_on: Mapped[date | None]
    approved_by_person: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    approved_m2: Mapped[Decimal | None] = mapped_column(Numeric(10, 2))
    valid_until: Mapped[date | None]
    drawings_document_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"))
    measured_m2: Mapped[Decimal | None] = mapped_column(Numeric(10, 2))
    floor_m2: Mapped[Decimal | None] = mapped_column(Numeric(10, 2))
    verified_on: Mapped[date | None]
    verified_by_person: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    verification_no: Mapped[str | None] = mapped_column(String(60))
    right_id: Mapped[int | None] = mapped_column(ForeignKey("land_right.id"))
    house_right_id: Mapped[int | None] = mapped_column(ForeignKey("land_right.id"))
    registered_by_person: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    note: Mapped[str | None] = mapped_column(String(200))


class HomesteadMember(Model):
    """A member of the household as the application named him. Only ever added to."""

    __tablename__ = "homestead_member"

    case_id: Mapped[int] = mapped_column(ForeignKey("homestead_case.id"), primary_key=True, autoincrement=False)
    member_party_id: Mapped[int] = mapped_column(ForeignKey("party.id"), primary_key=True, autoincrement=False)
    residence: Mapped[Residence] = mapped_column(choice(Residence, "residence_is_known"))


class HomesteadVisit(Model):
    """到场 of the town: what was seen, by whom, and whether it passed. Only ever added to."""

    __tablename__ = "homestead_visit"
    __table_args__ = (Index("homestead_visit_case_idx", "case_id"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("homestead_case.id"))
    stage: Mapped[Stage] = mapped_column(choice(Stage, "stage_is_known"))
    visited_on: Mapped[date]
    passed: Mapped[bool]
    present: Mapped[str] = mapped_column(String(200))
    note: Mapped[str] = mapped_column(Text)
    document_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"))
    by_person: Mapped[int] = mapped_column(ForeignKey("person.id"))
    recorded_at: Mapped[datetime] = mapped_column(Instant)


class HomesteadObjection(Model):
    """异议 of a villager during the publicity, and the collective's answer."""

    __tablename__ = "homestead_objection"
    __table_args__ = (
        CheckConstraint(
            "num_nonnulls(answer, upheld, answered_at, answered_by_person) IN (0, 4)", name="answer_is_whole"
        ),
        CheckConstraint("answered_by_person <> filed_by_person", name="nobody_answers_himself"),
        Index("homestead_objection_case_idx", "case_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("homestead_case.id"))
    content: Mapped[str] = mapped_column(Text)
    filed_at: Mapped[datetime] = mapped_column(Instant)
    filed_by_person: Mapped[int] = mapped_column(ForeignKey("person.id"))
    answer: Mapped[str | None] = mapped_column(Text)
    upheld: Mapped[bool | None]
    answered_at: Mapped[datetime | None] = mapped_column(Instant)
    answered_by_person: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
