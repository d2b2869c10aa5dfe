"""Who is asking: from bearer token to Actor, remembered for seconds and forgotten at once when something changed."""

from dataclasses import dataclass
from hashlib import sha256
from threading import Event, Lock, Thread
from time import monotonic, time
from typing import Annotated, Any

import structlog
from fastapi import Depends, Request
from fastapi.security import OAuth2PasswordBearer
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.concurrency import run_in_threadpool

from app.base.actor import Actor
from app.base.db import transaction
from app.base.errors import Forbidden, Unauthenticated
from app.identity import queries
from app.identity.permissions import P
from app.identity.tokens import Claims, TokenKey

log = structlog.get_logger()

POLL_SECONDS = 0.25
FRESH_SECONDS = 0.9
"""A memory is trusted only while the last look at the notes of change is younger than this."""
KEEP_SECONDS = 60.0
MAX_REMEMBERED = 20_000

bearer = OAuth2PasswordBearer(tokenUrl="/api/v1/auth/token", auto_error=False)


@dataclass(frozen=True, slots=True)
class _Remembered:
    who: Actor
    expires: int
    forget_at: float


class Doorkeeper:
    """Verifies tokens and remembers actors by the token's hash.

    A thread reads the notes of change four times a second. While it cannot, nothing remembered is trusted and every
    request asks the database: a person disabled during an outage stays out.
    """

    def __init__(self, key: TokenKey) -> None:
        self.key = key
        self._writing = Lock()
        self._known: dict[bytes, _Remembered] = {}
        self._changed: dict[int, float] = {}
        self._horizon: int | None = None
        self._looked_at = 0.0
        self._stop = Event()
        self._thread: Thread | None = None

    def start(self) -> None:
        self._thread = Thread(target=self._watch, name="doorkeeper", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        if self._thread:
            self._thread.join()

    def _watch(self) -> None:
        while not self._stop.is_set():
            self.look()
            self._stop.wait(POLL_SECONDS)

    def look(self) -> None:
        """Reads the notes of change once, and forgets whom they name."""
        asked_at = monotonic()
        try:
            with transaction(read_only=True) as tx:
                changed, horizon = queries.changed_since(tx, self._horizon if self._horizon is not None else 2**62)
        except (DBAPIError, PoolTimeout) as e:
            log.warning("identity changes unreadable", error=type(e).__name__)
            return
        with self._writing:
            if changed:
                gone = frozenset(changed)
                self._changed.update(dict.fromkeys(gone, monotonic()))
                self._known = {d: m for d, m in self._known.items() if m.who.account_id not in gone}
            self._horizon, self._looked_at = horizon, asked_at

    def remembered(self, token: str) -> Actor | None:
        """The actor of a token seen before, if the memory can be trusted."""
        memory = self._known.get(sha256(token.encode()).digest())
        now = monotonic()
        if (
            memory is None
            or now - self._looked_at > FRESH_SECONDS
            or now > memory.forget_at
            or time() >= memory.expires
        ):
            return None
        return memory.who

    def admit(self, token: str) -> Actor:
        """Verifies a token against the key and the database. Raises Unauthenticated."""
        claims: Claims = self.key.verify(token)
        started, watching = monotonic(), self._horizon is not None
        with transaction(read_only=True) as tx:
            who = queries.actor(tx, claims.account_id, session_id=claims.session_id, client_id=claims.client_id)
        if who is None:
            raise Unauthenticated("登录已失效，请重新登录", reason="SESSION_ENDED")
        with self._writing:
            # What changed while we read may have been read too early; before the first look nobody watches for changes.
            if watching and self._changed.get(claims.account_id, 0.0) < started:
                if len(self._known) >= MAX_REMEMBERED:
                    self._known.clear()
                self._known[sha256(token.encode()).digest()] = _Remembered(who, claims.expires, started + KEEP_SECONDS)
        return who


async def optional_actor(request: Request, token: Annotated[str | None, Depends(bearer)]) -> Actor | None:
    """The signed-in actor, or None for the public. A bad token is an error, not the public."""
    if token is None:
        return None
    try:
        token.encode("ascii")
    except UnicodeEncodeError as e:
        raise Unauthenticated("登录凭证无效", reason="BAD_TOKEN") from e
    door: Doorkeeper = request.app.state.doorkeeper
    who = door.remembered(token)
    return who if who is not None else await run_in_threadpool(door.admit, token)


async def actor(who: Annotated[Actor | None, Depends(optional_actor)]) -> Actor:
    """The signed-in actor. Raises Unauthenticated for the public."""
    if who is None:
        raise Unauthenticated
    return who


def may(permission: P) -> Any:
    """The only way a route names its permission; tests walk the routes and read it back.

    The actor handed on acts in the scope of this permission alone: his other roles lend it no regions.
    """

    async def check(who: Annotated[Actor, Depends(actor)]) -> Actor:
        if who.must_change_password and not who.may(permission):
            raise Forbidden("请先修改一次性密码", reason="PASSWORD_CHANGE_REQUIRED")
        if not who.may(permission):
            raise Forbidden(f"需要权限 {permission}", reason="PERMISSION", extra={"permission": str(permission)})
        return who.acting(permission)

    check.permission = permission  # type: ignore[attr-defined]  # read back by tests that walk the routes
    return Depends(check)


Visitor = Annotated[Actor | None, Depends(optional_actor)]
"""For routes on the public list: whoever comes, signed in or not."""
