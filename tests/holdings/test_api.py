"""The ledger over HTTP: who may send, who may read, and what a supervisor is shown."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.base.actor import Role
from app.holdings import actions
from tests.holdings.books import book, rows
from tests.holdings.conftest import Village, settle
from tests.people import bearer, committed, problem, serve
from tests.registry import make

Headers = dict[str, str]


@pytest.fixture(scope="module")
def client(clone: Any, divided: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    folder: Path = tmp_path_factory.mktemp("data")
    (folder / "sealing-key").write_bytes(b"\x07" * 32)
    with serve(clone(divided), folder) as made:
        yield made


@pytest.fixture(scope="module")
def _database(client: TestClient) -> None:
    """The application's own database is the one that the tests look into."""


@pytest.fixture(scope="module")
def village(client: TestClient) -> Village:
    return settle()


@pytest.fixture(scope="module")
def clerk(client: TestClient, village: Village) -> Headers:
    return bearer(client, village.clerk_account)


@pytest.fixture(scope="module")
def supervisor(client: TestClient) -> Headers:
    return bearer(client, committed(Role.SUPERVISOR, region="411003"))


@pytest.fixture(scope="module")
def stranger(client: TestClient) -> Headers:
    return bearer(client, committed(Role.VILLAGE_CLERK, region=make.OTHER_VILLAGE))


def upload(client: TestClient, who: Headers, content: bytes, **form: str) -> Any:
    form = {"region_code": make.VILLAGE, "mode": "whole"} | form
    return client.post("/api/v1/holding-imports", data=form, files={"file": ("台账.xlsx", content)}, headers=who)


def finished(client: TestClient, who: Headers, sent: Any) -> Any:
    """Asks until the import is over; the server's own worker reads it, or this one does."""
    assert sent.status_code == 202, sent.text
    while True:
        actions.run_next()
        job = client.get(f"/api/v1/holding-imports/{sent.json()['id']}", headers=who).json()
        if job["finished_at"] is not None:
            return job


def test_a_clerk_sends_a_workbook_and_the_supervisors_read_the_ledger(
    client: TestClient, village: Village, clerk: Headers, supervisor: Headers, stranger: Headers
) -> None:
    lines = rows(village)
    lines["合同"][0] |= {"承租方": "演示甲乙", "承租方性质": "个人"}
    job = finished(client, clerk, upload(client, clerk, book(lines)))
    assert (job["state"], job["percent"], job["summary"]["资产"]["added"]) == ("applied", 100, 1)
    for what, n in (("accounts", 3), ("entries", 1), ("assets", 1), ("resources", 1), ("contracts", 1)):
        where = f"/api/v1/holding-{what}"
        assert len(client.get(where, params={"region": "411003"}, headers=supervisor).json()["items"]) == n
        assert client.get(where, headers=stranger).json()["items"] == []
        assert client.get(where, params={"owner_party_id": village.committee_id}, headers=clerk).json()["items"] == (
            client.get(where, headers=clerk).json()["items"][1:2] if what == "accounts" else []
        )
    assert client.get(f"/api/v1/holding-imports/{job['id']}", headers=stranger).status_code == 404
    assert [i["id"] for i in client.get("/api/v1/holding-imports", headers=supervisor).json()["items"]] == [job["id"]]

    warned = client.get("/api/v1/holding-warnings", headers=supervisor).json()["items"]
    assert [(w["owner_name"], w["reason"]) for w in warned] == [(village.collective, "no_certificate")]
    assert warned[0]["contract"]["lessee_name"] not in {"演示甲乙", ""}
    assert warned[0]["reason_zh"].startswith("未进场交易")
    assert "6228480000000001" not in client.get("/api/v1/holding-accounts", headers=supervisor).text


def test_problems_are_paged(client: TestClient, village: Village, clerk: Headers) -> None:
    line = rows(village)["资产"][0] | {"数量": "许多", "经营性": "也许"}
    job = finished(client, clerk, upload(client, clerk, book({"资产": [line]}), mode="dry_run"))
    where = f"/api/v1/holding-imports/{job['id']}/problems"
    first = client.get(where, params={"limit": 1}, headers=clerk).json()
    second = client.get(where, params={"limit": 1, "cursor": first["next_cursor"]}, headers=clerk).json()
    assert [(p["items"][0]["cell"], p["items"][0]["column_title"]) for p in (first, second)] == [
        ("F3", "数量"), ("L3", "经营性"),
    ]  # fmt: skip
    assert second["next_cursor"] is None


def test_a_supervisor_reads_and_does_not_write(
    client: TestClient, supervisor: Headers, clerk: Headers, stranger: Headers
) -> None:
    assert problem(upload(client, supervisor, b"x"), 403, "forbidden")["permission"] == "holding:record"
    problem(upload(client, stranger, b"x"), 404, "not-found")
    problem(upload(client, clerk, b"x", mode="all"), 422, "invalid")
    problem(upload(client, clerk, b"", mode="whole"), 422, "invalid")
    problem(
        client.get("/api/v1/holding-export", params={"region_code": make.VILLAGE}, headers=supervisor), 403, "forbidden"
    )
    problem(
        client.get("/api/v1/holding-template", params={"region_code": make.VILLAGE}, headers=stranger), 404, "not-found"
    )


def test_a_workbook_may_be_larger_than_other_bodies_and_not_without_bound(client: TestClient, clerk: Headers) -> None:
    large = upload(client, clerk, b"\x00" * 3_000_000)
    assert finished(client, clerk, large)["state"] == "refused"
    problem(upload(client, clerk, b"\x00" * (actions.MAX_FILE + 200_000)), 413, "too-large")


def test_template_and_export_are_downloads(client: TestClient, clerk: Headers, village: Village) -> None:
    for what in ("template", "export"):
        answer = client.get(f"/api/v1/holding-{what}", params={"region_code": make.VILLAGE}, headers=clerk)
        assert answer.content.startswith(b"PK")
        assert "filename*=UTF-8''" in answer.headers["content-disposition"]


def test_a_town_station_registers_an_asset_of_the_ledger(
    client: TestClient, village: Village, clerk: Headers, supervisor: Headers
) -> None:
    finished(client, clerk, upload(client, clerk, book({"资产": rows(village)["资产"]})))
    row = client.get("/api/v1/holding-assets", headers=clerk).json()["items"][0]
    where = f"/api/v1/holding-assets/{row['id']}/register"
    problem(client.post(where, headers=clerk), 403, "forbidden")
    station = bearer(client, committed(Role.TOWN_STATION, region=make.TOWN))
    made = client.post(where, headers=station)
    assert made.status_code == 201, made.text
    asset = client.get("/api/v1/assets", params={"region": make.VILLAGE}, headers=clerk).json()["items"]
    assert [(a["id"], a["asset_no"]) for a in asset] == [(made.json()["registry_asset_id"], "ZC-001")]
    problem(client.post(where, headers=station), 409, "conflict")
