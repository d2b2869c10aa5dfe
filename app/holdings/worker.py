"""The thread that reads workbooks while the server is up.

It does not share the ticker's beat: half a minute of reading must not keep an auction from closing.
"""

from threading import Event, Thread
from typing import Final

import structlog
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from app.holdings.actions import run_next

log = structlog.get_logger()

IDLE_SECONDS: Final = 1.0


class Worker:
    """One a process; which of them reads a workbook is settled by the lock on its row."""

    def __init__(self) -> None:
        self._stop = Event()
        self._thread = Thread(target=self._run, name="holding-imports", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Returns at once where a workbook is being read: nothing of it is written, and it is read again later."""
        self._stop.set()
        self._thread.join(IDLE_SECONDS)

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                done = run_next()
            except (DBAPIError, PoolTimeout) as e:
                log.warning("ledger import could not run", error=type(e).__name__)
                done = 0
            except Exception:  # one faulty workbook must not stop the others; after three attempts it is given up
                log.exception("ledger import failed")
                done = 0
            if not done:
                self._stop.wait(IDLE_SECONDS)
