"""故障不定胜负：what an outage does to a session (procedure 2.1, design D6: suspend and give the time back).

Pure. The session stops at the last instant at which it was surely served, and goes on with what was left then and one
whole period more.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from app.rules.bidding import Auction, Phase, at, first_phase

LATE = timedelta(minutes=5)
"""The last minutes: an outage that reaches into them stops the session, even one that ended in time."""


def period(a: Auction) -> timedelta:
    """One period: the timed one, or the delay of a session without."""
    return a.rules.timed or a.rules.snipe_delay


def _decides(a: Auction) -> bool:
    return a.phase in {Phase.TIMED, Phase.CAP, Phase.SEALED, Phase.ACTS} or (
        a.phase is Phase.FREE and not a.rules.timed
    )


def is_hit(a: Auction, stopped_at: datetime, now: datetime) -> bool:
    """Whether an outage from `stopped_at` to `now` could decide this session, given as it was at `stopped_at`."""
    before, after = at(a, stopped_at), at(a, now)
    if before.phase in {Phase.FROZEN, Phase.ENDED}:
        return False
    if after.phase is Phase.ENDED:
        return True
    return _decides(after) and (after.phase is not before.phase or before.end_at - stopped_at <= LATE)


def interrupt(a: Auction, stopped_at: datetime) -> Auction:
    """Stops the session as of `stopped_at`. What had not begun yet is kept whole."""
    a = at(a, stopped_at)
    if a.phase in {Phase.FROZEN, Phase.ENDED}:
        return a
    if a.phase is Phase.WAITING:
        return replace(a, phase=Phase.FROZEN, paused=first_phase(a.rules), remaining=a.rules.free)
    if a.phase is Phase.PREP:
        return replace(a, phase=Phase.FROZEN, paused=Phase.TIMED, remaining=a.rules.timed)
    return replace(a, phase=Phase.FROZEN, paused=a.phase, remaining=a.end_at - stopped_at)


def reopen(a: Auction, now: datetime) -> Auction:
    """Goes on in the phase that was stopped: the time that was left, and one period more."""
    if a.phase is not Phase.FROZEN or a.paused is None:
        return a
    return replace(
        a, phase=a.paused, paused=None, end_at=max(a.end_at, now + a.remaining + period(a)), remaining=timedelta(0)
    )
