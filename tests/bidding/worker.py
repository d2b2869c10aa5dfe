"""One web process of a storm: the application as it is, or with one fault switched on, at a port of its own.

    python -m tests.bidding.worker --port 8401 [--fault nolock] [--seed 1] [--doze 0.1]

Faults are put in from outside, below the code they spoil, so that they outlive a rewrite of it. `--doze` sleeps between
the statements of a share of the transactions: what two processes do to each other shows only when they meet.
"""

import argparse
import threading
import time
from random import Random
from typing import Any

import uvicorn
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

from app import ticker
from app.bidding import queries
from app.bidding.actions import time as clock
from app.listing.models import Lot
from app.main import create_app

LOCK = " FOR UPDATE"


def without_locks(statement: str) -> str:
    """The same statement, which no longer waits for anybody nor makes anybody wait."""
    return statement.replace(" SKIP LOCKED", "").replace(" OF lot", "").replace(LOCK, "")


def strip_locks(*, ticker_alone: bool) -> None:
    """nolock, closenolock: rows are read without being locked, everywhere or by the clock alone."""

    @event.listens_for(Engine, "before_cursor_execute", retval=True)
    def strip(_c: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: Any) -> tuple[str, Any]:
        if ticker_alone and threading.current_thread().name != "ticker":
            return statement, parameters
        if ticker_alone and statement.startswith("UPDATE auction_session"):
            time.sleep(0.02)  # between looking at what is due and closing it
        return without_locks(statement), parameters


def meet_at_the_end() -> None:
    """closenolock: the clock looks all the time, and an offer is long on its way, so that they do meet."""
    ticker.PAUSE_SECONDS = 0.01

    @event.listens_for(Engine, "before_cursor_execute")
    def linger(_c: Any, _cursor: Any, statement: str, _p: Any, _context: Any, _many: Any) -> None:
        if statement.startswith("INSERT INTO bid "):
            time.sleep(0.1)


def answer_and_roll_back(random: Random) -> None:
    """ackearly: now and then what was heard is undone after the answer is on its way."""

    @event.listens_for(Session, "before_commit")
    def undo(session: Session) -> None:
        connection = session.connection()
        if connection.info.pop("bid", False) and random.random() < 0.1:
            connection.exec_driver_sql("ROLLBACK")

    @event.listens_for(Engine, "before_cursor_execute")
    def note(connection: Any, _cursor: Any, statement: str, _p: Any, _context: Any, _many: Any) -> None:
        if statement.startswith("INSERT INTO bid "):
            connection.info["bid"] = True


def forget_keys() -> None:
    """noidem: no key is known again. The table's constraint must be gone too."""
    queries.bids_by_key = lambda *_: []


def close_twice() -> None:
    """doubleclose: the close runs a second time over what it has just closed."""
    once = clock.close

    def twice(tx: Any, lot: Lot, row: Any, now: Any, **over: Any) -> None:
        state = lot.state
        once(tx, lot, row, now, **over)
        tx.flush()
        lot.state = state
        once(tx, lot, row, now, **over)

    clock.close = twice


def doze(random: Random, share: float) -> None:
    """A share of all statements waits a little first, inside whatever transaction it belongs to."""

    @event.listens_for(Engine, "before_cursor_execute")
    def wait(*_: Any) -> None:
        if random.random() < share:
            time.sleep(random.random() * 0.01)


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("--port", type=int, required=True)
    asked.add_argument("--fault", default="")
    asked.add_argument("--seed", type=int, default=0)
    asked.add_argument("--doze", type=float, default=0.0)
    asked.add_argument("--skew", type=float, default=0.0)
    given = asked.parse_args()
    right = time.time
    time.time = lambda: right() + given.skew  # a machine whose clock is wrong
    random = Random(given.seed)
    if given.doze:
        doze(random, given.doze)
    if given.fault in {"nolock", "closenolock"}:
        strip_locks(ticker_alone=given.fault == "closenolock")
        if given.fault == "closenolock":
            meet_at_the_end()
    elif given.fault == "ackearly":
        answer_and_roll_back(random)
    elif given.fault == "noidem":
        forget_keys()
    elif given.fault == "doubleclose":
        close_twice()
    uvicorn.run(create_app(), port=given.port, access_log=False, log_level="error", timeout_graceful_shutdown=1)


if __name__ == "__main__":
    main()
