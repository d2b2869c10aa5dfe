"""What tells who somebody was is gone from every table; the log and its proofs stand."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from app.audit import sequencer
from app.audit.actions import verify_chain
from app.audit.models import AuditEvent
from app.base.actor import Role
from app.base.db import Model, Tx, transaction
from app.base.sealing import sealer
from app.erasure.actions import ERASED
from app.identity import actions as identity
from app.identity.models import Person
from app.registry.models import Party
from app.registry.states import PartyKind, RightKind
from tests.people import bearer, committed, password_hash, problem, resident_id, serve
from tests.registry import make

NAME, PHONE, NUMBER, LOGIN = "东方演示某", "13911112222", resident_id(987_654), "dongfang-yanshi"
BASIS = {"basis": "申请〔2026〕演示1号"}
World = tuple[TestClient, dict[str, str]]


@pytest.fixture(scope="module")
def world(clone: Any, divided: str, _keys: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with serve(clone(divided), tmp_path_factory.mktemp("erasure")) as client:
        yield client, bearer(client, committed(Role.OPERATOR, region="411000"))


def _somebody(tx: Tx, n: int, *roles: Role) -> tuple[int, int, int]:
    """A person with an account and a party; returns their ids. His name, number and login are found nowhere else."""
    number = NUMBER if n == 0 else resident_id(987_654 + n)
    person = identity.add_person(tx, name=f"{NAME}{n}", id_number=number, phone=PHONE)
    account = identity.open_account(tx, None, login=f"{LOGIN}{n}", password_hash=password_hash(), person_id=person.id)
    for role in roles:
        identity.grant_role(tx, None, account.id, role, "411003")
    party = make.party(
        tx, PartyKind.INDIVIDUAL, name=f"{NAME}{n}", id_number=number, person_id=person.id, address=f"{NAME}{n}宅",
        bank_name="演示银行", bank_account="6222000011112222",
    )  # fmt: skip
    return person.id, account.id, party.id


def _places(said: str) -> list[str]:
    """The tables in which these words still stand."""
    with transaction(read_only=True) as tx:
        return [
            name
            for name in Model.metadata.tables
            if tx.scalar(
                text(f'SELECT EXISTS (SELECT 1 FROM "{name}" t WHERE CAST(t AS text) LIKE :said)'),
                {"said": f"%{said}%"},
            )
        ]


def test_what_is_erased_stands_nowhere_and_every_proof_holds(world: World) -> None:
    client, operator = world
    with transaction() as tx:
        person, account, party = _somebody(tx, 0, Role.BIDDER)
        while sequencer.sequence(tx):
            pass
        leaves = sequencer.size(tx)
        root = sequencer.tree(tx, leaves).root()
        hashes = {e.id: e.hash for e in tx.scalars(select(AuditEvent))}
        digest = sealer().digest(NUMBER).hex()
    assert {"person", "account", "party", "audit_personal"} <= {p for w in (NAME, LOGIN) for p in _places(w)}
    assert _places(digest)
    supervisor = bearer(client, committed(Role.SUPERVISOR, region="411000"))
    event = client.get(f"/api/v1/audit-events?subject=person/{person}", headers=supervisor).json()["items"][0]
    opened = client.post(f"/api/v1/audit-events/{event['id']}/open-personal", headers=supervisor).json()
    assert [(f["field"], f["value"], f["erased"]) for f in opened] == [("name", NAME + "0", False)]
    assert opened[0]["commitment"] == event["facts"]["personal"]["name"]

    gone = client.post(f"/api/v1/persons/{person}/erase", headers=operator, json=BASIS)
    assert gone.status_code == 200, gone.text
    assert gone.json() == {"fields": 3}  # name, login, name of the party

    for word in (NAME + "0", LOGIN + "0", PHONE, NUMBER, digest):
        assert _places(word) == [], word
    opened = client.post(f"/api/v1/audit-events/{event['id']}/open-personal", headers=supervisor).json()
    assert [(f["salt"], f["value"], f["erased"]) for f in opened] == [(None, None, True)]
    with transaction(read_only=True) as tx:
        assert sequencer.tree(tx, leaves).root() == root
        assert {e.id: e.hash for e in tx.scalars(select(AuditEvent).where(AuditEvent.id.in_(hashes)))} == hashes
        for subject in (f"person/{person}", f"account/{account}", f"party/{party}"):
            assert verify_chain(tx, subject)[1] is None
        assert tx.get_one(Person, person).name == ERASED
    told = client.post("/api/v1/auth/token", data={"grant_type": "password", "username": LOGIN + "0", "password": "x"})
    assert told.status_code == 401


def test_the_same_person_may_come_back_as_somebody_new(world: World) -> None:
    client, operator = world
    with transaction() as tx:
        person, _, _ = _somebody(tx, 1)
    assert client.post(f"/api/v1/persons/{person}/erase", headers=operator, json=BASIS).status_code == 200
    with transaction() as tx:
        assert _somebody(tx, 1)[0] != person


def test_who_holds_an_office_or_a_right_is_not_erased(world: World) -> None:
    client, operator = world
    with transaction() as tx:
        officer, _, _ = _somebody(tx, 2, Role.CENTRE_REVIEWER)
        holder, _, party = _somebody(tx, 3, Role.BIDDER)
        land = make.parcel(tx)
        right = make.right(
            tx, tx.get_one(Party, party), [land], kind=RightKind.LAND_MANAGEMENT_RIGHT, starts_on=date(2026, 1, 1)
        )
    told = problem(client.post(f"/api/v1/persons/{officer}/erase", headers=operator, json=BASIS), 409, "refused")
    assert told["reason"] == "OFFICE_HELD"
    told = problem(client.post(f"/api/v1/persons/{holder}/erase", headers=operator, json=BASIS), 409, "refused")
    assert told["reason"] == "RIGHT_HELD"
    assert right.id
    assert _places(f"{NAME}3")


def test_a_person_of_the_register_alone_is_erased_there(world: World) -> None:
    client, operator = world
    with transaction() as tx:
        party = make.party(tx, PartyKind.INDIVIDUAL, name="西门演示某", id_number=resident_id(900_001))
        linked = _somebody(tx, 4)
    assert client.post(f"/api/v1/parties/{party.id}/erase", headers=operator, json=BASIS).json() == {"fields": 1}
    assert _places("西门演示某") == []
    told = problem(client.post(f"/api/v1/parties/{linked[2]}/erase", headers=operator, json=BASIS), 409, "refused")
    assert (told["reason"], told["person_id"]) == ("HAS_ACCOUNT", linked[0])


def test_only_an_operator_erases_and_says_why(world: World) -> None:
    client, operator = world
    supervisor = bearer(client, committed(Role.SUPERVISOR, region="411000"))
    problem(client.post("/api/v1/persons/1/erase", headers=supervisor, json=BASIS), 403, "forbidden")
    problem(client.post("/api/v1/persons/1/erase", headers=operator, json={}), 422, "invalid")
    problem(client.post("/api/v1/persons/999999/erase", headers=operator, json=BASIS), 404, "not-found")


def test_a_version_of_the_register_changes_in_no_other_way(land: Tx) -> None:
    party = make.party(land, PartyKind.INDIVIDUAL, name="演示南宫某")
    for change in ('content = content || \'{"name": "他人"}\'', "recorded_at = now()", "subject_id = 1"):
        with pytest.raises(IntegrityError, match="only added to"), land.session.begin_nested():
            land.execute(
                text(f"UPDATE registry_version SET {change} WHERE subject = 'party' AND subject_id = {party.id}")
            )
