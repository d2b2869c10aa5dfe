"""Shapes on the wire of the map: reports of imports, findings, layers, and GeoJSON out."""

from datetime import datetime
from math import isfinite
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from app.base.errors import Invalid
from app.base.wire import In, Out, PlainDecimal, Text
from app.ground.queries import Box
from app.ground.states import GroundFinding, RedLine

Source = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]+$")]


class ProblemOut(Out):
    """Why a feature of a file is not taken: its row from 1, a code, and the reason."""

    row: int
    parcel_code: str | None = None
    reason: str
    message: str


class FindingOut(Out):
    """What is found about a shape. It does not keep the shape out; somebody has to look at it."""

    kind: GroundFinding
    message: str
    drawn_mu: PlainDecimal | None = None
    registered_mu: PlainDecimal | None = None
    shared_mu: PlainDecimal | None = None
    other_parcel: str | None = None
    red_line: RedLine | None = None
    layer_id: int | None = None


class FeatureFindingsOut(Out):
    row: int
    parcel_code: str
    findings: list[FindingOut]


class ImportOut(Out):
    """What an import did, or would do. At most a thousand problems and findings are shown; the counts are whole."""

    dry_run: bool
    n_features: int
    n_drawn: int
    n_unchanged: int
    n_problems: int
    n_with_findings: int
    problems: list[ProblemOut]
    findings: list[FeatureFindingsOut]


class GroundOut(Out):
    """地块图形及其发现。"""

    parcel_id: int
    parcel_code: str
    area_mu: PlainDecimal
    registered_mu: PlainDecimal
    source: str
    begin_lifespan_at: datetime
    end_lifespan_at: datetime | None
    geometry: dict[str, Any]
    findings: list[FindingOut]


class LayerOut(Out):
    id: int
    kind: RedLine
    region_code: str
    source: str
    n_features: int
    loaded_at: datetime
    withdrawn_at: datetime | None
    withdrawn_because: str | None


class WithdrawIn(In):
    reason: Text


class MapFeatureOut(Out):
    type: Literal["Feature"] = "Feature"
    id: int
    geometry: dict[str, Any]
    properties: dict[str, str]


class MapOut(Out):
    """GeoJSON (RFC 7946) with the cursor of the next page as a foreign member. Coordinates are CGCS2000."""

    type: Literal["FeatureCollection"] = "FeatureCollection"
    features: list[MapFeatureOut]
    next_cursor: Annotated[str | None, Field(description="下一页")] = None


def box_of(said: str) -> Box:
    """`西,南,东,北` in degrees. Raises Invalid."""
    try:
        sides = [float(side) for side in said.split(",")]
    except ValueError as e:
        raise Invalid("须为 西,南,东,北 四个经纬度", field="box") from e
    if len(sides) != len(Box._fields) or not all(map(isfinite, sides)):
        raise Invalid("须为 西,南,东,北 四个经纬度", field="box")
    box = Box(*sides)
    if not (-180 <= box.west <= box.east <= 180 and -90 <= box.south <= box.north <= 90):
        raise Invalid("须西不过东、南不过北，单位为度", field="box")
    return box
