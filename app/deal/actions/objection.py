"""Objections to a result: filed in time, answered by the centre, taken to the supervisors (procedure 1.4)."""

from datetime import datetime

from app.audit.actions import record
from app.base.actor import Actor
from app.base.days import Undetermined, beijing_day
from app.base.db import Tx
from app.base.errors import Conflict, Invalid, NotFound, Refused
from app.bidding import queries as bidding
from app.bidding.actions.time import award as give
from app.compliance.queries import calendar
from app.deal import queries
from app.deal.actions import result
from app.deal.models import Objection
from app.deal.states import OBJECTION, ObjectionState
from app.listing import queries as listings
from app.listing.actions import notice
from app.listing.actions.moves import move
from app.listing.models import Lot
from app.listing.states import UPHOLD_REASONS, LotState
from app.money import actions as money
from app.qualification import queries as qualification

ANSWER_DAYS = 5


def object_to(tx: Tx, who: Actor, lot_id: int, *, interest: str, grounds: str) -> Objection:
    """A written objection by a person with an interest, in time: publicity stops until it is answered (L71→L72)."""
    lot = listings.lock_public_lot(tx, lot_id)
    award = bidding.award_of(tx, lot_id)
    now = tx.clock()
    in_time = lot.state in {LotState.RESULT_NOTICED, LotState.OBJECTED} and (
        award.publicity_ends_at is None or now < award.publicity_ends_at or lot.state is LotState.OBJECTED
    )
    if not in_time:
        raise Conflict("不在公示期内", reason="NOT_IN_PUBLICITY", extra={"state": lot.state})
    try:
        due = calendar(tx).add_workdays(beijing_day(now), ANSWER_DAYS)
    except Undetermined:
        due = None
    objection = Objection(
        lot_id=lot.id, award_id=award.id, account_id=who.account_id, person_id=who.person_id, interest=interest,
        grounds=grounds, state=ObjectionState.FILED, filed_at=now, answer_due_on=due,
    )  # fmt: skip
    tx.add(objection)
    tx.flush()
    record(
        tx, who, "objection.file", f"objection/{objection.id}", region=lot.region_code,
        after={"state": objection.state}, lot=lot.id, award=award.id, answer_due_on=due,
    )  # fmt: skip
    if lot.state is LotState.RESULT_NOTICED:
        move(tx, who, lot, "object", now=now, objection=objection.id)
    return objection


def answer(tx: Tx, who: Actor, objection_id: int, *, upheld: bool, text: str, reason: str | None) -> Objection:
    """The centre's written answer. Dismissed: publicity goes on with the time it lost. Upheld: the bidder's fitness
    passes the lot on, a fault in procedure or collusion annuls it, a wrong subject ends it (procedure 1.4).
    """
    lot = listings.lock_lot(tx, queries.objection_lot(tx, objection_id), seen_by=who)
    objection = queries.lock_objection(tx, objection_id)
    now = tx.clock()
    before = objection.state
    objection.state = OBJECTION.after(before, "uphold" if upheld else "dismiss")
    objection.answer, objection.decided_at, objection.decided_by_person = text, now, who.person_id
    record(
        tx, who, f"objection.{'uphold' if upheld else 'dismiss'}", f"objection/{objection.id}", region=lot.region_code,
        before={"state": before}, after={"state": objection.state}, lot=lot.id, reason=reason,
    )  # fmt: skip
    _in_effect(tx, who, lot, objection, upheld=upheld, reason=reason, now=now)
    return objection


def appeal(tx: Tx, who: Actor, objection_id: int, *, grounds: str) -> Objection:
    """Whoever objected takes a dismissal to the supervisors, while publicity runs: it stops again (L71→L72)."""
    lot = listings.lock_public_lot(tx, queries.objection_lot(tx, objection_id))
    objection = queries.lock_objection(tx, objection_id)
    if objection.account_id != who.account_id:
        raise NotFound("没有这项异议")
    if lot.state not in {LotState.RESULT_NOTICED, LotState.OBJECTED}:
        raise Conflict("公示期已满，不能再申请复核", reason="NOT_IN_PUBLICITY", extra={"state": lot.state})
    now = tx.clock()
    before = objection.state
    objection.state = OBJECTION.after(before, "appeal")
    objection.appeal, objection.appealed_at = grounds, now
    record(
        tx, who, "objection.appeal", f"objection/{objection.id}", region=lot.region_code, before={"state": before},
        after={"state": objection.state}, lot=lot.id,
    )  # fmt: skip
    tx.flush()
    if lot.state is LotState.RESULT_NOTICED:
        move(tx, who, lot, "object", now=now, objection=objection.id)
    return objection


def review(tx: Tx, who: Actor, objection_id: int, *, upheld: bool, text: str, reason: str | None) -> Objection:
    """The supervisors' or the joint conference's word on an appeal: the answer stands, or the objection is upheld."""
    lot = listings.lock_lot(tx, queries.objection_lot(tx, objection_id), seen_by=who)
    objection = queries.lock_objection(tx, objection_id)
    if objection.decided_by_person == who.person_id:
        raise Refused("答复人不得复核自己的答复", reason="FOUR_EYES")
    now = tx.clock()
    before = objection.state
    verb = "overturn" if upheld else "review"
    objection.state = OBJECTION.after(before, verb)
    objection.review, objection.reviewed_by_person = text, who.person_id
    record(
        tx, who, f"objection.{verb}", f"objection/{objection.id}", region=lot.region_code, before={"state": before},
        after={"state": objection.state}, lot=lot.id, reason=reason,
    )  # fmt: skip
    tx.flush()
    _in_effect(tx, who, lot, objection, upheld=upheld, reason=reason, now=now)
    return objection


def _in_effect(
    tx: Tx, who: Actor, lot: Lot, objection: Objection, *, upheld: bool, reason: str | None, now: datetime
) -> None:
    award = bidding.award_of(tx, lot.id)
    if not upheld:
        if queries.n_open_objections(tx, lot.id) == 0:
            lost = now - lot.state_since
            award.publicity_ends_at = (award.publicity_ends_at or now) + lost
            move(tx, who, lot, "dismiss", now=now, objection=objection.id, publicity_ends_at=award.publicity_ends_at)
        return
    if reason not in UPHOLD_REASONS:
        raise Invalid(f"须给出公开原因码：{'、'.join(UPHOLD_REASONS)}", field="reason_code")
    result.advance(tx, who, lot, award, "cancel", objection=objection.id, reason=reason)
    tx.flush()
    if reason == "BIDDER_NOT_ELIGIBLE":
        qualification.lock(tx, award.entry_id).barred = True
        money.release(tx, award.entry_id, cause="资格类异议成立")
        following = result.next_candidate(tx, lot)
        if following is not None:
            move(tx, who, lot, "uphold", now=now, to=LotState.WON, reason=reason, objection=objection.id)
            entry_id, price = following
            give(tx, lot, qualification.one(tx, entry_id), price, way="candidate", now=now, n_rounds=award.n_rounds)
            return
    if reason == "SUBJECT_WRONG":
        move(tx, who, lot, "terminate", now=now, reason="TITLE_DISPUTE_PROVEN", objection=objection.id)
    else:
        move(tx, who, lot, "uphold", now=now, to=LotState.ANNULLED, reason=reason, objection=objection.id)
    money.release_losers(tx, lot.id, keep=set())
    notice.tell(tx, lot, "annulment", now, objection=objection.id)
