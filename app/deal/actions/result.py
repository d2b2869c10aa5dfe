"""The result: confirmed by the winner, made public, objected to, final; or defaulted, passed on, annulled."""

from datetime import datetime, timedelta
from typing import Any

from app.audit.actions import record
from app.base.actor import Actor
from app.base.days import Undetermined, beijing_day
from app.base.db import Tx
from app.base.errors import Conflict, NotFound, Refused
from app.base.money import BASIS_ZH
from app.bidding import queries as bidding
from app.bidding.actions.time import award as give
from app.bidding.models import Award
from app.bidding.states import AWARD, AwardState
from app.compliance.queries import calendar
from app.deal import queries
from app.deal.actions.contract import draft_contract
from app.deal.states import CONTRACT
from app.listing import queries as listings
from app.listing.actions import notice
from app.listing.actions.draft import start_total_fen
from app.listing.actions.law import parked, settled_by_law
from app.listing.actions.moves import move
from app.listing.models import Lot
from app.listing.states import LotState
from app.money import actions as money
from app.qualification import queries as qualification
from app.qualification.facts import transferee_of
from app.registry.queries import public
from app.rules.book import Step


def advance(tx: Tx, who: Actor | None, lot: Lot, award: Award, verb: str, **facts: Any) -> None:
    """Takes an award along its table."""
    before = award.state
    award.state = AWARD.after(before, verb)
    record(
        tx, who, f"award.{verb}", f"award/{award.id}", region=lot.region_code,
        before={"state": before}, after={"state": award.state}, lot=lot.id, **facts,
    )  # fmt: skip


def confirm(tx: Tx, who: Actor, lot_id: int) -> Award:
    """The winner signs the confirmation of the deal; the result becomes public for its days (L70→L71).

    What the law parks stays confirmed and unpublished, until it is confirmed again with what was missing.
    """
    lot = listings.lock_public_lot(tx, lot_id)
    award = bidding.award_of(tx, lot_id)
    if qualification.one(tx, award.entry_id).account_id != who.account_id:
        raise NotFound("没有待您确认的成交")
    now = tx.clock()
    if award.state is not AwardState.CONFIRMED:
        advance(tx, who, lot, award, "confirm")
        award.confirmed_at = now
    return _publish_result(tx, who, lot, award, now)


def _publish_result(tx: Tx, who: Actor | None, lot: Lot, award: Award, now: datetime) -> Award:
    listing = listings.listing_of(tx, lot)
    today = beijing_day(now)
    numbers = listing.parameters or {}
    try:
        ends = calendar(tx).add_workdays(today, int(numbers["result_notice_days"]))
    except Undetermined as e:
        raise Refused(f"{e}，成交公示期截止日暂不能确定", reason="N-5", extra={"year": e.year}) from e
    findings = settled_by_law(
        tx, who, listing, lot, Step.S8, now=now, verb="confirm",
        result_notice={"start_date": today, "end_date": ends, "open_objections": 0},
        transferee=transferee_of(tx, listing, qualification.one(tx, award.entry_id)),
    )  # fmt: skip
    if parked(lot):
        return award
    award.publicity_ends_at = notice.beijing(ends + timedelta(days=1), datetime.min.time())
    notice_ = notice.post(tx, lot, "result", now=now, starts=today, ends=ends, body=result_notice(tx, lot, award))
    move(
        tx, who, lot, "confirm", now=now, findings=findings, award=award.id, notice=notice_.id,
        content=notice_.body_hash, price_fen=award.price_fen, total_fen=award.total_fen, publicity_ends_on=ends,
    )  # fmt: skip
    money.release_losers(tx, lot.id, keep=_kept_entries(tx, lot, award))
    return award


def _kept_entries(tx: Tx, lot: Lot, award: Award) -> set[int]:
    """Whose deposits stay: the winner's, and those of the next two candidates until the contract is signed."""
    return {award.entry_id, *(entry_id for entry_id, _ in bidding.candidates(tx, lot)[:2])}


def result_notice(tx: Tx, lot: Lot, award: Award) -> dict[str, Any]:
    """All fields of procedure 5.3, masked as 4.3 wants."""
    listing = listings.listing_of(tx, lot)
    entry = qualification.one(tx, award.entry_id)
    start_total = start_total_fen(lot)
    return {
        "project_no": f"{listing.project_no}-R{lot.round_no}",
        "lot_no": lot.lot_no,
        "title": lot.title,
        "transferor": public.transferor(tx, listing.transferor_party_id),
        "transferee": public.transferee(tx, entry.party_id),
        "plate": entry.plate,
        "quantity": lot.quantity,
        "unit": lot.unit,
        "term": {"start": lot.term_start, "end": lot.term_end},
        "price": {
            "basis": lot.price_basis,
            "basis_name": BASIS_ZH[lot.price_basis],
            "start_fen": lot.start_fen,
            "final_fen": award.price_fen,
            "start_total_fen": start_total,
            "final_total_fen": award.total_fen,
            "premium": {"numerator_fen": award.total_fen - start_total, "denominator_fen": start_total},
        },
        "mode": lot.rules["mode"],
        "way": award.way,
        "n_entries": award.n_entries,
        "n_qualified": award.n_qualified,
        "n_rounds": award.n_rounds,
        "won_at": award.won_at,
        "priority_used": award.way == "priority",
        "objection": {
            "how": "公示期内以书面实名向县中心提出，附利害关系与证据",
            "phone": listing.terms.get("supervision_phone"),
        },
        "is_demo": listing.is_demo,
    }


def next_candidate(tx: Tx, lot: Lot) -> tuple[int, int] | None:
    """The next best bidder whose price is not below the announced start, if the notice promised to pass on."""
    if not lot.rules.get("pass_to_next"):
        return None
    mode = lot.rules["mode"]
    limit = lot.floor_fen if mode in {"descending", "tender"} else lot.start_fen
    left = bidding.candidates(tx, lot)
    return next(((e, p) for e, p in left if (p <= limit if mode == "reverse" else p >= limit)), None)


def end_publicity_due(tx: Tx) -> int:
    """Results whose days are over become final; a contract is drafted from them. Safe to repeat."""
    done = 0
    for lot_id, award_id in queries.publicity_over(tx, tx.clock(), limit=100):
        lot = listings.lock_lot(tx, lot_id, seen_by=None)
        award = bidding.award_of(tx, lot_id)
        if award.id != award_id or queries.n_open_objections(tx, lot_id):
            continue
        now = tx.clock()
        advance(tx, None, lot, award, "finish")
        move(tx, None, lot, "end_publicity", now=now, award=award.id)
        draft_contract(tx, lot, award)
        done += 1
    return done


def default(tx: Tx, who: Actor, lot_id: int, *, reason: str | None, note: str) -> Lot:
    """Finds the winner in default: the deposit is forfeited, and the lot waits to be passed on or annulled."""
    lot = listings.lock_lot(tx, lot_id, seen_by=who)
    award = bidding.award_of(tx, lot_id)
    now = tx.clock()
    if (
        lot.due_on is not None
        and beijing_day(now) <= lot.due_on
        and reason in {"NOT_CONFIRMED", "NOT_SIGNED", "NOT_PAID"}
    ):
        raise Refused(f"期限（{lot.due_on}）尚未届满", reason="NOT_YET_DUE")
    move(tx, who, lot, "default", now=now, reason=reason, note=note, award=award.id)
    if award.state is AwardState.CONFIRMED:
        raise Conflict("公示期内不能认定违约", extra={"state": lot.state})
    advance(tx, who, lot, award, "default", reason=reason)
    qualification.lock(tx, award.entry_id).barred = True
    contract = queries.living_contract(tx, lot_id)
    if contract is not None:
        contract.state = CONTRACT.after(contract.state, "void")
    if contract is not None:
        money.cancel_debts(
            tx, lot.id, region=lot.region_code, transferee=contract.transferee_party_id, cause="竞得人违约，合同未成立"
        )
    money.forfeit(tx, award.entry_id, cause=f"{reason}：{note}")
    notice.tell(tx, lot, "default", now, award=award.id)
    return lot


def pass_on(tx: Tx, who: Actor, lot_id: int) -> Lot:
    """Offers the lot to the next candidate at his own last price; with none, the lot fails (procedure 1.4)."""
    lot = listings.lock_lot(tx, lot_id, seen_by=who)
    if lot.state is not LotState.DEFAULTED:
        raise Conflict("当前状态不能顺延", reason="ILLEGAL_TRANSITION", extra={"state": lot.state})
    now = tx.clock()
    following = next_candidate(tx, lot)
    if following is None:
        notice.fail(tx, lot, "ALL_CANDIDATES_GAVE_UP", now=now)
        money.release_losers(tx, lot.id, keep=set())
        return lot
    entry_id, price = following
    give(tx, lot, qualification.one(tx, entry_id), price, way="candidate", now=now, n_rounds=1)
    return lot


def annul(tx: Tx, who: Actor, lot_id: int, *, reason: str | None) -> Lot:
    """Does not pass on: the trade is organised anew."""
    lot = listings.lock_lot(tx, lot_id, seen_by=who)
    now = tx.clock()
    move(tx, who, lot, "annul", now=now, reason=reason)
    money.release_losers(tx, lot.id, keep=set())
    notice.tell(tx, lot, "annulment", now)
    return lot
