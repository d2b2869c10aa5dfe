"""Between the row and the pure auction: a session as the fold knows it, and back."""

from datetime import datetime, timedelta
from typing import Any

from app.base.errors import Refused
from app.bidding.models import Session
from app.rules.bidding import VERDICT_ZH, Auction, Extension, Rules, SameRank, StepRule, Verdict

SEALED_MODE = "one_shot"
ACT_MODES = frozenset({"hall", "descending", "tender", "negotiation"})
"""Modes whose session hears acts of its own kind instead of open offers."""


def rules_of(announced: dict[str, Any], *, opens_at: datetime) -> Rules:
    """The rules as announced, for the fold."""
    return Rules(
        start_fen=announced["start_fen"],
        step_fen=announced["step_fen"],
        cap_fen=announced.get("cap_fen"),
        cap_window=timedelta(seconds=announced.get("cap_window_seconds", 0) if announced.get("cap_fen") else 0),
        opens_at=opens_at,
        free=timedelta(seconds=announced["free_seconds"]),
        timed=timedelta(seconds=announced["timed_seconds"]),
        prep=timedelta(seconds=announced["prep_seconds"]),
        extension=Extension(announced["extension"]),
        snipe_window=timedelta(seconds=announced.get("snipe_window_seconds", 300)),
        snipe_delay=timedelta(seconds=announced.get("snipe_delay_seconds", 300)),
        step_rule=StepRule(announced["step_rule"]),
        step_max_fen=announced.get("step_max_fen"),
        timed_requires_free_bid=announced.get("timed_requires_free_bid", False),
        allow_self_outbid=announced["allow_self_outbid"],
        priority_in=announced["priority"] in {"P_IN", "P_IN_ASK"},
        same_rank=SameRank(announced["same_rank"]),
        rising=announced.get("rising", True),
        sealed=announced.get("mode") == SEALED_MODE,
        acts=announced.get("mode") in ACT_MODES,
    )


def auction_of(row: Session) -> Auction:
    """The fold's state from the row, to hear an open offer. Raises Refused where no open offers are heard: an amount
    that is sent by mistake to a lot of another mode shall not be recorded, let alone shown.
    """
    mode = row.rules.get("mode")
    if mode == SEALED_MODE or mode in ACT_MODES:
        verdict = Verdict.SEALED_ONLY if mode == SEALED_MODE else Verdict.OTHER_MODE
        raise Refused(VERDICT_ZH[verdict], reason=verdict)
    return state_of(row)


def state_of(row: Session) -> Auction:
    """The fold's state from the row, of any session that has periods."""
    return Auction(
        rules=rules_of(row.rules, opens_at=row.opens_at),
        phase=row.phase,
        end_at=row.end_at,
        seq=row.seq,
        best_fen=row.best_fen,
        leader=row.leader,
        leader_rank=row.leader_rank,
        paused=row.paused,
        remaining=row.remaining or timedelta(0),
        tied=tuple((plate, rank) for plate, rank in row.tied),
        free=tuple(row.free_bidders),
    )


def keep(row: Session, auction: Auction) -> None:
    """The fold's state into the row."""
    row.phase, row.end_at, row.seq = auction.phase, auction.end_at, auction.seq
    row.best_fen, row.leader, row.leader_rank = auction.best_fen, auction.leader, auction.leader_rank
    row.paused, row.remaining = auction.paused, auction.remaining or None
    row.tied = [[plate, rank] for plate, rank in auction.tied]
    row.free_bidders = list(auction.free)
