"""The sequencer under late commits, races and restores: contiguous, nothing skipped, nothing twice."""

from contextlib import ExitStack
from datetime import timedelta
from random import Random
from threading import Barrier, Thread
from typing import Any

import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import DBAPIError

from app.audit import sequencer
from app.audit.actions import record
from app.audit.models import AuditEvent, LogLeaf, LogTile
from app.audit.tree import WIDTH, leaf_hash, verify_consistency, verify_inclusion
from app.base.db import Tx, transaction


def act(tx: Tx, subject: str = "lot/1", **facts: Any) -> int:
    return record(tx, None, "test.act", subject, region="411002", **facts).id


def acts(n: int, subject: str = "lot/1") -> list[int]:
    with transaction() as tx:
        return [act(tx, subject, n=i) for i in range(n)]


def drain(limit: int = sequencer.BATCH) -> int:
    done = 0
    while True:
        with transaction() as tx:
            n = sequencer.sequence(tx, limit=limit)
        if n == 0:
            return done
        done += n


def check_whole() -> list[int]:
    """The log holds every event once, contiguously, with its bytes and its tree. Returns the event ids in order."""
    with transaction(read_only=True) as tx:
        leaves = tx.scalars(select(LogLeaf).order_by(LogLeaf.index)).all()
        events = {e.id: e for e in tx.scalars(select(AuditEvent))}
        assert [leaf.index for leaf in leaves] == list(range(len(leaves)))
        assert {leaf.event_id for leaf in leaves} == set(events)
        for leaf in leaves:
            assert leaf.body == sequencer.body_of(events[leaf.event_id])
            assert leaf.leaf_hash == leaf_hash(leaf.body)
        tree = sequencer.tree(tx, len(leaves))
        root = tree.root()
        for leaf in leaves[:: max(1, len(leaves) // 50)]:
            verify_inclusion(leaf.index, len(leaves), leaf.leaf_hash, tree.inclusion(leaf.index), root)
        return [leaf.event_id for leaf in leaves]


def test_events_get_leaves_in_their_order(database: Engine) -> None:
    ids = acts(3) + acts(2, "lot/2")
    assert drain() == 5
    assert check_whole() == ids
    assert drain() == 0


def test_an_uncommitted_event_has_no_leaf(database: Engine) -> None:
    with transaction() as tx:
        act(tx)
        assert sequencer.sequence(tx) == 0
    assert drain() == 1


def test_a_late_commit_is_not_skipped(database: Engine) -> None:
    with ExitStack() as stack:
        late = stack.enter_context(transaction())
        early = act(late, "lot/1")
        acts(5, "lot/2")
        assert drain() == 0  # everything waits for the older transaction
    assert drain() == 6
    assert check_whole()[0] == early


def test_an_event_with_a_smaller_id_that_commits_later_is_not_skipped(database: Engine) -> None:
    with ExitStack() as stack:
        slow = stack.enter_context(transaction())
        slow.execute(text("SELECT nextval(pg_get_serial_sequence('audit_event', 'id'))"))
        acts(4, "lot/2")
        before = drain()
        act(slow, "lot/1")
    assert before + drain() == 5
    check_whole()


def test_a_rollback_leaves_no_gap(database: Engine) -> None:
    acts(2)
    with pytest.raises(ZeroDivisionError), transaction() as tx:  # noqa: PT012 - the block is the transaction
        act(tx, "lot/9")
        raise ZeroDivisionError
    acts(2)
    assert drain() == 4
    check_whole()


@pytest.mark.parametrize("seed", range(3))
def test_any_interleaving_of_writers_and_sequencers_gives_one_whole_log(database: Engine, seed: int) -> None:
    """Writers hold their transactions open for a while while two sequencers race."""
    n_writers, n_acts = 4, 25
    done: list[int] = []
    go = Barrier(n_writers + 2)
    failures: list[BaseException] = []

    def write(who: int) -> None:
        random = Random(seed * 100 + who)
        try:
            go.wait()
            for _ in range(n_acts):
                with transaction() as tx:
                    for _ in range(random.randint(1, 3)):
                        act(tx, f"lot/{who}")
                    tx.execute(text("SELECT pg_sleep(:s)"), {"s": random.random() / 200})
        except BaseException as e:  # noqa: BLE001 - shown by the test
            failures.append(e)
        done.append(who)

    def sequence() -> None:
        try:
            go.wait()
            while len(done) < n_writers:
                with transaction() as tx:
                    sequencer.sequence(tx, limit=7)
        except BaseException as e:  # noqa: BLE001 - shown by the test
            failures.append(e)

    threads = [Thread(target=write, args=(i,)) for i in range(n_writers)] + [Thread(target=sequence) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    drain()
    order = check_whole()
    assert len(order) >= n_writers * n_acts
    with transaction(read_only=True) as tx:
        placed = tx.execute(
            select(AuditEvent.subject, AuditEvent.seq)
            .join(LogLeaf, LogLeaf.event_id == AuditEvent.id)
            .order_by(LogLeaf.index)
        ).all()
    for who in range(n_writers):
        seqs = [seq for subject, seq in placed if subject == f"lot/{who}"]
        assert seqs == list(range(1, len(seqs) + 1))


def test_while_one_sequencer_works_another_stands_back(database: Engine) -> None:
    acts(3)
    with transaction() as first:
        assert sequencer.sequence(first) == 3
        with transaction() as second:
            assert sequencer.sequence(second) == 0
    check_whole()


def test_a_sequencer_that_dies_leaves_nothing_half_done(database: Engine) -> None:
    acts(3)
    with pytest.raises(ZeroDivisionError), transaction() as tx:  # noqa: PT012 - the block is the transaction
        assert sequencer.sequence(tx) == 3
        raise ZeroDivisionError
    assert drain() == 3
    check_whole()


def test_batches_over_several_tiles_keep_every_past_consistent(database: Engine) -> None:
    with transaction() as tx:
        tx.execute(
            text("""
                INSERT INTO audit_event (at, act, subject, seq, region_code, facts, findings, rule_ids, hash)
                SELECT clock_timestamp(), 'test.act', 'lot/' || i, 1, '411002', '{}', '[]', '{}', sha256(i::text::bytea)
                FROM generate_series(1, :n) AS i
            """),
            {"n": 3 * WIDTH + 40},
        )
    assert drain(limit=300) == 3 * WIDTH + 40
    check_whole()
    with transaction(read_only=True) as tx:
        whole = sequencer.tree(tx, 3 * WIDTH + 40)
        for old in (1, 255, 256, 257, 300, 512, 700, 3 * WIDTH + 40):
            verify_consistency(old, whole.size, sequencer.tree(tx, old).root(), whole.root(), whole.consistency(old))
        assert {(t.level, t.width) for t in tx.scalars(select(LogTile))} >= {(0, 256), (1, 1), (1, 3)}


def test_a_log_restored_on_another_server_goes_on_without_a_gap(database: Engine) -> None:
    """A dump carries transaction numbers of another server, larger than any of this one."""
    acts(3)
    drain()
    with transaction() as tx:
        tx.execute(text("ALTER TABLE audit_event DISABLE TRIGGER ALL"))
        tx.execute(text("UPDATE audit_event SET xid = xid + 4000000000"))
    acts(2, "lot/2")
    with transaction() as tx:
        left = act(tx, "lot/3")
        tx.execute(text("UPDATE audit_event SET xid = 5000000000 WHERE id = :id"), {"id": left})
    assert drain() == 3
    acts(2, "lot/4")
    assert drain() == 2
    assert check_whole()[3] == left


@pytest.mark.parametrize("table", ["audit_event", "log_leaf", "log_tile", "log_head", "log_key", "log_cosignature"])
@pytest.mark.parametrize("verb", ["UPDATE {} SET {} = {}", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_evidence_is_only_added_to(tx: Tx, table: str, verb: str) -> None:
    column = {"audit_event": "act", "log_leaf": "body", "log_tile": "hashes", "log_head": "note", "log_key": "name"}
    name = column.get(table, "line")
    with pytest.raises(DBAPIError, match="only added to"):
        tx.execute(text(verb.format(table, name, name)))


def test_lag_counts_what_waits_and_names_who_holds_it(database: Engine) -> None:
    with transaction(read_only=True) as tx:
        assert not sequencer.lag(tx).is_stalled(timedelta(0))
    with transaction() as holder:
        act(holder, "lot/7")
        pid = holder.execute(text("SELECT pg_backend_pid()")).scalar_one()
        acts(2, "lot/8")
        assert drain() == 0
        with transaction(read_only=True) as tx:
            lag = sequencer.lag(tx)
        assert (lag.n_waiting, lag.holder_pid) == (2, pid)
        assert lag.oldest_at is not None
        assert lag.is_stalled(timedelta(0))
        assert not lag.is_stalled(timedelta(hours=1))
    drain()
    with transaction(read_only=True) as tx:
        assert sequencer.lag(tx).n_waiting == 0
