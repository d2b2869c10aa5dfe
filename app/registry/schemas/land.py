"""Parcels and assets on the wire."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Self

from pydantic import Field, field_validator, model_validator

from app.base.wire import Choice, FenOrZero, Id, In, Out, PlainDecimal, RegionCode, Text
from app.registry.schemas.fields import Code, ParcelArea
from app.registry.schemas.rights import LeaseOut, RestrictionOut, RightOut
from app.registry.states import AssetKind, LandType, SoilClass, SourceKind


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


class ParcelChangeIn(In):
    """变更地块: what is given changes, what is left out stays. The source of the change is never left out."""

    name: Text | None = None
    area_mu: ParcelArea | None = None
    land_type: Choice[LandType] | None = None
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
    source_kind: Choice[SourceKind]
    source: Text
    source_document_id: Id | None = None

    @model_validator(mode="after")
    def _something(self) -> Self:
        for name in ("name", "area_mu", "land_type"):
            if name in self.model_fields_set and getattr(self, name) is None:
                raise ValueError("名称、面积、地类不得为空")
        if self.model_fields_set <= {"source_kind", "source", "source_document_id"}:
            raise ValueError("没有要变更的事项")
        return self


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


class ParcelDetailOut(ParcelOut):
    rights: list[RightOut] = Field(default_factory=list)
    restrictions: list[RestrictionOut] = Field(default_factory=list)
    leases: list[LeaseOut] = Field(default_factory=list)


class ParcelVersionOut(Out):
    since: datetime
    parcel: ParcelOut
