"""A thread that does what waits in a table while the server is up.

It does not share the ticker's beat: half a minute of work must not keep an auction from closing.
"""

from collections.abc import Callable
from threading import Event, Thread
from typing import Final

import structlog
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

log = structlog.get_logger()

IDLE_SECONDS: Final = 1.0


class Worker:
    """One a process; which of them does a piece is settled by the lock on its row. `do` returns how much it did."""

    def __init__(self, name: str, do: Callable[[], int]) -> None:
        self._name = name
        self._do = do
        self._stop = Event()
        self._thread = Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Returns soon, also in the middle of a long piece: nothing of that is written, and it is done again later."""
        self._stop.set()
        self._thread.join(IDLE_SECONDS)

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                done = self._do()
            except (DBAPIError, PoolTimeout) as e:
                log.warning("work could not be done", worker=self._name, error=type(e).__name__)
                done = 0
            except Exception:  # one faulty piece must not stop the others
                log.exception("work failed", worker=self._name)
                done = 0
            if not done:
                self._stop.wait(IDLE_SECONDS)
