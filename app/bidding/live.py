"""Live prices: server-sent events to everybody who watches a lot, from one listener a process.

Published after the commit, never by NOTIFY inside the bid's transaction (that would put all commits of the database in
one queue). Whoever has committed calls `changed`; a thread of its own then tells every process, this one too, once for
all lots that changed meanwhile. A look at the database each second finds what nobody was told of: a lost note, what time
did, a process that died in between. Watchers get the latest state, not every state: one that is slow skips some, so no
queue can grow.
"""

import asyncio
from collections.abc import Callable
from threading import Event, Lock, Thread
from time import monotonic

import psycopg
import structlog
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from app.base.db import Tx, transaction
from app.base.errors import NotFound, Problem, Unavailable
from app.bidding import queries

log = structlog.get_logger()

CHANNEL = "auction"
POLL_SECONDS = 1.0
KEEP_ALIVE_SECONDS = 15.0
RETRY_MS = 1_000
MAX_WATCHERS = 20_000
DELIVERY_SECONDS = 0.00002
"""What one delivery costs: a lot is not published again before its last round of deliveries is over."""
KEEP_ALIVE = b": keep-alive\n\n"

Read = Callable[[Tx, int], str]
"""The state of a lot's auction as everybody may see it, as JSON on one line."""


class Changes:
    """Which lots changed since the last note to the processes. Safe from any thread, and never waits."""

    def __init__(self) -> None:
        self._lots: set[int] = set()
        self._lock = Lock()
        self.any = Event()

    def add(self, lot_id: int) -> None:
        with self._lock:
            self._lots.add(lot_id)
        self.any.set()

    def take(self) -> list[int]:
        with self._lock:
            self.any.clear()
            taken, self._lots = sorted(self._lots), set()
        return taken


_changes = Changes()


def changed(lot_id: int) -> None:
    """Says, after the commit, that a lot's auction changed. Losing the note costs a second, nothing else."""
    _changes.add(lot_id)


class Board:
    """What the watchers of one lot see: the latest state, ready to send, and a bell that rings when it is replaced."""

    def __init__(self) -> None:
        self.id = ""
        self.chunk = b""
        self.bell = asyncio.Event()
        self.opening = asyncio.Lock()
        self.n_watchers = 0
        self.fresh_at = 0.0

    def put(self, id_: str, chunk: bytes) -> None:
        if id_ != self.id:
            self.id, self.chunk = id_, chunk
            self.ring()

    def ring(self) -> None:
        bell, self.bell = self.bell, asyncio.Event()
        bell.set()


def event(id_: str, data: str) -> bytes:
    """One state as it goes over the wire."""
    return f"id: {id_}\nevent: auction\nretry: {RETRY_MS}\ndata: {data}\n\n".encode()


class Watcher:
    """One who watches: what he has seen, and what comes next."""

    def __init__(self, hub: "Live", lot_id: int, board: Board, seen: str | None) -> None:
        self.hub = hub
        self.lot_id = lot_id
        self.board = board
        self.seen = seen
        board.n_watchers += 1
        self._is_there = True

    async def next(self) -> bytes:
        """The present state unless it was seen, else the next one; a sign of life in between; empty at the end."""
        board = self.board
        if board.id == self.seen and not self.hub.is_over:
            await board.bell.wait()
        if self.hub.is_over:
            return b""
        if board.id == self.seen:
            return KEEP_ALIVE
        self.seen = board.id
        return board.chunk

    def leave(self) -> None:
        if self._is_there:
            self._is_there = False
            self.board.n_watchers -= 1
            if self.board.n_watchers == 0:
                self.hub.forget(self.lot_id, self.board)


class EventStream(Response):
    """A watcher's states as they come. Written to the wire without a generator between: thousands wait for each one."""

    media_type = "text/event-stream"

    def __init__(self, watcher: Watcher, status_code: int = 200) -> None:
        super().__init__(status_code=status_code, headers={"x-accel-buffering": "no"})
        del self.headers["content-length"]
        self.watcher = watcher

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - ASGI names three
        sending = asyncio.ensure_future(self._send(send))
        gone = asyncio.ensure_future(self._until_gone(receive))
        try:
            await asyncio.wait({sending, gone}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for each in (sending, gone):
                each.cancel()
            self.watcher.leave()
        if sending.done() and not sending.cancelled():
            sending.result()

    async def _send(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        while chunk := await self.watcher.next():
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    @staticmethod
    async def _until_gone(receive: Receive) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass


class Live:
    """The boards of one process: a thread that listens and looks, a thread that tells, and the watchers' loop."""

    def __init__(self, engine: Engine, read: Read) -> None:
        self._engine = engine
        self._read = read
        self._boards: dict[int, Board] = {}
        self._loop = asyncio.get_running_loop()
        self._stop = Event()
        self._threads = [
            Thread(target=self._listen, name="live-listen", daemon=True),
            Thread(target=self._tell, name="live-tell", daemon=True),
        ]
        self._keeper: asyncio.Task[None] | None = None
        self.is_over = False

    def start(self) -> None:
        for thread in self._threads:
            thread.start()
        self._keeper = self._loop.create_task(self._keep_alive())

    def stop(self) -> None:
        """Ends every stream, then the threads."""
        self.is_over = True
        self._stop.set()
        _changes.any.set()
        if self._keeper:
            self._keeper.cancel()
        for board in self._boards.values():
            board.ring()
        for thread in self._threads:
            thread.join()

    @property
    def n_watchers(self) -> int:
        return sum(board.n_watchers for board in self._boards.values())

    async def watch(self, lot_id: int, *, last_id: str | None) -> "Watcher":
        """One more watcher of a lot's auction. Leaving is its own duty, also where it never began.

        Raises NotFound where the lot has no auction, Unavailable where too many watch.
        """
        if self.n_watchers >= MAX_WATCHERS or self.is_over:
            raise Unavailable("观看人数已满，请稍后再试", reason="TOO_MANY_WATCHERS")
        board = self._boards.setdefault(lot_id, Board())
        watcher = Watcher(self, lot_id, board, last_id)
        try:
            async with board.opening:
                if not board.id:
                    board.put(*await self._loop.run_in_executor(None, self._state, lot_id))
        except BaseException:
            watcher.leave()
            raise
        return watcher

    def forget(self, lot_id: int, board: Board) -> None:
        """Nobody watches this lot any more."""
        if self._boards.get(lot_id) is board:
            del self._boards[lot_id]

    async def _keep_alive(self) -> None:
        while True:
            await asyncio.sleep(KEEP_ALIVE_SECONDS)
            for board in self._boards.values():
                board.ring()

    def _state(self, lot_id: int) -> tuple[str, bytes]:
        with transaction(read_only=True) as tx:
            # The number is read first: a change in between makes the state newer than its number, and is sent again.
            found = queries.revisions(tx, [lot_id])
            if lot_id not in found:
                raise NotFound("本标的尚未安排竞价")
            return found[lot_id], event(found[lot_id], self._read(tx, lot_id))

    def _listen(self) -> None:
        while not self._stop.is_set():
            try:
                with self._connection() as connection:
                    connection.execute(f"LISTEN {CHANNEL}")
                    self._publish(None)
                    self._hear(connection)
            except (psycopg.Error, DBAPIError, PoolTimeout) as e:
                log.warning("live prices cannot be read", error=type(e).__name__)
                self._stop.wait(POLL_SECONDS)

    def _hear(self, connection: psycopg.Connection) -> None:
        looked_at, waiting = monotonic(), set[int]()
        while not self._stop.is_set():
            pause = 0.02 if waiting else min(POLL_SECONDS, 0.25)
            for note in connection.notifies(timeout=pause, stop_after=1):
                waiting |= {int(lot) for lot in note.payload.split(",")}
            if monotonic() - looked_at >= POLL_SECONDS:
                looked_at, waiting = monotonic(), set()
                self._publish(None)
            elif waiting:
                waiting -= self._publish(waiting)

    def _publish(self, lots: set[int] | None) -> set[int]:
        """Reads what changed of these lots, or of all that are watched, and puts it up. Returns the lots dealt with.

        A lot whose last round of deliveries is still under way is left for the next time.
        """
        boards = dict(self._boards)
        now = monotonic()
        asked = set(boards) if lots is None else lots
        ready = {lot for lot in asked & set(boards) if boards[lot].fresh_at <= now}
        if ready:
            with transaction(read_only=True) as tx:
                found = queries.revisions(tx, sorted(ready))
            for lot, revision in found.items():
                if revision != boards[lot].id:
                    self._put(lot, boards[lot])
        return (asked - set(boards)) | ready

    def _put(self, lot: int, board: Board) -> None:
        try:
            id_, chunk = self._state(lot)
        except Problem as e:
            log.warning("live price unreadable", lot=lot, reason=e.reason)
            return
        board.fresh_at = monotonic() + board.n_watchers * DELIVERY_SECONDS
        self._loop.call_soon_threadsafe(board.put, id_, chunk)

    def _tell(self) -> None:
        while not self._stop.is_set():
            try:
                with self._connection() as connection:
                    while not self._stop.is_set():
                        _changes.any.wait()
                        lots = _changes.take()
                        if lots:
                            connection.execute("SELECT pg_notify(%s, %s)", [CHANNEL, ",".join(map(str, lots[:500]))])
            except psycopg.Error as e:  # the look each second finds what was not told
                log.warning("changes cannot be told", error=type(e).__name__)
                self._stop.wait(POLL_SECONDS)

    def _connection(self) -> psycopg.Connection:
        """A connection of this thread's own, outside the pool, that commits each statement."""
        url = self._engine.url
        where = url.translate_connect_args(username="user", database="dbname")
        return psycopg.connect(**where, **url.query, connect_timeout=3, autocommit=True)  # type: ignore[arg-type]
