"""What time does to listings."""

from app.base.db import Tx
from app.listing import queries
from app.listing.actions.moves import move
from app.listing.actions.review import overdue_supplements

__all__ = ["close_entry_due", "overdue_supplements"]


def close_entry_due(tx: Tx) -> int:
    """Closes entries whose hour has come (E6). Safe to repeat, and on several machines at once."""
    lots = queries.entry_due(tx, tx.clock(), limit=100)
    for lot in lots:
        move(tx, None, lot, "close_entry", now=tx.clock(), entry_closes_at=lot.entry_closes_at)
    return len(lots)
