"""Outages: found by a gap in the heartbeat, answered by stopping what they could have decided and reopening it later."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text

from app.base.db import Tx
from app.bidding import queries
from app.bidding.actions.fold import keep, rules_of
from app.bidding.actions.pulse import GAP
from app.bidding.actions.replay import events_of
from app.bidding.actions.time import show_phase
from app.bidding.models import Outage, Session
from app.listing import queries as listings
from app.listing.actions import notice
from app.listing.actions.moves import move
from app.listing.models import Lot
from app.listing.states import LotState
from app.rules.bidding import PREPARE_AGAIN, Phase
from app.rules.outage import interrupt, is_hit, period, reopen
from app.rules.replay import play

REASON = "SYSTEM_FAILURE"


def beat(tx: Tx) -> int:
    """One heartbeat. After a gap, every session that the outage could have decided is stopped in the same transaction.

    So a heartbeat that is fresh again means that the outage behind it has been dealt with. Returns how many sessions
    were stopped.
    """
    pulse = queries.lock_pulse(tx)
    if pulse is None:
        tx.execute(text("INSERT INTO pulse (beat_at) VALUES (clock_timestamp()) ON CONFLICT DO NOTHING"))
        return 0
    gap = tx.wall_clock() - pulse.beat_at
    stopped = _stop_hit(tx, gap) if gap > GAP else 0
    pulse.beat_at = tx.wall_clock()
    return stopped


def _stop_hit(tx: Tx, gap: timedelta) -> int:
    n = 0
    for lot_id in queries.running(tx, tx.clock()):
        lot = listings.lock_lot(tx, lot_id, seen_by=None)
        row = queries.lock_session(tx, lot_id)
        now = tx.clock()
        n += row.closed_at is None and row.phase is not Phase.FROZEN and _stop(tx, lot, row, now - gap, now)
    return n


def _stop(tx: Tx, lot: Lot, row: Session, last_beat: datetime, now: datetime) -> bool:
    """Stops one session if the outage could have decided it. An offer accepted after the last beat was served too."""
    accepted = queries.last_accepted(tx, row.id)
    stopped_at = max(last_beat, accepted.at) if accepted else last_beat
    n_after = queries.n_heard_by(tx, row.id, stopped_at)
    # The row may have been carried on by the clock since; the state that counts is the one at the last beat.
    served, _ = play(rules_of(row.rules, opens_at=row.opens_at), events_of(tx, row, up_to=n_after))
    if not is_hit(served, stopped_at, now):
        return False
    after = interrupt(served, stopped_at)
    outage = Outage(
        session_id=row.id, stopped_at=stopped_at, noticed_at=now, n_after=n_after, remaining=after.remaining,
        reopens_at=now + PREPARE_AGAIN,
    )  # fmt: skip
    if lot.state is LotState.SCHEDULED:
        move(tx, None, lot, "open", now=now)
    keep(row, after)
    row.last_at = now
    tx.add(outage)
    tx.flush()
    facts: dict[str, Any] = {
        "stopped_at": stopped_at, "noticed_at": now, "remaining_seconds": round(after.remaining.total_seconds()),
        "reopens_at": outage.reopens_at, "added_seconds": round(period(after).total_seconds()),
    }  # fmt: skip
    move(tx, None, lot, "freeze", now=now, reason=REASON, outage=outage.id, n_after=n_after, **facts)
    notice.tell(tx, lot, "interruption", now, **facts)
    return True


def reopen_due(tx: Tx) -> int:
    """Reopens what an outage stopped, with the time that was left and one period more, and tells everybody."""
    done = 0
    for lot_id in queries.to_reopen(tx, tx.clock(), limit=100):
        lot = listings.lock_lot(tx, lot_id, seen_by=None)
        row = queries.lock_session(tx, lot_id)
        outage = queries.open_outage(tx, row.id)
        if outage is None:
            continue
        now = tx.clock()
        served, _ = play(rules_of(row.rules, opens_at=row.opens_at), events_of(tx, row))
        after = reopen(served, now)
        keep(row, after)
        row.last_at = now
        outage.reopened_at, outage.n_before = now, row.n_heard
        target = LotState.FREE_BIDDING if after.phase is Phase.FREE else LotState.TIMED_BIDDING
        move(tx, None, lot, "unfreeze", now=now, to=target, outage=outage.id, n_before=row.n_heard, end_at=after.end_at)
        show_phase(tx, lot, row, now)
        notice.tell(tx, lot, "reopening", now, end_at=after.end_at, stopped_at=outage.stopped_at)
        done += 1
    return done
