"""Parcels, assets, rights, restrictions and leases on the wire."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Self

from pydantic import Field, field_validator, model_validator

from app.base.wire import AreaMu, Choice, Day, FenOrZero, Id, In, Out, PlainDecimal, RegionCode, Text
from app.registry.schemas.fields import Code, Ids, Int32
from app.registry.states import (
    AssetKind,
    LandType,
    RestrictionKind,
    RightKind,
    SoilClass,
    SourceKind,
)  # fmt: skip


def _four_places(value: Decimal) -> Decimal:
    exponent = value.as_tuple().exponent
    if isinstance(exponent, int) and exponent < -4:
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
    parcel_ids: Ids = Field(default_factory=list)
    asset_ids: Ids = Field(default_factory=list)
    parent_right_id: Id | None = None
    extends_right_id: Id | None = None
    share_num: Int32 = 1
    share_den: Int32 = 1
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
    rights: list[RightOut] = Field(default_factory=list)
    restrictions: list[RestrictionOut] = Field(default_factory=list)
    leases: list[LeaseOut] = Field(default_factory=list)
