"""Rights, restrictions, responsibilities (LA_RRR) and leases: who may possess which parcel from when to when."""

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
    UniqueConstraint,
    text,
)  # fmt: skip
from sqlalchemy.dialects.postgresql import DATERANGE, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column

from app.base.db import Model
from app.registry.models.columns import BY_PREFIX, Instant, choice
from app.registry.states import PlanningUse, ResponsibilityKind, RestrictionKind, RightKind, SourceKind


class LandRight(Model):
    """权利（LA_Right）in a unit, with both days of its term inside. An end of None is a right without term.

    `area_mu` is the part of the unit that the right covers, all of it where it is None. `parent_right_id` is the right
    it was derived from: a trigger holds that no right outlives its parent or leaves its parcels and area.
    `extends_right_id` names the contract that an 延包 contract carries on; the parent then lasts as long as that.
    """

    __tablename__ = "land_right"
    __table_args__ = (
        UniqueConstraint("certificate_no"),
        CheckConstraint("starts_on <= ends_on", name="term_runs_forward"),
        CheckConstraint("share_num > 0 AND share_num <= share_den", name="share_is_a_fraction"),
        CheckConstraint("begin_lifespan_at <= end_lifespan_at", name="lifespan_runs_forward"),
        CheckConstraint("num_nonnulls(parent_right_id, extends_right_id) <= 1", name="derived_or_extending"),
        CheckConstraint("area_mu > 0", name="area_is_positive"),
        Index("land_right_region_idx", "region_code", postgresql_ops=BY_PREFIX),
        Index("land_right_unit_idx", "ba_unit_id"),
        Index("land_right_holder_idx", "holder_party_id"),
        Index("land_right_parent_idx", "parent_right_id"),
        Index("land_right_extends_idx", "extends_right_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    kind: Mapped[RightKind] = mapped_column(choice(RightKind, "kind_is_known"))
    region_code: Mapped[str] = mapped_column(ForeignKey("region.code"))
    ba_unit_id: Mapped[int] = mapped_column(ForeignKey("ba_unit.id"))
    holder_party_id: Mapped[int] = mapped_column(ForeignKey("party.id"))
    share_num: Mapped[int] = mapped_column(BigInteger, server_default=text("1"))
    share_den: Mapped[int] = mapped_column(BigInteger, server_default=text("1"))
    area_mu: Mapped[Decimal | None] = mapped_column(Numeric(14, 4))
    parent_right_id: Mapped[int | None] = mapped_column(ForeignKey("land_right.id"))
    extends_right_id: Mapped[int | None] = mapped_column(ForeignKey("land_right.id"))
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    certificate_no: Mapped[str | None] = mapped_column(String(60))
    source_kind: Mapped[SourceKind] = mapped_column(choice(SourceKind, "source_is_known"))
    source_ref: Mapped[str | None] = mapped_column(String(200))
    source_document_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"))
    signed_on: Mapped[date | None]
    begin_lifespan_at: Mapped[datetime] = mapped_column(Instant)
    end_lifespan_at: Mapped[datetime | None] = mapped_column(Instant)
    end_reason: Mapped[str | None] = mapped_column(String(200))


class Restriction(Model):
    """权利限制（LA_Restriction）on a parcel, an asset or a right, from its source until its release."""

    __tablename__ = "restriction"
    __table_args__ = (
        CheckConstraint("num_nonnulls(parcel_id, asset_id, right_id) = 1", name="one_thing"),
        CheckConstraint("imposed_at <= released_at", name="released_after_imposed"),
        CheckConstraint("(released_at IS NULL) = (release_source IS NULL)", name="release_has_a_source"),
        CheckConstraint("planning_use IS NULL OR kind = 'planning_use'", name="planned_use_is_of_a_plan"),
        Index("restriction_parcel_idx", "parcel_id", postgresql_where=text("released_at IS NULL")),
        Index("restriction_asset_idx", "asset_id", postgresql_where=text("released_at IS NULL")),
        Index("restriction_right_idx", "right_id", postgresql_where=text("released_at IS NULL")),
        Index("restriction_region_idx", "region_code", postgresql_ops=BY_PREFIX),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    kind: Mapped[RestrictionKind] = mapped_column(choice(RestrictionKind, "kind_is_known"))
    region_code: Mapped[str] = mapped_column(ForeignKey("region.code"))
    parcel_id: Mapped[int | None] = mapped_column(ForeignKey("parcel.id"))
    asset_id: Mapped[int | None] = mapped_column(ForeignKey("asset.id"))
    right_id: Mapped[int | None] = mapped_column(ForeignKey("land_right.id"))
    beneficiary_party_id: Mapped[int | None] = mapped_column(ForeignKey("party.id"))
    planning_use: Mapped[PlanningUse | None] = mapped_column(choice(PlanningUse, "planned_use_is_known"))
    source_kind: Mapped[SourceKind] = mapped_column(choice(SourceKind, "source_is_known"))
    source: Mapped[str] = mapped_column(String(200))
    source_document_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"))
    imposed_at: Mapped[datetime] = mapped_column(Instant)
    released_at: Mapped[datetime | None] = mapped_column(Instant)
    release_source: Mapped[str | None] = mapped_column(String(200))


class Responsibility(Model):
    """义务（LA_Responsibility）of a party on a parcel, an asset or a right, from its source until its release."""

    __tablename__ = "responsibility"
    __table_args__ = (
        CheckConstraint("num_nonnulls(parcel_id, asset_id, right_id) = 1", name="one_thing"),
        CheckConstraint("imposed_at <= released_at", name="released_after_imposed"),
        CheckConstraint("(released_at IS NULL) = (release_source IS NULL)", name="release_has_a_source"),
        Index("responsibility_parcel_idx", "parcel_id"),
        Index("responsibility_asset_idx", "asset_id"),
        Index("responsibility_right_idx", "right_id"),
        Index("responsibility_region_idx", "region_code", postgresql_ops=BY_PREFIX),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    kind: Mapped[ResponsibilityKind] = mapped_column(choice(ResponsibilityKind, "kind_is_known"))
    region_code: Mapped[str] = mapped_column(ForeignKey("region.code"))
    bearer_party_id: Mapped[int] = mapped_column(ForeignKey("party.id"))
    parcel_id: Mapped[int | None] = mapped_column(ForeignKey("parcel.id"))
    asset_id: Mapped[int | None] = mapped_column(ForeignKey("asset.id"))
    right_id: Mapped[int | None] = mapped_column(ForeignKey("land_right.id"))
    content: Mapped[str] = mapped_column(String(200))
    due_on: Mapped[date | None]
    source_kind: Mapped[SourceKind] = mapped_column(choice(SourceKind, "source_is_known"))
    source: Mapped[str] = mapped_column(String(200))
    source_document_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"))
    imposed_at: Mapped[datetime] = mapped_column(Instant)
    released_at: Mapped[datetime | None] = mapped_column(Instant)
    release_source: Mapped[str | None] = mapped_column(String(200))


class Lease(Model):
    """Possession of a parcel for a period, under a contract. The database refuses two of them on one day.

    Ended early, the period becomes shorter; a lease that never began is voided. A sublease (再流转、转租) lies inside
    its head lease, and no two subleases of one head lease share a day.
    """

    __tablename__ = "lease"
    __table_args__ = (
        CheckConstraint(
            "NOT isempty(period) AND NOT lower_inf(period) AND NOT upper_inf(period)", name="term_runs_forward"
        ),
        CheckConstraint("ended_on IS NULL OR upper(period) = ended_on + 1", name="early_end_shortens_the_period"),
        ExcludeConstraint(
            ("parcel_id", "="),
            ("period", "&&"),
            name="lease_one_possession_a_day",
            using="gist",
            where=text("head_lease_id IS NULL AND voided_at IS NULL"),
        ),
        ExcludeConstraint(
            ("head_lease_id", "="),
            ("period", "&&"),
            name="lease_one_sublease_a_day",
            using="gist",
            where=text("head_lease_id IS NOT NULL AND voided_at IS NULL"),
        ),
        Index("lease_parcel_idx", "parcel_id"),
        Index("lease_reference_idx", "reference"),
        Index("lease_region_idx", "region_code", postgresql_ops=BY_PREFIX),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    region_code: Mapped[str] = mapped_column(ForeignKey("region.code"))
    parcel_id: Mapped[int] = mapped_column(ForeignKey("parcel.id"))
    holder_party_id: Mapped[int] = mapped_column(ForeignKey("party.id"))
    right_id: Mapped[int | None] = mapped_column(ForeignKey("land_right.id"))
    head_lease_id: Mapped[int | None] = mapped_column(ForeignKey("lease.id"))
    reference: Mapped[str] = mapped_column(String(80))
    period: Mapped[Range[date]] = mapped_column(DATERANGE)
    agreed_until: Mapped[date]
    ended_on: Mapped[date | None]
    voided_at: Mapped[datetime | None] = mapped_column(Instant)
    end_reason: Mapped[str | None] = mapped_column(String(200))
    recorded_at: Mapped[datetime] = mapped_column(Instant)

    @property
    def starts_on(self) -> date:
        """First day of possession."""
        assert self.period.lower is not None  # noqa: S101 - held by a check of the table
        return self.period.lower

    @property
    def last_day(self) -> date:
        """Last day of possession: the agreed one, or the one it was ended on."""
        return self.ended_on or self.agreed_until
