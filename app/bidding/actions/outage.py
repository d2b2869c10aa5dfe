"""Outages: found by a gap in the heartbeat, answered by stopping what they could have decided and reopening it later."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text

from app.base.db import Tx
from app.bidding import queries, sealed_queries
from app.bidding.actions.fold import ACT_MODES, SEALED_MODE, keep, rules_of, state_of
from app.bidding.actions.pulse import GAP
from app.bidding.actions.replay import events_of
from app.bidding.actions.sealed_time import begin
from app.bidding.actions.time import show_phase, state_in
from app.bidding.models import Outage, Session
from app.listing import queries as listings
from app.listing.actions import notice
from app.listing.actions.moves import move
from app.listing.models import Lot
from app.listing.states import LotState
from app.rules.bidding import PREPARE_AGAIN, Auction, Phase, at
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


def _served(tx: Tx, row: Session, *, up_to: int | None = None) -> Auction:
    """The session as it was last served. An open one's row may have been carried on by an offer since; nothing carries
    a sealed one on but the clock, which stands still in an outage; acts were all served while there was a pulse.
    """
    if row.rules["mode"] in {SEALED_MODE, *ACT_MODES}:
        return state_of(row)
    return play(rules_of(row.rules, opens_at=row.opens_at), events_of(tx, row, up_to=up_to))[0]


def _stop(tx: Tx, lot: Lot, row: Session, last_beat: datetime, now: datetime) -> bool:
    """Stops one session if the outage could have decided it. An offer accepted after the last beat was served too."""
    accepted = queries.last_accepted(tx, row.id)
    stopped_at = max(last_beat, accepted.at) if accepted else last_beat
    if row.rules["mode"] in ACT_MODES and row.last_at is not None:
        stopped_at = max(stopped_at, row.last_at)
    n_after = queries.n_heard_by(tx, row.id, stopped_at)
    served = _served(tx, row, up_to=n_after)
    if served.rules.sealed and not sealed_queries.rounds(tx, row.id):
        return False  # without a key it has not begun
    falling = row.rules["mode"] == "descending" and at(served, now).phase is Phase.ACTS
    if not (falling or is_hit(served, stopped_at, now)):
        return False  # a price that falls while nobody can take it is hit at any hour
    after = interrupt(served, stopped_at)
    outage = Outage(
        session_id=row.id, stopped_at=stopped_at, noticed_at=now, n_after=n_after, remaining=after.remaining,
        reopens_at=now + PREPARE_AGAIN,
    )  # fmt: skip
    if served.rules.sealed:
        begin(tx, lot, row, now)
    elif lot.state is LotState.SCHEDULED:
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
        after = reopen(_served(tx, row), now)
        keep(row, after)
        row.last_at = now
        outage.reopened_at, outage.n_before = now, row.n_heard
        move(
            tx, None, lot, "unfreeze", now=now, to=state_in(after.phase), outage=outage.id, n_before=row.n_heard,
            end_at=after.end_at,
        )  # fmt: skip
        show_phase(tx, lot, row, now)
        notice.tell(tx, lot, "reopening", now, end_at=after.end_at, stopped_at=outage.stopped_at)
        done += 1
    return done
