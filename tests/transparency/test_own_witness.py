"""The witness that the supervising department runs, and a server whose database forgot what a witness remembers."""

from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import text

from app.audit.checkpoint import COSIGNATURE, Signer
from app.base.db import transaction
from app.transparency import queries
from app.transparency.keeper import LogBehind
from app.transparency.witness import Witness, server
from tests.transparency.conftest import Log, open_log

SIGNER = Signer("witness.example/own", Ed25519PrivateKey.from_private_bytes(b"\x07" * 32))


@pytest.fixture
def watched(database: object, tmp_path: Path) -> Iterator[tuple[Log, Witness]]:
    witness = Witness(SIGNER, [], tmp_path / "seen.json")
    with server(witness, "127.0.0.1", 0) as http:
        thread = Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        vkey = SIGNER.verifier(COSIGNATURE).vkey()
        with open_log(tmp_path, f"witness own {vkey} http://127.0.0.1:{http.server_port}\nquorum own\n") as log:
            witness.trusts = [log.keeper.signers[0].verifier()]
            yield log, witness
        http.shutdown()
        thread.join()


def forget(*, above: int) -> None:
    """What a restore of an older backup does to the log."""
    with transaction() as tx:
        tx.execute(text("SET LOCAL session_replication_role = replica"))
        for table, column in (("log_cosignature", "head_id"), ("log_head", "size"), ("log_leaf", "index")):
            tx.execute(text(f"DELETE FROM {table} WHERE {column} >= :n"), {"n": 0 if column == "head_id" else above})
        tx.execute(text("DELETE FROM audit_event WHERE id NOT IN (SELECT event_id FROM log_leaf)"))


def test_it_cosigns_what_continues_and_remembers_it_over_a_restart(
    watched: tuple[Log, Witness], tmp_path: Path
) -> None:
    log, witness = watched
    for n in range(3):
        log.act(n=n)
        log.keep()
        assert log.keeper.submit() == 1
    assert log.get("status")["head"]["has_quorum"]
    log.keeper.ask_whether_whole()
    again = Witness(SIGNER, witness.trusts, tmp_path / "seen.json")
    assert (again.size, again.root) == (witness.size, witness.root) == (3, witness.root)


def test_a_server_does_not_start_on_a_database_that_forgot_what_a_witness_saw(watched: tuple[Log, Witness]) -> None:
    log, _ = watched
    for n in range(3):
        log.act(n=n)
    log.keep()
    assert log.keeper.submit() == 1
    forget(above=2)
    with pytest.raises(LogBehind, match="见过 3 条"):
        log.keeper.start()


def test_a_history_rewritten_at_the_same_length_gets_no_cosignature(watched: tuple[Log, Witness]) -> None:
    log, witness = watched
    for n in range(3):
        log.act(n=n)
    log.keep()
    assert log.keeper.submit() == 1
    seen = witness.root
    forget(above=2)
    log.act(n=99)
    note = log.keep()
    assert witness.hear("/add-checkpoint", f"old 3\n\n{note}").status == 409
    log.act(n=100)
    log.keep()
    assert log.keeper.submit() == 0
    assert (witness.size, witness.root) == (3, seen)


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/elsewhere", "old 0\n\n", 404),
        ("/add-checkpoint", "", 400),
        ("/add-checkpoint", "old -1\n\nx", 400),
        ("/add-checkpoint", "old 0\n\nnot a note", 403),
    ],
)
def test_what_is_no_submission_is_refused(watched: tuple[Log, Witness], path: str, body: str, status: int) -> None:
    assert watched[1].hear(path, body).status == status


def test_a_key_is_only_let_go_where_another_stays(watched: tuple[Log, Witness]) -> None:
    log, _ = watched
    log.act()
    log.keep()
    with transaction(read_only=True) as tx:
        only = queries.keys(tx)[0]
        assert not queries.other_keys(tx, only.public_key, tx.wall_clock())
        assert queries.other_keys(tx, b"\x00" * 32, tx.wall_clock())
