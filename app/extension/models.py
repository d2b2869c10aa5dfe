"""A programme of extension, who is left out of it and why, and one contract a household contract right."""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, Enum, ForeignKey, Identity, Index, String, text
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from app.base.db import Model
from app.extension.states import ContractState, Ground, ProgrammeState

_Instant = TIMESTAMP(timezone=True)


def _choice(kind: type[ProgrammeState | ContractState | Ground], truth: str) -> Enum:
    return Enum(
        kind, native_enum=False, length=20, create_constraint=True, name=truth,
        values_callable=lambda members: [m.value for m in members],
    )  # fmt: skip


class ExtensionProgramme(Model):
    """延包方案 of one collective for the contracts that end on one day. Both days of the new term are inside it."""

    __tablename__ = "extension_programme"
    __table_args__ = (
        CheckConstraint("old_ends_on < starts_on AND starts_on < ends_on", name="new_term_follows_the_old"),
        CheckConstraint("publicised_on < publicity_until", name="publicity_runs_forward"),
        CheckConstraint("approved_by_person <> drafted_by_person", name="two_persons_approve"),
        CheckConstraint("filed_by_person <> approved_by_person", name="another_files"),
        CheckConstraint(
            "state IN ('draft', 'withdrawn') OR resolution_id IS NOT NULL", name="nothing_without_a_resolution"
        ),
        Index(
            "extension_programme_live_key",
            "collective_party_id",
            "old_ends_on",
            unique=True,
            postgresql_where=text("state NOT IN ('withdrawn', 'closed')"),
        ),
        Index("extension_programme_region_idx", "region_code", postgresql_ops={"region_code": "text_pattern_ops"}),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    region_code: Mapped[str] = mapped_column(ForeignKey("region.code"))
    collective_party_id: Mapped[int] = mapped_column(ForeignKey("party.id"))
    title: Mapped[str] = mapped_column(String(200))
    state: Mapped[ProgrammeState] = mapped_column(_choice(ProgrammeState, "state_is_known"))
    old_ends_on: Mapped[date]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    resolution_id: Mapped[int | None] = mapped_column(ForeignKey("resolution.id"))
    publicised_on: Mapped[date | None]
    publicity_until: Mapped[date | None]
    approval_no: Mapped[str | None] = mapped_column(String(80))
    filing_no: Mapped[str | None] = mapped_column(String(80))
    drafted_by_person: Mapped[int] = mapped_column(ForeignKey("person.id"))
    approved_by_person: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    filed_by_person: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str | None] = mapped_column(String(200))
    drafted_at: Mapped[datetime] = mapped_column(_Instant)


class ExtensionExclusion(Model):
    """A household contract right that is not extended now, and why. Lifted when the reason has gone; never deleted."""

    __tablename__ = "extension_exclusion"
    __table_args__ = (
        CheckConstraint("(lifted_at IS NULL) = (lifted_because IS NULL)", name="lifting_has_a_reason"),
        Index(
            "extension_exclusion_standing_key",
            "programme_id",
            "right_id",
            unique=True,
            postgresql_where=text("lifted_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("extension_programme.id"))
    right_id: Mapped[int] = mapped_column(ForeignKey("land_right.id"))
    ground: Mapped[Ground] = mapped_column(_choice(Ground, "ground_is_known"))
    reason: Mapped[str] = mapped_column(String(200))
    document_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"))
    recorded_at: Mapped[datetime] = mapped_column(_Instant)
    lifted_at: Mapped[datetime | None] = mapped_column(_Instant)
    lifted_because: Mapped[str | None] = mapped_column(String(200))


class ExtensionContract(Model):
    """延包合同: carries one household contract right on. In effect, `extending_right_id` is what the registry has of it."""

    __tablename__ = "extension_contract"
    __table_args__ = (
        CheckConstraint("starts_on < ends_on", name="term_runs_forward"),
        CheckConstraint(
            "state IN ('drafted', 'voided') OR num_nonnulls(signatory_party_id, signed_on) = 2",
            name="signed_by_somebody_on_a_day",
        ),
        CheckConstraint("(state = 'effective') = (extending_right_id IS NOT NULL)", name="in_effect_in_the_registry"),
        CheckConstraint("effected_by_person <> signed_by_person", name="two_persons_effect"),
        Index(
            "extension_contract_right_key",
            "right_id",
            unique=True,
            postgresql_where=text("state <> 'voided'"),
        ),
        Index("extension_contract_no_key", "contract_no", unique=True),
        Index("extension_contract_extending_key", "extending_right_id", unique=True),
        Index("extension_contract_programme_idx", "programme_id", "id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("extension_programme.id"))
    region_code: Mapped[str] = mapped_column(ForeignKey("region.code"))
    contract_no: Mapped[str] = mapped_column(String(40))
    right_id: Mapped[int] = mapped_column(ForeignKey("land_right.id"))
    household_party_id: Mapped[int] = mapped_column(ForeignKey("party.id"))
    state: Mapped[ContractState] = mapped_column(_choice(ContractState, "state_is_known"))
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    signatory_party_id: Mapped[int | None] = mapped_column(ForeignKey("party.id"))
    signed_on: Mapped[date | None]
    document_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"))
    signed_by_person: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    effected_by_person: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    extending_right_id: Mapped[int | None] = mapped_column(ForeignKey("land_right.id"))
    void_reason: Mapped[str | None] = mapped_column(String(200))
    drafted_at: Mapped[datetime] = mapped_column(_Instant)
