"""The log in a storm: whatever is killed, and whenever, nothing acknowledged lacks its leaf and the log is whole."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random

import httpx2
import pytest
from sqlalchemy import create_engine, text

from tests.bidding.storm import ENOUGH, Server, Storm, kill_again_and_again, n_accepted, storm
from verify import nongjiao_verify as tool

pytestmark = pytest.mark.storm


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    made = Server(tmp_path_factory.mktemp("storm"))
    yield made
    made.postgres.stop()


def until_sequenced(now: Storm) -> str:
    """Waits until no event waits for its leaf and a head covers them all; the address of a process that answers."""
    base = f"http://127.0.0.1:{now.workers[0].port}"
    now.workers[0].until_ready()
    deadline = time.monotonic() + 60
    while True:
        said = httpx2.get(f"{base}/api/v1/log/status", timeout=10).json()
        if said["n_waiting"] == 0 and said["head"] and said["size"] == said["head"]["size"]:
            return base
        assert time.monotonic() < deadline, said
        time.sleep(0.2)


def count(url: str, sql: str) -> int:
    engine = create_engine(url)
    with engine.connect() as connection:
        found = connection.scalar(text(sql))
    engine.dispose()
    return int(found or 0)


@pytest.mark.parametrize("seed", range(1, 4))
def test_a_log_in_a_crash_storm_is_whole_and_keeps_every_receipt(
    server: Server, tmp_path: Path, seed: int, capsys: pytest.CaptureFixture[str]
) -> None:
    with storm(
        server, tmp_path / "site", seed=seed, doze=0.1, lots=2, bidders=8, free_seconds=3600, timed_seconds=0
    ) as now:
        lots = now.house.lots
        bidders = now.bidders(lambda random: random.choice(lots))
        kill_again_and_again(server, now, Random(seed))
        for thread in bidders:
            thread.join()
        assert n_accepted(now) > ENOUGH, "hardly anybody could bid"
        base = until_sequenced(now)
        receipts = []
        for n, call in enumerate(c for c in now.calls if c.receipt is not None and c.receipt.get("log")):
            receipts.append(tmp_path / f"receipt-{n}.json")
            receipts[-1].write_text(json.dumps(call.body))
        assert len(receipts) >= n_accepted(now)
        given = [f"--receipt={path}" for path in receipts]
        assert tool.main(["--url", base, "--database", now.url.replace("+psycopg", ""), *given]) == 0, (
            capsys.readouterr().out
        )
        assert "全部相符" in capsys.readouterr().out
        gaps = "SELECT max(index) + 1 - count(*) FROM log_leaf"
        assert (count(now.url, gaps), count(now.url, "SELECT count(*) FROM log_leaf")) == (
            0, count(now.url, "SELECT count(*) FROM audit_event"),
        )  # fmt: skip
