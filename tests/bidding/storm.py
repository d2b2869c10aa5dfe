"""A storm: real processes over a real, durable server, bidders who retry, and hands that kill.

What the bidders saw is written down as history and judged by tests/bidding/history.py against the database.
"""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from threading import Event, Thread
from typing import Any, Protocol

import httpx2
from sqlalchemy import create_engine, select, text

from app.audit.actions import record
from app.base import schema, sealing
from app.base.db import connect, transaction
from app.base.embedded import EmbeddedPostgres, NoPostgresError
from app.bidding.actions.check import evidence, snapshot
from app.bidding.invariants import Evidence, Fault
from app.bidding.models import Session
from app.identity.actions import sign_in
from app.identity.tokens import load_or_make
from app.money.models import Deposit
from tests.bidding.history import Call, violations
from tests.bidding.house import START, STEP, House, open_house
from tests.people import PASSWORD, login_of

ROOT = Path(__file__).parents[2]
SETTINGS = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on", "wal_writer_delay": "10s"}
"""Durable as in production, and a WAL writer so lazy that what no commit has flushed is lost with the server."""
RETRIES = 8
LATER = 600.0
OPEN_NOW = text("""
    WITH first AS (SELECT min(opens_at) AS at FROM auction_session)
    UPDATE auction_session SET
        opens_at = opens_at - (first.at - statement_timestamp()) + make_interval(secs => :opens_in),
        end_at = end_at - (first.at - statement_timestamp()) + make_interval(secs => :opens_in)
    FROM first
""")
"""When everything is ready, the first lot opens: furnishing takes as long as it takes."""
PATIENCE = 60.0
CRASH_SECONDS = 10
LONGEST_SECONDS = 40
"""A slow machine storms on until enough has been accepted to be lost."""
ENOUGH = 10


class Server:
    """A PostgreSQL that may be killed and comes back."""

    def __init__(self, folder: Path) -> None:
        self._data = folder / "pg"
        self.postgres = EmbeddedPostgres(self._data, settings=SETTINGS).start()
        self._template = self.postgres.database("template_storm")
        schema.upgrade(self._template)
        self._n = 0

    def database(self) -> str:
        self._n += 1
        name = f"storm_{self._n}"
        with self.postgres.connect() as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE template_storm")
        return self.postgres.url(name)

    def kill(self) -> None:
        """`kill -9` to every process of it, at once."""
        process = self.postgres.process
        assert process is not None
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def start(self) -> None:
        """Starts again, as often as it takes: the killed one's last traces may be in the way for a moment."""
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                self.postgres = EmbeddedPostgres(self._data, settings=SETTINGS).start()
                return
            except NoPostgresError:
                if time.monotonic() > deadline:
                    raise


@dataclass
class Worker:
    """One web process."""

    port: int
    environment: dict[str, str]
    arguments: list[str]
    process: "subprocess.Popen[bytes] | None" = None

    def start(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.bidding.worker", "--port", str(self.port), *self.arguments],
            cwd=ROOT, env=self.environment, start_new_session=True, stdout=subprocess.DEVNULL,
        )  # fmt: skip

    def until_ready(self) -> None:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            with suppress(httpx2.TransportError):
                if httpx2.get(f"http://127.0.0.1:{self.port}/api/v1/ready", timeout=2).is_success:
                    return
            assert self.process is not None
            assert self.process.poll() is None, "a worker ended by itself"
        raise AssertionError("a worker never became ready")

    def kill(self) -> None:
        if self.process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


class Databases(Protocol):
    """What gives a storm its database."""

    def database(self) -> str: ...


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Storm:
    """A sale under way: its processes, its bidders, and what they have seen."""

    url: str
    folder: Path
    house: House
    tokens: dict[int, str]
    workers: list[Worker]
    random: Random
    calls: list[Call] = field(default_factory=list)
    best: dict[int, int] = field(default_factory=dict)
    over: set[int] = field(default_factory=set)
    stop: Event = field(default_factory=Event)

    def send(self, http: httpx2.Client, who: int, lot: int, fen: int, key: str, *, at: Worker | None = None) -> Call:
        """One request to one of the processes; what came of it is kept."""
        worker = at or self.random.choice(self.workers)
        t0, w0 = time.monotonic(), datetime.now(UTC)
        status, body = None, {}
        try:
            answer = http.post(
                f"http://127.0.0.1:{worker.port}/api/v1/lots/{lot}/bids",
                json={"amount_fen": fen, "confirm_fen": fen},
                headers={"Authorization": f"Bearer {self.tokens[who]}", "Idempotency-Key": key},
            )
            status, body = answer.status_code, answer.json()
        except (httpx2.TransportError, ValueError):
            pass
        call = Call(lot, self.house.plate(who), fen, key, t0, time.monotonic(), w0, datetime.now(UTC), status, body)
        self.calls.append(call)
        return call

    def bid(self, http: httpx2.Client, who: int, lot: int, random: Random) -> None:
        """One intention to bid: sent, sent again until somebody knows, and now and then sent once too often."""
        known = self.best.get(lot)
        fen = START if known is None else known + STEP * random.choice((1, 1, 2, 3, 5))
        key = f"{who}-{random.getrandbits(48):012x}"
        for _ in range(RETRIES):
            call = self.send(http, who, lot, fen, key)
            if call.receipt is not None or call.status in {401, 403, 404, 422} or self.stop.is_set():
                break
        if random.random() < 0.15:
            self.send(http, who, lot, fen, key)
        said = call.receipt or {}
        if said.get("verdict") == "LEADING":
            self.best[lot] = max(fen, self.best.get(lot, 0))
        elif said.get("verdict") == "ENDED":
            self.over.add(lot)
        elif said.get("verdict") in {"STEP_TOO_SMALL", "BELOW_START"}:
            self.best[lot] = max(self.best.get(lot, START), fen)

    def bidders(self, choose: Callable[[Random], int | None]) -> list[Thread]:
        """A thread for each bidder, at it until told to stop; `choose` names the lot."""

        def at_it(who: int, random: Random) -> None:
            with httpx2.Client(timeout=10) as http:
                while not self.stop.is_set():
                    lot = choose(random)
                    if lot is None:
                        return
                    self.bid(http, who, lot, random)

        threads = [Thread(target=at_it, args=(who, Random(self.random.random()))) for who in self.house.bidders]
        for thread in threads:
            thread.start()
        return threads

    def evidence(self) -> list[Evidence]:
        """What the database holds now, of every lot."""
        engine = connect(self.url, pool_size=1)
        try:
            with transaction() as tx:
                snapshot(tx)
                return [evidence(tx, row) for row in tx.scalars(select(Session).order_by(Session.id))]
        finally:
            engine.dispose()

    def verdict(self) -> list[Fault]:
        return violations(self.calls, self.evidence())


@contextmanager
def storm(
    server: Databases,
    folder: Path,
    *,
    seed: int,
    workers: int = 2,
    fault: str = "",
    doze: float = 0.0,
    skew: float = 0.0,
    sql: tuple[str, ...] = (),
    opens_in: float = 0.0,
    **house: Any,
) -> Iterator[Storm]:
    """Opens a house in a database of its own and starts the processes; whatever still runs at the end is ended.

    `sql` is done to the database before the sale: what a fault needs taken away. `skew`: seconds by which the clocks
    of the first process run ahead and those of the second behind.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "sealing-key").write_bytes(b"\x07" * 32)
    sealing.use_key(b"\x07" * 32)
    url = server.database()
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in sql:
            connection.execute(text(statement.replace("{database}", engine.url.database or "")))
    engine.dispose()
    crew = [
        Worker(
            free_port(),
            {
                "PATH": os.defpath, "PYTHONUTF8": "1", "DATABASE_URL": url, "DATA_DIR": str(folder),
                "PGAPPNAME": f"skew:{skew * (1, -1)[i % 2]}",
            },
            ["--fault", fault, "--seed", str(seed * 10 + i), "--doze", str(doze), "--skew", str(skew * (1, -1)[i % 2])],
        )
        for i in range(workers)
    ]  # fmt: skip
    try:
        bound = connect(url, pool_size=2)
        key = load_or_make(folder / "token-key.pem")
        for worker in crew:
            worker.start()
        for worker in crew:
            worker.until_ready()
        with transaction() as tx:
            opened = open_house(tx, opens_in=LATER + opens_in, **house)
        tokens = {who: sign_in(key, login_of(who), PASSWORD, demo=False).access for who in opened.bidders}
        with transaction() as tx:
            # A fault of durability is to lose what is bid, not what was furnished: this commit flushes all before it.
            tx.execute(text("SET LOCAL synchronous_commit = on"))
            tx.execute(OPEN_NOW, {"opens_in": opens_in})
            for deposit in tx.scalars(select(Deposit).order_by(Deposit.id)):
                record(
                    tx, None, "deposit.expect", f"deposit/{deposit.id}", region=deposit.region_code,
                    amount_fen=deposit.amount_fen, after={"state": deposit.state},
                )  # fmt: skip
            for row in tx.scalars(select(Session).order_by(Session.id)):
                record(
                    tx, None, "lot.schedule", f"lot/{row.lot_id}", region=row.region_code, rules=row.rules,
                    opens_at=row.opens_at,
                )  # fmt: skip
        bound.dispose()
        yield Storm(url, folder, opened, tokens, crew, Random(seed))
    finally:
        for worker in crew:
            worker.kill()


def closing(now: Storm, *, within: float, among: int = 6) -> None:
    """Everybody bids on the lots that end next, until all are over."""
    lots = now.house.lots
    until = time.monotonic() + within

    def next_lot(random: Random) -> int | None:
        alive = [lot for lot in lots if lot not in now.over and now.best.get(lot, 0) < START + 60 * STEP]
        if not alive or time.monotonic() > until:
            return None
        return random.choice(alive[:among])

    for thread in now.bidders(next_lot):
        thread.join()


def until_closed(now: Storm, *, within: float = 10) -> int:
    """Waits for the clock's thread to close what has ended; how many lots are closed."""
    until = time.monotonic() + within
    while True:
        n = sum(e.closed_at is not None for e in now.evidence())
        if n == len(now.house.lots) or time.monotonic() > until:
            return n


def acknowledged_then_killed(server: Server, now: Storm, times: int) -> None:
    """Each time: the instant an answer arrives the whole server dies; then it is back, and the next one bids."""
    fen = START
    for i in range(times):
        who = now.house.bidders[i % 2]
        with httpx2.Client(timeout=10) as http:
            for _ in range(200):
                call = now.send(http, who, now.house.lots[0], fen, f"key-{i:06d}")
                if call.status in {201, 409}:
                    break
            assert call.receipt is not None, call.body
            server.kill()
            server.start()
        fen += STEP


def n_accepted(now: Storm) -> int:
    return sum(c.status == 201 for c in now.calls)


def kill_again_and_again(server: Server, now: Storm, random: Random) -> None:
    """Kills a web process, or the whole database server, and starts it anew. From the main thread: the server goes down
    with the thread that started it.
    """
    began = time.monotonic()
    while time.monotonic() < began + (CRASH_SECONDS if n_accepted(now) > ENOUGH else LONGEST_SECONDS):
        now.stop.wait(random.uniform(0.5, 1.5))
        if random.random() < 0.5:
            worker = random.choice(now.workers)
            worker.kill()
            worker.start()
        else:
            server.kill()
            server.start()
    now.stop.set()
