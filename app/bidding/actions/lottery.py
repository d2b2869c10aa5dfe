"""抽签: two sides promise a number each before the opening; after the close both numbers and the log decide (2.1)."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import select

from app.audit.actions import record
from app.base.actor import Actor
from app.base.db import Tx
from app.base.errors import Conflict, Refused
from app.base.sealing import sealer
from app.bidding import queries
from app.bidding.lottery_models import Lottery
from app.bidding.models import Session
from app.listing import queries as listings
from app.listing.models import Lot, LotDuty
from app.rules.bidding import SameRank
from app.rules.trading.lottery import SECRET_BYTES, commitment, seed, settle

DRAW_SECONDS: Final = 86_400


def may_be_needed(rules: dict[str, Any]) -> bool:
    """Whether a session of these rules may end with several at one price."""
    capped = rules.get("cap_fen") is not None and bool(rules.get("cap_window_seconds"))
    return capped or (rules.get("same_rank") == SameRank.LOTTERY and rules.get("priority") in {"P_IN", "P_IN_ASK"})


def prepare(tx: Tx, row: Session) -> dict[str, Any]:
    """Draws the platform's number, seals it, and returns its commitment for the rules that are published."""
    number = secrets.token_bytes(SECRET_BYTES)
    made = Lottery(
        session_id=row.id, platform_commitment=commitment(number),
        platform_sealed=sealer().seal(number.hex(), bound_to=_bound(row)),
    )  # fmt: skip
    tx.add(made)
    tx.flush()
    return {"lottery": {"platform": made.platform_commitment}}


def _bound(row: Session) -> str:
    return f"lottery:{row.id}"


def promise(tx: Tx, who: Actor, lot_id: int, promised: str) -> Lottery:
    """The supervision's commitment: SHA-256, in hex, of 32 bytes that it keeps to itself until the close.

    Raises Conflict where there is no lottery, one is in already, or the session has opened; Refused (FOUR_EYES) for
    whoever runs the auction.
    """
    lot = listings.lock_lot(tx, lot_id, seen_by=who)
    row = queries.lock_session(tx, lot.id)
    made = _lottery(tx, row)
    now = tx.clock()
    if now >= row.opens_at:
        raise Conflict("竞价已经开始，不能再提交承诺", reason="TOO_LATE", extra={"state": lot.state})
    if made.supervisor_commitment is not None:
        raise Conflict("监督岗的承诺已经提交，不得更换", reason="COMMITMENT_STANDS", extra={"state": lot.state})
    runs = select(LotDuty.id).where(
        LotDuty.lot_id == lot.id, LotDuty.duty == "auction", LotDuty.person_id == who.person_id
    )
    if tx.scalar(runs) is not None:
        raise Refused("组织本场竞价的人不得提交监督岗的随机数", reason="FOUR_EYES")
    made.supervisor_commitment, made.committed_by_person, made.committed_at = promised, who.person_id, now
    record(tx, who, "lottery.promise", f"lot/{lot.id}", region=lot.region_code, commitment=promised)
    return made


def reveal(tx: Tx, who: Actor, lot_id: int, number: bytes) -> Lottery:
    """The supervision's number. Raises Conflict where none is asked for, Refused where it is not the promised one."""
    lot = listings.lock_lot(tx, lot_id, seen_by=who)
    row = queries.lock_session(tx, lot.id)
    made = _lottery(tx, row)
    if made.asked_at is None or made.drawn_at is not None or made.supervisor_number is not None:
        raise Conflict("没有待揭示的随机数", reason="NOTHING_TO_REVEAL", extra={"state": lot.state})
    if commitment(number) != made.supervisor_commitment:
        raise Refused("与开场前的承诺不符", reason="NUMBER_DIFFERS")
    made.supervisor_number = number
    record(tx, who, "lottery.reveal", f"lot/{lot.id}", region=lot.region_code, number=number.hex())
    return made


def _lottery(tx: Tx, row: Session) -> Lottery:
    made = queries.lottery(tx, row.id, lock=True)
    if made is None:
        raise Conflict("本场竞价没有抽签", reason="NO_LOTTERY")
    return made


def foremost(tied: Sequence[Sequence[Any]]) -> list[str]:
    """优先权人先行: those of the best rank among the tied, in the order of their arrival."""
    best = min((rank is None, rank or 0) for _, rank in tied)
    return [plate for plate, rank in tied if (rank is None, rank or 0) == best]


def ask(tx: Tx, lot: Lot, row: Session, now: datetime) -> None:
    """Asks for the numbers: the supervision has its time, the platform's own comes after."""
    made = queries.lottery(tx, row.id, lock=True)
    if made is None:
        prepare(tx, row)
        made = _lottery(tx, row)
    made.asked_at = now
    made.reveal_by = now + timedelta(seconds=row.rules.get("draw_seconds", DRAW_SECONDS))
    record(
        tx, None, "lottery.ask", f"lot/{lot.id}", region=lot.region_code, tied=row.tied, price_fen=row.best_fen,
        reveal_by=made.reveal_by, supervisor=made.supervisor_commitment,
    )  # fmt: skip


def is_due(made: Lottery, now: datetime) -> bool:
    """Whether nothing more is waited for: the supervision promised nothing, has shown its number, or is too late."""
    if made.asked_at is None or made.reveal_by is None or made.drawn_at is not None:
        return False
    return made.supervisor_commitment is None or made.supervisor_number is not None or now >= made.reveal_by


def draw(tx: Tx, lot: Lot, row: Session, made: Lottery, now: datetime, *, root: bytes, size: int) -> None:
    """Opens the platform's number and draws; the first is the session's leader, the next are its candidates."""
    number = bytes.fromhex(sealer().open(made.platform_sealed, bound_to=_bound(row)))
    made.platform_number, made.log_root, made.log_size, made.drawn_at = number, root, size, now
    made.drawn = list(drawn_again(row, made))
    row.leader, row.leader_rank = made.drawn[0], dict(map(tuple, row.tied))[made.drawn[0]]
    record(
        tx, None, "lottery.draw", f"lot/{lot.id}", region=lot.region_code, tied=row.tied, drawn=made.drawn,
        log_root=root.hex(), log_size=size, platform_number=number.hex(),
        supervisor_number=made.supervisor_number.hex() if made.supervisor_number else None, price_fen=row.best_fen,
    )  # fmt: skip


def drawn_again(row: Session, made: Lottery) -> tuple[str, ...]:
    """The plates as the numbers kept draw them. Raises ValueError where a number is not the one promised."""
    assert made.log_root is not None  # noqa: S101 - only asked of a lottery whose numbers are known
    assert made.platform_number is not None  # noqa: S101
    drawn_from = seed(
        made.log_root, made.supervisor_number, made.platform_number,
        commitments=(made.supervisor_commitment, made.platform_commitment),
    )  # fmt: skip
    return settle(drawn_from, [(plate, rank) for plate, rank in row.tied])


def first_of(tx: Tx, row: Session) -> tuple[str | None, list[str]]:
    """Who stands first among the tied by the records, None where nobody is tied or not drawn yet; what is wrong."""
    if len(row.tied) < 2:
        return None, []
    first = foremost(row.tied)
    if len(first) == 1:
        return first[0], []
    made = queries.lottery(tx, row.id)
    if made is None or made.drawn is None:
        return None, []
    try:
        again = drawn_again(row, made)
    except ValueError as e:
        return made.drawn[0], [f"抽签：{e}"]
    return again[0], [] if list(again) == made.drawn else [f"抽签结果记为{made.drawn}，按随机数应为{list(again)}"]
