"""Bids per second on one hot lot, beside what the database itself can do and what an ordinary endpoint does.

    python -m benchmarks.bidding [--seconds 4] [--rounds 3]

Starts a durable PostgreSQL and one web worker of its own and throws them away. pgbench plays one transaction a bid, in a
function that locks, reads the clock, checks, and writes the same rows (bid, audit event, session) as the platform does;
the ordinary endpoint is a route that hears each offer in a transaction of its own through the ORM, without the lane. In each
round all take their turn on the same server; medians are compared. Every accepted bid is looked for in the table.
"""

import argparse
import os
import platform
import re
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable
from itertools import count
from pathlib import Path
from statistics import median
from time import sleep
from typing import Annotated, Any

import httpx2
import uvicorn
from fastapi import Depends
from sqlalchemy import text

from app.base import schema, sealing
from app.base.actor import Actor
from app.base.db import connect, transaction
from app.base.embedded import EmbeddedPostgres, bin_dir
from app.bidding.actions.place import PlaceBid, place
from app.bidding.api import BidIn, Key, LotId
from app.identity.auth import actor, may
from app.identity.permissions import P
from app.main import served
from app.rules.bidding import Verdict
from benchmarks.crowd import Heard, play, request
from tests.bidding.house import START, STEP, House, open_house
from tests.people import PASSWORD, login_of

BIDDERS = 64
LOTS = 1_000
PEER = """
CREATE FUNCTION peer_bid(the_lot bigint, the_plate text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    s auction_session; e entry; now timestamptz; amount bigint; prev audit_event; said jsonb; mark text;
BEGIN
    PERFORM 1 FROM lot WHERE id = the_lot FOR UPDATE;
    SELECT * INTO STRICT s FROM auction_session WHERE lot_id = the_lot FOR UPDATE;
    now := clock_timestamp();
    SELECT * INTO STRICT e FROM entry WHERE lot_id = the_lot AND plate = the_plate;
    PERFORM 1 FROM deposit WHERE entry_id = e.id AND state = 'held' FOR SHARE;
    IF NOT FOUND OR e.state <> 'qualified' OR now >= s.opens_at + interval '10 hours' THEN RETURN NULL; END IF;
    mark := 'peer-' || (s.n_heard + 1);
    PERFORM 1 FROM bid WHERE session_id = s.id AND entry_id = e.id AND key = mark;
    IF FOUND THEN RETURN NULL; END IF;
    amount := coalesce(s.best_fen + %(step)d, %(start)d);
    INSERT INTO bid (session_id, n, entry_id, plate, amount_fen, confirm_fen, verdict, seq, phase, at, end_at_before,
                     end_at_after, key, fingerprint)
    VALUES (s.id, s.n_heard + 1, e.id, e.plate, amount, amount, 'LEADING', s.seq + 1, 'FREE', now,
            s.end_at, s.end_at, mark, sha256(mark::bytea));
    SELECT * INTO prev FROM audit_event WHERE subject = 'lot/' || the_lot ORDER BY seq DESC LIMIT 1;
    said := jsonb_build_object('n', s.n_heard + 1, 'plate', e.plate, 'amount_fen', amount, 'verdict', 'LEADING',
                               'bid_seq', s.seq + 1, 'at', now, 'end_at', s.end_at);
    INSERT INTO audit_event (at, act, subject, seq, region_code, facts, findings, rule_ids, prev_hash, hash)
    VALUES (now, 'bid.hear', 'lot/' || the_lot, coalesce(prev.seq, 0) + 1, s.region_code, said, '[]', '{}', prev.hash,
            sha256(coalesce(prev.hash, ''::bytea) || said::text::bytea));
    UPDATE auction_session SET seq = s.seq + 1, n_heard = s.n_heard + 1, best_fen = amount, leader = e.plate,
                               last_at = now, phase = 'FREE' WHERE id = s.id;
    RETURN amount;
END $$
"""


def say(what: str, value: str) -> None:
    sys.stdout.write(f"| {what} | {value} |\n")
    sys.stdout.flush()


def serve(port: int) -> None:
    """The platform as it is served, with two routes more: one that asks only for a token, and the ordinary endpoint."""
    app = served()

    async def empty(_: Annotated[Actor, Depends(actor)]) -> None:
        return None

    def ordinary(lot_id: LotId, body: BidIn, key: Key, who: Annotated[Actor, may(P.BID_PLACE)]) -> dict[str, Any]:
        with transaction() as tx:
            heard = place(tx, who, lot_id, PlaceBid(key, body.amount_fen, body.confirm_fen, body.expected_seq))
            if heard.bid.verdict is not Verdict.LEADING:
                return {"verdict": "refused"}
            return {"seq": heard.bid.seq, "verdict": heard.bid.verdict, "log": heard.log}

    app.add_api_route("/empty", empty, methods=["GET"])
    app.add_api_route("/ordinary/{lot_id}", ordinary, methods=["POST"], status_code=201)
    uvicorn.run(app, port=port, log_level="warning", access_log=False)


def houses(lots: int) -> tuple[House, House]:
    """Hot lots with a crowd, and many lots with two bidders each."""
    with transaction() as tx:
        hot = open_house(tx, lots=lots, bidders=BIDDERS, free_seconds=36_000, timed_seconds=0)
    with transaction() as tx:
        return hot, open_house(tx, lots=LOTS, bidders=2, free_seconds=36_000, timed_seconds=0)


def furnish_peer(database: EmbeddedPostgres) -> tuple[int, int]:
    """A database beside the platform's, of the same tables, for pgbench alone; its hot lot, and the first of its many.

    Beside it, because the platform would find that rows were written past it, and say so.
    """
    url = database.database("peer")
    schema.upgrade(url)
    engine = connect(url, pool_size=1)
    with transaction() as tx:
        tx.execute(text(PEER % {"step": STEP, "start": START}))
    hot, spread = houses(1)
    engine.dispose()
    return hot.lots[0], min(spread.lots)


class Bench:
    """One database, one web worker, the lots, and whoever bids."""

    def __init__(self, database: EmbeddedPostgres, port: int) -> None:
        self.database, self.port = database, port
        hot, spread = houses(2)
        self.lane, self.ordinary = hot.lots
        self.spread = spread.lots
        self.tokens = [self._token(a) for a in hot.bidders]
        self.pair = [self._token(a) for a in spread.bidders]
        self._keys = count(1)
        self._amounts = {lot: count(START, STEP) for lot in (self.lane, self.ordinary)}

    def _token(self, account: int) -> str:
        form = {"grant_type": "password", "username": login_of(account), "password": PASSWORD}
        answer = httpx2.post(f"http://127.0.0.1:{self.port}/api/v1/auth/token", data=form, timeout=30)
        return str(answer.raise_for_status().json()["access_token"])

    def hot(self, connections: int, seconds: float, path: str, lot: int) -> Heard:
        def following(i: int) -> Callable[[], bytes]:
            turn = count(i)

            def make() -> bytes:
                fen, token = next(self._amounts[lot]), self.tokens[next(turn) % BIDDERS]
                return request(
                    "POST", path, token, {"amount_fen": fen, "confirm_fen": fen}, f"bench-{next(self._keys)}"
                )

            return make

        before = self.n_accepted([lot])
        heard = play(self.port, [following(i) for i in range(connections)], seconds)
        found = self.n_accepted([lot]) - before
        assert path.startswith("/ordinary") or found == len(heard.waits), (found, heard.statuses)  # noqa: S101
        if path.startswith("/ordinary"):
            heard.waits = heard.waits[: max(1, found)]
        return heard

    def over_lots(self, connections: int, seconds: float) -> Heard:
        """Each connection has lots of its own, and its two bidders raise each other on one after the other."""

        def following(mine: list[int]) -> Callable[[], bytes]:
            turn = count()

            def make() -> bytes:
                n = next(turn)
                lot, height = mine[n % len(mine)], self._heights.setdefault(mine[n % len(mine)], count())
                step = next(height)
                fen = START + step * STEP
                body = {"amount_fen": fen, "confirm_fen": fen}
                return request(
                    "POST", f"/api/v1/lots/{lot}/bids", self.pair[step % 2], body, f"bench-{next(self._keys)}"
                )

            return make

        before = self.n_accepted(self.spread)
        shares = [self.spread[i::connections] for i in range(connections)]
        heard = play(self.port, [following(mine) for mine in shares], seconds)
        found = self.n_accepted(self.spread) - before
        assert found == len(heard.waits), (found, heard.statuses)  # noqa: S101 - every accepted bid is in the table
        return heard

    _heights: dict[int, "count[int]"] = {}  # noqa: RUF012 - one bench a process

    def empty(self, connections: int, seconds: float) -> Heard:
        def following(token: str) -> Callable[[], bytes]:
            sent = request("GET", "/empty", token)
            return lambda: sent

        return play(self.port, [following(self.tokens[i % BIDDERS]) for i in range(connections)], seconds)

    def pgbench(self, clients: int, seconds: float, lots: str) -> float:
        """Transactions per second of the database alone."""
        script = self.database.data.parent / "peer.sql"
        script.write_text(
            f"\\set lot {lots}\n\\set who random(1, 2)\nSELECT peer_bid(:lot, 'P' || lpad((:who)::text, 4, '0'));\n"
        )
        said = subprocess.run(  # noqa: S603 - our own
            [bin_dir() / "pgbench", "-n", "-M", "prepared", "-c", str(clients), "-j", str(min(clients, 2)),
             "-T", str(max(1, round(seconds))), "-f", script, "-h", str(self.database.socket), "-U", "postgres", "peer"],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        return float(re.findall(r"tps = ([\d.]+)", said.stdout)[-1])

    def n_waiting(self) -> int:
        with transaction(read_only=True) as tx:
            return int(tx.scalar(text("SELECT count(*) FROM auction_session WHERE phase = 'WAITING'")) or 0)

    def n_accepted(self, lots: list[int]) -> int:
        with transaction(read_only=True) as tx:
            asked = text(
                "SELECT count(*) FROM bid JOIN auction_session s ON s.id = session_id"
                " WHERE verdict = 'LEADING' AND s.lot_id = ANY(:lots)"
            )
            return int(tx.scalar(asked, {"lots": lots}) or 0)


def compare(bench: Bench, peer: tuple[int, int], seconds: float, rounds: int) -> None:
    """Everybody takes his turn in each round; the table of medians and ratios."""
    lane, ordinary, empty, spread = [], [], [], []
    tps: dict[str, list[float]] = {"1": [], "2": [], "64": [], "spread": []}
    lane_path, ordinary_path = f"/api/v1/lots/{bench.lane}/bids", f"/ordinary/{bench.ordinary}"
    hot, first = peer
    while bench.n_waiting():
        sleep(1)  # the clock of the platform opens them
    bench.hot(16, 1, lane_path, bench.lane)  # warm
    for _ in range(rounds):
        lane.append(bench.hot(64, seconds, lane_path, bench.lane))
        tps["1"].append(bench.pgbench(1, seconds, str(hot)))
        tps["2"].append(bench.pgbench(2, seconds, str(hot)))
        tps["64"].append(bench.pgbench(64, seconds, str(hot)))
        ordinary.append(bench.hot(64, seconds, ordinary_path, bench.ordinary))
        empty.append(bench.empty(64, seconds))
        spread.append(bench.over_lots(64, seconds))
        tps["spread"].append(bench.pgbench(64, seconds, f"random({first}, {first + LOTS - 1})"))

    def med(of: list[Heard]) -> float:
        return median(h.accepted for h in of)

    def spread_of(values: list[float]) -> str:
        return f"{median(values):,.0f} ({min(values):,.0f} to {max(values):,.0f})"

    say("per second, 64 connections", "median (lowest to highest)")
    say("---", "---")
    say("bids accepted on one hot lot", spread_of([h.accepted for h in lane]))
    say("of all its offers, accepted", f"{median(len(h.waits) / sum(h.statuses.values()) for h in lane):.0%}")
    for clients in ("1", "2", "64"):
        say(f"pgbench, hot lot, {clients} clients", spread_of(tps[clients]))
    say("ordinary endpoint, hot lot", spread_of([h.accepted for h in ordinary]))
    say("empty authenticated endpoint", spread_of([h.accepted for h in empty]))
    say(f"bids accepted over {LOTS:,} lots", spread_of([h.accepted for h in spread]))
    say(f"pgbench over {LOTS:,} lots, 64 clients", spread_of(tps["spread"]))
    say(
        "wait for an accepted bid, p50 / p99",
        f"{median(h.p(0.5) for h in lane):.0f} / {median(h.p(0.99) for h in lane):.0f} ms",
    )
    say(
        "the same at the ordinary endpoint",
        f"{median(h.p(0.5) for h in ordinary):.0f} / {median(h.p(0.99) for h in ordinary):.0f} ms",
    )
    peak = max(median(tps["1"]), median(tps["2"]))
    say("ratio", "measured (goal)")
    say("hot lot ÷ pgbench peak of 1 or 2 clients", f"{med(lane) / peak:.2f} (1.0)")
    say("hot lot ÷ pgbench, 64 clients", f"{med(lane) / median(tps['64']):.2f} (3)")
    say("hot lot ÷ ordinary endpoint", f"{med(lane) / med(ordinary):.1f} (12)")
    say("hot lot ÷ empty endpoint", f"{med(lane) / med(empty):.2f} (0.5)")
    say(
        "p99 ÷ that of the ordinary endpoint",
        f"{median(h.p(0.99) for h in lane) / median(h.p(0.99) for h in ordinary):.2f} (at most 0.2)",
    )
    say("over lots ÷ pgbench over lots", f"{med(spread) / median(tps['spread']):.2f} (0.4)")
    for connections in (1, 16, 256):
        heard = bench.hot(connections, seconds, lane_path, bench.lane)
        said = f"{heard.accepted:,.0f}/s, p50 {heard.p(0.5):.0f} ms, p99 {heard.p(0.99):.0f} ms"
        say(f"hot lot, {connections} connections", said)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seconds", type=float, default=4)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--serve", type=int, help=argparse.SUPPRESS)
    asked = options.parse_args()
    if asked.serve:
        serve(asked.serve)
        return
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        database = EmbeddedPostgres(Path(folder) / "data").start()
        url = database.database("bench")
        schema.upgrade(url)
        (Path(folder) / "sealing-key").write_bytes(b"\x07" * 32)
        sealing.use_key(b"\x07" * 32)
        peer = furnish_peer(database)
        connect(url, pool_size=2)
        worker = subprocess.Popen(  # noqa: S603 - ourselves
            [sys.executable, "-m", "benchmarks.bidding", "--serve", str(port)],
            env={**os.environ, "DATABASE_URL": url, "DATA_DIR": folder},
        )
        try:
            ready(port)
            say(
                f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, CPython {platform.python_version()}",
                f"load before {os.getloadavg()[0]:.1f}",
            )
            compare(Bench(database, port), peer, asked.seconds, asked.rounds)
        finally:
            worker.terminate()
            worker.wait()
            database.stop()


def ready(port: int) -> None:
    for _ in range(300):
        try:
            if httpx2.get(f"http://127.0.0.1:{port}/api/v1/ready", timeout=2).is_success:
                return
        except httpx2.TransportError:
            sleep(0.2)
    raise RuntimeError("the server did not come up")


if __name__ == "__main__":
    main()
