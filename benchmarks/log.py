"""What the log costs: writers with and without it, the lag, proofs by size, the independent verifier.

    python -m benchmarks.log [--leaves 1000000] [--events 16000] [--only writers|proofs|verifier]

Starts a PostgreSQL of its own and throws it away. Each comparison is made side by side in one run.
"""

import argparse
import json
import sys
import tempfile
from collections import deque
from collections.abc import Callable
from pathlib import Path
from random import Random
from statistics import median
from threading import Event, Thread
from time import perf_counter, process_time

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Engine, text

from app.audit import sequencer
from app.audit.actions import HASHED, record
from app.audit.canonical import event_hash, leaf_body
from app.audit.checkpoint import Checkpoint, Signer, note
from app.audit.models import LogTile
from app.audit.tree import WIDTH, Tree, grow, leaf_hash, verify_inclusion
from app.base import schema
from app.base.db import connect, transaction
from app.base.embedded import EmbeddedPostgres
from verify import nongjiao_verify as tool

WRITERS = 16


def say(what: str, value: str) -> None:
    sys.stdout.write(f"{what:<60} {value}\n")
    sys.stdout.flush()


def in_threads(n: int, do: Callable[[int], None]) -> float:
    threads = [Thread(target=do, args=(i,)) for i in range(n)]
    began = perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return perf_counter() - began


def write(n_events: int, round_no: int, *, sequenced: bool) -> float:
    """Events per second of 16 writers, each act a transaction, with or without the sequencer beside them."""
    done = Event()

    def one(who: int) -> None:
        for _ in range(n_events // WRITERS):
            with transaction() as tx:
                record(tx, None, "bench.act", f"lot/{round_no}-{who}", region="411002", amount_fen=1)

    def keep() -> None:
        while not done.is_set():
            with transaction() as tx:
                n = sequencer.sequence(tx)
            done.wait(0.05 if n else 0.2)

    keeper = Thread(target=keep)
    if sequenced:
        keeper.start()
    took = in_threads(WRITERS, one)
    done.set()
    if sequenced:
        keeper.join()
    return n_events / took


def writers(n_events: int) -> None:
    plain, logged = [], []
    for round_no in range(3):
        plain.append(write(n_events, 2 * round_no, sequenced=False))
        logged.append(write(n_events, 2 * round_no + 1, sequenced=True))
    say("16 writers, acts a second, without the sequencer", f"{median(plain):,.0f}")
    say("16 writers, acts a second, with it", f"{median(logged):,.0f} ({median(logged) / median(plain):.2f})")
    with transaction(read_only=True) as tx:
        waiting = sequencer.lag(tx).n_waiting
    began, done = perf_counter(), 0
    while True:
        with transaction() as tx:
            n = sequencer.sequence(tx)
        if n == 0:
            break
        done += n
    say(f"backlog of {waiting:,} events, sequenced a second", f"{done / max(perf_counter() - began, 1e-9):,.0f}")


def lag() -> None:
    """From commit to leaf, for single acts with a keeper that rests 50 ms between rounds."""
    done, waits = Event(), []

    def keep() -> None:
        while not done.wait(0.05):
            with transaction() as tx:
                sequencer.sequence(tx)

    keeper = Thread(target=keep)
    keeper.start()
    for n in range(40):
        with transaction() as tx:
            event = record(tx, None, "bench.act", f"lot/lag-{n}", region="411002").id
        began = perf_counter()
        while True:
            with transaction(read_only=True) as tx:
                if tx.scalar(text("SELECT 1 FROM log_leaf WHERE event_id = :id"), {"id": event}):
                    break
        waits.append(perf_counter() - began)
    done.set()
    keeper.join()
    waits.sort()
    say("commit to leaf, ms, p50 / max of 40", f"{median(waits) * 1000:.0f} / {waits[-1] * 1000:.0f}")


def proofs(n_leaves: int) -> None:
    """Tiles in the database, read anew for each proof. The bodies are small: hashing them is not the matter here."""
    hashes = [leaf_hash(i.to_bytes(8)) for i in range(n_leaves)]
    tiles: dict[tuple[int, int], bytes] = {}
    for tile in grow(lambda *_: b"", 0, hashes):
        tiles[tile.level, tile.index] = tile.hashes
    with transaction() as tx:
        tx.execute(text("ALTER TABLE log_tile DISABLE TRIGGER ALL"))
        tx.execute(text("TRUNCATE log_tile"))
        rows = [
            {"level": level, "index": index, "width": len(data) // 32, "hashes": data}
            for (level, index), data in tiles.items()
            if level or len(data) == WIDTH * 32
        ]
        tx.execute(LogTile.__table__.insert(), rows)
    whole = n_leaves - n_leaves % WIDTH
    root = Tree(whole, lambda level, index, width: tiles[level, index][: width * 32]).root()
    random, times = Random(1), []
    for _ in range(500):
        index = random.randrange(whole)
        began = perf_counter()
        with transaction(read_only=True) as tx:
            proof = sequencer.tree(tx, whole).inclusion(index)
        times.append(perf_counter() - began)
        verify_inclusion(index, whole, hashes[index], proof, root)
    times.sort()
    say(f"inclusion proof at {whole:,} leaves, ms, p50 / p99", f"{median(times) * 1e3:.2f} / {times[494] * 1e3:.2f}")


def export(folder: Path, n_leaves: int) -> list[bytes]:
    """An export of `n_leaves` bids' worth of events in 1,600 chains, signed; returns the bodies."""
    signer = Signer("bench.example/log", Ed25519PrivateKey.generate())
    last: dict[str, bytes] = {}
    bodies, grown = [], tool.Growing()
    with (folder / "leaves.jsonl").open("w") as out:
        for n in range(n_leaves):
            subject = f"lot/{n % 1600}"
            event = dict.fromkeys(HASHED, None) | {
                "at": "2026-11-23T01:00:00.000000Z", "act": "bench.act", "subject": subject, "seq": n // 1600 + 1,
                "region_code": "411002", "facts": {"amount_fen": n}, "findings": [], "rule_ids": [],
            }  # fmt: skip
            chain = event_hash(event, last.get(subject))
            body = leaf_body(n + 1, event, last.get(subject), chain)
            last[subject] = chain
            hashed = leaf_hash(body)
            grown.add(hashed)
            bodies.append(body)
            out.write(json.dumps({"index": n, "event_id": n + 1, "leaf_hash": hashed.hex(), "body": body.decode()}))
            out.write("\n")
    said = Checkpoint(signer.name, n_leaves, grown.root()).text()
    (folder / "checkpoint").write_text(note(said, [signer.line(said)]))
    (folder / "keys").write_text(signer.verifier().vkey() + "\n")
    return bodies


def verifier(n_leaves: int) -> None:
    """The independent verifier over a whole export, against the hashing of its leaves into one root. Processor time."""
    with tempfile.TemporaryDirectory(prefix="nongjiao-bench-") as name:
        folder = Path(name)
        bodies = export(folder, n_leaves)
        for _ in range(2):
            began = process_time()
            grown = tool.Growing()
            for body in bodies:
                grown.add(tool.leaf_hash(body))
            hashing, began = process_time() - began, process_time()
            source = tool.Export(folder)
            leaves = deque(source.leaves(n_leaves), maxlen=0)
            reading, began = process_time() - began, process_time()
            checked = tool.Verifier([tool.Key.parse(k) for k in source.vkeys()])
            head = tool.check(source, checked, [], [])
            took = process_time() - began
            if head.root != grown.root() or leaves:
                raise AssertionError("the verifier hashed another tree")
            each = 1e6 / n_leaves
            say(f"{n_leaves:,} leaves hashed, us of processor a leaf", f"{hashing * each:.2f}")
            say("  export read alone", f"{reading * each:.2f}")
            say("  verified from the leaves on", f"{(took - reading) * each:.2f} ({(took - reading) / hashing:.1f}x)")
            say("  verified from the file on", f"{took * each:.2f} ({took / hashing:.1f}x hashing)")


PARTS = {
    "writers": lambda given: (writers(given.events), lag()),
    "proofs": lambda given: [proofs(n) for n in (given.leaves // 10, given.leaves)],
}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--leaves", type=int, default=1_000_000)
    parser.add_argument("--events", type=int, default=16_000)
    parser.add_argument("--only", choices=["verifier", *PARTS])
    given = parser.parse_args()
    if given.only in (None, "verifier"):
        verifier(given.leaves)
    if given.only == "verifier":
        return
    with tempfile.TemporaryDirectory(prefix="nongjiao-bench-") as folder:
        server = EmbeddedPostgres(Path(folder) / "data", throwaway=True).start()
        try:
            schema.upgrade(server.url())
            engine: Engine = connect(server.url())
            for name, part in PARTS.items():
                if given.only in (None, name):
                    part(given)
            engine.dispose()
        finally:
            server.stop()


if __name__ == "__main__":
    main()
