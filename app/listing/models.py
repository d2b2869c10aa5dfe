"""Listings (项目), their lots (标的), what each lot is made of, who did which duty on it, and its public notices."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Double,
    Enum,
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
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP, ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.base.db import Model
from app.base.money import PriceBasis
from app.ground.models import BOX
from app.listing.states import LotState

_Instant = TIMESTAMP(timezone=True)


def _values(members: type[Any]) -> list[str]:
    return [m.value for m in members]


class Listing(Model):
    """One application to trade: who transfers what kind of right how, on which resolution. Its lots carry the state.

    `terms` is what the notice discloses beyond the columns, `declared` what the applicant declares for the rules and
    the registry does not know. `parameters` is the county's set, frozen when the listing is first announced.
    """

    __tablename__ = "listing"
    __table_args__ = (
        UniqueConstraint("project_no"),
        Index("listing_region_idx", "region_code", postgresql_ops={"region_code": "text_pattern_ops"}),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    project_no: Mapped[str] = mapped_column(String(40))
    region_code: Mapped[str] = mapped_column(String(12))
    category: Mapped[str] = mapped_column(String(40))
    right_kind: Mapped[str] = mapped_column(String(40))
    method: Mapped[str] = mapped_column(String(40))
    award_mode: Mapped[str] = mapped_column(String(40))
    title: Mapped[str] = mapped_column(String(200))
    transferor_party_id: Mapped[int] = mapped_column(ForeignKey("party.id"))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    opened_by_account: Mapped[int] = mapped_column(ForeignKey("account.id"))
    resolution_id: Mapped[int | None] = mapped_column(ForeignKey("resolution.id"))
    terms: Mapped[dict[str, Any]] = mapped_column(JSONB)
    declared: Mapped[dict[str, Any]] = mapped_column(JSONB)
    parameters: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    rulebook: Mapped[str | None] = mapped_column(String(40))
    acceptance_no: Mapped[str | None] = mapped_column(String(40), unique=True)
    is_demo: Mapped[bool] = mapped_column(server_default=text("false"))
    source_note: Mapped[str | None] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(_Instant)

    @property
    def county_code(self) -> str:
        return self.region_code[:6]


class Lot(Model):
    """One thing sold by one auction. `start_fen` and every bid are for one unit of `price_basis`."""

    __tablename__ = "lot"
    __table_args__ = (
        UniqueConstraint("listing_id", "lot_no"),
        CheckConstraint("start_fen > 0", name="start_is_positive"),
        CheckConstraint("step_fen > 0", name="step_is_positive"),
        CheckConstraint("deposit_fen >= 0", name="deposit_is_not_negative"),
        CheckConstraint("quantity > 0", name="quantity_is_positive"),
        CheckConstraint("months >= 0", name="months_are_not_negative"),
        CheckConstraint("(term_start IS NULL) = (term_end IS NULL)", name="term_has_both_ends"),
        CheckConstraint("term_start <= term_end", name="term_runs_forward"),
        CheckConstraint("cap_fen IS NULL OR cap_fen >= start_fen", name="cap_is_not_below_start"),
        CheckConstraint("floor_fen <= start_fen", name="floor_is_not_above_start"),
        Index("lot_region_idx", "region_code", postgresql_ops={"region_code": "text_pattern_ops"}),
        Index("lot_state_idx", "state", "id"),
        Index("lot_entry_due_idx", "entry_closes_at", postgresql_where=text("state IN ('L40','L41')")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    listing_id: Mapped[int] = mapped_column(ForeignKey("listing.id"))
    lot_no: Mapped[int]
    region_code: Mapped[str] = mapped_column(String(12))
    title: Mapped[str] = mapped_column(String(200))
    state: Mapped[LotState] = mapped_column(Enum(LotState, native_enum=False, length=4, values_callable=_values))
    state_since: Mapped[datetime] = mapped_column(_Instant)
    due_on: Mapped[date | None]
    due_undetermined: Mapped[bool] = mapped_column(server_default=text("false"))
    reason_code: Mapped[str | None] = mapped_column(String(40))
    reason_text: Mapped[str | None] = mapped_column(Text)
    held: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default=text("'[]'"))
    n_supplements: Mapped[int] = mapped_column(server_default=text("0"))
    reviewed_hash: Mapped[bytes | None] = mapped_column(LargeBinary)

    quantity: Mapped[Decimal] = mapped_column(Numeric(16, 4))
    unit: Mapped[str] = mapped_column(String(10))
    price_basis: Mapped[PriceBasis] = mapped_column(
        Enum(PriceBasis, native_enum=False, length=30, values_callable=_values)
    )
    start_fen: Mapped[int] = mapped_column(BigInteger)
    floor_fen: Mapped[int] = mapped_column(BigInteger)
    step_fen: Mapped[int] = mapped_column(BigInteger)
    cap_fen: Mapped[int | None] = mapped_column(BigInteger)
    deposit_fen: Mapped[int] = mapped_column(BigInteger)
    term_start: Mapped[date | None]
    term_end: Mapped[date | None]
    months: Mapped[int]
    rules: Mapped[dict[str, Any]] = mapped_column(JSONB)

    round_no: Mapped[int] = mapped_column(server_default=text("1"))
    n_extensions: Mapped[int] = mapped_column(server_default=text("0"))
    entry_opens_at: Mapped[datetime | None] = mapped_column(_Instant)
    entry_closes_at: Mapped[datetime | None] = mapped_column(_Instant)
    auction_at: Mapped[datetime | None] = mapped_column(_Instant)


class LotItem(Model):
    """A parcel or asset in a lot. `start_fen`, where given, is its own unit price and the lot sells for the total."""

    __tablename__ = "lot_item"
    __table_args__ = (
        CheckConstraint("num_nonnulls(parcel_id, asset_id) = 1", name="one_thing"),
        CheckConstraint("quantity > 0", name="quantity_is_positive"),
        UniqueConstraint("lot_id", "parcel_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    lot_id: Mapped[int] = mapped_column(ForeignKey("lot.id"), index=True)
    parcel_id: Mapped[int | None] = mapped_column(ForeignKey("parcel.id"), index=True)
    asset_id: Mapped[int | None] = mapped_column(ForeignKey("asset.id"))
    quantity: Mapped[Decimal] = mapped_column(Numeric(16, 4))
    start_fen: Mapped[int | None] = mapped_column(BigInteger)


class LotPlace(Model):
    """The box around a parcel of a lot, kept by the database from the lot's parts and the parcels' present shapes.

    One index holds box and lot, so that a page of a map box is read in the order of the lots and no further.
    """

    __tablename__ = "lot_place"
    __table_args__ = (
        Index("lot_place_parcel_idx", "parcel_id"),
        Index("lot_place_box_idx", text(BOX), "lot_id", postgresql_using="gist"),
    )

    lot_id: Mapped[int] = mapped_column(ForeignKey("lot.id"), primary_key=True)
    parcel_id: Mapped[int] = mapped_column(ForeignKey("parcel.id"), primary_key=True)
    min_lon: Mapped[float] = mapped_column(Double)
    min_lat: Mapped[float] = mapped_column(Double)
    max_lon: Mapped[float] = mapped_column(Double)
    max_lat: Mapped[float] = mapped_column(Double)


class LotDuty(Model):
    """Who did which duty on a lot. The database refuses two different duties to one natural person."""

    __tablename__ = "lot_duty"
    __table_args__ = (
        UniqueConstraint("lot_id", "duty", "person_id"),
        ExcludeConstraint(("lot_id", "="), ("person_id", "="), ("duty", "<>"), name="lot_duty_one_person_one_duty"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    lot_id: Mapped[int] = mapped_column(ForeignKey("lot.id"))
    duty: Mapped[str] = mapped_column(String(20))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(_Instant)


class ListingDocument(Model):
    """A document attached to a listing for one purpose."""

    __tablename__ = "listing_document"
    __table_args__ = (UniqueConstraint("listing_id", "kind", "document_id"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    listing_id: Mapped[int] = mapped_column(ForeignKey("listing.id"))
    kind: Mapped[str] = mapped_column(String(40))
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"))
    attached_at: Mapped[datetime] = mapped_column(_Instant)


class Notice(Model):
    """A public notice as it was published, only ever added to. `body_hash` is in the audit event of its publication."""

    __tablename__ = "notice"
    __table_args__ = (UniqueConstraint("lot_id", "round_no", "version"), Index("notice_public_idx", "published_at"))

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    lot_id: Mapped[int] = mapped_column(ForeignKey("lot.id"))
    kind: Mapped[str] = mapped_column(String(30))
    round_no: Mapped[int]
    version: Mapped[int]
    published_at: Mapped[datetime] = mapped_column(_Instant)
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    body: Mapped[dict[str, Any]] = mapped_column(JSONB)
    body_hash: Mapped[bytes] = mapped_column(LargeBinary)


class ReviewCase(Model):
    """A question that a rule leaves to a person (REVIEW), and the recorded answer."""

    __tablename__ = "review_case"
    __table_args__ = (
        UniqueConstraint("lot_id", "rule_id", "step"),
        CheckConstraint("decision IN ('accept','refuse')", name="decision_is_known"),
        CheckConstraint("(decision IS NULL) = (decided_at IS NULL)", name="decided_with_an_instant"),
        Index("review_case_open_idx", "region_code", "id", postgresql_where=text("decision IS NULL")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    lot_id: Mapped[int] = mapped_column(ForeignKey("lot.id"))
    region_code: Mapped[str] = mapped_column(String(12))
    rule_id: Mapped[str] = mapped_column(String(40))
    step: Mapped[str] = mapped_column(String(4))
    message: Mapped[str] = mapped_column(Text)
    citation: Mapped[str] = mapped_column(Text)
    opened_at: Mapped[datetime] = mapped_column(_Instant)
    decision: Mapped[str | None] = mapped_column(String(10))
    reason: Mapped[str | None] = mapped_column(Text)
    decided_by_person: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None] = mapped_column(_Instant)
