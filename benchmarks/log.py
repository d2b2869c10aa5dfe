"""What the log costs: writers with and without it, the lag, proofs by size, the independent verifier.

    python -m benchmarks.log [--leaves 10000000] [--events 16000] [--only writers|bids|proofs|others|verifier]

Starts a PostgreSQL of its own and throws it away. Each comparison is made side by side in one run.
"""

import argparse
import json
import os
import socket
import subprocess
import sys
import tempfile
from collections import deque
from collections.abc import Callable
from contextlib import closing, suppress
from http.client import HTTPConnection
from pathlib import Path
from random import Random
from statistics import median
from threading import Event, Thread
from time import perf_counter, process_time, sleep
from typing import Any

import httpx2
import pymerkle
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Engine, text

from app.audit import sequencer
from app.audit.actions import HASHED, record
from app.audit.canonical import event_hash, leaf_body
from app.audit.checkpoint import Checkpoint, Signer, note
from app.audit.models import LogTile
from app.audit.tree import WIDTH, grow, leaf_hash, perfect, verify_inclusion
from app.base import schema, sealing
from app.base.db import connect, transaction
from app.base.embedded import EmbeddedPostgres
from app.bidding.actions.place import PlaceBid, place
from app.identity import queries as identity
from app.transparency.keeper import BUSY_SECONDS, IDLE_SECONDS
from tests.bidding.house import START, STEP, open_house
from verify import nongjiao_verify as tool

WRITERS = 16
ROUNDS = 500
CHUNK = 1 << 20


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

    def one(who: int) -> None:
        for _ in range(n_events // WRITERS):
            with transaction() as tx:
                record(tx, None, "bench.act", f"lot/{round_no}-{who}", region="411002", amount_fen=1)

    return n_events / beside(lambda: in_threads(WRITERS, one), sequenced=sequenced)


def beside(do: Callable[[], float], *, sequenced: bool) -> float:
    """What `do` returns, with the sequencer at work beside it as the server's keeper is, or without."""
    done = Event()

    def keep() -> None:
        while not done.is_set():
            with transaction() as tx:
                n = sequencer.sequence(tx)
            done.wait(BUSY_SECONDS if n else IDLE_SECONDS)

    keeper = Thread(target=keep)
    if sequenced:
        keeper.start()
    took = do()
    done.set()
    if sequenced:
        keeper.join()
    return took


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
    """From commit to leaf, for single acts with a keeper that rests between rounds as the server's does."""
    done, waits = Event(), []

    def keep() -> None:
        while not done.wait(BUSY_SECONDS):
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


def plant(n_leaves: int, of: list[int]) -> dict[int, bytes]:
    """A log of `n_leaves`, as tiles and its last leaf alone; the hashes of the leaves asked for. The bodies are small:
    hashing them is not the matter here.
    """
    tiles: dict[tuple[int, int], bytes] = {}
    wanted, held = set(of), {}
    for first in range(0, n_leaves, CHUNK):
        hashes = [leaf_hash(i.to_bytes(8)) for i in range(first, min(first + CHUNK, n_leaves))]
        held |= {i: hashes[i - first] for i in wanted if first <= i < first + CHUNK}
        for tile in grow(lambda level, index, width: tiles[level, index][: width * 32], first, hashes):
            tiles[tile.level, tile.index] = tile.hashes
    rows = [
        {"level": level, "index": index, "width": len(data) // 32, "hashes": data}
        for (level, index), data in tiles.items()
    ]
    with transaction() as tx:
        tx.execute(text("SET LOCAL session_replication_role = replica"))
        tx.execute(text("DELETE FROM log_tile"))
        tx.execute(text("DELETE FROM log_leaf"))
        for first in range(0, len(rows), 5_000):
            tx.execute(LogTile.__table__.insert(), rows[first : first + 5_000])
        tx.execute(
            text("INSERT INTO log_leaf (index, event_id, leaf_hash, body) VALUES (:last, 0, :hash, '')"),
            {"last": n_leaves - 1, "hash": leaf_hash((n_leaves - 1).to_bytes(8))},
        )
    with transaction() as tx:
        tx.execute(text("ANALYZE log_tile"))
    return held


def proofs(n_leaves: int, url: str, folder: Path) -> None:
    """Proofs in a tree and in one of a tenth of its leaves, a transaction each, turn by turn; then over HTTP."""
    sizes = [size - size % WIDTH for size in (n_leaves // 10, n_leaves)]
    random, times = Random(1), dict[int, list[float]]()
    asked = {size: [random.randrange(size) for _ in range(ROUNDS)] for size in sizes}
    held = plant(sizes[1], [i for size in sizes for i in asked[size]])
    with transaction(read_only=True) as tx:
        roots = {size: sequencer.tree(tx, size).root() for size in sizes}
    for n in range(ROUNDS):
        for size in sizes:
            index = asked[size][n]
            began = perf_counter()
            with transaction(read_only=True) as tx:
                proof = sequencer.tree(tx, size, leaf=index).inclusion(index)
            times.setdefault(size, []).append(perf_counter() - began)
            verify_inclusion(index, size, held[index], proof, roots[size])
    small, large = (median(times[size]) for size in sizes)
    for size in sizes:
        tell(f"inclusion proof at {size:,} leaves", times[size])
    say("  the larger one's time to the smaller one's", f"{large / small:.2f}")
    over_http(url, folder, sizes[1], [(i, held[i]) for i in asked[sizes[1]]], roots[sizes[1]])


def over_http(url: str, folder: Path, size: int, leaves: list[tuple[int, bytes]], root: bytes) -> None:
    """The same proofs as anybody fetches them: a server process, one connection."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = os.environ | {
        "DATABASE_URL": url, "DATA_DIR": str(folder), "PORT": str(port), "DEMO": "false",
    }  # fmt: skip
    server = subprocess.Popen([sys.executable, "-m", "app.cli", "serve"], env=environment, stdout=subprocess.DEVNULL)
    try:
        with httpx2.Client(base_url=f"http://127.0.0.1:{port}/api/v1/log", timeout=10) as http:
            ready(http)
        with closing(HTTPConnection("127.0.0.1", port)) as plain:  # what a client costs is not the server's
            times = []
            for index, leaf in leaves:
                began = perf_counter()
                plain.request("GET", f"/api/v1/log/proofs/inclusion?leaf={index}&size={size}")
                said = json.loads(plain.getresponse().read())
                times.append(perf_counter() - began)
                verify_inclusion(index, size, leaf, [bytes.fromhex(p) for p in said["proof"]], root)
    finally:
        server.terminate()
        server.wait()
    tell(f"the same over HTTP, {size:,} leaves", times)


def ready(http: httpx2.Client) -> None:
    """Returns when the server answers."""
    until = perf_counter() + 60
    while perf_counter() < until:
        with suppress(httpx2.TransportError):
            if http.get("/keys").is_success:
                return
        sleep(0.1)
    raise SystemExit("the server never answered")


def tell(what: str, times: list[float]) -> None:
    ordered = sorted(times)
    p50, p99 = ordered[len(ordered) // 2], ordered[len(ordered) * 99 // 100]
    say(f"{what}, ms, p50 / p99", f"{p50 * 1e3:.2f} / {p99 * 1e3:.2f}")


def others(n_leaves: int) -> None:
    """Proofs beside pymerkle's over SQLite, turn by turn, at the same size."""
    size = n_leaves - n_leaves % WIDTH
    random = Random(2)
    asked = [random.randrange(size) for _ in range(100)]
    plant(size, asked)
    with tempfile.TemporaryDirectory(prefix="nongjiao-bench-") as name:

        def opened() -> pymerkle.SqliteTree:
            return pymerkle.SqliteTree(str(Path(name) / "tree.db"), algorithm="sha256")

        theirs = opened()
        theirs.append_entries([i.to_bytes(8) for i in range(size)])
        beside_theirs("from a cold start", asked[:10], size, opened, forget=True)
        theirs = opened()
        beside_theirs("one process's 100 proofs", asked, size, lambda: theirs, forget=False)


def beside_theirs(
    what: str, asked: list[int], size: int, theirs: Callable[[], pymerkle.SqliteTree], *, forget: bool
) -> None:
    """Turn by turn, ten at a time: each empties the other's processor caches. Both remember roots of subtrees."""
    ours, other = list[float](), list[float]()
    for n in range(0, len(asked), 10):
        for index in asked[n : n + 10]:
            if forget:
                perfect.cache_clear()
            began = perf_counter()
            with transaction(read_only=True) as tx:
                sequencer.tree(tx, size, leaf=index).inclusion(index)
            ours.append(perf_counter() - began)
        for index in asked[n : n + 10]:
            tree = theirs()
            began = perf_counter()
            tree.prove_inclusion(index + 1, size)
            other.append(perf_counter() - began)
    tell(f"tiles in PostgreSQL, {size:,} leaves, {what}", ours)
    tell(f"pymerkle on SQLite, {size:,} leaves, {what}", other)
    say("  how many times faster, by the medians", f"{median(other) / median(ours):.0f}")


def bids(n_bids: int) -> None:
    """Bids of 16 bidders on 16 lots, each a transaction with its event, with and without the sequencer beside them."""
    sealing.use_key(b"\x07" * 32)
    rates = dict[bool, list[float]]()
    for round_no in range(6):
        with transaction() as tx:
            house = open_house(tx, lots=WRITERS, bidders=2, free_seconds=36_000, timed_seconds=0)
            actors = [identity.actor(tx, who) for who in house.bidders]
        rates.setdefault(bool(round_no % 2), []).append(bid(house.lots, actors, n_bids, sequenced=bool(round_no % 2)))
    plain, logged = median(rates[False]), median(rates[True])
    say("16 bidders, bids a second, without the sequencer", f"{plain:,.0f}")
    say("16 bidders, bids a second, with it", f"{logged:,.0f} ({logged / plain:.2f})")


def bid(lots: list[int], actors: list[Any], n_bids: int, *, sequenced: bool) -> float:
    """Bids a second."""

    def one(who: int) -> None:
        for n in range(n_bids // WRITERS):
            with transaction() as tx:
                heard = place(tx, actors[n % 2], lots[who], PlaceBid(f"key-{n:08d}", START + n * STEP))
            if heard.bid.seq != n + 1:
                raise AssertionError(heard.bid.verdict)

    return n_bids / beside(lambda: in_threads(WRITERS, one), sequenced=sequenced)


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


PARTS: dict[str, Callable[[argparse.Namespace, str, Path], object]] = {
    "writers": lambda given, _url, _folder: (writers(given.events), lag()),
    "bids": lambda given, _url, _folder: bids(given.events),
    "proofs": lambda given, url, folder: proofs(given.leaves, url, folder),
    "others": lambda given, _url, _folder: others(given.leaves // 10),
}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--leaves", type=int, default=10_000_000)
    parser.add_argument("--events", type=int, default=16_000)
    parser.add_argument("--only", choices=["verifier", *PARTS])
    given = parser.parse_args()
    if given.only in (None, "verifier"):
        verifier(given.leaves // 10)
    if given.only == "verifier":
        return
    with tempfile.TemporaryDirectory(prefix="nongjiao-bench-") as folder:
        server = EmbeddedPostgres(Path(folder) / "data", throwaway=True).start()
        try:
            schema.upgrade(server.url())
            engine: Engine = connect(server.url())
            for name, part in PARTS.items():
                if given.only in (None, name):
                    part(given, server.url(), Path(folder))
            engine.dispose()
        finally:
            server.stop()


if __name__ == "__main__":
    main()
