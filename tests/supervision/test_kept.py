"""Searches kept under a name, and exports written in the background: whole, resumed, each their owner's alone."""

import time
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, select, text

from app.audit.models import AuditEvent
from app.base.actor import Role
from app.base.db import transaction
from app.base.errors import NotFound, TooMany
from app.identity import actions as identity
from app.identity.permissions import P
from app.supervision import actions, queries, ticks
from app.supervision.actions import BATCH
from app.supervision.actions.exports import ATTEMPTS, KEPT_DAYS, MAX_RUNNING, _write
from app.supervision.models import AuditExport
from app.supervision.schemas import ExportFormat, SearchIn
from app.supervision.states import ExportState
from tests.people import actor, bearer, committed, problem, say

SAVED, EXPORTS, LOG = "/api/v1/saved-searches", "/api/v1/audit-exports", "/api/v1/audit-events"


@pytest.fixture
def boss(served: TestClient) -> dict[str, str]:
    return bearer(served, committed(Role.SUPERVISOR))


def acts(*names: str) -> list[AuditEvent]:
    with transaction(read_only=True) as tx:
        return list(tx.scalars(select(AuditEvent).where(AuditEvent.act.in_(names)).order_by(AuditEvent.id)))


def test_a_search_is_kept_changed_run_and_dropped_each_in_the_log(served: TestClient, boss: dict[str, str]) -> None:
    say("parcel.record", "parcel/1")
    say("lot.publish", "lot/1")
    made = served.post(SAVED, headers=boss, json={"name": "地块", "search": {"act": "parcel", "from": "2020-01-01"}})
    assert made.status_code == 201, made.text
    key = made.json()["id"]
    assert made.json()["search"] == {"act": "parcel", "from": "2020-01-01T00:00:00+08:00"}
    found = served.get(f"{SAVED}/{key}/events", headers=boss).json()["items"]
    assert [e["subject"] for e in found] == ["parcel/1"]
    changed = served.put(f"{SAVED}/{key}", headers=boss, json={"name": "标的", "search": {"act": "lot"}})
    assert changed.json()["name"] == "标的"
    assert [e["subject"] for e in served.get(f"{SAVED}/{key}/events", headers=boss).json()["items"]] == ["lot/1"]
    assert [row["id"] for row in served.get(SAVED, headers=boss).json()] == [key]
    assert served.delete(f"{SAVED}/{key}", headers=boss).status_code == 204
    assert served.get(SAVED, headers=boss).json() == []
    assert [e.act for e in acts("audit.save_search", "audit.change_search", "audit.drop_search")] == [
        "audit.save_search", "audit.change_search", "audit.drop_search",
    ]  # fmt: skip


def test_a_kept_search_pages_and_one_about_people_is_recorded_each_time(
    served: TestClient, boss: dict[str, str]
) -> None:
    ids = [say("parcel.record", "parcel/1", n=n) for n in range(3)]
    key = served.post(SAVED, headers=boss, json={"name": "一", "search": {"subject": "parcel/1"}}).json()["id"]
    first = served.get(f"{SAVED}/{key}/events?limit=2&order=oldest", headers=boss).json()
    rest = served.get(f"{SAVED}/{key}/events?limit=2&order=oldest&cursor={first['next_cursor']}", headers=boss).json()
    assert [e["id"] for e in first["items"] + rest["items"]] == ids
    assert acts("audit.search") == []
    about = served.post(SAVED, headers=boss, json={"name": "人", "search": {"person_id": 1}}).json()["id"]
    for _ in range(2):
        served.get(f"{SAVED}/{about}/events", headers=boss)
    assert [e.facts["search"] for e in acts("audit.search")] == [{"person_id": 1}] * 2


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": "", "search": {}}, "name"),
        ({"name": "   ", "search": {}}, "name"),
        ({"name": "名", "search": {"region": "41; DROP"}}, "search.region"),
        ({"name": "名", "search": {"from": "昨天"}}, "search.from"),
        ({"name": "名", "search": {"wish": 1}}, "search.wish"),
        ({"name": "名"}, "search"),
    ],
)
def test_what_cannot_be_searched_cannot_be_kept(
    client: TestClient, tx_boss: dict[str, str], body: dict[str, Any], field: str
) -> None:
    assert problem(client.post(SAVED, headers=tx_boss, json=body), 422, "invalid")["field"] == field


@pytest.fixture
def tx_boss(client: TestClient) -> dict[str, str]:
    return bearer(client, committed(Role.SUPERVISOR))


def test_names_are_unique_to_their_owner_and_nobody_else_sees_what_is_kept(
    served: TestClient, boss: dict[str, str]
) -> None:
    other = bearer(served, committed(Role.SUPERVISOR))
    body = {"name": "同名", "search": {"act": "lot"}}
    key = served.post(SAVED, headers=boss, json=body).json()["id"]
    assert problem(served.post(SAVED, headers=boss, json=body), 409, "conflict")["reason"] == "NAME_TAKEN"
    second = served.post(SAVED, headers=boss, json={**body, "name": "另一"}).json()["id"]
    problem(served.put(f"{SAVED}/{second}", headers=boss, json=body), 409, "conflict")
    assert served.put(f"{SAVED}/{key}", headers=boss, json=body).status_code == 200
    assert served.post(SAVED, headers=other, json=body).status_code == 201
    for answer in (
        served.get(f"{SAVED}/{key}/events", headers=other),
        served.put(f"{SAVED}/{key}", headers=other, json=body),
        served.delete(f"{SAVED}/{key}", headers=other),
    ):
        problem(answer, 404, "not-found")
    clerk = bearer(served, committed(Role.VILLAGE_CLERK))
    problem(served.get(SAVED, headers=clerk), 403, "forbidden")
    problem(served.post(EXPORTS, headers=clerk, json={"search": {}}), 403, "forbidden")


def finished(served: TestClient, boss: dict[str, str], key: int) -> dict[str, Any]:
    until = time.monotonic() + 30
    while (row := served.get(f"{EXPORTS}/{key}", headers=boss).json())["state"] == "running":
        assert time.monotonic() < until, row
    return dict(row)


def test_an_export_in_the_background_is_the_one_that_streams(served: TestClient, boss: dict[str, str]) -> None:
    for n in range(BATCH + 3):
        say("parcel.record", f"parcel/{n}", note="=1+1，逗号\n")
    for form in ("csv", "jsonl"):
        asked = served.post(EXPORTS, headers=boss, json={"search": {"act": "parcel"}, "format": form})
        assert asked.status_code == 202, asked.text
        row = finished(served, boss, asked.json()["id"])
        assert (row["state"], row["percent"], row["n_events"]) == ("finished", 100, BATCH + 3)
        file = served.get(f"{EXPORTS}/{row['id']}/file", headers=boss)
        streamed = served.get(f"{LOG}/export?act=parcel&format={form}", headers=boss)
        assert file.content == streamed.content
        assert (len(file.content), sha256(file.content).hexdigest()) == (row["size"], row["sha256"])
        assert file.headers["content-type"] == streamed.headers["content-type"]
        assert int(file.headers["content-length"]) == row["size"]
    assert [e.facts["n_events"] for e in acts("audit.finish_export")] == [BATCH + 3] * 2
    assert len(acts("audit.take_export")) == 2
    assert [row["format"] for row in served.get(EXPORTS, headers=boss).json()["items"]] == ["jsonl", "csv"]
    other = bearer(served, committed(Role.SUPERVISOR))
    problem(served.get(f"{EXPORTS}/{row['id']}", headers=other), 404, "not-found")
    problem(served.get(f"{EXPORTS}/{row['id']}/file", headers=other), 404, "not-found")
    assert served.get(EXPORTS, headers=other).json()["items"] == []


def begun(who: int, form: str = "csv") -> int:
    """An export asked for where no server runs beside the test."""
    with transaction() as tx:
        supervisor = actor(tx, who, P.AUDIT_READ)
        row = actions.ask_for_export(tx, supervisor, SearchIn(act="parcel"), ExportFormat(form))
        return row.id


def row_of(key: int) -> AuditExport:
    with transaction(read_only=True) as tx:
        return tx.get_one(AuditExport, key)


def content(key: int) -> bytes:
    with transaction(read_only=True) as tx:
        return b"".join(actions.parts(tx, tx.get_one(AuditExport, key)))


def _killed_before_its_commit() -> None:
    with transaction() as tx:
        row = queries.claim_export(tx)
        assert row is not None
        _write(tx, row)
        raise RuntimeError("gone")


def test_a_batch_that_is_lost_is_written_again_and_nothing_twice(database: Engine) -> None:
    for n in range(2 * BATCH + 1):
        say("parcel.record", f"parcel/{n}")
    who = committed(Role.SUPERVISOR)
    straight = begun(who)
    while actions.run_next():
        pass
    key = begun(who)
    actions.run_next()
    with pytest.raises(RuntimeError, match=r"^gone$"):
        _killed_before_its_commit()
    assert (row_of(key).n_parts, row_of(key).n_events) == (1, BATCH)
    assert row_of(key).percent < 100
    while actions.run_next():
        pass
    assert (row_of(key).state, row_of(key).n_events) == (ExportState.FINISHED, 2 * BATCH + 1)
    assert content(key) == content(straight)
    assert row_of(key).sha256 == sha256(content(straight)).digest()


def test_one_export_is_written_by_one_process_at_a_time(database: Engine) -> None:
    key = begun(committed(Role.SUPERVISOR))
    with transaction() as tx:
        assert queries.claim_export(tx) is not None
        with ThreadPoolExecutor(1) as pool:
            assert pool.submit(actions.run_next).result() == 0
    assert (actions.run_next(), row_of(key).state) == (1, ExportState.FINISHED)


def test_an_export_ends_with_the_duty_it_was_asked_in(database: Engine) -> None:
    who = committed(Role.SUPERVISOR, region="411002")
    key = begun(who)
    with transaction() as tx:
        identity.grant_role(tx, None, who, Role.SUPERVISOR, "411003")
    assert (actions.run_next(), row_of(key).state) == (1, ExportState.FAILED)
    with transaction() as tx, pytest.raises(NotFound):
        actions.take(tx, actor(tx, who, P.AUDIT_READ), key)


def test_what_fails_three_times_is_given_up_and_the_next_is_written(database: Engine) -> None:
    who = committed(Role.SUPERVISOR)
    say("parcel.record", "parcel/1")
    broken, sound = begun(who), begun(who, "jsonl")
    with transaction() as tx:
        tx.execute(text("UPDATE audit_export SET search = '{\"act\": 7}' WHERE id = :id"), {"id": broken})
    assert [actions.run_next() for _ in range(ATTEMPTS + 2)] == [1] * (ATTEMPTS + 1) + [0]
    assert (row_of(broken).state, row_of(sound).state) == (ExportState.FAILED, ExportState.FINISHED)


def test_exports_are_few_at_a_time_and_the_same_is_not_begun_twice(database: Engine) -> None:
    who = committed(Role.SUPERVISOR)
    assert begun(who) == begun(who)
    with transaction() as tx:
        supervisor = actor(tx, who, P.AUDIT_READ)
        for n in range(MAX_RUNNING - 1):
            actions.ask_for_export(tx, supervisor, SearchIn(act=f"act_{'abcde'[n]}"), ExportFormat.CSV)
        with pytest.raises(TooMany):
            actions.ask_for_export(tx, supervisor, SearchIn(act="one_more"), ExportFormat.CSV)


def test_a_file_is_removed_after_a_week_and_its_digest_stays(database: Engine) -> None:
    who = committed(Role.SUPERVISOR)
    key = begun(who)
    actions.run_next()
    for days, state in ((KEPT_DAYS - 1, ExportState.FINISHED), (KEPT_DAYS + 1, ExportState.EXPIRED)):
        with transaction() as tx:
            tx.execute(text(f"UPDATE audit_export SET finished_at = now() - interval '{days} days'"))
            ticks.forget_exports(tx)
        assert row_of(key).state is state
    assert (content(key), row_of(key).sha256 is None) == (b"", False)
    with transaction() as tx, pytest.raises(NotFound):
        actions.take(tx, actor(tx, who, P.AUDIT_READ), key)
