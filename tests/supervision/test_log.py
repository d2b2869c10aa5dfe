"""What supervisors find in the log, each in his regions, and how it reads."""

import ast
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from app.audit.actions import record
from app.base.actor import Actor, Role
from app.base.context import request_id
from app.base.db import Tx, transaction
from app.base.findings import Finding, Outcome
from app.identity import actions as identity
from app.listing.states import LOT
from app.supervision.actions.reading import _cell
from app.supervision.acts import ACT_ZH, AREA_ZH, VERB_ZH, act_zh, sentence
from tests.people import actor, bearer, committed, problem, say, serve

LOG = "/api/v1/audit-events"
World = tuple[TestClient, dict[str, dict[str, str]], Actor]


@pytest.fixture(scope="module")
def world(clone: Any, _keys: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A city supervisor, one of the county 411002, one of 411024, and a log with a few acts."""
    with serve(clone(), tmp_path_factory.mktemp("log")) as client:
        city, county, other = (committed(Role.SUPERVISOR, region=r) for r in ("411000", "411002", "411024"))
        with transaction() as tx:
            centre = identity.add_organisation(tx, None, kind="centre", name="演示交易中心", region_code="411002")
        clerk_id = committed(Role.CENTRE_REVIEWER, region="411002", organisation_id=centre.id)
        with transaction(read_only=True) as tx:
            clerk = actor(tx, clerk_id)
        token = request_id.set("the-request")
        say(
            "lot.publish", "lot/1", who=clerk, before={"state": "L30"}, after={"state": "L40"},
            findings=[Finding("LCL-38-3", Outcome.PASS, "符合"), Finding("N-8", Outcome.WARN, "提示")],
        )  # fmt: skip
        request_id.reset(token)
        say("lot.fail", "lot/1", before={"state": "L50"}, after={"state": "L75"}, reason_code="NO_ENTRY")
        say("lot.publish", "lot/11", region="411024001")
        say("lotus.publish", "lotus/1", region="411024001", findings=[Finding("X-1", Outcome.BLOCK, "不可")])
        headers = {name: bearer(client, who) for name, who in (("city", city), ("county", county), ("other", other))}
        yield client, headers, clerk


def find(world: World, query: str, who: str = "city") -> list[dict[str, Any]]:
    client, headers, _ = world
    answer = client.get(f"{LOG}?{query}", headers=headers[who])
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("subject=lot/1", ["lot.fail", "lot.publish"]),
        ("subject=lot/1&order=oldest", ["lot.publish", "lot.fail"]),
        ("subject=lot/", ["lot.publish", "lot.fail", "lot.publish"]),
        ("subject=lot/&region=411002", ["lot.fail", "lot.publish"]),
        ("subject=lot/&region=41100200", ["lot.fail", "lot.publish"]),
        ("subject=lot/2", []),
        ("act=lot.publish", ["lot.publish", "lot.publish"]),
        ("act=lot", ["lot.publish", "lot.fail", "lot.publish"]),
        ("act=lotus", ["lotus.publish"]),
        ("act=lo", []),
        ("rule_id=N-8", ["lot.publish"]),
        ("rule_id=N", []),
        ("verdict=BLOCK", ["lotus.publish"]),
        ("request_id=the-request", ["lot.publish"]),
        ("account_id={account}", ["lot.publish"]),
        ("person_id={person}", ["lot.publish"]),
        ("organisation_id={organisation}", ["lot.publish"]),
        ("organisation_id={organisation}&act=lot.fail", []),
        ("act=lot&from=2020-01-01&to=2020-01-02", []),
        ("act=lotus&from=2020-01-01T00:00:00%2B08:00", ["lotus.publish"]),
        ("act=lotus&from=2020-01-01T00:00:00+08:00", ["lotus.publish"]),
        ("act=lotus&to=2099-01-01T00:00:00Z", ["lotus.publish"]),
        ("act=lotus&from=2099-01-01", []),
    ],
)
def test_the_log_is_searched_by(world: World, query: str, found: list[str]) -> None:
    clerk = world[2]
    asked = query.format(account=clerk.account_id, person=clerk.person_id, organisation=clerk.organisation_id)
    assert [e["act"] for e in find(world, asked)] == found


def test_a_period_holds_its_first_instant_and_not_its_last(world: World) -> None:
    event = find(world, "act=lotus")[0]
    at = datetime.fromisoformat(event["at"])
    after = at.replace(microsecond=at.microsecond + 1) if at.microsecond < 999_999 else None
    stamp = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    assert [e["id"] for e in find(world, f"act=lotus&from={stamp}")] == [event["id"]]
    assert find(world, f"act=lotus&to={stamp}") == []
    if after is not None:
        assert len(find(world, f"act=lotus&to={after.strftime('%Y-%m-%dT%H:%M:%S.%fZ')}")) == 1


def test_a_supervisor_sees_his_county_and_nothing_beside_it(world: World) -> None:
    client, headers, _ = world
    assert {e["region_code"][:6] for e in find(world, "limit=100", "county")} == {"411002"}
    assert {e["subject"] for e in find(world, "limit=100&act=lot", "other")} == {"lot/11"}
    assert find(world, "subject=lot/1", "other") == []
    problem(client.get("/api/v1/subjects/lot/1/timeline", headers=headers["other"]), 404, "not-found")
    problem(client.post(f"{LOG}/verify-chain?subject=lot/1", headers=headers["other"]), 404, "not-found")
    problem(client.get("/api/v1/subjects/lot/404/timeline", headers=headers["city"]), 404, "not-found")
    exported = client.get(f"{LOG}/export?format=jsonl", headers=headers["other"]).text.splitlines()
    assert {json.loads(line)["region_code"][:6] for line in exported} == {"411024"}


def test_the_public_and_other_roles_do_not_see_the_log(world: World) -> None:
    client, _, _ = world
    bidder = bearer(client, committed(Role.BIDDER))
    paths = [("GET", LOG), ("GET", f"{LOG}/export"), ("GET", "/api/v1/subjects/lot/1/timeline")]
    for method, path in [*paths, ("POST", f"{LOG}/verify-chain?subject=lot/1")]:
        problem(client.request(method, path), 401, "unauthenticated")
        assert problem(client.request(method, path, headers=bidder), 403, "forbidden")["reason"] == "PERMISSION"


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"), ("limit=101", "limit"), ("limit=%EF%BC%91", "limit"), ("cursor=x", "cursor"),
        ("subject=lot", "subject"), ("subject=%00/1", "subject"), ("act=a.b.c", "act"), ("act=LOT", "act"),
        ("region=41x", "region"), ("account_id=0", "account_id"), ("account_id=1_0", "account_id"),
        ("account_id=9223372036854775808", "account_id"), ("verdict=MAYBE", "verdict"), ("order=up", "order"),
        ("from=2026-02-30", "from"), ("from=2026-01-01T00:00:00", "from"), ("to=today", "to"),
        ("from=%EF%BC%92026-01-01", "from"), ("since=2026-01-01", "since"), ("subjct=lot/1", "subjct"),
        ("act=lot&act=lot", "act"),
    ],
)  # fmt: skip
def test_a_search_that_says_something_impossible_is_refused_by_name(world: World, query: str, field: str) -> None:
    client, headers, _ = world
    assert problem(client.get(f"{LOG}?{query}", headers=headers["city"]), 422, "invalid")["field"] == field


@given(
    st.text(max_size=8) | st.integers() | st.none() | st.dictionaries(st.text(max_size=2), st.integers(), max_size=2)
)
def test_no_cell_is_a_formula(value: Any) -> None:
    cell = _cell(value)
    assert not cell or cell[0] not in "=+@\t\r\n＝＋－＠"
    assert cell[:1] != "-"
    if isinstance(value, str):
        assert cell in {value, "'" + value}


def test_a_timeline_reads_as_sentences(world: World) -> None:
    client, headers, _ = world
    items = client.get("/api/v1/subjects/lot/1/timeline", headers=headers["county"]).json()["items"]
    assert [m["seq"] for m in items] == [1, 2]
    first, second = (m["sentence"] for m in items)
    assert first.endswith("，演示交易中心演*人发布公告（标的1），状态由“待公告”变为“挂牌公告中”，有提示（N-8）。")
    assert second.endswith("，系统认定流标（标的1），状态由“报名截止·资格审查”变为“流标”，原因：无人报名。")
    page = client.get("/api/v1/subjects/lot/1/timeline?limit=1", headers=headers["county"]).json()
    rest = client.get(
        f"/api/v1/subjects/lot/1/timeline?limit=1&cursor={page['next_cursor']}", headers=headers["county"]
    )
    assert [m["seq"] for m in (*page["items"], *rest.json()["items"])] == [1, 2]
    assert rest.json()["next_cursor"] is None


def literal_acts() -> Iterator[str]:
    """Every act that the application's source writes down as a literal."""
    for path in Path("app").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "record" and len(node.args) > 2:
                act = node.args[2]
                if isinstance(act, ast.Constant):
                    yield str(act.value)


def test_every_act_has_a_chinese_name() -> None:
    acts = {*literal_acts(), *(f"lot.{move.verb}" for move in LOT.moves)}
    assert len(acts) > 40
    assert sorted(act for act in acts if "执行" in act_zh(act)) == []
    assert sorted(a for a in acts if a.partition(".")[0] not in AREA_ZH) == []
    assert act_zh("some.thing") == "执行“some.thing”"
    assert all(zh for zh in (*ACT_ZH.values(), *AREA_ZH.values(), *VERB_ZH.values()))


def test_a_sentence_tells_a_new_state_and_a_plain_reason(tx: Tx) -> None:
    event = record(tx, None, "entry.register", "entry/1", region="411002", after={"state": "registered"}, reason="自愿")
    assert sentence(event, "某人").endswith("，某人提交报名（报名1），状态为“registered”，原因：自愿。")


def test_a_question_about_a_person_is_itself_in_the_log(world: World) -> None:
    client, headers, clerk = world
    before = len(find(world, "act=audit.search"))
    find(world, f"person_id={clerk.person_id}")
    find(world, f"subject=account/{clerk.account_id}")
    find(world, "subject=lot/1")
    asked = find(world, "act=audit.search&order=oldest")[before:]
    assert [e["facts"]["search"] for e in asked] == [
        {"person_id": clerk.person_id}, {"subject": f"account/{clerk.account_id}"}
    ]  # fmt: skip
    assert client.get(f"/api/v1/subjects/account/{clerk.account_id}/timeline", headers=headers["city"]).is_success
    assert len(find(world, "act=audit.search")) == before + 3
