"""Accounts over HTTP: opened by operators, told without numbers, refused by field."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from app.base.actor import Role
from app.base.db import transaction
from app.identity.models import Account, Person
from app.identity.permissions import HOLDS, P
from tests.people import bearer, committed, problem, resident_id, serve

Shared = tuple[TestClient, dict[str, str]]


@pytest.fixture(scope="module")
def shared(clone: Any, _keys: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shared]:
    """The application, and the headers of a city operator."""
    with serve(clone(), tmp_path_factory.mktemp("accounts")) as client:
        yield client, bearer(client, committed(Role.OPERATOR))


ACCOUNT = {"login": "new-clerk", "password": "a first password", "name": "演示人", "id_number": resident_id(900_030)}


def test_an_account_is_opened_and_tells_no_number(shared: Shared) -> None:
    served, boss = shared
    organisation = {"kind": "town", "name": "演示镇政府", "region_code": "411002001"}
    made = served.post("/api/v1/organisations", json=organisation, headers=boss)
    assert made.status_code == 201, made.text
    body = ACCOUNT | {
        "login": "opened-clerk",
        "id_number": resident_id(900_031),
        "organisation_id": made.json()["id"],
        "phone": "13800000000",
    }
    opened = served.post("/api/v1/accounts", json=body, headers=boss)
    assert opened.status_code == 201, opened.text
    assert opened.json()["name"] == "演*人"
    assert body["id_number"] not in opened.text
    assert "138" not in opened.text
    again = problem(served.post("/api/v1/accounts", json=body, headers=boss), 409, "conflict")
    assert (again["reason"], again["field"]) == ("LOGIN_TAKEN", "login")
    pages: list[dict[str, Any]] = []
    cursor: str | None = ""
    while cursor is not None:
        got = served.get(f"/api/v1/accounts?limit=1{cursor and '&cursor=' + cursor}", headers=boss).json()
        pages += got["items"]
        cursor = got["next_cursor"]
    assert [p["login"] for p in pages][-1] == "opened-clerk"
    assert len(pages) == len({p["id"] for p in pages}) >= 2


@pytest.mark.parametrize(
    ("over", "field"),
    [
        ({"login": "Upper"}, "login"),
        ({"login": "ab"}, "login"),
        ({"login": "new clerk"}, "login"),
        ({"password": "short"}, "password"),
        ({"password": 123456789012}, "password"),
        ({"name": "\x00" * 3}, "name"),
        ({"name": "x" * 61}, "name"),
        ({"name": "a\u202eb"}, "name"),
        ({"name": "\ud800"}, "name"),
        ({"id_number": "41100219700101000１"}, "id_number"),
        ({"id_number": "1" * 18}, "id_number"),
        ({"phone": "１３８00000000"}, "phone"),
        ({"organisation_id": True}, "organisation_id"),
        ({"organisation_id": "1"}, "organisation_id"),
        ({"organisation_id": 2**63}, "organisation_id"),
        ({"organisation_id": 999_999}, "organisation_id"),
        ({"is_demo": True}, "is_demo"),
        ({"id": 1}, "id"),
    ],
)
def test_an_impossible_account_is_refused_by_field_and_nothing_is_written(
    shared: Shared, over: dict[str, Any], field: str
) -> None:
    served, boss = shared
    sent = json.dumps(ACCOUNT | over)
    answer = served.post("/api/v1/accounts", content=sent, headers=boss | {"content-type": "application/json"})
    body = problem(answer, 422, "invalid")
    assert body["field"] == field
    assert ACCOUNT["password"] not in answer.text
    with transaction(read_only=True) as tx:
        assert tx.scalar(select(Person.id).where(Person.name != "演示人")) is None
        assert tx.scalar(select(Account.id).where(Account.login == "new-clerk")) is None


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/accounts/999999/enable",
        "/api/v1/accounts/9223372036854775807/enable",
        "/api/v1/api-clients/cl_none/disable",
    ],
)
def test_what_does_not_exist_is_not_found(shared: Shared, path: str) -> None:
    served, boss = shared
    problem(served.post(path, headers=boss), 404, "not-found")


@pytest.mark.parametrize(
    "id_",
    [
        "1_0",
        "１２",
        "+1",
        "1.0",
        "0x1",
        "true",
        "1e3",
        "9223372036854775808",
        "-9223372036854775809",
        "99999999999999999999",
    ],
)
def test_an_id_in_a_path_is_ascii_digits(shared: Shared, id_: str) -> None:
    served, boss = shared
    body = problem(served.post(f"/api/v1/accounts/{id_}/enable", headers=boss), 422, "invalid")
    assert body["field"] == "account_id"


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"), ("limit=101", "limit"), ("limit=1_0", "limit"), ("limit=１", "limit"), ("limit= 5", "limit"),
        ("limit=5&limit=6", "limit"), ("cursor=%00", "cursor"), ("cursor=!!", "cursor"), ("cursor=" + "A" * 41, "cursor"),
        ("cursor=%E4%B8%AD", "cursor"), ("limits=5", "limits"),
    ],
)  # fmt: skip
def test_a_query_is_read_strictly(shared: Shared, query: str, field: str) -> None:
    served, boss = shared
    assert problem(served.get(f"/api/v1/accounts?{query}", headers=boss), 422, "invalid")["field"] == field


def test_each_role_alone_opens_just_the_doors_of_its_permissions(shared: Shared) -> None:
    served, _ = shared
    for role in Role:
        headers = bearer(served, committed(role))
        status = served.get("/api/v1/accounts", headers=headers).status_code
        assert status == (200 if P.ACCOUNT_READ in HOLDS[role] else 403), role
        status = served.get("/api/v1/audit-events", headers=headers).status_code
        assert status == (200 if P.AUDIT_READ in HOLDS[role] else 403), role
