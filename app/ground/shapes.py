"""Plane figures on the ellipsoid: read, judged, measured, cut and thinned. Pure: no SQL, no files."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from math import isfinite
from typing import Any

import shapely
from pyproj import CRS, Geod, Transformer
from shapely.geometry import MultiPolygon, Polygon, box
from shapely.geometry.base import BaseGeometry

Ring = Sequence[Sequence[float]]
Rings = Sequence[Sequence[Ring]]
"""Polygons, each its outer ring and its holes."""

MAX_POINTS = 100_000
MAX_RINGS = 1_000
PIECE_POINTS = 256
_GEOD = Geod(a=6378137, rf=298.257222101)  # CGCS2000 (GB 22021)
_MU_PER_M2 = Decimal(3) / Decimal(2000)
_WEST, _EAST, _SOUTH, _NORTH = 70, 140, 0, 60
_TURN, _QUARTER = 180, 90


class BadShape(Exception):
    """A figure that is no piece of ground. `reason` is a code, the message Chinese."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason, self.message = reason, message


def _ring(points: Any) -> list[tuple[float, float]]:
    if not isinstance(points, (list, tuple)):
        raise BadShape("NOT_A_POLYGON", "坐标的层次不是面")
    ring = []
    for point in points:
        if not isinstance(point, (list, tuple)) or len(point) < 2:
            raise BadShape("NOT_A_POLYGON", "坐标的层次不是面")
        x, y = point[0], point[1]
        if any(isinstance(v, bool) or not isinstance(v, (int, float)) for v in (x, y)):
            raise BadShape("COORDINATE_IS_NO_NUMBER", "坐标不是数")
        try:
            ring.append((float(x), float(y)))
        except OverflowError as e:
            raise BadShape("COORDINATE_IS_NO_NUMBER", "坐标不是有限的数") from e
    return ring


def _place(x: float, y: float) -> None:
    if not (isfinite(x) and isfinite(y)):
        raise BadShape("COORDINATE_IS_NO_NUMBER", "坐标不是有限的数（NaN 或无穷）")
    if _WEST <= x <= _EAST and _SOUTH <= y <= _NORTH:
        return
    if _WEST <= y <= _EAST and _SOUTH <= x <= _NORTH:
        raise BadShape("AXES_SWAPPED", f"经纬度次序颠倒：须经度在前，读到 ({x:.6f}, {y:.6f})")
    if abs(x) > _TURN or abs(y) > _QUARTER:
        raise BadShape("COORDINATES_IN_METRES", f"坐标以米计（投影坐标），须为经纬度：读到 ({x:.2f}, {y:.2f})")
    raise BadShape("OUTSIDE_CHINA", f"坐标不在国内：({x:.6f}, {y:.6f})")


def figure(polygons: Any, to_4490: Transformer | None = None) -> MultiPolygon:
    """The figure of rings of (x, y), normalised and rounded to 1e-9 degree, about 0.1 mm. Raises BadShape."""
    if not isinstance(polygons, (list, tuple)) or not polygons:
        raise BadShape("NO_GEOMETRY", "没有图形")
    read: list[list[list[tuple[float, float]]]] = []
    n_points = n_rings = 0
    for polygon in polygons:
        if not isinstance(polygon, (list, tuple)) or not polygon:
            raise BadShape("NOT_A_POLYGON", "坐标的层次不是面")
        n_rings += len(polygon)
        n_points += sum(len(ring) for ring in polygon if isinstance(ring, (list, tuple)))
        if n_rings > MAX_RINGS or n_points > MAX_POINTS:
            raise BadShape("TOO_MANY_POINTS", f"图形过于复杂：至多 {MAX_RINGS} 个环、{MAX_POINTS} 个点")
        read.append([_ring(ring) for ring in polygon])
    parts = []
    for rings in read:
        placed = []
        for ring in rings:
            points = ring
            if to_4490 is not None:
                xs, ys = to_4490.transform([x for x, _ in ring], [y for _, y in ring])
                points = list(zip(xs, ys, strict=True))
            for x, y in points:
                _place(x, y)
            points = [(round(x, 9), round(y, 9)) for x, y in points]
            if len(set(points)) < 3:
                raise BadShape("NOT_A_POLYGON", "环不足三个不同的点")
            placed.append(points)
        parts.append(Polygon(placed[0], placed[1:]))
    made = MultiPolygon(parts)
    if not made.is_valid:
        raise BadShape("SELF_CROSSING", f"图形自相交或环相互重叠：{shapely.is_valid_reason(made)}")
    whole: MultiPolygon = made.normalize()
    if area_mu(whole) <= 0:
        raise BadShape("NO_AREA", "图形没有面积")
    return whole


def area_mu(shape: BaseGeometry) -> Decimal:
    """Area on the ellipsoid of CGCS2000 in mu, to four places. Of points and lines it is zero."""
    if shape.is_empty:
        return Decimal(0)
    square_metres, _ = _GEOD.geometry_area_perimeter(shapely.orient_polygons(shape))
    return (Decimal(repr(abs(square_metres))) * _MU_PER_M2).quantize(Decimal("0.0001"))


def shared_mu(a: BaseGeometry, b: BaseGeometry) -> Decimal:
    """The area that two figures have in common, in mu. Where they only touch it is zero."""
    common = a.intersection(b)
    faces = [p for p in shapely.get_parts(common) if p.geom_type in {"Polygon", "MultiPolygon"}]
    return sum((area_mu(face) for face in faces), Decimal(0))


def pieces(shape: BaseGeometry, depth: int = 0) -> Iterator[BaseGeometry]:
    """The figure cut in halves until no piece has many points. Together the pieces are the figure."""
    if shapely.get_num_coordinates(shape) <= PIECE_POINTS or depth > 20:
        yield shape
        return
    west, south, east, north = shape.bounds
    if east - west > north - south:
        middle = (west + east) / 2
        halves = box(west, south, middle, north), box(middle, south, east, north)
    else:
        middle = (south + north) / 2
        halves = box(west, south, east, middle), box(west, middle, east, north)
    for half in halves:
        for part in shapely.get_parts(shape.intersection(half)):
            if part.geom_type == "Polygon" and not part.is_empty:
                yield from pieces(part, depth + 1)


def thinned(shape: BaseGeometry, zoom: int | None) -> BaseGeometry:
    """As much of a figure as a map of this zoom shows (256-pixel tiles): a figure below a pixel becomes a point."""
    if zoom is None:
        return shape
    pixel = 360 / (256 * 2**zoom)
    west, south, east, north = shape.bounds
    if max(east - west, north - south) < pixel:
        return shape.representative_point()
    return shape.simplify(pixel / 2, preserve_topology=True)


def to_cgcs2000(crs: CRS) -> Transformer | None:
    """How coordinates in `crs` become EPSG:4490; None where they are that already.

    Raises BadShape, naming the system, for any other datum: parameters between datums are not public, and a guess is
    metres wrong.
    """
    base = crs.geodetic_crs
    name = crs.name or "未命名"
    datum = "" if base is None or base.datum is None else f"{base.name} {base.datum.name}".casefold()
    if "cgcs" not in datum.replace("_", " ") and "china geodetic coordinate system 2000" not in datum.replace("_", " "):
        raise BadShape("NOT_CGCS2000", f"坐标系为“{name}”，须为 CGCS2000（EPSG:4490 或其高斯-克吕格投影）")
    if crs.is_geographic:
        return None
    if not crs.is_projected:
        raise BadShape("NOT_CGCS2000", f"坐标系“{name}”不是平面或经纬度坐标系")
    return Transformer.from_crs(crs, CRS.from_epsg(4490), always_xy=True)
