"""The public log over HTTP: what it says can be checked with nothing but what it says."""

import os
import subprocess
import sys
from datetime import timedelta
from hashlib import sha256

import pytest
from sqlalchemy import Engine, text

from app.audit import sequencer
from app.audit.checkpoint import Signer, Verifier, opened, split
from app.audit.tree import HASH, Tree, leaf_hash, verify_consistency, verify_inclusion
from app.base.db import transaction
from app.base.errors import Refused
from app.transparency import actions, queries
from app.transparency.keeper import signers
from tests.people import problem, serve
from tests.transparency.conftest import REGION, Log


def verifiers(log: Log) -> list[Verifier]:
    return [Verifier.parse(key["vkey"]) for key in log.get("keys")]


def test_before_the_first_head_there_is_none(log: Log) -> None:
    problem(log.client.get("/api/v1/log/checkpoint"), 404, "not-found")
    assert log.get("status") == {
        "origin": "test.example/log", "size": 0, "n_waiting": 0, "head": None, "is_stale": True,
    }  # fmt: skip


def test_the_empty_log_has_a_head_too(log: Log) -> None:
    log.keep()
    head = opened(log.get("checkpoint"), verifiers(log))
    assert (head.size, head.root) == (0, sha256(b"").digest())


def test_the_head_is_signed_and_every_leaf_is_proved_in_it(log: Log) -> None:
    for n in range(20):
        log.act(f"lot/{n % 3}", n=n)
    log.keep()
    head = opened(log.get("checkpoint"), verifiers(log))
    assert head.size == 20
    feed = log.get("leaves", limit=1000)
    assert [leaf["index"] for leaf in feed["leaves"]] == list(range(20))
    assert (feed["next"], feed["size"]) == (20, 20)
    for leaf in feed["leaves"]:
        hashed = leaf_hash(leaf["body"].encode())
        assert hashed.hex() == leaf["leaf_hash"]
        proof = log.get("proofs/inclusion", leaf=leaf["index"], size=20)
        verify_inclusion(leaf["index"], 20, hashed, [bytes.fromhex(p) for p in proof["proof"]], head.root)


def test_a_follower_of_the_feed_misses_nothing(log: Log) -> None:
    at, seen = 0, []
    for _ in range(4):
        for _ in range(7):
            log.act()
        log.keep()
        while True:
            page = log.get("leaves", **{"from": at, "limit": 3})
            if page["next"] == at:
                break
            seen += [leaf["index"] for leaf in page["leaves"]]
            at = page["next"]
    assert seen == list(range(28))


def test_every_head_continues_every_earlier_one(log: Log) -> None:
    heads = []
    for n in (1, 3, 8, 13):
        for _ in range(n):
            log.act()
        heads.append(opened(log.keep(), [s.verifier() for s in log.keeper.signers]))
    for a in heads:
        for b in heads:
            if a.size <= b.size:
                proof = log.get("proofs/consistency", **{"from": a.size, "to": b.size})["proof"]
                verify_consistency(a.size, b.size, a.root, b.root, [bytes.fromhex(p) for p in proof])


IMPOSSIBLE = [
    ("proofs/inclusion?leaf=3&size=3", 422, "invalid"),
    ("proofs/inclusion?leaf=0&size=4", 404, "not-found"),
    ("proofs/inclusion?leaf=-1&size=3", 422, "invalid"),
    ("proofs/inclusion?leaf=0", 422, "invalid"),
    ("proofs/consistency?from=3&to=2", 422, "invalid"),
    ("proofs/consistency?from=0&to=9", 404, "not-found"),
    ("leaves?limit=1001", 422, "invalid"),
    ("leaves?from=99999999999999999999", 422, "invalid"),
    ("events/99/receipt", 404, "not-found"),
    ("events/0/receipt", 422, "invalid"),
    ("tile/0/000", 404, "not-found"),
    ("tile/0/000.p/4", 404, "not-found"),
    ("tile/0/000.p/0", 404, "not-found"),
    ("tile/0/000.p/256", 404, "not-found"),
    ("tile/0/0", 404, "not-found"),
    ("tile/8/000", 422, "invalid"),
    ("tile/0/x999/x999/x999/x999/x999/x999/x999/000.p/1", 404, "not-found"),
]


def test_what_cannot_be_proved_is_a_problem(log: Log) -> None:
    for _ in range(3):
        log.act()
    log.keep()
    for path, status, code in IMPOSSIBLE:
        problem(log.client.get(f"/api/v1/log/{path}"), status, code)


def test_a_mirror_rebuilds_the_tree_from_tiles(log: Log) -> None:
    with transaction() as tx:
        tx.execute(
            text("""
                INSERT INTO audit_event (at, act, subject, seq, region_code, facts, findings, rule_ids, hash)
                SELECT clock_timestamp(), 'test.act', 'lot/' || i, 1, '411002', '{}', '[]', '{}', sha256(i::text::bytea)
                FROM generate_series(1, 600) AS i
            """)
        )
    log.keep()
    head = opened(log.get("checkpoint"), verifiers(log))

    def fetch(level: int, index: int, width: int) -> bytes:
        path = f"tile/{level}/{index:03d}" + ("" if width == 256 else f".p/{width}")
        answer = log.client.get(f"/api/v1/log/{path}")
        assert answer.status_code == 200
        assert "immutable" in answer.headers["cache-control"]
        assert len(answer.content) == width * HASH
        return answer.content

    assert Tree(600, fetch).root() == head.root


def test_a_receipt_comes_at_once_and_its_proof_with_the_next_head(log: Log) -> None:
    log.act()
    event = log.act(price_fen=100)
    early = log.get(f"events/{event}/receipt")
    assert early["leaf_index"] is early["proof"] is early["checkpoint"] is None
    log.keep()
    late = log.get(f"events/{event}/receipt")
    assert late["body"] == early["body"]
    assert late["leaf_index"] == 1
    head = opened(late["checkpoint"], [Verifier.parse(k) for k in late["keys"]])
    verify_inclusion(
        1, head.size, leaf_hash(late["body"].encode()), [bytes.fromhex(p) for p in late["proof"]], head.root
    )


def test_a_head_is_signed_when_there_is_news_or_a_minute_has_passed_and_not_before(log: Log) -> None:
    def publish(**over: timedelta) -> bool:
        with transaction() as tx:
            return actions.publish(tx, log.keeper.signers, **over) is not None

    assert publish()
    assert not publish()
    assert publish(at_least_every=timedelta(0))
    log.act()
    assert log.keeper.once() == 1
    assert not publish()  # news, but the last head is not a second old
    assert publish(at_most_every=timedelta(0))
    assert not publish(at_most_every=timedelta(0))


def test_while_one_process_signs_another_stands_back(log: Log) -> None:
    with transaction() as first:
        assert actions.publish(first, log.keeper.signers) is not None
        with transaction() as second:
            assert actions.publish(second, log.keeper.signers) is None


@pytest.mark.parametrize(
    "crime",
    [
        "UPDATE log_leaf SET leaf_hash = sha256('x') WHERE index = 1",
        "DELETE FROM log_leaf WHERE index = 4",
        "UPDATE log_leaf SET leaf_hash = sha256('x') WHERE index = 4",
    ],
)
def test_a_tree_that_was_rewritten_is_not_signed(log: Log, crime: str) -> None:
    for _ in range(5):
        log.act()
    log.keep()
    with transaction() as tx:
        tx.execute(text("ALTER TABLE log_leaf DISABLE TRIGGER ALL"))
        tx.execute(text(crime))
    if "DELETE" not in crime:
        log.act()
        with transaction() as tx:
            sequencer.sequence(tx)
    with pytest.raises(Refused) as refused, transaction() as tx:
        actions.publish(tx, log.keeper.signers, at_most_every=timedelta(0), at_least_every=timedelta(0))
    assert refused.value.reason == "LOG_FORKED"


def test_keys_overlap_and_the_old_one_ends(log: Log) -> None:
    log.keep()
    old = log.keeper.signers[0]
    Signer.load_or_make(old.name, log.folder / "log-keys" / "key-2.pem")
    both = signers(old.name, log.folder / "log-keys")
    assert both[0].public == old.public
    log.keeper.signers = both
    note = log.keep()
    assert opened(note, [old.verifier()]) == opened(note, [both[1].verifier()])
    with transaction() as tx:
        actions.retire_key(tx, None, old.public, tx.wall_clock(), region=REGION)
    note = log.keep()
    assert len(split(note)[1]) == 1
    assert opened(note, [both[1].verifier()]).size == 1  # retiring a key is an act
    published = {key["vkey"]: key["not_after"] for key in log.get("keys")}
    assert published[old.verifier().vkey()] is not None
    assert published[both[1].verifier().vkey()] is None


def test_the_command_ends_a_key_only_where_another_one_signs_on(log: Log, database: Engine) -> None:
    old = log.keeper.signers[0]
    log.keep()

    def retire(vkey: str) -> "subprocess.CompletedProcess[str]":
        address = database.url.render_as_string(hide_password=False)
        return subprocess.run(
            [sys.executable, "-m", "app.cli", "retire-key", vkey, "--days", "30"],
            env={"PATH": os.defpath, "PYTHONUTF8": "1", "DATABASE_URL": address, "DATA_DIR": str(log.folder)},
            capture_output=True, text=True, check=False,
        )  # fmt: skip

    alone = retire(old.verifier().vkey())
    assert alone.returncode != 0
    assert "没有另一把" in alone.stdout + alone.stderr
    Signer.load_or_make(old.name, log.folder / "log-keys" / "key-2.pem")
    log.keeper.signers = signers(old.name, log.folder / "log-keys")
    log.keep()
    assert retire(old.verifier().vkey()).returncode == 0
    published = {key["vkey"]: key["not_after"] for key in log.get("keys")}
    assert [end is not None for end in published.values()].count(True) == 1
    assert published[old.verifier().vkey()] is not None


def test_with_no_key_in_its_time_nothing_is_signed(log: Log) -> None:
    log.keep()
    with transaction() as tx:
        actions.retire_key(tx, None, log.keeper.signers[0].public, tx.wall_clock(), region=REGION)
    with pytest.raises(Refused, match="没有在有效期内"), transaction() as tx:
        actions.publish(tx, log.keeper.signers, at_most_every=timedelta(0), at_least_every=timedelta(0))


def test_heads_are_listed_newest_first(log: Log) -> None:
    for _ in range(3):
        log.act()
        log.keep()
    page = log.get("heads", limit=2)
    assert [head["size"] for head in page["items"]] == [3, 2]
    rest = log.get("heads", limit=2, cursor=page["next_cursor"])
    assert [head["size"] for head in rest["items"]] == [1]
    assert page["items"][0]["has_quorum"] is True  # no witness is asked for


def test_the_keeper_of_a_running_server_keeps_the_log(url: str, tmp_path: object) -> None:
    with serve(url, tmp_path) as client:  # type: ignore[arg-type]  # pytest's own type
        keeper = client.app.state.log  # type: ignore[attr-defined]  # Starlette types it as a bare callable
        keeper.once()
        keeper.look()
        with transaction(read_only=True) as tx:
            assert queries.latest_head(tx) is not None or sequencer.size(tx) == 0
