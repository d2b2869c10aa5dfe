"""Files of surveyors: zipped Shapefile, GeoPackage and GeoJSON become features. What the file is, its first bytes say.

Nothing is unpacked to disk, and what is unpacked into memory is counted while it is read, whatever the file claims.
"""

import io
import json
import sqlite3
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NoReturn

import shapefile
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError
from shapely.geometry import MultiPolygon

from app.base.errors import Invalid
from app.ground.shapes import MAX_POINTS, MAX_RINGS, BadShape, figure, to_cgcs2000
from app.ground.wkb import rings_of_gpkg

MAX_UNPACKED = 64 * 1024 * 1024
MAX_MEMBERS = 64
MAX_FEATURES = 5_000
MAX_FILE_POINTS = 1_000_000
_STEPS = 20_000_000


@dataclass(frozen=True, slots=True)
class Feature:
    """A feature by its row, from 1. It has a shape, or a problem."""

    row: int
    properties: dict[str, Any]
    shape: MultiPolygon | None
    problem: BadShape | None = None


def _refuse(reason: str, message: str) -> NoReturn:
    raise Invalid(message, field="file", reason=reason)


def _feature(row: int, properties: Any, rings: Any, to_4490: Transformer | None) -> Feature:
    fields = properties if isinstance(properties, dict) else {}
    try:
        return Feature(row, fields, figure(rings, to_4490))
    except BadShape as e:
        return Feature(row, fields, None, e)


def read(content: bytes) -> list[Feature]:
    """The features of a file in CGCS2000. Raises Invalid, naming what is wrong, for a file that is none of the three."""
    if content.startswith(b"PK\x03\x04"):
        found = _zipped(content)
    elif content.startswith(b"SQLite format 3\x00"):
        found = _geopackage(content)
    elif content.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"{":
        found = _geojson(content)
    else:
        _refuse("FORMAT_UNKNOWN", "须为 zip 打包的 Shapefile、GeoPackage 或 GeoJSON")
    features: list[Feature] = []
    n_points = 0
    for feature in found:
        if len(features) == MAX_FEATURES:
            _refuse("TOO_MANY_FEATURES", f"一次至多 {MAX_FEATURES} 个图斑，请分村导入")
        if feature.shape is not None:
            n_points += sum(
                len(p.exterior.coords) + sum(len(r.coords) for r in p.interiors) for p in feature.shape.geoms
            )
        if n_points > MAX_FILE_POINTS:
            _refuse("TOO_MANY_POINTS", f"一次至多 {MAX_FILE_POINTS} 个坐标点，请分村导入")
        features.append(feature)
    if not features:
        _refuse("NO_FEATURES", "文件中没有图斑")
    return features


def _crs(said: str | int) -> Transformer | None:
    try:
        return to_cgcs2000(CRS.from_user_input(said))
    except BadShape as e:
        _refuse(e.reason, e.message)
    except CRSError:
        _refuse("CRS_UNKNOWN", "坐标系无法识别，须为 CGCS2000（EPSG:4490）")


def _no_constant(name: str) -> NoReturn:
    _refuse("COORDINATE_IS_NO_NUMBER", f"GeoJSON 不接受 {name}")


def _geojson(content: bytes) -> Iterator[Feature]:
    try:
        whole = json.loads(content.decode("utf-8-sig"), parse_constant=_no_constant)
    except UnicodeDecodeError:
        _refuse("ENCODING_UNKNOWN", "GeoJSON 须为 UTF-8 编码")
    except (ValueError, RecursionError):
        _refuse("BROKEN_FILE", "不是有效的 GeoJSON")
    features = whole.get("features")
    if whole.get("type") != "FeatureCollection" or not isinstance(features, list):
        _refuse("NO_FEATURES", "GeoJSON 须为 FeatureCollection")
    said = whole.get("crs")
    name = said.get("properties", {}).get("name") if isinstance(said, dict) else None
    # RFC 7946 knows no other system; CRS84 is how older writers say longitude and latitude.
    to_4490 = None if said is None or name == "urn:ogc:def:crs:OGC:1.3:CRS84" else _crs(str(name)[:200])
    for row, each in enumerate(features, 1):
        shape = each.get("geometry") if isinstance(each, dict) else None
        kind = shape.get("type") if isinstance(shape, dict) else None
        fields = each.get("properties") if isinstance(each, dict) else None
        if kind not in {"Polygon", "MultiPolygon"}:
            yield Feature(
                row, fields if isinstance(fields, dict) else {}, None, BadShape("NOT_A_POLYGON", "图形不是面")
            )
            continue
        rings = shape.get("coordinates") if isinstance(shape, dict) else None
        yield _feature(row, fields, [rings] if kind == "Polygon" else rings, to_4490)


def _members(content: bytes) -> dict[str, bytes]:
    """The members of a zip by extension. Raises Invalid for paths that lead out, links, locks and bombs."""
    out: dict[str, bytes] = {}
    left = MAX_UNPACKED
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            infos = packed.infolist()
            if len(infos) > MAX_MEMBERS:
                _refuse("TOO_MANY_MEMBERS", f"压缩包内至多 {MAX_MEMBERS} 个文件")
            for info in infos:
                parts = info.filename.replace("\\", "/").split("/")
                if ".." in parts or parts[0] == "" or ":" in info.filename:
                    _refuse("PATH_LEADS_OUT", "压缩包内的路径指向包外")
                if stat.S_ISLNK(info.external_attr >> 16):
                    _refuse("PATH_LEADS_OUT", "压缩包内有符号链接")
                if info.flag_bits & 1:
                    _refuse("FILE_IS_LOCKED", "压缩包有密码")
                ending = parts[-1].rpartition(".")[2].lower()
                if info.is_dir() or ending not in {"shp", "dbf", "prj", "cpg"} or "__MACOSX" in parts:
                    continue
                if ending in out:
                    _refuse("SEVERAL_LAYERS", f"压缩包内有不止一个 .{ending}，一次导入一个图层")
                with packed.open(info) as member:
                    out[ending] = member.read(left + 1)
                left -= len(out[ending])
                if left < 0:
                    _refuse("TOO_LARGE_UNPACKED", f"解压后超过 {MAX_UNPACKED // 1024 // 1024} MB")
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError, struct.error, zlib.error):
        _refuse("BROKEN_FILE", "压缩包已损坏")
    # The reader itself only warns of a file that is shorter than it says.
    if "shp" in out and (len(out["shp"]) < 100 or int.from_bytes(out["shp"][24:28], "big") * 2 != len(out["shp"])):
        _refuse("BROKEN_FILE", "Shapefile 残缺：长度与文件头不符")
    missing = sorted({"shp", "dbf", "prj"} - set(out))
    if missing:
        _refuse("PART_MISSING", "压缩包缺少 " + "、".join(f".{m}" for m in missing))
    return out


def _encodings(cpg: bytes | None) -> list[str]:
    said = (cpg or b"").decode("ascii", "ignore").strip().lower()
    named = {
        "utf-8": "utf-8",
        "utf8": "utf-8",
        "65001": "utf-8",
        "gbk": "gb18030",
        "936": "gb18030",
        "cp936": "gb18030",
    }
    return [named[said]] if said in named else ["utf-8", "gb18030"]


def _zipped(content: bytes) -> Iterator[Feature]:
    members = _members(content)
    try:
        wkt = members["prj"].decode("utf-8-sig")
    except UnicodeDecodeError:
        _refuse("CRS_UNKNOWN", "坐标系说明（.prj）无法识别")
    to_4490 = _crs(wkt[:10_000])
    for encoding in _encodings(members.get("cpg")):
        try:
            yield from _shapefile(members, encoding, to_4490)
        except shapefile.dbfFileException as e:
            if "decode" in str(e):  # how the reader says that the encoding is another
                continue
            _refuse("BROKEN_FILE", "Shapefile 的属性表已损坏")
        except UnicodeDecodeError:
            continue
        except (
            shapefile.ShapefileException,
            struct.error,
            ValueError,
            IndexError,
            KeyError,
            TypeError,
            EOFError,
            Warning,
        ):
            _refuse("BROKEN_FILE", "Shapefile 已损坏")
        return
    _refuse("ENCODING_UNKNOWN", "属性表的编码无法识别，须为 UTF-8 或 GBK")


def _shapefile(members: dict[str, bytes], encoding: str, to_4490: Transformer | None) -> list[Feature]:
    parts = {name: io.BytesIO(members[name]) for name in ("shp", "dbf")}
    features: list[Feature] = []
    with shapefile.Reader(**parts, encoding=encoding, encodingErrors="strict") as reader:
        if reader.shapeType not in {shapefile.POLYGON, shapefile.POLYGONZ, shapefile.POLYGONM}:
            _refuse("NOT_A_POLYGON", "Shapefile 不是面图层")
        for row, pair in enumerate(reader.iterShapeRecords(), 1):
            if row > MAX_FEATURES + 1:
                break  # one too many is enough for the refusal
            fields = pair.record.as_dict() if pair.record is not None else {}
            shape = pair.shape
            if len(getattr(shape, "parts", ())) > MAX_RINGS or len(getattr(shape, "points", ())) > MAX_POINTS:
                features.append(Feature(row, fields, None, BadShape("TOO_MANY_POINTS", "图形过于复杂")))
                continue
            if shape is None or shape.shapeType == shapefile.NULL or not shape.points:
                features.append(Feature(row, fields, None, BadShape("NO_GEOMETRY", "没有图形")))
                continue
            geo: Any = shape.__geo_interface__
            rings = [geo["coordinates"]] if geo["type"] == "Polygon" else geo["coordinates"]
            features.append(_feature(row, fields, rings, to_4490))
    return features


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _geopackage(content: bytes) -> Iterator[Feature]:
    """One feature table is read. Views and triggers of the file are not trusted, and no query runs for long."""
    db = sqlite3.connect(":memory:")
    try:
        db.deserialize(content)
        left = [_STEPS // 10_000]

        def tired() -> int:
            left[0] -= 1
            return left[0] < 0

        db.set_progress_handler(tired, 10_000)
        db.execute("PRAGMA trusted_schema = OFF")
        db.execute("PRAGMA query_only = ON")
        tables = db.execute(
            "SELECT g.table_name, g.column_name, s.organization, s.organization_coordsys_id FROM gpkg_geometry_columns g"
            " JOIN gpkg_spatial_ref_sys s ON s.srs_id = g.srs_id"
            " JOIN sqlite_master m ON m.name = g.table_name AND m.type = 'table' LIMIT 2"
        ).fetchall()
        if len(tables) != 1:
            _refuse("SEVERAL_LAYERS" if tables else "NO_FEATURES", "GeoPackage 须恰有一个面图层")
        table, column, organisation, code = tables[0]
        to_4490 = _crs(f"{organisation}:{code}"[:60])
        rows = db.execute(f"SELECT * FROM {_quoted(str(table))} LIMIT {MAX_FEATURES + 1}")  # noqa: S608 - quoted
        names = [str(d[0]) for d in rows.description]
        for row, values in enumerate(rows, 1):
            fields = dict(zip(names, values, strict=True))
            blob = fields.pop(str(column), None)
            try:
                rings = rings_of_gpkg(blob) if isinstance(blob, bytes) else []
            except BadShape as e:
                yield Feature(row, fields, None, e)
                continue
            yield _feature(row, fields, rings, to_4490)
    except (sqlite3.Error, UnicodeDecodeError, OverflowError):
        _refuse("BROKEN_FILE", "GeoPackage 已损坏，或不是 GeoPackage")
    finally:
        db.close()
