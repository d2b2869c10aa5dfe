"""What time does to identity: it forgets what nobody needs any more."""

from typing import Final

from sqlalchemy import delete, func, select

from app.base.db import Tx
from app.identity.actions.sessions import SESSION_LIFE
from app.identity.models import IdentityChange, LoginFailure, RefreshToken
from app.identity.queries import FAILURE_WINDOW

KEEP_CHANGES: Final = 100_000
"""Notes of change: a worker that missed so many has long stopped trusting what it remembers."""


def forget(tx: Tx) -> int:
    """Deletes old failures, refresh tokens past any session's end, and old notes of change; sessions stay.

    Safe to repeat, and on two machines.
    """
    now = tx.wall_clock()
    newest = select(func.max(IdentityChange.id)).scalar_subquery()
    gone = 0
    for statement in (
        delete(LoginFailure).where(LoginFailure.at < now - FAILURE_WINDOW),
        delete(RefreshToken).where(RefreshToken.issued_at < now - SESSION_LIFE),
        delete(IdentityChange).where(IdentityChange.id < newest - KEEP_CHANGES),
    ):
        gone += tx.execute(statement).rowcount  # type: ignore[attr-defined]  # a DELETE's result counts its rows
    return gone
