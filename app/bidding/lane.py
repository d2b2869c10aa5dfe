"""The lane: what arrives while a commit is under way is the next batch.

One thread a process hears offers, so a crowd at one lot costs one lock, one reading of the clock and one commit a
batch, and never one of each a bidder. There is no timer: an offer that comes alone is heard alone, at once. Several
processes on one lot are ordered by its lock, as one process with itself would be.
"""

import asyncio
from collections import deque
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from threading import Condition, Thread

import structlog
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from app.base.db import transaction
from app.base.errors import Unavailable
from app.bidding import live
from app.bidding.actions.place import Asked, Heard, place_all

log = structlog.get_logger()

BATCH = 256
DEPTH = 1_024
"""Offers waiting in one process: beyond that, to be told at once beats to wait. About a second's work."""

Answer = Heard | Exception


@dataclass(frozen=True, slots=True)
class _Waiting:
    asked: Asked
    loop: asyncio.AbstractEventLoop
    future: "asyncio.Future[Answer]"


class Lane:
    """One a process. `ask` from its event loop; `stop` ends it after everything that waits has been answered."""

    def __init__(self, *, depth: int = DEPTH) -> None:
        self._depth = depth
        self._waiting: deque[_Waiting] = deque()
        self._turn = Condition()
        self._is_open = False
        self._thread = Thread(target=self._run, name="lane", daemon=True)

    def start(self) -> None:
        self._is_open = True
        self._thread.start()

    def stop(self) -> None:
        """Takes nothing more, and answers what it has."""
        with self._turn:
            self._is_open = False
            self._turn.notify()
        self._thread.join()

    async def ask(self, asked: Asked) -> Heard:
        """The committed answer to one offer. Raises the problem it ends in; Unavailable where the queue is full.

        Whoever stops waiting changes nothing: the offer has been sent, and will be heard.
        """
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Answer] = loop.create_future()
        with self._turn:
            if not self._is_open or len(self._waiting) >= self._depth:
                raise Unavailable("报价繁忙，请稍后以同一幂等键重试", reason="BUSY", retry_after=1)
            self._waiting.append(_Waiting(asked, loop, future))
            self._turn.notify()
        answer = await future
        if isinstance(answer, Exception):
            raise answer
        return answer

    def _run(self) -> None:
        while batch := self._next():
            asked = [one.asked for one in batch]
            _tell(batch, _hear(asked))

    def _next(self) -> list[_Waiting]:
        """What waits, at most a batch of it; empty only after the end."""
        with self._turn:
            while not self._waiting and self._is_open:
                self._turn.wait()
            return [self._waiting.popleft() for _ in range(min(BATCH, len(self._waiting)))]


def _hear(asked: Sequence[Asked]) -> list[Answer]:
    """Hears a batch in one transaction; where that fails, each offer in one of its own, so that none fails another."""
    try:
        with transaction() as tx:
            answers: list[Answer] = list(place_all(tx, asked))
    except Exception as e:  # noqa: BLE001  # whoever asked gets it, whatever it is; the lane goes on
        if len(asked) == 1 or _is_database_away(e):
            return [e] * len(asked)
        log.warning("batch failed, hearing one by one", n=len(asked), error=type(e).__name__)
        return [answer for one in asked for answer in _hear([one])]
    for lot_id in {one.lot_id for one in asked}:
        live.changed(lot_id)
    return answers


def _is_database_away(e: Exception) -> bool:
    """Nobody answered: to ask again for each would only make everybody wait."""
    is_unsaid = isinstance(e, OperationalError | InterfaceError) and getattr(e.orig, "sqlstate", None) is None
    return is_unsaid or isinstance(e, PoolTimeout)


def _tell(batch: Iterable[_Waiting], answers: Iterable[Answer]) -> None:
    """Hands each his answer, waking every event loop once."""
    told: dict[asyncio.AbstractEventLoop, list[tuple[asyncio.Future[Answer], Answer]]] = {}
    for one, answer in zip(batch, answers, strict=True):
        told.setdefault(one.loop, []).append((one.future, answer))
    for loop, pairs in told.items():
        with suppress(RuntimeError):  # a loop that is gone has nobody left to tell
            loop.call_soon_threadsafe(_settle, pairs)


def _settle(pairs: Iterable[tuple["asyncio.Future[Answer]", Answer]]) -> None:
    for future, answer in pairs:
        if not future.done():
            future.set_result(answer)
