"""The divisions of Xuchang, complete and loaded once."""

from collections import Counter
from typing import Any

from fastapi.testclient import TestClient
from sqlalchemy import select, text

from app.audit.models import AuditEvent
from app.base.db import Tx
from app.registry import queries
from app.registry.actions import load_regions
from app.registry.models import Region
from app.registry.states import RegionLevel


def test_all_divisions_are_there(land: Tx) -> None:
    levels = Counter(land.scalars(select(Region.level)))
    wanted = {RegionLevel.CITY: 1, RegionLevel.COUNTY: 7, RegionLevel.TOWN: 105, RegionLevel.VILLAGE: 2505}
    assert levels == wanted


def test_every_division_lies_in_its_parent(land: Tx) -> None:
    outside = ~Region.code.startswith(Region.parent_code)
    assert land.scalars(select(Region.code).where(Region.parent_code != "411000", outside)).all() == []


def test_loading_again_changes_and_records_nothing(land: Tx) -> None:
    assert load_regions(land) == 0
    assert land.scalars(select(AuditEvent.act).where(AuditEvent.subject == "region/411000")).all() == ["region.load"]


def test_a_name_that_was_altered_is_put_right(land: Tx) -> None:
    land.execute(text("UPDATE region SET name = '错' WHERE code = '411003'"))
    assert load_regions(land) == 1
    land.session.expire_all()
    assert queries.region(land, "411003").name == "建安区"


def test_a_division_says_its_full_name(land: Tx) -> None:
    assert queries.region_name(land, "411002001006") == "许昌市魏都区西大街道府后社区居委会"


def test_anybody_may_page_through_the_divisions(client: TestClient) -> None:
    seen: list[str] = []
    params: dict[str, Any] = {"prefix": "411003", "limit": 97}
    while True:
        page = client.get("/api/v1/regions", params=params)
        assert page.status_code == 200, page.text
        seen += [r["code"] for r in page.json()["items"]]
        if page.json().get("next_cursor") is None:
            break
        params["cursor"] = page.json()["next_cursor"]
    assert seen == sorted(set(seen))
    assert len(seen) > 97
    assert all(code.startswith("411003") for code in seen)


def test_divisions_are_found_by_parent_and_level(client: TestClient) -> None:
    counties = client.get("/api/v1/regions", params={"parent": "411000", "level": "county"}).json()["items"]
    assert len(counties) == 7
    assert client.get("/api/v1/regions", params={"level": "planet"}).status_code == 422
    assert client.get("/api/v1/regions", params={"prefix": "41%"}).status_code == 422
    assert client.get("/api/v1/regions", params={"cursor": "!!"}).json()["field"] == "cursor"
