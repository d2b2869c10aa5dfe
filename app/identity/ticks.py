"""What time does to identity: it forgets what nobody needs any more."""

from datetime import timedelta
from typing import Final

from sqlalchemy import delete, func, select

from app.base.db import Tx
from app.identity.models import IdentityChange, LoginFailure, LoginSession, RefreshToken
from app.identity.queries import FAILURE_WINDOW

KEEP_SESSIONS: Final = timedelta(days=180)
"""网络安全法 23(3): logs are kept for six months at least; the audit log itself keeps every session's events for good."""
KEEP_CHANGES: Final = 100_000
"""Notes of change: a worker that missed so many has long stopped trusting what it remembers."""


def forget(tx: Tx) -> int:
    """Deletes old failures, used-up refresh tokens and read notes of change. Safe to repeat, and on two machines."""
    now = tx.wall_clock()
    old = select(LoginSession.id).where(LoginSession.expires_at < now - KEEP_SESSIONS)
    newest = select(func.max(IdentityChange.id)).scalar_subquery()
    gone = 0
    for statement in (
        delete(LoginFailure).where(LoginFailure.at < now - FAILURE_WINDOW),
        delete(RefreshToken).where(RefreshToken.session_id.in_(old)),
        delete(IdentityChange).where(IdentityChange.id < newest - KEEP_CHANGES),
    ):
        gone += tx.execute(statement).rowcount  # type: ignore[attr-defined]  # a DELETE's result counts its rows
    return gone
