"""The heartbeat: by the database's real clock, a gap in it is an outage."""

from datetime import timedelta

from app.base.db import Tx
from app.bidding import queries

GAP = timedelta(seconds=5)
"""No beat from any process for this long: nobody could bid. Beats come twice a second from every process."""


def is_out(tx: Tx) -> bool:
    """Whether the last heartbeat is an outage ago, so that its discovery must come before anything time does."""
    beat_at = queries.beat_at(tx)
    return beat_at is not None and tx.wall_clock() - beat_at > GAP
