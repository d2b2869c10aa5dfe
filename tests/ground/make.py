"""Files as surveyors hand them in: GeoJSON, zipped Shapefile, GeoPackage, honest and hostile."""

import io
import json
import sqlite3
import struct
import zipfile
from pathlib import Path
from typing import Any

import shapefile
from pyproj import CRS

Ring = list[tuple[float, float]]
CGCS = CRS.from_epsg(4490).to_wkt("WKT1_ESRI")


def square(west: float = 113.82, south: float = 34.02, side: float = 0.001) -> Ring:
    east, north = west + side, south + side
    return [(west, south), (west, north), (east, north), (east, south), (west, south)]


def feature(ring: Any, code: str | None, **over: Any) -> dict[str, Any]:
    properties = {} if code is None else {"DKBM": code}
    return {"type": "Feature", "properties": properties, "geometry": {"type": "Polygon", "coordinates": [ring]}} | over


def geojson(*features: Any, **over: Any) -> bytes:
    return json.dumps({"type": "FeatureCollection", "features": list(features)} | over).encode()


def zipped(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in members.items():
            packed.writestr(name, content)
    return out.getvalue()


def members(
    rings: list[tuple[str, Ring]], *, prj: str = CGCS, encoding: str = "utf-8", name: str = "演示"
) -> dict[str, bytes]:
    parts = {ending: io.BytesIO() for ending in ("shp", "shx", "dbf")}
    with shapefile.Writer(**parts, encoding=encoding) as writer:
        writer.shapeType = shapefile.POLYGON
        writer.field("DKBM", "C", 19)
        writer.field("DKMC", "C", 40)
        for code, ring in rings:
            writer.poly([ring])
            writer.record(code, name)
    return {f"parcels.{ending}": part.getvalue() for ending, part in parts.items()} | {"parcels.prj": prj.encode()}


def blob(ring: Ring) -> bytes:
    wkb = struct.pack(f"<BIII{2 * len(ring)}d", 1, 3, 1, len(ring), *(v for point in ring for v in point))
    return b"GP\x00\x01" + struct.pack("<i", 4490) + wkb


def geopackage(folder: Path, rows: list[tuple[str, bytes]], *, srs: int = 4490) -> bytes:
    path = folder / "parcels.gpkg"
    path.unlink(missing_ok=True)
    db = sqlite3.connect(path)
    db.executescript(
        "CREATE TABLE gpkg_spatial_ref_sys (srs_id INTEGER, organization TEXT, organization_coordsys_id INTEGER);"
        "CREATE TABLE gpkg_geometry_columns (table_name TEXT, column_name TEXT, srs_id INTEGER);"
        "CREATE TABLE parcels (fid INTEGER PRIMARY KEY, dkbm TEXT, geom BLOB);"
        "INSERT INTO gpkg_geometry_columns VALUES ('parcels', 'geom', 1)"
    )
    db.execute("INSERT INTO gpkg_spatial_ref_sys VALUES (1, 'EPSG', ?)", (srs,))
    db.executemany("INSERT INTO parcels (dkbm, geom) VALUES (?, ?)", rows)
    db.commit()
    db.close()
    return path.read_bytes()
