"""Storms over the bidding as it is: whatever is killed, and whenever, the history has no fault."""

import time
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import httpx2
import pytest

from tests.bidding.house import START, STEP
from tests.bidding.storm import Server, Storm, storm

pytestmark = pytest.mark.storm

SEEDS = range(1, 6)
CRASH_SECONDS = 10
LONG: dict[str, Any] = {"free_seconds": 3600, "timed_seconds": 0}
N_CLOSING = 24
HARD_END: dict[str, Any] = {"free_seconds": 2, "timed_seconds": 0, "extension": "RESET"}
"""Ends on the second, with no extension: whoever is a moment late is refused."""
MOVING_END: dict[str, Any] = {"free_seconds": 1, "timed_seconds": 1}
"""Each offer in the timed period moves the end."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    made = Server(tmp_path_factory.mktemp("storm"))
    yield made
    made.postgres.stop()


def kill_again_and_again(server: Server, now: Storm, random: Random) -> None:
    """Kills a web process, or the whole database server, and starts it anew. From the main thread: the server goes down
    with the thread that started it.
    """
    until = time.monotonic() + CRASH_SECONDS
    while time.monotonic() < until:
        now.stop.wait(random.uniform(0.5, 1.5))
        if random.random() < 0.5:
            worker = random.choice(now.workers)
            worker.kill()
            worker.start()
        else:
            server.kill()
            server.start()
    now.stop.set()


@pytest.mark.parametrize("seed", SEEDS)
def test_a_crash_storm_loses_and_doubles_nothing(server: Server, tmp_path: Path, seed: int) -> None:
    with storm(server, tmp_path, seed=seed, doze=0.1, lots=2, bidders=8, **LONG) as now:
        lots = now.house.lots
        bidders = now.bidders(lambda random: random.choice(lots))
        kill_again_and_again(server, now, Random(seed))
        for thread in bidders:
            thread.join()
        assert now.verdict() == []
        accepted = [c for c in now.calls if c.status == 201]
        unknown = [c for c in now.calls if c.status is None or c.status >= 500]
        assert len(accepted) > 10, "hardly anybody could bid"
        assert unknown, "nothing was killed while it mattered"


def closing(now: Storm, *, within: float) -> None:
    """Everybody bids on the lots that are open, until all are over."""
    lots = now.house.lots
    until = time.monotonic() + within

    def next_lot(random: Random) -> int | None:
        alive = [lot for lot in lots if lot not in now.over and now.best.get(lot, 0) < START + 60 * STEP]
        if not alive or time.monotonic() > until:
            return None
        return random.choice(alive[:6])

    for thread in now.bidders(next_lot):
        thread.join()


def until_closed(now: Storm, *, within: float = 10) -> int:
    """Waits for the clock's thread to close what has ended; how many lots are closed."""
    until = time.monotonic() + within
    while True:
        n = sum(e.closed_at is not None for e in now.evidence())
        if n == len(now.house.lots) or time.monotonic() > until:
            return n


@pytest.mark.parametrize("seed", SEEDS)
def test_a_closing_storm_closes_every_lot_at_its_end_and_no_other_time(
    server: Server, tmp_path: Path, seed: int
) -> None:
    end = MOVING_END if seed % 2 else HARD_END
    with storm(
        server, tmp_path, seed=seed, doze=0.15, skew=1.5, lots=N_CLOSING, bidders=8, opens_in=2, apart=0.4, **end
    ) as now:
        closing(now, within=20)
        assert until_closed(now) >= N_CLOSING // 2
        assert now.verdict() == []
        assert sum(c.status == 201 for c in now.calls) > N_CLOSING


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


@pytest.mark.parametrize("seed", SEEDS)
def test_what_was_answered_survives_a_kill_at_that_very_instant(server: Server, tmp_path: Path, seed: int) -> None:
    with storm(server, tmp_path, seed=seed, workers=1, lots=1, bidders=2, **LONG) as now:
        acknowledged_then_killed(server, now, 5)
        assert now.verdict() == []
        assert sum(c.status == 201 for c in now.calls) >= 5
