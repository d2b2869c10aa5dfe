"""Geometry of parcels and of red lines, in CGCS2000 (EPSG:4490), longitude before latitude.

Shapes are kept as WKB multipolygons; the database finds by the box around them (GiST), the exact answer is computed.
"""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Double,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    Numeric,
    String,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.base.db import Model
from app.ground.states import RedLine
from app.registry.models.columns import BY_PREFIX, Instant, choice

BOX = "box(point(min_lon, min_lat), point(max_lon, max_lat))"
"""The box around a shape, as the index has it: a query that writes it otherwise does not use the index."""


class ParcelGround(Model):
    """地块图形: one version of a parcel's shape, current while `end_lifespan_at` is NULL. Only ever added to and ended."""

    __tablename__ = "parcel_ground"
    __table_args__ = (
        CheckConstraint("min_lon < max_lon AND min_lat < max_lat", name="box_runs_forward"),
        CheckConstraint("min_lon >= 70 AND max_lon <= 140 AND min_lat >= 0 AND max_lat <= 60", name="box_is_in_china"),
        CheckConstraint("area_mu > 0", name="area_is_positive"),
        CheckConstraint("begin_lifespan_at <= end_lifespan_at", name="lifespan_runs_forward"),
        # One shape at a time: two surveys written at once cannot both be the present one.
        Index("parcel_ground_current_key", "parcel_id", unique=True, postgresql_where=text("end_lifespan_at IS NULL")),
        Index("parcel_ground_parcel_idx", "parcel_id", "begin_lifespan_at"),
        Index("parcel_ground_region_idx", "region_code", postgresql_ops=BY_PREFIX),
        Index(
            "parcel_ground_box_idx",
            text(BOX),
            "parcel_id",
            postgresql_using="gist",
            postgresql_where=text("end_lifespan_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    parcel_id: Mapped[int] = mapped_column(ForeignKey("parcel.id"))
    region_code: Mapped[str] = mapped_column(ForeignKey("region.code"))
    shape: Mapped[bytes] = mapped_column(LargeBinary)
    area_mu: Mapped[Decimal] = mapped_column(Numeric(14, 4))
    min_lon: Mapped[float] = mapped_column(Double)
    min_lat: Mapped[float] = mapped_column(Double)
    max_lon: Mapped[float] = mapped_column(Double)
    max_lat: Mapped[float] = mapped_column(Double)
    source: Mapped[str] = mapped_column(String(200))
    begin_lifespan_at: Mapped[datetime] = mapped_column(Instant)
    end_lifespan_at: Mapped[datetime | None] = mapped_column(Instant)


class RedLineLayer(Model):
    """红线图层, as its authority published it. The same file is loaded once; a withdrawn layer stays readable."""

    __tablename__ = "red_line_layer"
    __table_args__ = (
        CheckConstraint("(withdrawn_at IS NULL) = (withdrawn_because IS NULL)", name="withdrawal_has_a_reason"),
        Index(
            "red_line_layer_file_key", "kind", "region_code", "file_sha256",
            unique=True, postgresql_where=text("withdrawn_at IS NULL"),
        ),
        Index("red_line_layer_region_idx", "region_code", postgresql_ops=BY_PREFIX),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    kind: Mapped[RedLine] = mapped_column(choice(RedLine, "kind_is_known"))
    region_code: Mapped[str] = mapped_column(ForeignKey("region.code"))
    source: Mapped[str] = mapped_column(String(200))
    file_sha256: Mapped[bytes] = mapped_column(LargeBinary)
    n_features: Mapped[int]
    loaded_at: Mapped[datetime] = mapped_column(Instant)
    withdrawn_at: Mapped[datetime | None] = mapped_column(Instant)
    withdrawn_because: Mapped[str | None] = mapped_column(String(200))


class RedLineArea(Model):
    """A piece of a red line: large areas are cut up, so that their boxes say something and few points are read."""

    __tablename__ = "red_line_area"
    __table_args__ = (
        Index("red_line_area_layer_idx", "layer_id"),
        Index("red_line_area_box_idx", text(BOX), postgresql_using="gist"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    layer_id: Mapped[int] = mapped_column(ForeignKey("red_line_layer.id"))
    feature_row: Mapped[int]
    shape: Mapped[bytes] = mapped_column(LargeBinary)
    min_lon: Mapped[float] = mapped_column(Double)
    min_lat: Mapped[float] = mapped_column(Double)
    max_lon: Mapped[float] = mapped_column(Double)
    max_lat: Mapped[float] = mapped_column(Double)
