"""Freezing a session and letting it go on: one asks, another, of the supervision, signs too."""

from app.audit.actions import record
from app.base.actor import Actor, Role
from app.base.db import Tx
from app.base.errors import Conflict, Invalid, NotFound, Refused
from app.bidding import queries
from app.bidding.actions.fold import keep, state_of
from app.bidding.actions.time import state_in
from app.bidding.models import Pause
from app.listing import queries as listings
from app.listing.actions import notice
from app.listing.actions.moves import move
from app.listing.states import BIDDING_STATES, FREEZE_REASONS, LotState
from app.rules.bidding import Phase, freeze, resume

OVERSIGHT = frozenset({Role.SUPERVISOR, Role.JOINT_CONFERENCE})


def ask(tx: Tx, who: Actor, lot_id: int, kind: str, *, reason: str | None, note: str | None) -> Pause:
    """Asks to freeze or unfreeze; takes effect when co-signed."""
    lot = listings.lock_lot(tx, lot_id, seen_by=who)
    row = queries.lock_session(tx, lot_id)
    now = tx.clock()
    wanted = BIDDING_STATES if kind == "freeze" else {LotState.FROZEN}
    if lot.state not in wanted:
        raise Conflict("当前状态不能申请", reason="ILLEGAL_TRANSITION", extra={"state": lot.state})
    if kind == "freeze" and reason not in FREEZE_REASONS:
        raise Invalid(f"须给出公开原因码：{'、'.join(FREEZE_REASONS)}", field="reason_code")
    if queries.open_outage(tx, row.id) is not None:
        raise Conflict("系统故障中断的竞价到时自动恢复，并归还时间", reason="OUTAGE", extra={"state": lot.state})
    if queries.open_pause(tx, row.id) is not None:
        raise Conflict("已有待会签的申请", reason="PAUSE_PENDING", extra={"state": lot.state})
    pause = Pause(
        session_id=row.id, kind=kind, reason_code=reason, note=note, asked_by_person=who.person_id, asked_at=now
    )
    tx.add(pause)
    tx.flush()
    record(tx, who, f"auction.ask_{kind}", f"lot/{lot.id}", region=lot.region_code, pause=pause.id, reason=reason)
    return pause


def cosign(tx: Tx, who: Actor, lot_id: int) -> Pause:
    """The second signature, by another person of the supervision: now it takes effect. Time left is given back."""
    lot = listings.lock_lot(tx, lot_id, seen_by=who)
    row = queries.lock_session(tx, lot_id)
    pause = queries.open_pause(tx, row.id)
    if pause is None:
        raise NotFound("没有待会签的申请")
    if pause.asked_by_person == who.person_id:
        raise Refused("申请人不得会签自己的申请", reason="FOUR_EYES")
    if OVERSIGHT.isdisjoint(who.roles):
        raise Refused("须由监管岗会签", reason="FOUR_EYES")
    now = tx.clock()
    before = state_of(row)
    after = freeze(before, now) if pause.kind == "freeze" else resume(before, now)
    if after.phase is Phase.ENDED:
        raise Conflict("竞价已结束", reason="ENDED", extra={"state": lot.state})
    keep(row, after)
    row.last_at = now
    pause.cosigned_by_person, pause.cosigned_at, pause.n_after = who.person_id, now, row.n_heard
    target = None
    if pause.kind == "unfreeze":
        target = state_in(after.phase)
    move(
        tx, who, lot, pause.kind, now=now, to=target, reason=pause.reason_code, note=pause.note,
        pause=pause.id, n_after=pause.n_after, end_at=after.end_at,
    )  # fmt: skip
    notice.tell(tx, lot, pause.kind, now, end_at=after.end_at)
    return pause
