"""Witnesses: heads go out, cosignatures come in, a quorum is a matter of policy, a rewritten log gets none."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import text

from app.audit.checkpoint import COSIGNATURE, Signer, split
from app.base.db import transaction
from app.transparency.witnesses import BadPolicy, Policy
from tests.people import problem
from tests.transparency.conftest import WITNESS, Log
from tests.transparency.witness import Witness


def stranger(n: int) -> Signer:
    return Signer(f"witness.example/{n}", Ed25519PrivateKey.from_private_bytes(bytes([n]) * 32))


def vkey(n: int) -> str:
    return stranger(n).verifier(COSIGNATURE).vkey()


def test_a_witness_cosigns_each_new_head_and_the_quorum_is_shown(witnessed: Log, witness: Witness) -> None:
    for _ in range(3):
        witnessed.act()
        witnessed.keep()
        assert witnessed.get("status")["head"]["has_quorum"] is False
        assert witnessed.keeper.submit() == 1
        assert witnessed.keeper.submit() == 0
        head = witnessed.get("status")["head"]
        assert (head["cosigned_by"], head["has_quorum"]) == (["w1"], True)
    lines = split(witnessed.get("checkpoint"))[1]
    assert WITNESS.verifier(COSIGNATURE).check(split(witnessed.get("checkpoint"))[0], lines[-1])
    assert witness.answered == [200, 200, 200]


def test_a_witness_that_is_further_on_than_we_know_is_met_where_it_is(witnessed: Log, witness: Witness) -> None:
    witnessed.act()
    first = witnessed.keep()
    assert witness.hear("/add-checkpoint", f"old 0\n\n{first}")[0] == 200
    witnessed.act()
    witnessed.keep()
    assert witnessed.keeper.submit() == 1
    assert witness.answered == [409, 200]


def test_a_witness_that_sleeps_costs_nothing_but_its_cosignature(witnessed: Log, witness: Witness) -> None:
    witness.awake = False
    witnessed.act()
    witnessed.keep()
    assert witnessed.keeper.submit() == 0
    witness.awake = True
    assert witnessed.keeper.submit() == 1


def test_a_log_restored_from_an_older_backup_gets_no_cosignature(witnessed: Log, witness: Witness) -> None:
    for _ in range(3):
        witnessed.act()
    witnessed.keep()
    assert witnessed.keeper.submit() == 1
    with transaction() as tx:
        for table in ("log_cosignature", "log_head", "log_leaf", "audit_event"):
            tx.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER ALL"))
        tx.execute(text("DELETE FROM log_cosignature"))
        tx.execute(text("DELETE FROM log_head"))
        tx.execute(text("DELETE FROM log_leaf WHERE index = 2"))
        tx.execute(text("DELETE FROM audit_event WHERE seq = 3"))
    witnessed.keep()
    assert witnessed.keeper.submit() == 0
    assert witness.answered == [200, 409]


def test_a_rewritten_log_signed_anew_gets_no_cosignature(witnessed: Log, witness: Witness) -> None:
    """A superuser edits a leaf, throws the old heads away and signs with the very same key."""
    for _ in range(3):
        witnessed.act()
    witnessed.keep()
    assert witnessed.keeper.submit() == 1
    with transaction() as tx:
        for table in ("log_cosignature", "log_head", "log_leaf"):
            tx.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER ALL"))
        tx.execute(text("DELETE FROM log_cosignature"))
        tx.execute(text("DELETE FROM log_head"))
        tx.execute(text("UPDATE log_leaf SET leaf_hash = sha256('lie') WHERE index = 1"))
    witnessed.act()
    witnessed.keep()
    assert witnessed.keeper.submit() == 0
    assert witness.answered == [200, 409, 422]
    assert witnessed.get("status")["head"]["has_quorum"] is False


def test_a_witness_may_hand_its_cosignature_in(witnessed: Log) -> None:
    witnessed.act()
    line = WITNESS.cosignature(split(witnessed.keep())[0], 1_700_000_000)
    for _ in range(2):
        answer = witnessed.client.post("/api/v1/log/witness-cosignatures", json={"size": 1, "line": line.strip()})
        assert answer.status_code == 201, answer.text
        assert answer.json()["has_quorum"] is True
    problem(witnessed.client.post("/api/v1/log/witness-cosignatures", json={"size": 2, "line": line}), 404, "not-found")


def test_a_stranger_may_not(witnessed: Log) -> None:
    witnessed.act()
    note = split(witnessed.keep())[0]
    for line in (
        stranger(9).cosignature(note, 1),
        WITNESS.cosignature(note.replace("\n1\n", "\n2\n"), 1),
        "no signature line",
    ):
        answer = witnessed.client.post("/api/v1/log/witness-cosignatures", json={"size": 1, "line": line})
        assert problem(answer, 422, "invalid")["reason"] == "BAD_COSIGNATURE"
    assert witnessed.get("status")["head"]["cosigned_by"] == []


GROUPS = f"""
# 监管、集体、第三方
log {stranger(7).verifier().vkey()} https://log.example/
witness s1 {vkey(1)}
witness s2 {vkey(2)}
\twitness v1 {vkey(3)} https://v1.example/
witness v2 {vkey(4)}
group s any s1 s2
group v 2 v1 v2
group both all s v
quorum both
"""


@pytest.mark.parametrize(
    ("cosigned", "met"),
    [
        (set(), False), ({"s1"}, False), ({"s1", "s2", "v1"}, False), ({"v1", "v2"}, False),
        ({"s2", "v1", "v2"}, True), ({"s1", "s2", "v1", "v2"}, True),
    ],
)  # fmt: skip
def test_a_quorum_is_what_the_policy_says(cosigned: set[str], met: bool) -> None:
    assert Policy.parse(GROUPS).is_met(cosigned) is met


def test_a_policy_may_ask_for_nobody() -> None:
    assert Policy.parse("quorum none").is_met(())


@pytest.mark.parametrize(
    "policy",
    [
        "", "quorum w1", "quorum none\nquorum none", f"witness none {vkey(1)}\nquorum none",
        f"witness a {vkey(1)}\nwitness b {vkey(1)}\nquorum a", f"witness a {vkey(1)}\nwitness a {vkey(2)}\nquorum a",
        f"witness a {vkey(1)}\ngroup g 2 a\nquorum g", f"witness a {vkey(1)}\ngroup g 0 a\nquorum g",
        f"witness a {vkey(1)}\ngroup g any a a\nquorum g", f"witness a {vkey(1)}\ngroup g any a\ngroup h any a\nquorum g",
        f"group g any a\nwitness a {vkey(1)}\nquorum g", f"witness a {vkey(1)} ftp://a.example\nquorum a",
        f"witness a {stranger(1).verifier().vkey()}\nquorum a", "witness a b\nquorum a", "what is this\nquorum none",
        f"witness a {vkey(1)} https://a.example more\nquorum a", f"witness a {vkey(1)}\ngroup g any\nquorum a",
    ],
)  # fmt: skip
def test_what_is_no_policy_is_refused(policy: str) -> None:
    with pytest.raises(BadPolicy):
        Policy.parse(policy)
