"""Hostile bodies against a strict route: each is refused by the field that is wrong, and nothing is echoed."""

import json
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any

import pytest
from fastapi import APIRouter, FastAPI, Form, Query
from fastapi.testclient import TestClient
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import Field

from app.base.wire import AreaMu, BadJson, Choice, Count, Day, Fen, FenOrZero, Id, In, Instant, RegionCode, Text, loads
from app.web import headers, problems
from app.web.routes import StrictRoute
from tests.people import problem

SECRET = "hunter2-hunter2"
heard: list[Any] = []


class Kind(StrEnum):
    LEASE = "lease"


class Part(In):
    area_mu: AreaMu


class Thing(In):
    amount_fen: Fen
    fee_fen: FenOrZero = 0
    n: Count = 0
    owner_id: Id = 1
    area_mu: AreaMu = Decimal(1)
    on: Day = date(2026, 1, 1)
    at: Instant | None = None
    agreed: bool = False
    kind: Choice[Kind] = Kind.LEASE
    name: Text = "名"
    region: RegionCode = "411002"
    parts: list[Part] = Field(default_factory=list)
    password: str = ""


router = APIRouter(route_class=StrictRoute)


@router.post("/things")
def things(body: Thing) -> dict[str, Any]:
    heard.append(body)
    return body.model_dump(mode="json")


@router.post("/forms")
def forms(name: Annotated[str, Form(max_length=10)]) -> str:
    heard.append(name)
    return name


@router.get("/things/{thing_id}")
def thing(thing_id: int, n: int = 0, many: Annotated[list[int] | None, Query()] = None) -> list[Any]:
    return [thing_id, n, many]


@router.get("/boom")
def boom() -> None:
    raise RuntimeError(SECRET)


@pytest.fixture(scope="module")
def client() -> TestClient:
    app = FastAPI()
    headers.install(app, max_body=1_048_576)
    problems.install(app)
    app.include_router(router)
    return TestClient(app)


GOOD = {"amount_fen": 100, "password": SECRET}


def post(client: TestClient, raw: bytes | str, kind: str = "application/json") -> Any:
    heard.clear()
    return client.post("/things", content=raw, headers={"content-type": kind})


def test_a_good_body_is_taken(client: TestClient) -> None:
    body = GOOD | {
        "area_mu": "12.50", "on": "2026-02-28", "at": "2026-01-01T08:00:00+08:00", "kind": "lease", "name": " 演示 ",
        "region": "411002001200", "parts": [{"area_mu": "0.0001"}], "agreed": True,
    }  # fmt: skip
    answer = post(client, json.dumps(body))
    assert answer.status_code == 200, answer.text
    (taken,) = heard
    assert (taken.area_mu, taken.on, taken.name) == (Decimal("12.50"), date(2026, 2, 28), "演示")
    assert taken.at == datetime.fromisoformat("2026-01-01T00:00:00+00:00")
    assert answer.json()["area_mu"] == "12.5"


MONEY = [
    "-1", "0", "true", "false", "null", '"100"', '"1_000"', '"１２３"', '" 5 "', '""', "[]", "{}", "[100]", '"1e5"',
    "1000000000000000", "9223372036854775807", "9223372036854775808", "18446744073709551616", '"NaN"', '"Infinity"',
]  # fmt: skip


@pytest.mark.parametrize("value", MONEY)
def test_money_is_a_positive_integer_and_nothing_else(client: TestClient, value: str) -> None:
    answer = post(client, f'{{"amount_fen": {value}, "password": "{SECRET}"}}')
    assert problem(answer, 422, "invalid")["field"] == "amount_fen"
    assert SECRET not in answer.text
    assert not heard


@pytest.mark.parametrize(
    "value", ["NaN", "Infinity", "-Infinity", "1e400", "1.0", "100.0", "1E2", "-0.0", "1" * 30, "1" * 5000]
)
def test_numbers_that_are_no_plain_integers_are_no_json_of_ours(client: TestClient, value: str) -> None:
    answer = post(client, f'{{"amount_fen": {value}, "password": "{SECRET}"}}')
    assert problem(answer, 422, "invalid")["reason"] == "BAD_JSON"
    assert SECRET not in answer.text
    assert not heard


FIELDS = [
    ("fee_fen", -1), ("fee_fen", True), ("n", -1), ("n", 10**7 + 1), ("n", True), ("owner_id", 0), ("owner_id", 2**63),
    ("owner_id", "1"), ("area_mu", 12), ("area_mu", "0"), ("area_mu", "-1"), ("area_mu", "1E+1000000"), ("area_mu", "NaN"),
    ("area_mu", "Infinity"), ("area_mu", "１２３"), ("area_mu", "1_000"), ("area_mu", " 5"), ("area_mu", "5 "), ("area_mu", "05"),
    ("area_mu", "1."), ("area_mu", ".5"), ("area_mu", "1.0000001"), ("area_mu", "10000001"), ("area_mu", "1\n"),
    ("area_mu", "1,000"), ("area_mu", "+1"), ("area_mu", "0x10"), ("area_mu", True), ("area_mu", None),
    ("on", "2026-02-30"), ("on", "2026-13-01"), ("on", "2026-1-1"), ("on", "20260101"), ("on", "2026-01-01T00:00:00Z"),
    ("on", "２０２６-01-01"), ("on", 20260101), ("on", 0), ("on", True), ("on", ""), ("on", "2026-01-01\n"), ("on", "0000-01-01"),
    ("at", "2026-01-01T00:00:00"), ("at", "2026-01-01"), ("at", "yesterday"), ("at", True), ("at", "2026-02-30T00:00:00Z"),
    ("agreed", 1), ("agreed", "true"), ("agreed", None), ("kind", "LEASE"), ("kind", "other"), ("kind", 1), ("kind", None),
    ("name", ""), ("name", "   "), ("name", "x" * 201), ("name", 5), ("name", None), ("name", "a\x00b"), ("name", "a\x1bb"),
    ("name", "abc\u202edef"), ("name", "a\u2066b"), ("name", "x\x85y"), ("name", "\ud800"), ("name", ["x"]),
    ("region", "41100"), ("region", "4110021"), ("region", "４１１００２"), ("region", "411\n002"), ("region", 411002),
    ("parts", {}), ("parts", "x"), ("parts", None), ("unknown", 1), ("__proto__", {}), ("amount_fen ", 1),
]  # fmt: skip


@pytest.mark.parametrize(("field", "value"), FIELDS)
def test_a_wrong_field_is_named_and_its_value_is_not_echoed(client: TestClient, field: str, value: object) -> None:
    answer = post(client, json.dumps(GOOD | {field: value}))
    body = problem(answer, 422, "invalid")
    assert body["field"] == field
    assert SECRET not in answer.text
    assert "input" not in answer.text
    assert "Traceback" not in answer.text
    assert not heard


@pytest.mark.parametrize(
    ("part", "path"),
    [
        ({"area_mu": "x"}, "parts[1].area_mu"),
        ({}, "parts[1].area_mu"),
        ({"area_mu": "1", "b": 1}, "parts[1].b"),
        (3, "parts[1]"),
    ],
)
def test_the_path_leads_into_lists(client: TestClient, part: object, path: str) -> None:
    answer = post(client, json.dumps(GOOD | {"parts": [{"area_mu": "1"}, part]}))
    assert problem(answer, 422, "invalid")["field"] == path


def test_a_secret_in_the_wrong_type_does_not_come_back(client: TestClient) -> None:
    answer = post(client, json.dumps({"amount_fen": 1, "password": [SECRET]}))
    assert problem(answer, 422, "invalid")["field"] == "password"
    assert SECRET not in answer.text


RAW = [
    b"", b" ", b"{", b"nul", b'{"amount_fen": 1,}', b"{'amount_fen': 1}", b'{"amount_fen": 1} x', b'{"amount_fen": 01}',
    b'{"amount_fen": 1, "amount_fen": 1}', b'{"amount_fen": 1, "parts": [{"area_mu": "1", "area_mu": "2"}]}',
    b'{"amount_fen": 1, "name": "\xff"}', b'{"amount_fen": 1, "name": "\xed\xa0\x80"}', b"\xef\xbb\xbf{}",
    b"\xff\xfe{\x00}\x00", b"[" * 100_000, b'{"a":' * 50_000, b'{"\\ud800": 1, "\\ud800": 2}', b'{"amount_fen": 1, "\\ud800": 2}',
    b'{"amount_fen": 1, "name": "\n"}', b'{"amount_fen": 1, "name": "a\x00b"}',
]  # fmt: skip


@pytest.mark.parametrize("raw", RAW, ids=[repr(r[:24]) for r in RAW])
def test_bytes_that_are_no_json_of_ours_are_refused(client: TestClient, raw: bytes) -> None:
    body = problem(post(client, raw), 422, "invalid")
    assert body["field"] == "body"
    assert not heard


@pytest.mark.parametrize("raw", [b"[]", b"1", b'"x"', b"true", b"null"])
def test_json_that_is_no_object_is_refused(client: TestClient, raw: bytes) -> None:
    assert problem(post(client, raw), 422, "invalid")["field"] == "body"


@pytest.mark.parametrize(
    "kind",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "application/xml",
        "",
        "json",
        "application/jsonp",
    ],
)
def test_another_media_type_is_refused_as_such(client: TestClient, kind: str) -> None:
    problem(post(client, json.dumps(GOOD), kind), 415, "unsupported-media-type")
    assert not heard


def test_a_charset_in_the_media_type_changes_nothing(client: TestClient) -> None:
    assert post(client, json.dumps(GOOD), "application/json; charset=gbk").status_code == 200


def test_a_form_is_no_json_and_json_no_form(client: TestClient) -> None:
    assert client.post("/forms", data={"name": "x"}).status_code == 200
    problem(client.post("/forms", json={"name": "x"}), 415, "unsupported-media-type")
    assert problem(client.post("/forms", data={}), 422, "invalid")["field"] == "name"
    assert problem(client.post("/forms", data={"name": "x" * 11}), 422, "invalid")["field"] == "name"
    broken = client.post(
        "/forms", content=b"--x\r\nnonsense", headers={"content-type": "multipart/form-data; boundary=x"}
    )
    assert broken.status_code in {400, 422}
    assert broken.headers["content-type"] == "application/problem+json"


def test_a_body_over_the_limit_is_refused_declared_or_not(client: TestClient) -> None:
    big = b'{"amount_fen": 1, "name": "' + b"x" * 1_100_000 + b'"}'
    problem(post(client, big), 413, "too-large")
    problem(client.post("/things", content=iter([big]), headers={"content-type": "application/json"}), 413, "too-large")
    assert not heard


def test_a_long_unknown_field_is_not_echoed_whole(client: TestClient) -> None:
    answer = post(client, json.dumps(GOOD | {"k" * 100_000: 1}))
    assert problem(answer, 422, "invalid")["field"] == "k" * 60
    assert len(answer.content) < 2000
    many = post(client, json.dumps(GOOD | {f"k{n}": 1 for n in range(5000)}))
    assert len(problem(many, 422, "invalid")["errors"]) == 50


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/things/1_0", "thing_id"), ("/things/１", "thing_id"), ("/things/x", "thing_id"), ("/things/1?n=１", "n"),
        ("/things/1?n=1_0", "n"), ("/things/1?n=1&n=1", "n"), ("/things/1?n=%201", "n"), ("/things/1?m=1", "m"),
        ("/things/1?n=", "n"), ("/things/1?many=1&many=x", "many"), ("/things/9223372036854775808", "thing_id"),
    ],
)  # fmt: skip
def test_paths_and_queries_are_read_strictly(client: TestClient, path: str, field: str) -> None:
    assert problem(client.get(path), 422, "invalid")["field"] == field


def test_good_paths_and_queries_are_taken(client: TestClient) -> None:
    assert client.get("/things/7?n=-2&many=1&many=2").json() == [7, -2, [1, 2]]


def test_unknown_paths_and_methods_are_problems_too(client: TestClient) -> None:
    problem(client.get("/nowhere"), 404, "not-found")
    answer = client.put("/things", content=b"{}")
    problem(answer, 405, "method-not-allowed")
    assert answer.headers["allow"] == "POST"


def test_what_nobody_foresaw_tells_its_request_id_and_nothing_else(client: TestClient) -> None:
    answer = client.get("/boom", headers={"x-request-id": "my-request-1"})
    assert problem(answer, 500, "internal")["request_id"] == "my-request-1"
    assert SECRET not in answer.text
    assert "RuntimeError" not in answer.text
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("given_id", ["short", "x" * 65, "with space", "中文中文中文中文", "new\tline-x", ""])
def test_a_request_id_that_could_harm_a_log_is_replaced(client: TestClient, given_id: str) -> None:
    answer = client.get("/nowhere", headers=[(b"x-request-id", given_id.encode())])
    assert answer.headers["x-request-id"] != given_id
    assert len(answer.headers["x-request-id"]) == 24


@given(st.binary(max_size=60))
@settings(max_examples=300, deadline=None)
def test_any_bytes_are_json_or_a_named_refusal(raw: bytes) -> None:
    try:
        value = loads(raw)
    except BadJson:
        return
    assert json.loads(raw.decode()) == value


_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**18), 10**18) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=10,
)


@given(_values)
def test_every_value_of_our_wire_is_read_back(value: Any) -> None:
    assert loads(json.dumps(value, ensure_ascii=False).encode()) == value
    assert loads(json.dumps(value).encode()) == value


@given(_values, st.sampled_from(["amount_fen", "area_mu", "on", "at", "kind", "name", "parts", "region"]))
@settings(max_examples=200, deadline=None)
def test_no_json_brings_the_server_down(value: Any, field: str) -> None:
    app = FastAPI()
    problems.install(app)
    app.include_router(router)
    answer = TestClient(app).post("/things", json=GOOD | {field: value})
    assert answer.status_code in {200, 422}
