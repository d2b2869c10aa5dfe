"""WKB polygons read by hand: a hostile one can nest collections deeper than a C stack is."""

import struct

from app.ground.shapes import MAX_POINTS, MAX_RINGS, BadShape

_POLYGON, _MULTI = 3, 6
Rings = list[list[list[tuple[float, float]]]]


class _Bytes:
    def __init__(self, data: bytes) -> None:
        self.data, self.at, self.n_points, self.n_rings = data, 0, 0, 0

    def take(self, shape: str) -> tuple[float, ...]:
        try:
            values = struct.unpack_from(shape, self.data, self.at)
        except struct.error as e:
            raise BadShape("BROKEN_GEOMETRY", "图形数据残缺") from e
        self.at += struct.calcsize(shape)
        return values

    def head(self) -> tuple[str, int, int]:
        """Byte order, kind, and numbers in a point."""
        order = "<" if int(self.take("B")[0]) == 1 else ">"
        code = int(self.take(f"{order}I")[0])
        extra = {0: 0, 1: 1, 2: 1, 3: 2}.get(code // 1000)
        if extra is None:
            raise BadShape("BROKEN_GEOMETRY", "图形类型无法识别")
        return order, code % 1000, 2 + extra

    def polygon(self, order: str, width: int) -> list[list[tuple[float, float]]]:
        rings = []
        for _ in range(self._count(order, MAX_RINGS)):
            self.n_rings += 1
            n = self._count(order, MAX_POINTS)
            self.n_points += n
            if self.n_points > MAX_POINTS or self.n_rings > MAX_RINGS:
                raise BadShape("TOO_MANY_POINTS", "图形过于复杂")
            flat = self.take(f"{order}{n * width}d")
            rings.append([(flat[i], flat[i + 1]) for i in range(0, n * width, width)])
        return rings

    def _count(self, order: str, most: int) -> int:
        n = int(self.take(f"{order}I")[0])
        if n > most:
            raise BadShape("TOO_MANY_POINTS", "图形过于复杂")
        return n

    def whole(self) -> Rings:
        order, kind, width = self.head()
        if kind == _POLYGON:
            return [self.polygon(order, width)]
        if kind != _MULTI:
            raise BadShape("NOT_A_POLYGON", "图形不是面")
        made = []
        for _ in range(self._count(order, MAX_RINGS)):
            inner, kind, width = self.head()
            if kind != _POLYGON:
                raise BadShape("NOT_A_POLYGON", "图形不是面")
            made.append(self.polygon(inner, width))
        return made


def rings_of(wkb: bytes) -> Rings:
    """The rings of a polygon or multipolygon; heights and measures are left out. Raises BadShape."""
    return _Bytes(wkb).whole()


_ENVELOPE = {0: 0, 1: 32, 2: 48, 3: 48, 4: 64}


def rings_of_gpkg(blob: bytes) -> Rings:
    """The rings of a GeoPackage blob (OGC 12-128, 2.1.3). Raises BadShape."""
    if blob[:2] != b"GP" or len(blob) < 8:
        raise BadShape("BROKEN_GEOMETRY", "不是 GeoPackage 图形")
    length = _ENVELOPE.get(blob[3] >> 1 & 7)
    if length is None:
        raise BadShape("BROKEN_GEOMETRY", "GeoPackage 图形头有误")
    return rings_of(blob[8 + length :])
