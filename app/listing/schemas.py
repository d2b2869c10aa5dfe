"""Listings, lots and notices on the wire."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import Field, field_validator, model_validator

from app.audit.receipts import LogReceipt
from app.base.money import PriceBasis
from app.base.wire import Choice, Day, Fen, FenOrZero, Id, In, LongText, Out, PlainDecimal, Text
from app.listing.bidding_schemas import BiddingIn
from app.listing.states import LotState


class Category(StrEnum):
    """交易品种 (case format section 3)."""

    HOUSEHOLD_LAND_MANAGEMENT = "household_land_management"
    HOUSEHOLD_CONTRACT_RIGHT = "household_contract_right"
    UNALLOCATED_COLLECTIVE_LAND = "unallocated_collective_land"
    FOUR_WASTES = "four_wastes"
    FOREST = "forest"
    CONSTRUCTION_LAND = "construction_land"
    HOMESTEAD = "homestead"
    IDLE_HOUSE = "idle_house"
    COLLECTIVE_ASSET = "collective_asset"
    EQUITY_SHARE = "equity_share"
    WATER_FACILITY = "water_facility"
    FARM_EQUIPMENT = "farm_equipment"
    PROCUREMENT = "procurement"
    INTELLECTUAL_PROPERTY = "intellectual_property"
    OTHER = "other"


CATEGORY_CODE: dict[str, str] = {
    Category.HOUSEHOLD_LAND_MANAGEMENT: "A1",
    Category.HOUSEHOLD_CONTRACT_RIGHT: "A1",
    Category.UNALLOCATED_COLLECTIVE_LAND: "A2",
    Category.FOUR_WASTES: "A3",
    Category.FOREST: "A4",
    Category.CONSTRUCTION_LAND: "A5",
    Category.HOMESTEAD: "A6",
    Category.IDLE_HOUSE: "A7",
    Category.COLLECTIVE_ASSET: "A8",
    Category.EQUITY_SHARE: "A9",
    Category.WATER_FACILITY: "A10",
    Category.FARM_EQUIPMENT: "A11",
    Category.PROCUREMENT: "A12",
    Category.INTELLECTUAL_PROPERTY: "A13",
    Category.OTHER: "A14",
}

DECLARABLE = frozenset(
    {
        "mandate", "capital_review", "plan_report", "co_ownership", "retransfer", "construction", "unallocated",
        "homestead", "house", "share", "water", "equipment", "intellectual_property", "land_use", "price", "procurement",
        "township_approval", "tenancy",
    }
)  # fmt: skip
"""Sections of the compliance case that an applicant may declare; the rest comes from registry and procedure."""

Quantity = Annotated[PlainDecimal, Field(gt=0, le=Decimal(100_000_000))]
Token = Annotated[str, Field(pattern=r"^[a-z_]{2,40}$")]


class ItemIn(In):
    """A parcel or an asset. `start_fen`: its own price for one unit and year, where a lot has several prices."""

    parcel_id: Id | None = None
    asset_id: Id | None = None
    quantity: Quantity
    start_fen: Fen | None = None

    @model_validator(mode="after")
    def _one_thing(self) -> Self:
        if (self.parcel_id is None) == (self.asset_id is None):
            raise ValueError("parcel_id 与 asset_id 须且只能给出一项")
        return self


class LotIn(In):
    title: Text
    items: Annotated[list[ItemIn], Field(min_length=1, max_length=500)]
    unit: Annotated[str, Field(min_length=1, max_length=10)]
    price_basis: Choice[PriceBasis]
    start_fen: Fen
    floor_fen: Fen | None = None
    step_fen: Fen | None = None
    cap_fen: Fen | None = None
    deposit_fen: FenOrZero | None = None
    term_start: Day | None = None
    term_end: Day | None = None
    bidding: BiddingIn = BiddingIn()

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if (self.term_start is None) != (self.term_end is None):
            raise ValueError("期限的起、止须同时给出")
        if self.term_start and self.term_end and self.term_start > self.term_end:
            raise ValueError("期限的起始日晚于终止日")
        if self.cap_fen is not None and self.cap_fen < self.start_fen:
            raise ValueError("最高限价低于起始价")
        if self.cap_fen is not None and self.bidding.mode == "one_shot":
            raise ValueError("一次性密封报价没有最高限价")
        if self.floor_fen is not None and self.floor_fen > self.start_fen:
            raise ValueError("授权底价高于起始价")
        return self


class TermsIn(In):
    """What a notice must disclose beyond the numbers (procedure 5.1)."""

    location: Text
    boundaries: Text
    present_state: LongText
    use: Text
    use_restrictions: LongText
    payment: LongText
    transferee_conditions: LongText
    accepts_consortium: bool = False
    delivery: LongText
    disclosures: LongText | None = None
    priority_holders: LongText | None = None
    rent_escalation: Text | None = None
    contact_phone: Annotated[str, Field(pattern=r"^0[0-9]{2,3}-[0-9]{7,8}$", description="县中心或服务站座机")]
    supervision_phone: Annotated[str, Field(pattern=r"^(0[0-9]{2,3}-[0-9]{7,8}|1[0-9]{4})$")]


class ListingIn(In):
    region_code: Annotated[str, Field(pattern=r"^[0-9]{12}$", description="村级区划代码")]
    category: Choice[Category]
    right: Token
    method: Token
    award_mode: Token = "competitive_bidding"
    title: Text
    transferor_party_id: Id
    resolution_id: Id | None = None
    terms: TermsIn
    declared: Annotated[dict[str, Any], Field(default_factory=dict)]
    lots: Annotated[list[LotIn], Field(min_length=1, max_length=50)]
    source_note: Text | None = None

    @field_validator("declared")
    @classmethod
    def _sections(cls, declared: dict[str, Any]) -> dict[str, Any]:
        if not declared.keys() <= DECLARABLE or not all(isinstance(v, dict) for v in declared.values()):
            raise ValueError(f"只能声明这些部分：{'、'.join(sorted(DECLARABLE))}")
        if len(str(declared)) > 50_000:
            raise ValueError("过大")
        return declared


class DocumentIn(In):
    kind: Token
    document_id: Id


class MoveIn(In):
    """A decision with its public reason code where the transition asks for one, and a note."""

    reason_code: Annotated[str, Field(pattern=r"^[A-Z_]{3,40}$")] | None = None
    note: LongText | None = None


class ReturnIn(In):
    """一次性告知：all that is missing, at once."""

    missing: Annotated[list[Text], Field(min_length=1, max_length=50)]


class PublishIn(In):
    """When the auction is held; absent, the first day and hour that the parameters allow."""

    auction_at: Annotated[datetime, Field(strict=False)] | None = None


class AmendIn(In):
    """New terms of a notice. Material changes make the notice period run anew."""

    note: LongText
    terms: TermsIn | None = None
    start_fen: Fen | None = None
    term_start: Day | None = None
    term_end: Day | None = None


class RelistIn(In):
    """A new round, at the same or a lower price."""

    start_fen: Fen | None = None
    note: LongText


class DecideIn(In):
    decision: Annotated[str, Field(pattern=r"^(accept|refuse)$")]
    reason: LongText


class LotOut(Out):
    """A lot as its parties and officers see it."""

    id: int
    listing_id: int
    lot_no: int
    title: str
    state: LotState
    state_name: str
    state_since: datetime
    due_on: date | None
    due_undetermined: bool
    reason_code: str | None
    reason_text: str | None
    held: list[dict[str, Any]]
    quantity: PlainDecimal
    unit: str
    price_basis: PriceBasis
    start_fen: int
    step_fen: int
    cap_fen: int | None
    deposit_fen: int
    start_total_fen: int
    term_start: date | None
    term_end: date | None
    months: int
    rules: dict[str, Any]
    round_no: int
    entry_opens_at: datetime | None
    entry_closes_at: datetime | None
    auction_at: datetime | None


class ListingOut(Out):
    id: int
    project_no: str
    region_code: str
    category: str
    right_kind: str
    method: str
    award_mode: str
    title: str
    transferor_party_id: int
    resolution_id: int | None
    acceptance_no: str | None
    terms: dict[str, Any]
    declared: dict[str, Any]
    parameters: dict[str, Any] | None
    is_demo: bool
    source_note: str | None
    created_at: datetime
    lots: list[LotOut]
    receipts: list[LogReceipt] = Field(default_factory=list)
    """申报时每个标的的日志回执。"""


class PublicLotOut(Out):
    """A lot as everybody sees it."""

    id: int
    project_no: str
    lot_no: int
    title: str
    region_code: str
    category: str
    method: str
    state: LotState
    state_name: str
    reason_code: str | None
    reason_text: str | None
    quantity: PlainDecimal
    unit: str
    price_basis: PriceBasis
    start_fen: int
    start_total_fen: int
    step_fen: int
    cap_fen: int | None
    deposit_fen: int
    term_start: date | None
    term_end: date | None
    round_no: int
    entry_closes_at: datetime | None
    auction_at: datetime | None
    is_demo: bool


class NoticeOut(Out):
    id: int
    lot_id: int
    kind: str
    round_no: int
    version: int
    published_at: datetime
    starts_on: date | None
    ends_on: date | None
    body: dict[str, Any]
    body_sha256: str


class ReviewCaseOut(Out):
    id: int
    lot_id: int
    region_code: str
    rule_id: str
    step: str
    message: str
    citation: str
    opened_at: datetime
