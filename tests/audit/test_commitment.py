"""Commitments to personal fields: checkable with the salt, silent without it."""

from hypothesis import given
from hypothesis import strategies as st

from app.audit import commitment
from app.audit.actions import record, rehash
from app.audit.models import AuditEvent
from app.base.db import Tx


def _said(tx: Tx, subject: str = "person/1", person_id: int | None = None, **fields: object) -> AuditEvent:
    return record(
        tx, None, "person.add", subject, region="411000", personal=fields or {"name": "演示人"}, personal_of=person_id
    )


def test_a_commitment_opens_to_its_own_value_alone(tx: Tx) -> None:
    row = commitment.kept(tx, _said(tx))["name"]
    assert row is not None
    assert commitment.opens(row, "演示人")
    assert not commitment.opens(row, "演示者")


def test_the_event_holds_no_personal_field(tx: Tx) -> None:
    event = _said(tx, name="演示人", phone="13800000000")
    assert set(event.facts["personal"]) == {"name", "phone"}
    assert "演示" not in str(event.facts)
    assert "138" not in str(event.facts.keys())


def test_a_commitment_cannot_be_moved_to_another_subject_or_field(tx: Tx) -> None:
    row = commitment.kept(tx, _said(tx))["name"]
    assert row is not None
    made = {commitment.commit(row.salt, s, f, "演示人") for s in ("person/1", "person/2") for f in ("name", "phone")}
    assert len(made) == 4


def test_equal_values_do_not_show_that_they_are_equal(tx: Tx) -> None:
    first, second = _said(tx, name="甲"), _said(tx, name="甲")
    assert first.facts != second.facts


def test_once_erased_it_tells_nothing_and_the_chain_is_whole(tx: Tx) -> None:
    event, kept = _said(tx, name="甲", phone="乙"), _said(tx, "person/2", name="乙")
    elsewhere = _said(tx, "account/9", person_id=1, login="jia")
    assert commitment.erase(tx, subjects=["person/1"], person_id=1) == 3
    assert commitment.kept(tx, event) == {"name": None, "phone": None}
    assert commitment.kept(tx, elsewhere) == {"login": None}
    assert commitment.kept(tx, kept)["name"] is not None
    assert rehash(event) == event.hash


@given(st.binary(min_size=32, max_size=32), st.binary(min_size=32, max_size=32), st.text(), st.text())
def test_another_salt_or_value_gives_another_commitment(a: bytes, b: bytes, x: str, y: str) -> None:
    assert (commitment.commit(a, "s", "f", x) == commitment.commit(b, "s", "f", y)) == ((a, x) == (b, y))
