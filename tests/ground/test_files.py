"""What is read out of files, and what hostile or mistaken ones are told."""

import struct
import tracemalloc
import zipfile
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import CRS, Transformer

from app.base.errors import Invalid
from app.ground import files
from app.ground.shapes import BadShape, area_mu, figure
from app.ground.wkb import rings_of
from tests.ground import make

CODE = "4110030010010000001"


def refused(content: bytes) -> str | None:
    with pytest.raises(Invalid) as told:
        files.read(content)
    assert told.value.field == "file"
    return told.value.reason


def test_the_three_formats_say_the_same(tmp_path: Path) -> None:
    ring = make.square()
    shapes = [
        files.read(content)[0].shape
        for content in (
            make.geojson(make.feature(ring, CODE)),
            make.zipped(make.members([(CODE, ring)])),
            make.geopackage(tmp_path, [(CODE, make.blob(ring))]),
        )
    ]
    assert len({s.wkb for s in shapes if s is not None}) == 1
    assert None not in shapes


def test_a_projection_of_cgcs2000_is_brought_back_to_degrees() -> None:
    ring = make.square()
    gauss = Transformer.from_crs(CRS.from_epsg(4490), CRS.from_epsg(4526), always_xy=True)  # 3-degree zone 38
    metres = [gauss.transform(x, y) for x, y in ring]
    packed = make.zipped(make.members([(CODE, metres)], prj=CRS.from_epsg(4526).to_wkt("WKT1_ESRI")))
    shape = files.read(packed)[0].shape
    assert shape is not None
    assert shape.equals_exact(figure([[ring]]), 1e-8)


@pytest.mark.parametrize("epsg", [4326, 32649, 4214, 4610, 3857])
def test_another_datum_is_refused_by_its_name(epsg: int) -> None:
    crs = CRS.from_epsg(epsg)
    with pytest.raises(Invalid, match="坐标系为“") as told:
        files.read(make.zipped(make.members([(CODE, make.square())], prj=crs.to_wkt())))
    assert crs.name in told.value.detail
    assert told.value.reason == "NOT_CGCS2000"


@pytest.mark.parametrize("encoding", ["utf-8", "gbk"])
def test_attribute_tables_in_the_two_usual_encodings_are_read(encoding: str) -> None:
    found = files.read(make.zipped(make.members([(CODE, make.square())], encoding=encoding, name="麦田")))
    assert found[0].properties["DKMC"] == "麦田"


def test_an_attribute_table_in_no_known_encoding_is_refused() -> None:
    parts = make.members([(CODE, make.square())], encoding="utf-8", name="ab")
    parts["parcels.dbf"] = parts["parcels.dbf"].replace(b"ab", b"\xff\xff")
    assert refused(make.zipped(parts)) == "ENCODING_UNKNOWN"


SWAPPED = [(y, x) for x, y in make.square()]
BOW = [(113.82, 34.02), (113.83, 34.03), (113.83, 34.02), (113.82, 34.03), (113.82, 34.02)]


@pytest.mark.parametrize(
    ("ring", "reason"),
    [
        (SWAPPED, "AXES_SWAPPED"),
        ([(x * 340_000, y * 110_000) for x, y in make.square()], "COORDINATES_IN_METRES"),
        (BOW, "SELF_CROSSING"),
        ([(2.3, 48.8), (2.3, 48.9), (2.4, 48.9), (2.3, 48.8)], "OUTSIDE_CHINA"),
        ([(113.8, 34.0), (113.8, 34.0), (113.8, 34.0), (113.8, 34.0)], "NOT_A_POLYGON"),
        ([["a", "b"]], "COORDINATE_IS_NO_NUMBER"),
        ([(10**400, 1)], "COORDINATE_IS_NO_NUMBER"),
        ([(True, 1)], "COORDINATE_IS_NO_NUMBER"),
        ("abc", "NOT_A_POLYGON"),
        ([1, 2], "NOT_A_POLYGON"),
    ],
)
def test_a_bad_figure_is_named_by_its_row(ring: object, reason: str) -> None:
    good, bad = files.read(make.geojson(make.feature(make.square(), CODE), make.feature(ring, CODE)))
    assert good.problem is None
    assert bad.problem is not None
    assert (bad.row, bad.problem.reason) == (2, reason)


def test_coordinates_that_are_no_numbers_are_refused_in_every_format(tmp_path: Path) -> None:
    nan = float("nan")
    ring = [(nan, 34.0), (113.8, 34.1), (113.9, 34.1), (nan, 34.0)]
    assert refused(make.geojson(make.feature(ring, CODE))) == "COORDINATE_IS_NO_NUMBER"
    parts = make.members([(CODE, make.square())])
    shp = bytearray(parts["parcels.shp"])
    struct.pack_into("<d", shp, len(shp) - 80, nan)
    parts["parcels.shp"] = bytes(shp)
    for content in (make.zipped(parts), make.geopackage(tmp_path, [(CODE, make.blob(ring))])):
        problem = files.read(content)[0].problem
        assert problem is not None
        assert problem.reason == "COORDINATE_IS_NO_NUMBER"


def test_a_bomb_is_counted_while_it_is_unpacked() -> None:
    bomb = make.zipped({"a.shp": bytes(files.MAX_UNPACKED + 1), "a.dbf": b"", "a.prj": b""})
    assert len(bomb) < 200_000
    tracemalloc.start()
    try:
        assert refused(bomb) == "TOO_LARGE_UNPACKED"
        assert tracemalloc.get_traced_memory()[1] < 3 * files.MAX_UNPACKED
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("name", ["../../etc/a.shp", "/etc/a.shp", "..\\a.shp", "C:\\a.shp"])
def test_a_path_that_leads_out_is_refused(name: str) -> None:
    assert refused(make.zipped({name: b"x"})) == "PATH_LEADS_OUT"


def test_a_link_a_second_layer_and_a_missing_part_are_refused() -> None:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        link = zipfile.ZipInfo("a.shp")
        link.external_attr = 0o120777 << 16
        packed.writestr(link, "/etc/passwd")
    assert refused(out.getvalue()) == "PATH_LEADS_OUT"
    parts = make.members([(CODE, make.square())])
    assert refused(make.zipped(parts | {"other.shp": parts["parcels.shp"]})) == "SEVERAL_LAYERS"
    del parts["parcels.prj"]
    assert refused(make.zipped(parts)) == "PART_MISSING"


def test_nested_collections_do_not_reach_the_stack(tmp_path: Path) -> None:
    nested = b"\x01\x07\x00\x00\x00\x01\x00\x00\x00" * 100_000
    content = make.geopackage(tmp_path, [(CODE, b"GP\x00\x01\x00\x00\x00\x00" + nested)])
    problem = files.read(content)[0].problem
    assert problem is not None
    assert problem.reason == "NOT_A_POLYGON"
    assert refused(b'{"type":' + b"[" * 200_000) == "BROKEN_FILE"


def test_a_geopackage_that_lies_about_its_tables_is_refused(tmp_path: Path) -> None:
    content = make.geopackage(tmp_path, [(CODE, make.blob(make.square()))], srs=4326)
    assert refused(content) == "NOT_CGCS2000"
    assert refused(content[:4096] + bytes(4096)) == "BROKEN_FILE"


@settings(deadline=None, max_examples=40)
@given(cut=st.integers(4, 600), flip=st.integers(4, 600))
def test_damaged_files_end_in_an_answer(cut: int, flip: int) -> None:
    parts = make.members([(CODE, make.square())])
    for name in ("parcels.shp", "parcels.dbf"):
        body = bytearray(parts[name][:cut])
        if flip < len(body):
            body[flip] ^= 0xFF
        try:
            files.read(make.zipped(parts | {name: bytes(body)}))
        except Invalid as told:
            assert told.reason  # noqa: PT017 - either it is read, or refused by a name


@given(st.binary(max_size=200))
def test_any_bytes_are_a_figure_or_a_bad_one(data: bytes) -> None:
    try:
        rings_of(data)
    except BadShape as bad:
        assert bad.reason  # noqa: PT017 - never anything else


def test_area_is_that_of_the_ellipsoid() -> None:
    """34,158.30 m² on the ellipsoid for a square whose plane area in zone 38 is 34,159.00 m²: 20 ppm apart."""
    ring = make.square(side=0.01)
    plane = Transformer.from_crs(CRS.from_epsg(4490), CRS.from_epsg(4526), always_xy=True)
    xs, ys = plane.transform([x for x, _ in ring], [y for _, y in ring])
    shoelace = abs(sum(xs[i] * ys[i + 1] - xs[i + 1] * ys[i] for i in range(4))) / 2
    drawn = area_mu(figure([[ring]]))
    assert abs(float(drawn) * 2000 / 3 / shoelace - 1) < 1e-4
