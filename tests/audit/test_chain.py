"""The log: only added to, and every edited column is found."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from threading import Barrier
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from app.audit.actions import HASHED, Fault, record, rehash, verify_chain
from app.audit.canonical import canonical, plain
from app.audit.models import AuditEvent
from app.base.actor import Actor
from app.base.context import request_id
from app.base.db import Tx, transaction
from app.base.errors import Conflict
from app.base.findings import Finding, Outcome
from app.web.problems import problem_of

WHO = Actor(account_id=1, person_id=2, organisation_id=3, name="演示人", client_id="cl_1")
FINDINGS = [Finding("LCL-38-3", Outcome.PASS, "符合"), Finding("N-8", Outcome.WARN, "提示", "条文")]


def lived(tx: Tx, subject: str = "lot/1", n: int = 3) -> list[AuditEvent]:
    """A subject with n events, every column of the last filled."""
    for i in range(n):
        record(
            tx, WHO, "lot.publish", subject, region="411002001", before={"state": "L30"}, after={"state": "L40", "n": i},
            findings=FINDINGS, rulebook="2026-11", on_behalf_of="party/9", price_fen=100 + i, at_day=date(2026, 1, 2),
        )  # fmt: skip
    tx.session.expire_all()
    return list(tx.scalars(select(AuditEvent).where(AuditEvent.subject == subject).order_by(AuditEvent.seq)))


def test_each_event_carries_the_hash_of_the_one_before(tx: Tx) -> None:
    token = request_id.set("request-1")
    first, second, third = lived(tx)
    request_id.reset(token)
    other = record(tx, None, "lot.open", "lot/2", region="411002001")
    assert [e.seq for e in (first, second, third, other)] == [1, 2, 3, 1]
    assert (first.prev_hash, second.prev_hash, third.prev_hash) == (None, first.hash, second.hash)
    assert third.request_id == "request-1"
    assert (third.verdict, third.rule_ids) == ("WARN", ["LCL-38-3", "N-8"])
    assert (third.account_id, third.person_id, third.organisation_id, third.client_id) == (1, 2, 3, "cl_1")
    assert verify_chain(tx, "lot/1") == (3, None)
    assert verify_chain(tx, "lot/3") == (0, None)


def test_every_column_but_what_the_database_gives_is_under_the_hash() -> None:
    assert {c.name for c in AuditEvent.__table__.columns} == {*HASHED, "id", "xid", "hash", "prev_hash"}


_json = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**6), 10**6) | st.text("abc字", max_size=4),
    lambda inner: (
        st.dictionaries(st.text("abc", min_size=1, max_size=3), inner, max_size=3) | st.lists(inner, max_size=3)
    ),
    max_leaves=6,
)
_object = st.dictionaries(st.text("abc", min_size=1, max_size=3), _json, max_size=3)
_short = st.text("abcdef0123", min_size=1, max_size=9)
EDITS: dict[str, st.SearchStrategy[Any]] = {
    "at": st.integers(0, 10**9).map(lambda s: datetime.fromtimestamp(s, UTC)),
    "act": _short,
    "seq": st.integers(2, 9),
    "region_code": _short,
    "account_id": st.none() | st.integers(1, 9),
    "person_id": st.none() | st.integers(1, 9),
    "organisation_id": st.none() | st.integers(1, 9),
    "client_id": st.none() | _short,
    "on_behalf_of": st.none() | _short,
    "request_id": st.none() | _short,
    "before": st.none() | _object,
    "after": st.none() | _object,
    "facts": _object,
    "findings": st.lists(_object, max_size=2),
    "rule_ids": st.lists(_short, max_size=2),
    "verdict": st.none() | st.sampled_from(["PASS", "BLOCK"]),
    "rulebook": st.none() | _short,
    "prev_hash": st.binary(min_size=1, max_size=32),
    "hash": st.binary(min_size=32, max_size=32),
}


def test_the_edits_tried_are_of_every_column() -> None:
    assert EDITS.keys() == {*HASHED, "prev_hash", "hash"} - {"subject"}


@pytest.mark.parametrize("column", EDITS)
@given(data=st.data())
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_edited_column_is_found_and_its_row_named(tx: Tx, column: str, data: st.DataObject) -> None:
    value = data.draw(EDITS[column])
    with tx.session.begin_nested() as savepoint:
        events = lived(tx)
        victim = events[1]
        assume(getattr(victim, column) != value)
        tx.execute(text("ALTER TABLE audit_event DISABLE TRIGGER audit_event_append_only"))
        edited = {"seq": value + 10} if column == "seq" else {column: value}
        tx.execute(update(AuditEvent).where(AuditEvent.id == victim.id).values(**edited))
        tx.session.expire_all()
        checked, broken = verify_chain(tx, "lot/1")
        assert broken is not None
        assert checked < 3
        if column != "seq":
            assert (broken.event_id, broken.seq) == (victim.id, 2)
        savepoint.rollback()


@pytest.mark.parametrize(
    ("statement", "fault", "checked"),
    [
        ("DELETE FROM audit_event WHERE subject = 'lot/1' AND seq = 2", Fault.GAP, 1),
        ("DELETE FROM audit_event WHERE subject = 'lot/1' AND seq = 1", Fault.GAP, 0),
        ("UPDATE audit_event SET subject = 'lot/9' WHERE subject = 'lot/1' AND seq = 2", Fault.GAP, 1),
        ("UPDATE audit_event SET prev_hash = '\\x00' WHERE subject = 'lot/1' AND seq = 3", Fault.LINK, 2),
        ("UPDATE audit_event SET facts = '{\"price_fen\": 1.5}' WHERE subject = 'lot/1' AND seq = 2", Fault.CONTENT, 1),
        (
            "UPDATE audit_event SET facts = '{\"n\": 9007199254740993}' WHERE subject = 'lot/1' AND seq = 3",
            Fault.CONTENT,
            2,
        ),
    ],
)
def test_the_first_broken_row_and_the_kind_of_break_are_named(
    tx: Tx, statement: str, fault: Fault, checked: int
) -> None:
    lived(tx)
    tx.execute(text("ALTER TABLE audit_event DISABLE TRIGGER audit_event_append_only"))
    tx.execute(text(statement.replace(":", r"\:")))
    tx.session.expire_all()
    found, broken = verify_chain(tx, "lot/1")
    assert broken is not None
    assert (broken.fault, found) == (fault, checked)


CHANGES = (
    "UPDATE audit_event SET act = act",
    "UPDATE audit_event SET act = act WHERE false",
    "DELETE FROM audit_event",
    "TRUNCATE audit_event",
    "DELETE FROM role_grant",
    "TRUNCATE role_grant CASCADE",
)


@pytest.mark.parametrize("statement", CHANGES)
def test_the_table_itself_refuses_change_even_by_its_owner(tx: Tx, statement: str) -> None:
    lived(tx)
    with pytest.raises(DBAPIError, match="is only added to"):
        tx.execute(text(statement))


@pytest.mark.parametrize(
    "statement",
    [
        *CHANGES[:4],
        "ALTER TABLE audit_event DISABLE TRIGGER audit_event_append_only",
        "DROP TRIGGER audit_event_append_only ON audit_event",
        "SET session_replication_role = replica",
        "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
    ],
)
def test_a_role_that_is_neither_owner_nor_superuser_has_no_way_round(tx: Tx, statement: str) -> None:
    lived(tx)
    tx.execute(text("CREATE ROLE ordinary NOLOGIN"))
    tx.execute(text("GRANT USAGE ON SCHEMA public TO ordinary"))
    tx.execute(text("GRANT ALL ON ALL TABLES IN SCHEMA public TO ordinary"))
    tx.execute(text("SET LOCAL ROLE ordinary"))
    assert tx.execute(text("SELECT count(*) FROM audit_event")).scalar_one() == 3
    with pytest.raises(DBAPIError, match=r"only added to|permission denied|must be owner"):
        tx.execute(text(statement))


def test_two_events_of_one_subject_at_once_are_a_conflict_and_never_a_fork(database: Engine) -> None:
    both = Barrier(2, timeout=20)

    def act(n: int) -> str:
        try:
            with transaction() as tx:
                assert tx.scalar(select(AuditEvent.id)) is None
                both.wait()
                record(tx, None, "lot.open", "lot/1", region="411002", n=n)
        except IntegrityError as e:
            return problem_of(e).code
        return "ok"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(act, range(2))) == [Conflict.code, "ok"]
    with transaction(read_only=True) as tx:
        assert verify_chain(tx, "lot/1") == (1, None)


def test_an_act_that_fails_leaves_no_event(database: Engine) -> None:
    def fail() -> None:
        with transaction() as tx:
            record(tx, None, "lot.open", "lot/1", region="411002")
            raise InterruptedError

    with pytest.raises(InterruptedError):
        fail()
    with transaction(read_only=True) as tx:
        assert tx.scalar(select(AuditEvent.id)) is None


def test_the_vectors_of_the_canonical_form() -> None:
    """RFC 8785 section 3.2.3, without its numbers: this log has only integers."""
    keys = {"\u20ac": 1, "\r": 2, "\ufb33": 3, "1": 4, "\U0001f600": 5, "\x80": 6, "\u00f6": 7}
    assert list(json.loads(canonical(keys)).values()) == [2, 4, 6, 7, 1, 5, 3]
    assert canonical({"b": [1, None, True], "a": '地\n"\\'}) == '{"a":"地\\n\\"\\\\","b":[1,null,true]}'.encode()


@given(st.dictionaries(st.text(max_size=5), _json, max_size=5), st.randoms())
def test_the_canonical_form_does_not_depend_on_the_order_of_keys(value: dict[str, Any], random: Any) -> None:
    items = list(value.items())
    random.shuffle(items)
    assert canonical(dict(items)) == canonical(value)
    assert json.loads(canonical(value)) == value


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        (Decimal("12.50"), "12.50"),
        (Decimal("1E+3"), "1000"),
        (date(2026, 1, 2), "2026-01-02"),
        (datetime(2026, 1, 2, 8, tzinfo=timezone(timedelta(hours=8))), "2026-01-02T00:00:00.000000Z"),
        (Outcome.BLOCK, "BLOCK"),
        (b"\x01\xff", "01ff"),
        (frozenset({2, 1}), [1, 2]),
        ((1, "a"), [1, "a"]),
        (True, True),
        (2**53 - 1, 2**53 - 1),
        ({1: None}, {"1": None}),
    ],
)
def test_values_are_kept_in_one_plain_form(value: Any, kept: Any) -> None:
    assert plain(value) == kept


@pytest.mark.parametrize("value", [1.5, float("nan"), object(), {"a": [0.1]}, 2**53, -(2**53)])
def test_values_that_another_reader_would_read_otherwise_are_refused(value: Any) -> None:
    with pytest.raises((TypeError, ValueError)):
        plain(value)


def test_a_row_read_back_has_the_hash_that_was_written(database: Engine) -> None:
    with transaction() as tx:
        event_id = record(tx, WHO, "lot.publish", "lot/1", region="411002", mu=Decimal("1.10"), findings=FINDINGS).id
    with transaction(read_only=True) as tx:
        event = tx.get(AuditEvent, event_id)
        assert event is not None
        assert rehash(event) == event.hash
