"""When a lottery is drawn: both numbers are there, and a signed head of the log covers the close."""

from app.audit import queries as audit
from app.base.db import Tx
from app.bidding import queries
from app.bidding.actions import lottery
from app.bidding.actions.time import settle_winner
from app.listing import queries as listings


def draws_due(tx: Tx) -> int:
    """Draws what can be drawn; returns how many."""
    done = 0
    for lot_id in queries.lotteries_due(tx, tx.clock(), limit=20):
        lot = listings.lock_lot(tx, lot_id, seen_by=None)
        row = queries.lock_session(tx, lot.id)
        made = queries.lottery(tx, row.id, lock=True)
        now = tx.clock()
        head = audit.head_over(tx, f"lot/{lot.id}", "lot.close")
        if made is None or head is None or not lottery.is_due(made, now):
            continue
        lottery.draw(tx, lot, row, made, now, root=head.root, size=head.size)
        settle_winner(tx, lot, row, now, way="lottery")
        done += 1
    return done
