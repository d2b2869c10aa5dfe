"""Live prices: the latest state to everybody, after the commit, across processes; a note may be lost, a price not."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from sqlalchemy import Engine, text

from app.base.db import transaction
from app.base.errors import NotFound, Unavailable
from app.bidding import live
from app.bidding.api import live_state
from app.bidding.live import Live, Watcher
from tests.bidding.house import START, STEP, House, open_house
from tests.bidding.storm import storm

LONG: dict[str, Any] = {"free_seconds": 3600, "timed_seconds": 0}


@pytest.fixture
def house(database: Engine) -> House:
    with transaction() as tx:
        return open_house(tx, bidders=2, **LONG)


def raise_price(lot: int, fen: int, *, told: bool = True) -> None:
    """A price as a commit of any process leaves it, with or without the note that tells of it."""
    with transaction() as tx:
        tx.execute(
            text("UPDATE auction_session SET best_fen = :fen, leader = 'P0001', seq = seq + 1, n_heard = n_heard + 1"
                 " WHERE lot_id = :lot"), {"fen": fen, "lot": lot},
        )  # fmt: skip
    if told:
        live.changed(lot)


def parsed(chunk: bytes) -> dict[str, Any]:
    lines = dict(line.split(": ", 1) for line in chunk.decode().strip().split("\n"))
    return {"id": lines["id"], **json.loads(lines["data"])}


async def until_price(watcher: Watcher, fen: int) -> dict[str, Any]:
    async with asyncio.timeout(10):
        while True:
            chunk = await watcher.next()
            if chunk != live.KEEP_ALIVE and parsed(chunk)["best_fen"] == fen:
                return parsed(chunk)


def test_a_watcher_sees_the_present_state_and_every_later_price(database: Engine, house: House) -> None:
    lot = house.lots[0]

    async def watch() -> None:
        hub = Live(database, live_state)
        hub.start()
        try:
            states = await hub.watch(lot, last_id=None)
            first = parsed(await states.next())
            assert (first["best_fen"], first["seq"], first["phase"]) == (None, 0, "FREE")
            assert "rules" not in first
            await asyncio.to_thread(raise_price, lot, START)
            told = await until_price(states, START)
            await asyncio.to_thread(raise_price, lot, START + STEP, told=False)
            found = await until_price(states, START + STEP)  # nobody told, the look each second found it
            assert [s["seq"] for s in (told, found)] == [1, 2]
            assert first["id"] < told["id"] < found["id"]

            again = await hub.watch(lot, last_id=found["id"])
            waiting = asyncio.ensure_future(again.next())
            await asyncio.sleep(0)
            assert not waiting.done()  # has seen it already
            behind = await hub.watch(lot, last_id=told["id"])
            assert parsed(await behind.next())["id"] == found["id"]  # what was missed is made up for by the latest
            assert hub.n_watchers == 3
            waiting.cancel()
            with pytest.raises(asyncio.CancelledError):
                await waiting
            for each in (states, behind, again):
                each.leave()
            assert hub.n_watchers == 0
        finally:
            hub.stop()

    asyncio.run(watch())


def test_a_slow_watcher_skips_states_and_gets_the_last(database: Engine, house: House) -> None:
    lot = house.lots[0]

    async def watch() -> None:
        hub = Live(database, live_state)
        hub.start()
        try:
            quick, slow = await hub.watch(lot, last_id=None), await hub.watch(lot, last_id=None)
            await quick.next()
            await slow.next()
            for i in range(5):
                await asyncio.to_thread(raise_price, lot, START + i * STEP)
                await until_price(quick, START + i * STEP)
            assert parsed(await slow.next())["best_fen"] == START + 4 * STEP
        finally:
            hub.stop()

    asyncio.run(watch())


def test_strangers_and_crowds_are_told_so(database: Engine, house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    async def watch() -> None:
        hub = Live(database, live_state)
        with pytest.raises(NotFound):
            await hub.watch(10**9, last_id=None)
        assert hub.n_watchers == 0
        monkeypatch.setattr(live, "MAX_WATCHERS", 1)
        await hub.watch(house.lots[0], last_id=None)
        with pytest.raises(Unavailable):
            await hub.watch(house.lots[0], last_id=None)

    asyncio.run(watch())


class _One:
    def __init__(self, url: str) -> None:
        self.database = lambda: url


def _events(answer: httpx2.Response) -> Iterator[dict[str, Any]]:
    lines: dict[str, str] = {}
    for line in answer.iter_lines():
        if line:
            name, _, value = line.partition(": ")
            lines[name] = value
        elif "data" in lines:
            yield {"id": lines["id"], **json.loads(lines["data"])}
            lines = {}


def test_a_bid_in_one_process_reaches_the_watchers_of_another(clone: Any, tmp_path: Path) -> None:
    with storm(_One(clone()), tmp_path, seed=1, bidders=2, **LONG) as now, httpx2.Client(timeout=20) as http:
        lot, (here, there) = now.house.lots[0], now.workers
        stream = f"http://127.0.0.1:{there.port}/api/v1/lots/{lot}/auction/stream"
        with http.stream("GET", stream) as answer:
            assert answer.headers["content-type"].startswith("text/event-stream")
            events = _events(answer)
            assert next(events)["seq"] == 0
            with httpx2.Client(timeout=20) as bidder:
                assert now.send(bidder, now.house.bidders[0], lot, START, "key-first-1", at=here).status == 201
            seen = next(e for e in events if e["best_fen"] is not None)
        assert (seen["seq"], seen["best_fen"], seen["leader"]) == (1, START, "P0001")
        with http.stream("GET", stream, headers={"Last-Event-ID": "1.0"}) as answer:
            assert next(_events(answer))["id"] == seen["id"]
        assert http.get(stream.replace(f"/{lot}/", "/999999/")).status_code == 404
