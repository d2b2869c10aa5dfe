"""Shapes over HTTP: imports with a dry run, findings, versions, GeoJSON by box, red lines that become restrictions."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.base.actor import Role
from app.base.db import transaction
from app.ground.shapes import area_mu, figure
from tests.ground import make
from tests.people import bearer, committed, serve
from tests.registry import make as land

Headers = dict[str, str]
IMPORTS = "/api/v1/ground/imports"


@pytest.fixture(scope="module")
def client(clone: Any, divided: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    folder: Path = tmp_path_factory.mktemp("data")
    (folder / "sealing-key").write_bytes(b"\x07" * 32)
    with serve(clone(divided), folder) as made:
        yield made


@pytest.fixture(scope="module")
def station(client: TestClient) -> Headers:
    return bearer(client, committed(Role.TOWN_STATION, region=land.TOWN))


@pytest.fixture(scope="module")
def clerk(client: TestClient) -> Headers:
    return bearer(client, committed(Role.VILLAGE_CLERK, region=land.VILLAGE))


@pytest.fixture(scope="module")
def stranger(client: TestClient) -> Headers:
    return bearer(client, committed(Role.VILLAGE_CLERK, region=land.OTHER_VILLAGE))


@pytest.fixture(scope="module")
def supervisor(client: TestClient) -> Headers:
    return bearer(client, committed(Role.SUPERVISOR, region="411003"))


def registered(ring: make.Ring, **over: Any) -> tuple[int, str]:
    with transaction() as tx:
        made = land.parcel(tx, **({"area_mu": area_mu(figure([[ring]]))} | over))
        return made.id, made.parcel_code


def send(client: TestClient, who: Headers, content: bytes, **form: str) -> Any:
    return client.post(IMPORTS, headers=who, files={"file": ("a", content)}, data={"source": "演示测绘"} | form)


def n_shapes() -> int:
    with transaction(read_only=True) as tx:
        return int(tx.scalar(text("SELECT count(*) FROM parcel_ground")) or 0)


def test_a_dry_run_says_what_an_import_does_and_the_same_file_twice_changes_nothing(
    client: TestClient, station: Headers, clerk: Headers, stranger: Headers
) -> None:
    ring = make.square(113.70)
    key, code = registered(ring)
    content = make.zipped(make.members([(code, ring)]))
    before = n_shapes()
    dry = send(client, station, content, dry_run="true")
    assert (dry.status_code, dry.json()["n_drawn"], n_shapes()) == (200, 1, before), dry.text
    done = send(client, station, content)
    assert done.json() == dry.json() | {"dry_run": False}
    assert done.json()["findings"] == []
    again = send(client, station, content).json()
    assert (again["n_drawn"], again["n_unchanged"], n_shapes()) == (0, 1, before + 1)
    where = f"/api/v1/ground/parcels/{key}"
    assert client.get(where, headers=clerk).json()["geometry"]["type"] == "MultiPolygon"
    assert client.get(where, headers=stranger).status_code == 404
    assert client.get(where).status_code == 401
    assert send(client, clerk, content).status_code == 403
    with transaction(read_only=True) as tx:
        assert tx.scalar(
            text("SELECT count(*) FROM audit_event WHERE act = 'parcel.draw' AND subject = :s"), {"s": f"parcel/{key}"}
        ) == 1  # fmt: skip


def test_one_bad_feature_keeps_all_out_unless_a_part_is_asked_for(client: TestClient, station: Headers) -> None:
    good, bad = make.square(113.71), [(y, x) for x, y in make.square(113.712)]
    (_, code), (_, other) = registered(good), registered(make.square(113.712))
    content = make.geojson(
        make.feature(good, code), make.feature(bad, other), make.feature(make.square(113.714), None),
        make.feature(make.square(113.716), "unknown"),
    )  # fmt: skip
    before = n_shapes()
    refused = send(client, station, content)
    assert (refused.status_code, n_shapes()) == (422, before)
    assert [(p["row"], p["reason"]) for p in refused.json()["problems"]] == [
        (2, "AXES_SWAPPED"), (3, "CODE_MISSING"), (4, "PARCEL_UNKNOWN"),
    ]  # fmt: skip
    part = send(client, station, content, partial="true").json()
    assert (part["n_drawn"], part["n_problems"], n_shapes()) == (1, 3, before + 1)
    twice = make.geojson(make.feature(good, code), make.feature(good, code))
    assert [p["reason"] for p in send(client, station, twice).json()["problems"]] == ["CODE_TWICE"] * 2


def test_an_area_beyond_the_tolerance_is_found_and_one_at_it_is_not(client: TestClient, station: Headers) -> None:
    for west, factor, found in ((113.72, "1.05", []), (113.73, "1.06", ["area_differs"])):
        ring = make.square(west)
        drawn = area_mu(figure([[ring]]))
        _, code = registered(ring, area_mu=(drawn / Decimal(factor)).quantize(Decimal("0.0001"), rounding="ROUND_UP"))
        report = send(client, station, make.geojson(make.feature(ring, code))).json()
        assert [f["kind"] for row in report["findings"] for f in row["findings"]] == found


def test_overlaps_are_found_in_the_file_and_in_the_register_and_borders_are_none(
    client: TestClient, station: Headers
) -> None:
    rings = [make.square(113.74), make.square(113.7405), make.square(113.741), make.square(113.7415)]
    codes = [registered(ring)[1] for ring in rings]
    first = make.geojson(*(make.feature(r, c) for r, c in zip(rings[:2], codes[:2], strict=True)))
    said = {row["parcel_code"]: row["findings"] for row in send(client, station, first).json()["findings"]}
    assert [f["other_parcel"] for f in said[codes[0]]] == [codes[1]]
    assert [f["other_parcel"] for f in said[codes[1]]] == [codes[0]]
    later = send(client, station, make.geojson(make.feature(rings[2], codes[2]))).json()
    assert [f["other_parcel"] for f in later["findings"][0]["findings"]] == [codes[1]]  # it only touches the first


def test_a_new_survey_is_a_version_and_the_table_only_ends_rows(client: TestClient, station: Headers) -> None:
    ring = make.square(113.75)
    key, code = registered(ring)
    send(client, station, make.geojson(make.feature(ring, code)))
    send(client, station, make.geojson(make.feature(make.square(113.75, side=0.00101), code)))
    with transaction(read_only=True) as tx:
        rows = list(
            tx.execute(
                text("SELECT begin_lifespan_at, end_lifespan_at FROM parcel_ground WHERE parcel_id = :p ORDER BY id"),
                {"p": key},
            )
        )
        day = tx.today()
    assert len(rows) == 2
    assert rows[0].end_lifespan_at == rows[1].begin_lifespan_at
    where = f"/api/v1/ground/parcels/{key}"
    assert client.get(where, headers=station, params={"on": str(day)}).json()["end_lifespan_at"] is None
    assert client.get(where, headers=station, params={"on": "2020-01-01"}).status_code == 404
    assert client.get(where, headers=station, params={"on": "2999-01-01"}).status_code == 422
    for change in ("SET source = 'x'", "SET end_lifespan_at = NULL"):
        with pytest.raises(DBAPIError, match="only ends"), transaction() as tx:
            tx.execute(text(f"UPDATE parcel_ground {change} WHERE parcel_id = :p"), {"p": key})


def test_the_map_answers_a_box_page_by_page_and_thins_with_the_zoom(
    client: TestClient, station: Headers, stranger: Headers
) -> None:
    rings = [make.square(113.76 + i * 0.002) for i in range(5)]
    codes = [registered(ring)[1] for ring in rings]
    send(client, station, make.geojson(*(make.feature(r, c) for r, c in zip(rings, codes, strict=True))))
    params: dict[str, str | int] = {"box": "113.76,34.0,113.7675,34.1", "limit": 3}
    first = client.get("/api/v1/ground/parcels", headers=station, params=params).json()
    second = client.get(
        "/api/v1/ground/parcels", headers=station, params=params | {"cursor": first["next_cursor"]}
    ).json()
    shown = [f["properties"]["parcel_code"] for f in first["features"] + second["features"]]
    assert (shown, second["next_cursor"]) == (codes[:4], None)
    far = client.get("/api/v1/ground/parcels", headers=station, params=params | {"zoom": 5}).json()
    assert {f["geometry"]["type"] for f in far["features"]} == {"Point"}
    assert client.get("/api/v1/ground/parcels", headers=stranger, params=params).json()["features"] == []
    for wrong in ("1,2,3", "a,b,c,d", "nan,1,2,3", "5,1,2,3", "1,1,400,2"):
        answer = client.get("/api/v1/ground/parcels", headers=station, params={"box": wrong})
        assert (answer.status_code, answer.json()["field"]) == (422, "box")


def test_a_confirmed_red_line_becomes_a_restriction_once(
    client: TestClient, station: Headers, supervisor: Headers
) -> None:
    inside, outside = make.square(113.77, 34.5), make.square(113.79, 34.5)
    (key, code), (other, other_code) = registered(inside), registered(outside)
    send(client, station, make.geojson(make.feature(inside, code), make.feature(outside, other_code)))
    line = make.geojson(make.feature(make.square(113.7705, 34.495, 0.01), None))
    form = {"kind": "ecological_red_line", "region_code": "411003", "source": "演示划定成果"}
    load: dict[str, Any] = {"files": {"file": ("a", line)}, "data": form}
    layer = client.post("/api/v1/ground/layers", headers=supervisor, **load)
    assert layer.status_code == 201, layer.text
    assert client.post("/api/v1/ground/layers", headers=supervisor, **load).json() == layer.json()
    assert client.post("/api/v1/ground/layers", headers=station, **load).status_code == 403
    found = client.get(f"/api/v1/ground/parcels/{key}", headers=station).json()["findings"]
    assert [(f["kind"], f["red_line"]) for f in found] == [("overlaps_red_line", "ecological_red_line")]
    confirm = f"/api/v1/ground/parcels/{key}/confirm-red-lines"
    made = client.post(confirm, headers=supervisor).json()
    assert [(r["kind"], r["parcel_id"]) for r in made] == [("ecological_red_line", key)]
    assert client.post(confirm, headers=supervisor).json() == []
    refused = client.post(f"/api/v1/ground/parcels/{other}/confirm-red-lines", headers=supervisor)
    assert (refused.status_code, refused.json()["reason"]) == (409, "NO_OVERLAP")
    withdraw = f"/api/v1/ground/layers/{layer.json()['id']}/withdraw"
    assert client.post(withdraw, headers=supervisor, json={"reason": "演示更新"}).json()["withdrawn_at"]
    assert client.post(withdraw, headers=supervisor, json={"reason": "演示更新"}).status_code == 409
    assert client.get(f"/api/v1/ground/parcels/{key}", headers=station).json()["findings"] == []
