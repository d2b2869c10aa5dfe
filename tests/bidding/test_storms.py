"""Storms over the bidding as it is: whatever is killed, and whenever, the history has no fault."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import httpx2
import pytest
from sqlalchemy import create_engine, text

from app.bidding.invariants import Evidence
from app.rules.bidding import Phase
from tests.bidding.house import START, STEP
from tests.bidding.storm import (
    ENOUGH,
    Server,
    Storm,
    acknowledged_then_killed,
    closing,
    kill_again_and_again,
    n_accepted,
    storm,
    until_closed,
)  # fmt: skip

pytestmark = pytest.mark.storm

SEEDS = range(1, 6)
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


@pytest.mark.parametrize("seed", SEEDS)
def test_a_crash_storm_loses_and_doubles_nothing(server: Server, tmp_path: Path, seed: int) -> None:
    with storm(server, tmp_path, seed=seed, doze=0.1, lots=2, bidders=8, **LONG) as now:
        lots = now.house.lots
        bidders = now.bidders(lambda random: random.choice(lots))
        kill_again_and_again(server, now, Random(seed))
        for thread in bidders:
            thread.join()
        assert now.verdict() == []
        unknown = [c for c in now.calls if c.status is None or c.status >= 500]
        assert n_accepted(now) > ENOUGH, "hardly anybody could bid"
        assert unknown, "nothing was killed while it mattered"


@pytest.mark.parametrize("seed", SEEDS)
def test_a_closing_storm_closes_every_lot_at_its_end_and_no_other_time(
    server: Server, tmp_path: Path, seed: int
) -> None:
    end = MOVING_END if seed % 2 else HARD_END
    with storm(
        server, tmp_path, seed=seed, doze=0.15, skew=1.5, lots=N_CLOSING, bidders=8, opens_in=2, apart=0.4, **end
    ) as now:
        closing(now, within=20)
        assert until_closed(now, within=20) >= N_CLOSING // 2
        assert now.verdict() == []
        assert n_accepted(now) > ENOUGH


@pytest.mark.parametrize("seed", SEEDS)
def test_what_was_answered_survives_a_kill_at_that_very_instant(server: Server, tmp_path: Path, seed: int) -> None:
    with storm(server, tmp_path, seed=seed, workers=1, lots=1, bidders=2, **LONG) as now:
        acknowledged_then_killed(server, now, 5)
        assert now.verdict() == []
        assert sum(c.status == 201 for c in now.calls) >= 5


def test_a_server_dead_over_the_end_of_a_lot_does_not_decide_it(server: Server, tmp_path: Path) -> None:
    with (
        storm(server, tmp_path, seed=1, lots=1, bidders=2, free_seconds=1, timed_seconds=6) as now,
        httpx2.Client(timeout=10) as http,
    ):
        lot, (first, second) = now.house.lots[0], now.house.bidders
        assert now.send(http, first, lot, START, "key-before-1").status == 201
        now.stop.wait(3)
        server.kill()
        now.stop.wait(9)  # the end passes, and longer than any hiccup
        server.start()
        until(now, lambda e: e.phase is Phase.FROZEN)
        assert now.send(http, second, lot, START + STEP, "key-while-1").body["receipt"]["verdict"] == "FROZEN"
        at_once(now)
        until(now, lambda e: e.phase is not Phase.FROZEN)
        assert now.send(http, second, lot, START + STEP, "key-after-01").status == 201
        until(now, lambda e: e.closed_at is not None)
        assert now.verdict() == []
        assert now.evidence()[0].awards[0].plate == now.house.plate(second)


def until(now: Storm, holds: Callable[[Evidence], bool]) -> None:
    """Waits for the only lot to be so."""
    deadline = time.monotonic() + 40
    while not holds(now.evidence()[0]):
        assert time.monotonic() < deadline


def at_once(now: Storm) -> None:
    """Nobody waits a quarter of an hour in a test."""
    engine = create_engine(now.url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE outage SET reopens_at = noticed_at"))
    engine.dispose()
