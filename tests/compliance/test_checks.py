"""`compliance-checks` over HTTP: the scenarios as a clerk's software would ask them, errors, limits, the catalogue."""

from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml
from fastapi.testclient import TestClient

from app.base.actor import Role
from app.base.db import transaction
from app.compliance.actions import load_published
from tests.people import bearer, committed, problem, serve

CASES = [
    case
    for file in sorted((Path(__file__).parents[1] / "rules/cases").glob("*.yaml"))
    for case in yaml.safe_load(file.read_text("utf-8"))
]
PATH = "/api/v1/compliance-checks"
SEVERITY = ["PASS", "WARN", "REVIEW", "HOLD", "BLOCK"]
PLAIN = {"as_of": "2026-11-23", "county": "411003", "category": "household_land_management"}


@pytest.fixture(scope="module")
def client(clone: Any, divided: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    folder: Path = tmp_path_factory.mktemp("law")
    (folder / "sealing-key").write_bytes(b"\x07" * 32)
    with serve(clone(divided), folder) as made:
        with transaction() as tx:
            load_published(tx)
        yield made


@pytest.fixture(scope="module")
def clerk(client: TestClient) -> dict[str, str]:
    return bearer(client, committed(Role.VILLAGE_CLERK, region="411003001001"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_a_scenario_is_answered_as_it_should_be(client: TestClient, clerk: dict[str, str], case: Any) -> None:
    answer = client.post(PATH, json=case["case"], headers=clerk)
    assert answer.status_code == 200, answer.text
    body = answer.json()
    found = {f["rule_id"]: f for f in body["findings"]}
    assert body["verdict"] == max((f["verdict"] for f in body["findings"]), key=SEVERITY.index, default="PASS")
    assert all(f["citation"] and f["message"] for f in found.values())
    assert found.keys().isdisjoint(n["rule_id"] for n in body["not_evaluated"])


def test_the_format_s_own_example_is_answered_field_by_field(client: TestClient, clerk: dict[str, str]) -> None:
    case = deepcopy(next(c["case"] for c in CASES if c["id"] == "P01b"))
    body = client.post(PATH, json=case, headers=clerk).json()
    assert body.keys() == {"verdict", "findings", "not_evaluated", "rulebook_version"}
    broken = next(f for f in body["findings"] if f["rule_id"] == "LCL-38-3")
    assert broken["verdict"] == body["verdict"] == "BLOCK"
    assert "第三十八条" in broken["citation"]
    assert broken["parameters"]["term.end"] == case["term"]["end"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"as_of": "2026-13-01"}, "as_of"),
        ({"county": "999999"}, "county"),
        ({"category": "castle"}, "category"),
        ({"step": "S17"}, "step"),
        ({"nonsense": 1}, "nonsense"),
        ({"parcels": [{"area_mu": "1"}, {"area_mu": 1.5}]}, "parcels[1].area_mu"),
        ({"parcels": [{"area_mu": "１２"}]}, "parcels[0].area_mu"),
        ({"resolution": {"yes": True}}, "resolution.yes"),
        ({"resolution": {"yes": -1}}, "resolution.yes"),
        ({"term": {"open_ended": "no"}}, "term.open_ended"),
        ({"term": []}, "term"),
        ({"resolution": {"yes": 5, "attended": 4}}, "resolution.yes"),
        ({"county_parameters": {"notice_days": "ten"}}, "county_parameters.notice_days"),
    ],
)
def test_what_is_no_case_is_refused_by_the_path_of_its_field(
    client: TestClient, clerk: dict[str, str], change: dict[str, Any], field: str
) -> None:
    body = problem(client.post(PATH, json=PLAIN | change, headers=clerk), 422, "invalid")
    assert body["field"] == field


def test_a_body_that_is_no_json_is_no_case(client: TestClient, clerk: dict[str, str]) -> None:
    for raw in (b'{"as_of": NaN}', b'{"as_of": "a", "as_of": "b"}', b"\xff", b"[]", b""):
        answer = client.post(PATH, content=raw, headers={**clerk, "Content-Type": "application/json"})
        assert answer.status_code == 422, raw


def test_whoever_has_no_account_asks_sixty_times_a_minute_and_who_has_one_asks_on(
    client: TestClient, clerk: dict[str, str]
) -> None:
    answers = [client.post(PATH, json=PLAIN).status_code for _ in range(62)]
    assert answers[:60] == [200] * 60
    assert 429 in answers[60:]
    refused = next(a for a in iter(lambda: client.post(PATH, json=PLAIN), None) if a.status_code == 429)
    assert int(refused.headers["retry-after"]) >= 1
    assert client.post(PATH, json=PLAIN, headers=clerk).status_code == 200


def test_the_catalogue_is_read_by_category_step_law_and_day(client: TestClient) -> None:
    everything = client.get("/api/v1/rules").json()
    assert len(everything) == 243 + 25
    term = client.get("/api/v1/rules", params={"law": "农村土地承包法", "category": "forest"}).json()
    assert term
    assert all("农村土地承包法" in r["citation"] and (not r["step"] or "forest" in r["categories"]) for r in term)
    assert {r["step"] for r in client.get("/api/v1/rules", params={"step": "S14"}).json()} == {"S14"}
    old = {r["id"] for r in client.get("/api/v1/rules", params={"on": "2026-08-14"}).json()}
    new = {r["id"] for r in client.get("/api/v1/rules", params={"on": "2026-08-15"}).json()}
    assert "SPPL-54" in old - new
    assert "EEC-449" in new - old
    one = client.get("/api/v1/rules/LCL-38-3").json()
    assert (one["breach"], one["level"]) == ("BLOCK", "V")
    problem(client.get("/api/v1/rules/LCL-0"), 404, "not-found")


def test_a_parameter_is_proposed_by_one_approved_by_another_and_holds_from_its_day(client: TestClient) -> None:
    first, second = (bearer(client, committed(Role.SUPERVISOR, region="411003")) for _ in range(2))
    stranger = bearer(client, committed(Role.SUPERVISOR, region="411002"))
    today = client.get("/api/v1/county-parameters", params={"county_code": "411003", "category": "forest"}).json()["on"]
    body = {
        "county_code": "411003", "name": "capital_tier_county_mu", "value": "300", "valid_from": today, "basis": "县政府文件（演示）",
    }  # fmt: skip
    problem(client.post("/api/v1/county-parameters", json=body, headers=stranger), 404, "not-found")
    assert problem(client.post("/api/v1/county-parameters", json=body | {"value": True}, headers=first), 422, "invalid")[
        "field"
    ] == "value"  # fmt: skip
    made = client.post("/api/v1/county-parameters", json=body, headers=first).json()
    path = f"/api/v1/county-parameters/{made['id']}/decide"
    assert client.post(path, json={"approved": True}, headers=first).json()["reason"] == "FOUR_EYES"
    assert client.post(path, json={"approved": True}, headers=second).json()["decision"] == "approved"
    problem(client.post(path, json={"approved": False}, headers=second), 409, "conflict")
    shown = client.get("/api/v1/county-parameters", params={"county_code": "411003", "category": "forest"}).json()
    assert shown["decided"] == {"capital_tier_county_mu": "300"}
    case = PLAIN | {
        "as_of": today,
        "parcels": [{"area_mu": "300"}],
        "transferee": {"party_type": "enterprise", "is_collective_member": False},
        "capital_review": {"level": "township"},
    }
    found = client.post(PATH, json=case, headers=first).json()["findings"]
    assert next(f for f in found if f["rule_id"] == "LTM-29-TIER")["verdict"] == "HOLD"
    elsewhere = client.post(PATH, json=case | {"county": "411002"}, headers=first).json()["findings"]
    assert next(f for f in elsewhere if f["rule_id"] == "LTM-29-TIER")["verdict"] == "PASS"


def test_an_operator_loads_a_new_year_and_a_limit_in_it_is_no_longer_undetermined(client: TestClient) -> None:
    operator = bearer(client, committed(Role.OPERATOR, region="411000"))
    clerk_token = bearer(client, committed(Role.VILLAGE_CLERK, region="411003001001"))
    case = PLAIN | {
        "as_of": "2031-06-30", "announcement": {"start_date": "2031-06-02", "end_date": "2031-06-16"},
    }  # fmt: skip

    def said() -> str:
        found = client.post(PATH, json=case, headers=clerk_token).json()["findings"]
        return str(next(f for f in found if f["rule_id"] == "X-NOTICE")["verdict"])

    assert said() == "HOLD", "2031年安排尚未公布"
    body = {"source": "演示安排", "days_off": ["2031-06-24"], "make_up_days": ["2031-06-14"]}
    both = body | {"make_up_days": ["2031-06-24"]}
    problem(client.post("/api/v1/calendars/2031", json=both, headers=operator), 422, "invalid")
    assert client.post("/api/v1/calendars/2031", json=body, headers=clerk_token).status_code == 403
    assert client.post("/api/v1/calendars/2031", json=body, headers=operator).status_code == 204
    assert client.post("/api/v1/calendars/2031", json=body, headers=operator).status_code == 409
    for _ in range(200):
        if said() != "HOLD":
            break
    assert said() == "PASS", "十一个工作日，调休的星期六计入"
