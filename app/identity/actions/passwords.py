"""Passwords: argon2id, at most two at once, and a short queue before an honest "later"."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore
from typing import Final

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from app.base.errors import Unavailable

QUEUE: Final = 12
"""Hashing requests in one process, waiting ones included; the other threads stay free for work that is no sign-in."""

_hasher = PasswordHash((Argon2Hasher(time_cost=2, memory_cost=19456, parallelism=1),))
_hashing = BoundedSemaphore(2)
"""Hashing is made costly on purpose; two at once leave the cores to the bidders."""
_queue = BoundedSemaphore(QUEUE)
_NOBODY = _hasher.hash(secrets.token_urlsafe(16))
"""Checked where there is no such account, so that both answers take as long."""


@contextmanager
def _turn() -> Iterator[None]:
    if not _queue.acquire(blocking=False):
        raise Unavailable("登录请求过多，请稍后重试", retry_after=2)
    try:
        with _hashing:
            yield
    finally:
        _queue.release()


def hash_password(password: str) -> str:
    """The hash to keep. Call it outside of transactions: it takes a while. Raises Unavailable when the queue is full."""
    with _turn():
        return _hasher.hash(password)


def fits(password: str, hashed: str | None) -> bool:
    """Whether the password belongs to the hash; without one as much work is done, and the answer is no."""
    with _turn():
        return _hasher.verify(password, hashed or _NOBODY) and hashed is not None
