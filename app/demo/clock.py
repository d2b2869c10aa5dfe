"""Shifting the clock of a demonstration, so that months pass in minutes."""

from datetime import datetime, timedelta

from sqlalchemy import text

from app.base.db import Tx, transaction
from app.base.errors import Conflict, Invalid
from app.ticker import run_until_quiet


def shift(tx: Tx) -> timedelta:
    """How far the platform's clock is from real time."""
    found: timedelta | None = tx.scalar(text("SELECT shift FROM clock_shift"))
    return found or timedelta(0)


def move_to(moment: datetime) -> None:
    """Moves the clock forward to a moment and lets time do all that it does. Raises Invalid for going back, Conflict
    outside a demonstration.
    """
    with transaction() as tx:
        if not tx.is_demo():
            raise Conflict("只有演示环境可以拨动时钟", reason="NOT_A_DEMONSTRATION")
        tx.execute(text("SELECT pg_advisory_xact_lock(hashtext('demo clock'))"))
        now = tx.clock()
        if moment < now:
            raise Invalid("时钟只能向前", field="to")
        tx.execute(
            text(
                "INSERT INTO clock_shift (shift) VALUES (:shift) "
                "ON CONFLICT (only_one) DO UPDATE SET shift = EXCLUDED.shift"
            ),
            {"shift": shift(tx) + (moment - now)},
        )
    run_until_quiet(wait=True)
