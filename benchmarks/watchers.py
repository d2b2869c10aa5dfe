"""Five thousand watchers of one lot on one process: from the commit of a price to its receipt by each of them.

    python -m benchmarks.watchers [--watchers 5000] [--states 40] [--rate 2] [--rounds 3]

Starts a PostgreSQL of its own, one web process, and the watchers in processes of their own (one for each 2,500). The
prices are committed by this process, which is another one than the watched, and told as a bid tells them. The clock is
one machine's: the instant of the commit's return is compared with the instant at which each watcher has the whole event.
"""

import argparse
import asyncio
import json
import multiprocessing
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx2
from sqlalchemy import text

from app.base import schema, sealing
from app.base.db import connect, transaction
from app.base.embedded import EmbeddedPostgres
from tests.bidding.house import START, STEP, open_house

PORT = 8497
EACH = 2_500


def say(what: str, value: str) -> None:
    sys.stdout.write(f"{what:<60} {value}\n")
    sys.stdout.flush()


def allow_many_files() -> None:
    """A socket a watcher: as many as this process may ask for."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


async def watcher(lot: int, seen: list[tuple[int, float]], ready: asyncio.Semaphore, over: int) -> None:
    """One watcher, reading the wire itself: the load must not be slower than what it measures."""
    async with ready:
        reader, writer = await asyncio.open_connection("127.0.0.1", PORT)
        writer.write(f"GET /api/v1/lots/{lot}/auction/stream HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        await reader.readuntil(b"data: ")
    while True:
        line = await reader.readuntil(b"\n\n")
        now = time.monotonic()
        seq = int(line.split(b'"seq":', 1)[1].split(b",", 1)[0])
        seen.append((seq, now))
        if seq >= over:
            writer.close()
            return
        await reader.readuntil(b"data: ")


def watch(lot: int, n: int, over: int, ready: Any, out: Any) -> None:
    """One process of watchers; what they saw goes into the queue."""

    async def all_of_them() -> None:
        seen: list[list[tuple[int, float]]] = [[] for _ in range(n)]
        gate = asyncio.Semaphore(100)
        tasks = [asyncio.create_task(watcher(lot, each, gate, over)) for each in seen]
        while any(not each for each in seen):  # noqa: ASYNC110 - once at the start
            await asyncio.sleep(0.05)
        ready.release()
        async with asyncio.timeout(120):
            await asyncio.gather(*tasks)
        out.put(seen)

    allow_many_files()
    asyncio.run(all_of_them())


def prices(lot: int, states: int, rate: float) -> dict[int, float]:
    """Commits prices at a steady rate and tells of each; the instant at which each commit returned."""
    committed: dict[int, float] = {}
    began = time.monotonic()
    for i in range(states):
        time.sleep(max(0.0, began + i / rate - time.monotonic()))
        with transaction() as tx:
            seq = tx.execute(
                text(
                    "UPDATE auction_session SET seq = seq + 1, n_heard = n_heard + 1, leader = 'P0001', best_fen = :fen"
                    " WHERE lot_id = :lot RETURNING seq"
                ),
                {"lot": lot, "fen": START + i * STEP},
            ).scalar_one()
        committed[seq] = time.monotonic()
        with transaction() as tx:
            tx.execute(text("SELECT pg_notify('auction', :lot)"), {"lot": str(lot)})
    return committed


def cpu_seconds(pid: int) -> float:
    parts = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(parts[11]) + int(parts[12])) / os.sysconf("SC_CLK_TCK")


def one_round(pid: int, lot: int, watchers: int, states: int, rate: float) -> tuple[list[float], float, float]:
    """Delays in milliseconds of every delivery; CPU microseconds of the web process for one; share of states seen."""
    with transaction(read_only=True) as tx:
        before = int(tx.scalar(text("SELECT seq FROM auction_session WHERE lot_id = :lot"), {"lot": lot}) or 0)
    context = multiprocessing.get_context("spawn")
    ready, out = context.Semaphore(0), context.Queue()
    shares = [min(EACH, watchers - i) for i in range(0, watchers, EACH)]
    crowd = [
        context.Process(target=watch, args=(lot, share, before + states, ready, out), daemon=True) for share in shares
    ]
    for process in crowd:
        process.start()
    for _ in crowd:
        ready.acquire()
    busy = cpu_seconds(pid)
    committed = prices(lot, states, rate)
    seen = [each for _ in crowd for each in out.get(timeout=180)]
    busy = cpu_seconds(pid) - busy
    for process in crowd:
        process.join()
    delays = [(at - committed[seq]) * 1_000 for each in seen for seq, at in each if seq in committed]
    assert all(each[-1][0] == before + states for each in seen), "somebody missed the last state"  # noqa: S101
    return delays, busy / len(delays) * 1e6, len(delays) / (watchers * states)


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--watchers", type=int, default=5_000)
    asked.add_argument("--states", type=int, default=40)
    asked.add_argument("--rate", type=float, default=2.0)
    asked.add_argument("--rounds", type=int, default=3)
    given = asked.parse_args()
    allow_many_files()
    with tempfile.TemporaryDirectory() as folder:
        server = EmbeddedPostgres(Path(folder) / "pg").start()
        url = server.database("watchers")
        schema.upgrade(url)
        sealing.use_key(b"\x07" * 32)
        connect(url, pool_size=2)
        with transaction() as tx:
            lot = open_house(tx, bidders=2, free_seconds=36_000, timed_seconds=0).lots[0]
        web = subprocess.Popen(  # noqa: S603 - our own
            [sys.executable, "-m", "uvicorn", "--factory", "app.main:served", "--port", str(PORT),
             "--no-access-log", "--log-level", "error"],
            env={"PATH": os.defpath, "DATABASE_URL": url, "DATA_DIR": folder},
        )  # fmt: skip
        try:
            _until_ready()
            for i in range(given.rounds):
                delays, cost, share = one_round(web.pid, lot, given.watchers, given.states, given.rate)
                delays.sort()
                p50, p99 = delays[len(delays) // 2], delays[int(len(delays) * 0.99)]
                rss = int(Path(f"/proc/{web.pid}/statm").read_text().split()[1]) * 4 // 1024
                say(
                    f"round {i + 1}: {given.watchers:,} watchers, {given.rate:g} states a second",
                    json.dumps({"p50_ms": round(p50), "p99_ms": round(p99), "max_ms": round(delays[-1]),
                                "us_per_delivery": round(cost, 1), "seen": round(share, 3), "rss_mb": rss}),
                )  # fmt: skip
        finally:
            web.terminate()
            web.wait(30)
            server.stop()


def _until_ready() -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            if httpx2.get(f"http://127.0.0.1:{PORT}/api/v1/ready", timeout=2).is_success:
                return
        except httpx2.TransportError:
            time.sleep(0.1)
    raise RuntimeError("the web process never became ready")


if __name__ == "__main__":
    main()
