"""Between the row and the pure auction: a session as the fold knows it, and back."""

from datetime import datetime, timedelta
from typing import Any

from app.base.errors import Refused
from app.bidding.models import Session
from app.rules.bidding import VERDICT_ZH, Auction, Extension, Rules, SameRank, StepRule, Verdict

SEALED_MODE = "one_shot"


def rules_of(announced: dict[str, Any], *, opens_at: datetime) -> Rules:
    """The rules as announced, for the fold."""
    return Rules(
        start_fen=announced["start_fen"],
        step_fen=announced["step_fen"],
        cap_fen=announced.get("cap_fen"),
        opens_at=opens_at,
        free=timedelta(seconds=announced["free_seconds"]),
        timed=timedelta(seconds=announced["timed_seconds"]),
        prep=timedelta(seconds=announced["prep_seconds"]),
        extension=Extension(announced["extension"]),
        step_rule=StepRule(announced["step_rule"]),
        allow_self_outbid=announced["allow_self_outbid"],
        priority_in=announced["priority"] in {"P_IN", "P_IN_ASK"},
        same_rank=SameRank(announced["same_rank"]),
        sealed=announced.get("mode") == SEALED_MODE,
    )


def auction_of(row: Session) -> Auction:
    """The fold's state from the row, to hear an open offer. Raises Refused where offers are sealed: an amount that is
    sent in the open by mistake shall not be recorded, let alone shown.
    """
    if row.rules.get("mode") == SEALED_MODE:
        raise Refused(VERDICT_ZH[Verdict.SEALED_ONLY], reason=Verdict.SEALED_ONLY)
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
    )


def keep(row: Session, auction: Auction) -> None:
    """The fold's state into the row."""
    row.phase, row.end_at, row.seq = auction.phase, auction.end_at, auction.seq
    row.best_fen, row.leader, row.leader_rank = auction.best_fen, auction.leader, auction.leader_rank
    row.paused, row.remaining = auction.paused, auction.remaining or None
