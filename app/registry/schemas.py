"""The registry on the wire. A person's numbers go in; only their masks come out."""

from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Self

from pydantic import BeforeValidator, Field, computed_field, field_validator, model_validator

from app.base.wire import AreaMu, Choice, Count, Day, FenOrZero, Id, In, LongText, Out, PlainDecimal, RegionCode, Text
from app.registry.states import (
    AssetKind, AttendanceBasis, CollectiveLevel, LandType, LegalCapacity, Matter, MediaType, PartyKind, RegionLevel,
    ResolutionBody, RestrictionKind, RightKind, SealedField, SoilClass, SourceKind,
)  # fmt: skip

Code = Annotated[str, Field(pattern=r"^[0-9A-Za-z][0-9A-Za-z./_-]{0,39}$")]
Token = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,39}$")]
Prefix = Annotated[str, Field(pattern=r"^[0-9]{2,12}$", description="行政区划代码前缀")]
BankAccount = Annotated[str, Field(pattern=r"^[0-9]{8,30}$", description="银行账号")]
_Int32 = Annotated[int, Field(strict=True, ge=1, le=2**31 - 1)]
_Ids = Annotated[list[Id], Field(max_length=500)]


class RegionOut(Out):
    code: str
    name: str
    level: RegionLevel
    parent_code: str | None


class PartyIn(In):
    """A person, a household, a collective or an organisation, in the division whose register keeps it."""

    kind: Choice[PartyKind]
    name: Text
    region_code: RegionCode
    credit_code: Annotated[str, Field(max_length=40, description="统一社会信用代码 GB 32100")] | None = None
    id_number: Annotated[str, Field(max_length=40, description="公民身份号码 GB 11643")] | None = None
    born_on: Day | None = None
    legal_capacity: Choice[LegalCapacity] | None = None
    bank_name: Text | None = None
    bank_account: BankAccount | None = None
    address: Text | None = None
    person_id: Id | None = None
    organisation_id: Id | None = None


class PartyOut(Out):
    id: int
    kind: PartyKind
    name: str
    region_code: str
    credit_code: str | None
    id_number_masked: str | None
    born_on: date | None
    legal_capacity: LegalCapacity | None
    bank_name: str | None
    bank_account_tail: str | None
    address: str | None
    begin_lifespan_at: datetime


class MemberIn(In):
    party_id: Id
    share_num: _Int32 | None = None
    share_den: _Int32 | None = None
    relation: Annotated[str, Field(min_length=1, max_length=20)] | None = None
    is_representative: bool = False

    @model_validator(mode="after")
    def _fraction(self) -> Self:
        if (self.share_num is None) != (self.share_den is None):
            raise ValueError("份额须分子分母齐全")
        if self.share_num is not None and self.share_den is not None and self.share_num > self.share_den:
            raise ValueError("份额不得大于一")
        return self


class MembersIn(In):
    """All present members of a group. Either every one has a share and they sum to one, or none has."""

    members: Annotated[list[MemberIn], Field(min_length=1, max_length=500)]

    @field_validator("members")
    @classmethod
    def _whole(cls, members: list[MemberIn]) -> list[MemberIn]:
        shares = [Fraction(m.share_num, m.share_den) for m in members if m.share_num and m.share_den]
        if shares and (len(shares) != len(members) or sum(shares) != 1):
            raise ValueError("按份共有的份额须全部给出且合计为一")
        return members


class MemberOut(Out):
    party_id: int
    name: str
    share_num: int | None
    share_den: int | None
    relation: str | None
    is_representative: bool


class CollectiveIn(In):
    """集体登记与成员名册的人数。"""

    level: Choice[CollectiveLevel]
    registration_valid: bool | None = None
    members_full_capacity: Count | None = None
    households_total: Count | None = None
    reps_total: Count | None = None
    women_reps: Count | None = None
    reps_term_end_on: Day | None = None
    board_total: Count | None = None

    @model_validator(mode="after")
    def _women(self) -> Self:
        if self.women_reps is not None and self.reps_total is not None and self.women_reps > self.reps_total:
            raise ValueError("妇女代表多于代表总数")
        return self


class CollectiveOut(Out):
    level: CollectiveLevel
    registration_valid: bool | None
    members_full_capacity: int | None
    households_total: int | None
    reps_total: int | None
    women_reps: int | None
    reps_term_end_on: date | None
    board_total: int | None
    updated_at: datetime


class PartyDetailOut(PartyOut):
    collective: CollectiveOut | None = None
    members: list[MemberOut] = []


class UnmaskIn(In):
    reason: Annotated[Text, Field(min_length=4)]
    field: Choice[SealedField] = SealedField.ID_NUMBER


class UnmaskOut(Out):
    """The one answer that shows a sealed number in full."""

    field: SealedField
    value: str


def _four_places(value: Decimal) -> Decimal:
    exponent = value.as_tuple().exponent
    if isinstance(exponent, int) and exponent < -4:  # noqa: PLR2004 - what the public may see of a place
        raise ValueError("经纬度最多四位小数")
    return value


_Degree = Annotated[PlainDecimal, Field(ge=0, le=140)]


class BoxIn(In):
    """范围框，CGCS2000 经纬度，四位小数。"""

    min_lon: Annotated[_Degree, Field(ge=70)]
    min_lat: Annotated[_Degree, Field(le=60)]
    max_lon: Annotated[_Degree, Field(ge=70)]
    max_lat: Annotated[_Degree, Field(le=60)]

    _places = field_validator("min_lon", "min_lat", "max_lon", "max_lat")(_four_places)

    @model_validator(mode="after")
    def _forward(self) -> Self:
        if self.min_lon > self.max_lon or self.min_lat > self.max_lat:
            raise ValueError("范围框的最小值大于最大值")
        return self


Slope = Annotated[PlainDecimal, Field(ge=0, le=90, decimal_places=2, description="坡度（度）")]
Quantity = Annotated[PlainDecimal, Field(gt=0, lt=Decimal(10**12), decimal_places=4)]
ParcelArea = Annotated[AreaMu, Field(decimal_places=4)]
Bound = Annotated[str, Field(min_length=1, max_length=100)]


class ParcelIn(In):
    """地块 with the facts that rules read. What is not known is left out, never guessed."""

    parcel_code: Code
    name: Text
    region_code: RegionCode
    area_mu: ParcelArea
    land_type: Choice[LandType]
    is_reserve_land: bool | None = None
    permanent_basic_farmland: bool | None = None
    slope_degrees: Slope | None = None
    soil_class: Choice[SoilClass] | None = None
    soil_pollution_list: bool | None = None
    soil_survey_done: bool | None = None
    public_welfare_forest: bool | None = None
    bound_east: Bound | None = None
    bound_south: Bound | None = None
    bound_west: Bound | None = None
    bound_north: Bound | None = None
    box: BoxIn | None = None


class ParcelOut(Out):
    id: int
    parcel_code: str
    name: str
    region_code: str
    area_mu: PlainDecimal
    land_type: LandType
    is_reserve_land: bool | None
    permanent_basic_farmland: bool | None
    slope_degrees: PlainDecimal | None
    soil_class: SoilClass | None
    soil_pollution_list: bool | None
    soil_survey_done: bool | None
    public_welfare_forest: bool | None
    bound_east: str | None
    bound_south: str | None
    bound_west: str | None
    bound_north: str | None
    min_lon: PlainDecimal | None
    min_lat: PlainDecimal | None
    max_lon: PlainDecimal | None
    max_lat: PlainDecimal | None
    begin_lifespan_at: datetime


class AssetIn(In):
    """“三资”台账中的资产（土地以外）。"""

    asset_no: Code
    kind: Choice[AssetKind]
    name: Text
    region_code: RegionCode
    owner_party_id: Id
    quantity: Quantity
    unit: Annotated[str, Field(min_length=1, max_length=10)]
    book_value_fen: FenOrZero | None = None
    in_ledger: bool = True
    public_welfare: bool | None = None
    fiscal_funded: bool | None = None
    registrable_machinery: bool | None = None
    attached_to_land: bool | None = None
    legal_proof: bool | None = None


class AssetOut(Out):
    id: int
    asset_no: str
    kind: AssetKind
    name: str
    region_code: str
    owner_party_id: int
    quantity: PlainDecimal
    unit: str
    book_value_fen: int | None
    in_ledger: bool
    public_welfare: bool | None
    fiscal_funded: bool | None
    registrable_machinery: bool | None
    attached_to_land: bool | None
    legal_proof: bool | None


class RightIn(In):
    """权利. Both days of the term are inside it. Without parcels or assets: those of the parent or extended right."""

    kind: Choice[RightKind]
    region_code: RegionCode
    holder_party_id: Id
    parcel_ids: _Ids = []
    asset_ids: _Ids = []
    parent_right_id: Id | None = None
    extends_right_id: Id | None = None
    share_num: _Int32 = 1
    share_den: _Int32 = 1
    starts_on: Day | None = None
    ends_on: Day | None = None
    certificate_no: Annotated[Text, Field(max_length=60)] | None = None
    source_kind: Choice[SourceKind] = SourceKind.CONTRACT
    source_ref: Text | None = None
    source_document_id: Id | None = None
    signed_on: Day | None = None

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.starts_on is not None and self.ends_on is not None and self.ends_on < self.starts_on:
            raise ValueError("终止日早于起始日")
        if self.parent_right_id is not None and self.extends_right_id is not None:
            raise ValueError("parent_right_id 与 extends_right_id 只能给出一项")
        if self.share_num > self.share_den:
            raise ValueError("份额不得大于一")
        for ids in (self.parcel_ids, self.asset_ids):
            if len(set(ids)) != len(ids):
                raise ValueError("地块或资产重复")
        return self


class RightOut(Out):
    id: int
    kind: RightKind
    region_code: str
    holder_party_id: int
    ba_unit_id: int
    share_num: int
    share_den: int
    parent_right_id: int | None
    extends_right_id: int | None
    starts_on: date | None
    ends_on: date | None
    certificate_no: str | None
    source_kind: SourceKind
    source_ref: str | None
    source_document_id: int | None
    signed_on: date | None
    begin_lifespan_at: datetime
    end_lifespan_at: datetime | None
    end_reason: str | None


class RestrictionIn(In):
    """权利限制 on exactly one of parcel, asset and right."""

    kind: Choice[RestrictionKind]
    parcel_id: Id | None = None
    asset_id: Id | None = None
    right_id: Id | None = None
    beneficiary_party_id: Id | None = None
    source: Text
    source_document_id: Id | None = None

    @model_validator(mode="after")
    def _one_thing(self) -> Self:
        if sum(x is not None for x in (self.parcel_id, self.asset_id, self.right_id)) != 1:
            raise ValueError("parcel_id、asset_id、right_id 须且只能给出一项")
        return self


class RestrictionOut(Out):
    id: int
    kind: RestrictionKind
    region_code: str
    parcel_id: int | None
    asset_id: int | None
    right_id: int | None
    beneficiary_party_id: int | None
    source: str
    source_document_id: int | None
    imposed_at: datetime
    released_at: datetime | None
    release_source: str | None


class ReleaseIn(In):
    source: Text


class ReasonIn(In):
    reason: Text


class LeaseIn(In):
    """Possession under a contract made before or beside the platform; both days inside."""

    parcel_ids: Annotated[list[Id], Field(min_length=1, max_length=500)]
    holder_party_id: Id
    starts_on: Day
    ends_on: Day
    reference: Annotated[Text, Field(max_length=80)]
    right_id: Id | None = None
    head_lease_id: Id | None = None


class LeaseOut(Out):
    id: int
    parcel_id: int
    holder_party_id: int
    right_id: int | None
    head_lease_id: int | None
    reference: str
    starts_on: date
    last_day: date
    agreed_until: date
    ended_on: date | None
    voided_at: datetime | None
    end_reason: str | None


class EndLeaseIn(In):
    """`last_day`: the last day of possession; before the first one, the lease is voided."""

    last_day: Day
    reason: Text


class ParcelDetailOut(ParcelOut):
    rights: list[RightOut] = []
    restrictions: list[RestrictionOut] = []
    leases: list[LeaseOut] = []


class ResolutionIn(In):
    """集体决议. Denominators left out are taken from the collective's register."""

    party_id: Id
    body: Choice[ResolutionBody]
    matter: Choice[Matter]
    subject: LongText
    notice_on: Day | None = None
    meeting_on: Day
    special_circumstances: bool = False
    attendance_basis: Choice[AttendanceBasis] = AttendanceBasis.INDIVIDUALS
    eligible: Count | None = None
    reps_total: Count | None = None
    board_total: Count | None = None
    attended: Count
    yes: Count
    women_reps: Count | None = None
    households_total: Count | None = None
    reps_term_end_on: Day | None = None
    improper_proxies: Count | None = None
    party_study_done: bool | None = None
    party_study_on: Day | None = None
    minutes_filed: bool | None = None
    publicised: bool | None = None
    intent_agreement: bool | None = None
    charter_threshold_met: bool | None = None
    discriminates_women: bool | None = None
    document_id: Id | None = None

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.yes > self.attended:
            raise ValueError("同意票数多于到会人数")
        if self.notice_on is not None and self.notice_on > self.meeting_on:
            raise ValueError("通知日晚于会议日")
        return self


class ResolutionOut(Out):
    id: int
    region_code: str
    party_id: int
    body: ResolutionBody
    matter: Matter
    subject: str
    notice_on: date | None
    meeting_on: date
    special_circumstances: bool
    attendance_basis: AttendanceBasis
    eligible: int | None
    reps_total: int | None
    board_total: int | None
    attended: int
    yes: int
    women_reps: int | None
    households_total: int | None
    reps_term_end_on: date | None
    improper_proxies: int | None
    party_study_done: bool | None
    party_study_on: date | None
    minutes_filed: bool | None
    publicised: bool | None
    intent_agreement: bool | None
    charter_threshold_met: bool | None
    discriminates_women: bool | None
    document_id: int | None
    recorded_at: datetime


class MandateIn(In):
    """委托书. What the paper does not state is left out, and a listing is told what is missing."""

    principal_party_id: Id
    agent_party_id: Id | None = None
    written: bool
    matter: LongText | None = None
    authority: LongText | None = None
    valid_from: Day | None = None
    valid_to: Day | None = None
    signed_on: Day | None = None
    document_id: Id | None = None

    @model_validator(mode="after")
    def _forward(self) -> Self:
        if self.valid_from is not None and self.valid_to is not None and self.valid_to < self.valid_from:
            raise ValueError("委托期止早于委托期起")
        return self


class MandateOut(Out):
    id: int
    region_code: str
    principal_party_id: int
    agent_party_id: int | None
    written: bool
    matter: str | None
    authority: str | None
    valid_from: date | None
    valid_to: date | None
    signed_on: date | None
    document_id: int | None
    recorded_at: datetime
    revoked_at: datetime | None


def _hex(value: object) -> object:
    return value.hex() if isinstance(value, bytes) else value


class DocumentOut(Out):
    id: int
    region_code: str
    kind: str
    title: str
    reference: str | None
    sha256: Annotated[str, BeforeValidator(_hex)] | None
    media_type: MediaType | None
    size: int | None
    recorded_at: datetime

    @computed_field  # type: ignore[prop-decorator]  # mypy knows no decorated properties
    @property
    def is_uploaded(self) -> bool:
        """Whether the bytes are here to download."""
        return self.sha256 is not None
