"""Parcels (LA_SpatialUnit), assets that are no land, and the units that rights are held in (LA_BAUnit)."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, Numeric, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.base.db import Model
from app.registry.models.columns import BY_PREFIX, Instant, choice
from app.registry.states import AssetKind, LandType, SoilClass


class Parcel(Model):
    """地块（LA_SpatialUnit）. What is unknown of the land is NULL, so that a rule says it could not be judged."""

    __tablename__ = "parcel"
    __table_args__ = (
        UniqueConstraint("parcel_code"),
        CheckConstraint("area_mu > 0", name="area_is_positive"),
        CheckConstraint("slope_degrees BETWEEN 0 AND 90", name="slope_is_an_angle"),
        CheckConstraint("num_nonnulls(min_lon, min_lat, max_lon, max_lat) IN (0, 4)", name="box_is_whole"),
        CheckConstraint("min_lon <= max_lon AND min_lat <= max_lat", name="box_runs_forward"),
        CheckConstraint("min_lon >= 70 AND max_lon <= 140 AND min_lat >= 0 AND max_lat <= 60", name="box_is_in_china"),
        Index("parcel_region_idx", "region_code", postgresql_ops=BY_PREFIX),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    parcel_code: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(200))
    region_code: Mapped[str] = mapped_column(ForeignKey("region.code"))
    area_mu: Mapped[Decimal] = mapped_column(Numeric(14, 4))
    land_type: Mapped[LandType] = mapped_column(choice(LandType, "land_type_is_known"))
    is_reserve_land: Mapped[bool | None]
    permanent_basic_farmland: Mapped[bool | None]
    slope_degrees: Mapped[Decimal | None] = mapped_column(Numeric(4, 2))
    soil_class: Mapped[SoilClass | None] = mapped_column(choice(SoilClass, "soil_class_is_known"))
    soil_pollution_list: Mapped[bool | None]
    soil_survey_done: Mapped[bool | None]
    public_welfare_forest: Mapped[bool | None]
    bound_east: Mapped[str | None] = mapped_column(String(100))
    bound_south: Mapped[str | None] = mapped_column(String(100))
    bound_west: Mapped[str | None] = mapped_column(String(100))
    bound_north: Mapped[str | None] = mapped_column(String(100))
    min_lon: Mapped[Decimal | None] = mapped_column(Numeric(7, 4))
    min_lat: Mapped[Decimal | None] = mapped_column(Numeric(7, 4))
    max_lon: Mapped[Decimal | None] = mapped_column(Numeric(7, 4))
    max_lat: Mapped[Decimal | None] = mapped_column(Numeric(7, 4))
    begin_lifespan_at: Mapped[datetime] = mapped_column(Instant)
    end_lifespan_at: Mapped[datetime | None] = mapped_column(Instant)


class Asset(Model):
    """集体“三资”台账中的资产: what is traded and is no land."""

    __tablename__ = "asset"
    __table_args__ = (
        UniqueConstraint("asset_no"),
        CheckConstraint("quantity > 0", name="quantity_is_positive"),
        CheckConstraint("book_value_fen >= 0", name="book_value_is_not_negative"),
        Index("asset_region_idx", "region_code", postgresql_ops=BY_PREFIX),
        Index("asset_owner_idx", "owner_party_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    asset_no: Mapped[str] = mapped_column(String(40))
    kind: Mapped[AssetKind] = mapped_column(choice(AssetKind, "kind_is_known"))
    name: Mapped[str] = mapped_column(String(200))
    region_code: Mapped[str] = mapped_column(ForeignKey("region.code"))
    owner_party_id: Mapped[int] = mapped_column(ForeignKey("party.id"))
    quantity: Mapped[Decimal] = mapped_column(Numeric(16, 4))
    unit: Mapped[str] = mapped_column(String(10))
    book_value_fen: Mapped[int | None] = mapped_column(BigInteger)
    in_ledger: Mapped[bool] = mapped_column(server_default=text("true"))
    public_welfare: Mapped[bool | None]
    fiscal_funded: Mapped[bool | None]
    registrable_machinery: Mapped[bool | None]
    attached_to_land: Mapped[bool | None]
    legal_proof: Mapped[bool | None]
    begin_lifespan_at: Mapped[datetime] = mapped_column(Instant)
    end_lifespan_at: Mapped[datetime | None] = mapped_column(Instant)


class BaUnit(Model):
    """基本管理单元（LA_BAUnit）: the parcels and assets that one and the same rights are held in."""

    __tablename__ = "ba_unit"
    __table_args__ = (Index("ba_unit_region_idx", "region_code", postgresql_ops=BY_PREFIX),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    region_code: Mapped[str] = mapped_column(ForeignKey("region.code"))
    name: Mapped[str | None] = mapped_column(String(200))
    begin_lifespan_at: Mapped[datetime] = mapped_column(Instant)
    end_lifespan_at: Mapped[datetime | None] = mapped_column(Instant)


class BaUnitItem(Model):
    """A parcel or an asset in a unit."""

    __tablename__ = "ba_unit_item"
    __table_args__ = (
        CheckConstraint("num_nonnulls(parcel_id, asset_id) = 1", name="one_thing"),
        UniqueConstraint("ba_unit_id", "parcel_id"),
        UniqueConstraint("ba_unit_id", "asset_id"),
        Index("ba_unit_item_parcel_idx", "parcel_id"),
        Index("ba_unit_item_asset_idx", "asset_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    ba_unit_id: Mapped[int] = mapped_column(ForeignKey("ba_unit.id"))
    parcel_id: Mapped[int | None] = mapped_column(ForeignKey("parcel.id"))
    asset_id: Mapped[int | None] = mapped_column(ForeignKey("asset.id"))
