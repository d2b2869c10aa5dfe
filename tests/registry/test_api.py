"""The registry over HTTP: what a clerk, a town station, a supervisor and a stranger get, and every bad input a 4xx."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.base.actor import Role
from app.base.db import transaction
from app.identity import actions as identity
from app.registry.states import PartyKind
from tests.people import bearer, committed, problem
from tests.registry import make
from tests.registry.test_decisions import PDF

Headers = dict[str, str]


@pytest.fixture(scope="module")
def station(client: TestClient) -> Headers:
    return bearer(client, committed(Role.TOWN_STATION, region=make.TOWN))


@pytest.fixture(scope="module")
def clerk(client: TestClient) -> Headers:
    return bearer(client, committed(Role.VILLAGE_CLERK, region=make.VILLAGE))


@pytest.fixture(scope="module")
def stranger(client: TestClient) -> Headers:
    return bearer(client, committed(Role.VILLAGE_CLERK, region=make.OTHER_VILLAGE))


@pytest.fixture(scope="module")
def supervisor(client: TestClient) -> Headers:
    return bearer(client, committed(Role.SUPERVISOR, region="411003"))


def parcel(**over: Any) -> dict[str, Any]:
    fields = {
        "parcel_code": f"P{make.credit_code()[-9:]}",
        "name": "演示地块",
        "region_code": make.VILLAGE,
        "area_mu": "54.5",
        "land_type": "cultivated",
    }
    return fields | over


def test_a_parcel_is_seen_in_its_village_and_nowhere_else(
    client: TestClient, station: Headers, clerk: Headers, stranger: Headers
) -> None:
    box = {"min_lon": "113.8211", "min_lat": "34.0211", "max_lon": "113.8300", "max_lat": "34.0300"}
    made = client.post("/api/v1/parcels", json=parcel(box=box, bound_east="路"), headers=station)
    assert made.status_code == 201, made.text
    assert (made.json()["area_mu"], made.json()["max_lon"]) == ("54.5", "113.83")
    where = f"/api/v1/parcels/{made.json()['id']}"
    assert client.get(where, headers=clerk).json()["rights"] == []
    assert client.get(where, headers=stranger).status_code == 404
    assert client.get(where).status_code == 401
    assert client.get("/api/v1/parcels/999999", headers=clerk).json()["code"] == "not-found"
    listed = client.get("/api/v1/parcels", params={"region": make.TOWN}, headers=clerk).json()["items"]
    assert made.json()["id"] in [p["id"] for p in listed]
    assert client.get("/api/v1/parcels", headers=stranger).json()["items"] == []


def test_recording_needs_the_permission_and_the_region(client: TestClient, station: Headers, clerk: Headers) -> None:
    refused = client.post("/api/v1/parcels", json=parcel(), headers=clerk)
    assert (refused.status_code, refused.json()["permission"]) == (403, "registry:record")
    outside = client.post("/api/v1/parcels", json=parcel(region_code="411002001006"), headers=station)
    assert outside.status_code == 404


@pytest.mark.parametrize(
    ("over", "field"),
    [
        ({"area_mu": "-1"}, "area_mu"),
        ({"area_mu": "0"}, "area_mu"),
        ({"area_mu": "NaN"}, "area_mu"),
        ({"area_mu": "１２３"}, "area_mu"),
        ({"area_mu": "1_000"}, "area_mu"),
        ({"area_mu": "1e400"}, "area_mu"),
        ({"area_mu": 54}, "area_mu"),
        ({"area_mu": True}, "area_mu"),
        ({"area_mu": "1.00001"}, "area_mu"),
        ({"area_mu": "99999999999"}, "area_mu"),
        ({"land_type": "sea"}, "land_type"),
        ({"permanent_basic_farmland": "yes"}, "permanent_basic_farmland"),
        ({"slope_degrees": "90.01"}, "slope_degrees"),
        ({"parcel_code": "地块"}, "parcel_code"),
        ({"parcel_code": "P1\n-"}, "parcel_code"),
        ({"region_code": "4110030010019"}, "region_code"),
        ({"owner": "me"}, "owner"),
        ({"name": ""}, "name"),
        ({"name": "a\u202eb"}, "name"),
        ({"box": {"min_lon": "113.82111", "min_lat": "34", "max_lon": "114", "max_lat": "35"}}, "box.min_lon"),
        ({"box": {"min_lon": "34", "min_lat": "50", "max_lon": "75", "max_lat": "55"}}, "box.min_lon"),
    ],
)
def test_a_parcel_that_cannot_be_is_refused_by_field(
    client: TestClient, station: Headers, over: dict[str, Any], field: str
) -> None:
    answer = client.post("/api/v1/parcels", json=parcel(**over), headers=station)
    assert (answer.status_code, answer.json()["field"]) == (422, field), answer.text


@pytest.mark.parametrize("body", [b'{"area_mu": NaN}', b'{"name": "a", "name": "b"}', b"\xff", b"[]", b"{"])
def test_bytes_that_are_no_json_of_ours_are_refused(client: TestClient, station: Headers, body: bytes) -> None:
    headers = station | {"content-type": "application/json"}
    assert client.post("/api/v1/parcels", content=body, headers=headers).status_code == 422


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/parties", {"region": "41x"}),
        ("/parties", {"kind": "ghost"}),
        ("/parcels", {"limit": 101}),
        ("/parcels", {"cursor": "x"}),
        ("/rights", {"holder_party_id": 2**63}),
        ("/restrictions", {"standing": "maybe"}),
        ("/documents", {"kind": "A B"}),
    ],
)
def test_a_list_asked_for_badly_is_refused(
    client: TestClient, clerk: Headers, path: str, query: dict[str, Any]
) -> None:
    answer = client.get(f"/api/v1{path}", params=query, headers=clerk)
    assert (answer.status_code, answer.json()["field"]) == (422, next(iter(query))), answer.text


def test_a_parcel_code_is_given_once(client: TestClient, station: Headers) -> None:
    body = parcel()
    assert client.post("/api/v1/parcels", json=body, headers=station).status_code == 201
    again = client.post("/api/v1/parcels", json=body, headers=station)
    assert (again.status_code, again.json()["field"]) == (409, "parcel_code")


def test_pages_follow_each_other_without_gap_or_overlap(client: TestClient, station: Headers) -> None:
    third = [parcel(region_code=make.THIRD_VILLAGE) for _ in range(5)]
    made = [client.post("/api/v1/parcels", json=body, headers=station).json()["id"] for body in third]
    seen: list[int] = []
    params: dict[str, Any] = {"region": make.THIRD_VILLAGE, "limit": 2}
    while True:
        page = client.get("/api/v1/parcels", params=params, headers=station).json()
        seen += [p["id"] for p in page["items"]]
        if page.get("next_cursor") is None:
            break
        params["cursor"] = page["next_cursor"]
    assert seen == made


def test_a_full_number_is_shown_to_a_supervisor_with_a_reason(
    client: TestClient, station: Headers, clerk: Headers, supervisor: Headers
) -> None:
    number = make.id_number()
    body = {"kind": "individual", "name": "演示甲", "region_code": make.VILLAGE, "id_number": number}
    made = client.post("/api/v1/parties", json=body, headers=station)
    assert made.status_code == 201, made.text
    assert number not in made.text
    where = f"/api/v1/parties/{made.json()['id']}"
    assert number not in client.get(where, headers=clerk).text
    assert number not in client.get("/api/v1/parties", headers=clerk).text
    reason = {"reason": "核对抵押登记"}
    assert client.post(f"{where}/unmask", json=reason, headers=clerk).status_code == 403
    assert client.post(f"{where}/unmask", json={}, headers=supervisor).json()["field"] == "reason"
    assert client.post(f"{where}/unmask", json=reason, headers=supervisor).json()["value"] == number
    elsewhere = bearer(client, committed(Role.SUPERVISOR, region="411002"))
    assert client.post(f"{where}/unmask", json=reason, headers=elsewhere).status_code == 404
    wrong = number[:-1] + ("0" if number[-1] != "0" else "1")
    refused = client.post("/api/v1/parties", json=body | {"id_number": wrong}, headers=station)
    assert (refused.status_code, refused.json()["field"]) == (422, "id_number")
    assert wrong not in refused.text


def collective(client: TestClient, station: Headers) -> int:
    body = {
        "kind": "collective_economic_organisation",
        "name": "演示村股份经济合作社",
        "region_code": make.VILLAGE,
        "credit_code": make.credit_code(),
    }
    party_id: int = client.post("/api/v1/parties", json=body, headers=station).json()["id"]
    register = {"level": "village", "members_full_capacity": 300, "registration_valid": True}
    put = client.put(f"/api/v1/parties/{party_id}/collective", json=register, headers=station)
    assert put.json()["members_full_capacity"] == 300
    return party_id


def test_land_is_owned_leased_and_given_back_over_http(client: TestClient, station: Headers, clerk: Headers) -> None:
    owner = collective(client, station)
    land = client.post("/api/v1/parcels", json=parcel(), headers=station).json()["id"]
    owned = {
        "kind": "land_ownership",
        "region_code": make.VILLAGE,
        "holder_party_id": owner,
        "parcel_ids": [land],
        "certificate_no": "演示集有字第1号",
        "source_kind": "certificate",
    }
    right = client.post("/api/v1/rights", json=owned, headers=station)
    assert right.status_code == 201, right.text
    lease = {
        "parcel_ids": [land],
        "holder_party_id": owner,
        "starts_on": "2026-01-01",
        "ends_on": "2028-12-31",
        "reference": "演示合同一号",
    }
    leased = client.post("/api/v1/leases", json=lease, headers=station).json()
    assert leased[0]["last_day"] == "2028-12-31"
    twice = client.post("/api/v1/leases", json=lease | {"starts_on": "2028-12-31"}, headers=station)
    assert (twice.status_code, twice.json()["reason"]) == (409, "OVERLAP")
    end = {"last_day": "2027-12-31", "reason": "协商"}
    ended = client.post(f"/api/v1/leases/{leased[0]['id']}/end", json=end, headers=station)
    assert ended.json()["last_day"] == "2027-12-31"
    whole = client.get(f"/api/v1/parcels/{land}", headers=clerk).json()
    assert [len(whole[x]) for x in ("rights", "restrictions", "leases")] == [1, 0, 1]


def test_a_restriction_stands_until_its_release_and_is_released_once(
    client: TestClient, station: Headers, supervisor: Headers
) -> None:
    land = client.post("/api/v1/parcels", json=parcel(), headers=station).json()["id"]
    court = {"kind": "seizure", "parcel_id": land, "source": "演示法院（2026）执1号"}
    assert client.post("/api/v1/restrictions", json=court, headers=station).status_code == 403
    seizure = client.post("/api/v1/restrictions", json=court, headers=supervisor)
    assert seizure.status_code == 201, seizure.text
    both = client.post("/api/v1/restrictions", json=court | {"right_id": 1}, headers=supervisor)
    assert both.status_code == 422
    asked = {"parcel_id": land, "standing": True}
    assert len(client.get("/api/v1/restrictions", params=asked, headers=station).json()["items"]) == 1
    release = f"/api/v1/restrictions/{seizure.json()['id']}/release"
    assert client.post(release, json={"source": "解除通知"}, headers=supervisor).json()["release_source"] == "解除通知"
    assert client.post(release, json={"source": "再次"}, headers=supervisor).status_code == 409
    assert client.get("/api/v1/restrictions", params=asked, headers=station).json()["items"] == []


def test_a_clerk_records_what_the_village_decided(client: TestClient, station: Headers, clerk: Headers) -> None:
    decided = {
        "party_id": collective(client, station),
        "body": "members_assembly",
        "matter": "land_contracting",
        "subject": "南地发包",
        "notice_on": "2026-10-01",
        "meeting_on": "2026-10-11",
        "attended": 210,
        "yes": 201,
    }
    made = client.post("/api/v1/resolutions", json=decided, headers=clerk)
    assert (made.status_code, made.json()["eligible"]) == (201, 300), made.text
    assert client.get(f"/api/v1/resolutions/{made.json()['id']}", headers=station).json() == made.json()


def test_a_document_goes_up_and_comes_down_as_it_was(client: TestClient, clerk: Headers, stranger: Headers) -> None:
    form = {"region_code": make.VILLAGE, "kind": "minutes", "title": "演示会议记录"}
    up = client.post("/api/v1/documents", data=form, files={"file": ("../../x.exe", PDF)}, headers=clerk)
    assert up.status_code == 201, up.text
    assert (up.json()["media_type"], up.json()["is_uploaded"]) == ("application/pdf", True)
    where = f"/api/v1/documents/{up.json()['id']}/body"
    down = client.get(where, headers=clerk)
    assert (down.content, down.headers["content-type"]) == (PDF, "application/pdf")
    assert down.headers["content-disposition"] == f'attachment; filename="document-{up.json()["id"]}.pdf"'
    assert client.get(where, headers=stranger).status_code == 404


@pytest.mark.parametrize(
    ("over", "content", "status", "field"),
    [
        ({}, b"<html>", 422, "file"),
        ({}, PDF.ljust(1_000_001), 422, "file"),
        ({"kind": "A b"}, PDF, 422, "kind"),
        ({"title": ""}, PDF, 422, "title"),
        ({"region_code": make.OTHER_VILLAGE}, PDF, 404, None),
    ],
)
def test_a_document_that_cannot_be_taken_is_refused(
    client: TestClient, clerk: Headers, over: dict[str, str], content: bytes, status: int, field: str | None
) -> None:
    form = {"region_code": make.VILLAGE, "kind": "minutes", "title": "演示会议记录"}
    answer = client.post("/api/v1/documents", data=form | over, files={"file": ("x.pdf", content)}, headers=clerk)
    assert (answer.status_code, answer.json().get("field")) == (status, field), answer.text


def test_a_body_past_the_limit_of_all_bodies_is_refused_unread(client: TestClient, clerk: Headers) -> None:
    form = {"region_code": make.VILLAGE, "kind": "minutes", "title": "演示会议记录"}
    huge = {"file": ("x.pdf", PDF.ljust(3_000_000))}
    assert client.post("/api/v1/documents", data=form, files=huge, headers=clerk).status_code == 413


def test_a_parcel_is_amended_and_its_former_state_read_by_day_and_by_version(
    client: TestClient, station: Headers
) -> None:
    made = client.post("/api/v1/parcels", json=parcel(), headers=station).json()
    path = f"/api/v1/parcels/{made['id']}"
    change = {"area_mu": "60", "source_kind": "administrative_decision", "source": "演示测绘成果"}
    assert client.post(f"{path}/amend", json=change, headers=station).json()["area_mu"] == "60"
    with transaction(read_only=True) as tx:
        today = tx.today().isoformat()
    then = client.get(path, params={"on": today}, headers=station).json()
    assert then["area_mu"] == "60"
    assert [v["parcel"]["area_mu"] for v in client.get(f"{path}/versions", headers=station).json()] == ["60", "54.5"]
    problem(client.get(path, params={"on": "2020-01-01"}, headers=station), 404, "not-found")
    assert problem(client.get(path, params={"on": "2099-01-01"}, headers=station), 422, "invalid")["field"] == "on"
    problem(client.post(f"{path}/amend", json={"area_mu": "61"}, headers=station), 422, "invalid")


def test_a_bank_registers_and_releases_its_own_mortgage_and_nothing_else(
    client: TestClient, station: Headers, supervisor: Headers
) -> None:
    with transaction() as tx:
        organisation = identity.add_organisation(tx, None, name="演示银行", kind="bank", region_code="411003").id
        lender = make.party(tx, PartyKind.ENTERPRISE, organisation_id=organisation)
        farmer, field, issuer = make.party(tx, PartyKind.HOUSEHOLD), make.parcel(tx), make.party(tx)
        right = make.right(tx, farmer, [field]).id
    teller = bearer(client, committed(Role.BANK, region="411003", organisation_id=organisation))
    other = bearer(client, committed(Role.BANK, region="411003"))
    body = {
        "right_id": right, "mortgagee_party_id": lender.id, "contract_no": "演示抵字9号", "debt_fen": 5_000_000,
        "debt_from": "2026-11-01", "debt_to": "2027-10-31",
    }  # fmt: skip
    refused = problem(client.post("/api/v1/mortgages", json=body, headers=teller), 409, "refused")
    assert refused["reason"] == "LCL-47-1"
    clerk = bearer(client, committed(Role.VILLAGE_CLERK, region=make.VILLAGE))
    with transaction(read_only=True) as tx:
        today = tx.today().isoformat()
    filed = {
        "matter": "mortgage", "filed_with_party_id": issuer.id, "filed_by_party_id": farmer.id,
        "parcel_ids": [field.id], "filed_on": today,
    }  # fmt: skip
    assert client.post("/api/v1/filings", json=filed, headers=clerk).status_code == 201
    agreed = {
        "matter": "mortgage", "giver_party_id": farmer.id, "parcel_ids": [field.id], "form": "paper",
        "given_on": today,
    }  # fmt: skip
    consent = client.post("/api/v1/consents", json=agreed, headers=clerk).json()[0]
    where = f"/api/v1/consents/{consent['id']}/withdraw"
    assert client.post(where, json={"reason": "重新出具"}, headers=clerk).json()["withdrawn_at"]
    made = client.post("/api/v1/mortgages", json=body, headers=teller)
    assert made.status_code == 201, made.text
    at = f"/api/v1/mortgages/{made.json()['restriction_id']}"
    assert client.get(at, headers=teller).json()["released_at"] is None
    for answer in (client.get(at, headers=other), client.post(f"{at}/release", json={"source": "x"}, headers=other)):
        problem(answer, 404, "not-found")
    assert (
        client.post(f"{at}/release", json={"source": "结清证明"}, headers=teller).json()["release_source"] == "结清证明"
    )
    for reader in ("consents", "filings"):
        asked = {"parcel_id": field.id}
        assert len(client.get(f"/api/v1/{reader}", params=asked, headers=station).json()["items"]) == 1
    court = {"kind": "mortgage", "parcel_id": field.id, "source": "演示"}
    assert (
        problem(client.post("/api/v1/restrictions", json=court, headers=supervisor), 422, "invalid")["field"] == "kind"
    )
    problem(client.post("/api/v1/restrictions", json=court, headers=teller), 403, "forbidden")
