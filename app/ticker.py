"""The clock: a tuple of ticks, each its own transaction, safe to run in several processes at once."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from threading import Event, Thread

import structlog
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from app.base.db import Tx, transaction
from app.base.errors import Problem
from app.bidding import ticks as bidding
from app.deal import ticks as deal
from app.homestead import ticks as homestead
from app.identity import ticks as identity
from app.listing import ticks as listing
from app.performance import ticks as performance
from app.supervision import ticks as supervision
from app.turnover import ticks as turnover

log = structlog.get_logger()

PAUSE_SECONDS = 0.5
MAX_ROUNDS = 50


@dataclass(frozen=True, slots=True)
class Tick:
    """One thing that time does; `do` returns how many it did, so that a full batch is followed by another at once.

    `every`: seconds from one look to the next. What an auction waits for is looked at in every round; what ends with a
    day need not be.
    """

    name: str
    do: Callable[[Tx], int]
    every: float = 0


TICKS = (
    Tick("bidding.beat", bidding.beat),
    Tick("listing.close_entry_due", listing.close_entry_due, every=1),
    Tick("listing.overdue_supplements", listing.overdue_supplements, every=10),
    Tick("bidding.reopen_due", bidding.reopen_due),
    Tick("bidding.advance_due", bidding.advance_due),
    Tick("bidding.acts_due", bidding.acts_due),
    Tick("bidding.seal_due", bidding.seal_due),
    Tick("bidding.silence_due", bidding.silence_due),
    Tick("bidding.draws_due", bidding.draws_due),
    Tick("bidding.check_due", bidding.check_due, every=5),
    Tick("deal.end_publicity_due", deal.end_publicity_due, every=5),
    Tick("performance.arrears_due", performance.arrears_due, every=10),
    Tick("performance.ends_due", performance.ends_due, every=10),
    Tick("homestead.date_due", homestead.date_due, every=10),
    Tick("homestead.warn_due", homestead.warn_due, every=10),
    Tick("homestead.expire_due", homestead.expire_due, every=10),
    Tick("turnover.collect_due", turnover.collect_due, every=1),
    Tick("turnover.recount_due", turnover.recount_due, every=5),
    Tick("supervision.forget_exports", supervision.forget_exports, every=60),
    Tick("identity.forget", identity.forget, every=60),
)


_TURN = {
    True: text("SELECT pg_advisory_xact_lock(hashtext('tick ' || :name)) IS NOT NULL"),
    False: text("SELECT pg_try_advisory_xact_lock(hashtext('tick ' || :name))"),
}


def run(tick: Tick, *, wait: bool = False) -> int:
    """One tick in a transaction of its own, if it is this process's turn; how much it did.

    One process at a time does a tick: another one leaves it alone, or waits for its turn. A tick that fails is logged and
    leaves the others alone.
    """
    try:
        with transaction() as tx:
            return tick.do(tx) if tx.scalar(_TURN[wait], {"name": tick.name}) else 0
    except (DBAPIError, PoolTimeout) as e:
        log.warning("tick could not run", tick=tick.name, error=type(e).__name__)
    except Problem as e:
        log.warning("tick refused", tick=tick.name, reason=e.reason, detail=e.detail)
    except Exception:  # one faulty tick must not stop the clock for all; the log has the trace
        log.exception("tick failed", tick=tick.name)
    return 0


def run_until_quiet(ticks: Sequence[Tick] = TICKS, *, wait: bool = False) -> None:
    """Goes round these ticks until each of them has found nothing to do since anything was done.

    With `wait`, what a shifted clock has brought about is all there: another process's tick is waited for.
    """
    quiet = 0
    for tick in islice(cycle(ticks), MAX_ROUNDS * len(ticks)):
        quiet = 0 if run(tick, wait=wait) else quiet + 1
        if quiet == len(ticks):
            return


class Ticker:
    """The threads that tick in a web process. The heart has its own, so that a long tick is not taken for an outage."""

    def __init__(self) -> None:
        self._stop = Event()
        self._threads = [
            Thread(target=self._run, name="ticker", daemon=True),
            Thread(target=self._beat, name="heart", daemon=True),
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _beat(self) -> None:
        while not self._stop.wait(PAUSE_SECONDS):
            run(TICKS[0])

    def _run(self) -> None:
        looked = dict.fromkeys(TICKS, float("-inf"))
        while not self._stop.wait(PAUSE_SECONDS):
            now = time.monotonic()
            due = [tick for tick in TICKS if now - looked[tick] >= tick.every]
            looked.update(dict.fromkeys(due, now))
            run_until_quiet(due)
