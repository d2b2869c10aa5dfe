"""Public notices: announcement, amendment, suspension, resumption, termination, extension, failure, relisting."""

from datetime import date, datetime, time, timedelta
from hashlib import sha256
from typing import Any

from app.audit.canonical import canonical, plain
from app.base.actor import Actor
from app.base.days import BEIJING, Undetermined, beijing_day, months_between
from app.base.db import Tx
from app.base.errors import Invalid, Refused
from app.base.money import BASIS_ZH
from app.compliance.queries import calendar, parameters
from app.listing import queries
from app.listing.actions.draft import start_total_fen
from app.listing.actions.law import parked, settled_by_law
from app.listing.actions.moves import allowed, move, take_duty
from app.listing.models import Listing, Lot, Notice
from app.listing.schemas import AmendIn
from app.listing.states import REASON_ZH
from app.money import actions as money
from app.registry.queries import public
from app.rules.book import RULEBOOK_VERSION, Step

ENTRY_CLOSES = time(17, 0)
AUCTION_OPENS = time(9, 30)
MAX_CUT_PERCENT = 10


def beijing(day: date, hour: time) -> datetime:
    """An hour of a day in Beijing."""
    return datetime.combine(day, hour, BEIJING)


def notice_end(tx: Tx, parameters_: dict[str, Any], starts: date, kind: str) -> date:
    """The last day of a notice period, the day of publication not counted. Raises Refused in a year without calendar."""
    days = int(parameters_["notice_days_relist" if kind == "relist" else
                           "notice_days_small_household" if kind == "small_household" else "notice_days"])  # fmt: skip
    natural = int(parameters_["notice_natural_days"])
    try:
        end = calendar(tx).add_workdays(starts, days)
        return calendar(tx).next_workday(max(end, starts + timedelta(days=natural)))
    except Undetermined as e:
        raise Refused(
            f"{e}，公告期截止日暂不能确定；日历公布并录入后方可发布", reason="N-5", extra={"year": e.year}
        ) from e


def notice_kind(lot: Lot, parameters_: dict[str, Any]) -> str:
    return "relist" if lot.round_no > 1 else str(parameters_["notice_kind"])


def publish(tx: Tx, who: Actor, listing_id: int, *, auction_at: datetime | None = None) -> list[Lot]:
    """Announces every lot of a listing, and opens it for entries. The county's parameters freeze here."""
    listing, lots = queries.lock_lots(tx, listing_id, seen_by=who)
    now = tx.clock()
    if listing.parameters is None:
        listing.parameters = parameters(tx, listing.county_code, listing.category, beijing_day(now))
        listing.rulebook = RULEBOOK_VERSION
    for lot in lots:
        today = beijing_day(now)
        kind = notice_kind(lot, listing.parameters)
        ends = notice_end(tx, listing.parameters, today, kind)
        lot.entry_opens_at, lot.entry_closes_at = now, beijing(ends, ENTRY_CLOSES)
        lot.auction_at = _auction_at(tx, listing, ends, auction_at)
        findings = settled_by_law(
            tx, who, listing, lot, Step.S4, now=now, verb="publish",
            announcement={
                "start_date": today, "end_date": ends, "kind": kind,
                "priority_deadline": ends, "priority_deadline_stated": True,
            },
            auction={"announcement_date": today, "date": beijing_day(lot.auction_at)},
        )  # fmt: skip
        if parked(lot):
            lot.entry_opens_at = lot.entry_closes_at = lot.auction_at = None
            continue
        take_duty(tx, who, lot, "review", now=now)
        notice = post(tx, lot, "announcement", now=now, starts=today, ends=ends, body=announcement(tx, listing, lot))
        move(
            tx, who, lot, "publish", now=now, findings=findings, notice=notice.id, content=notice.body_hash,
            round_no=lot.round_no, entry_closes_at=lot.entry_closes_at, auction_at=lot.auction_at,
            rules=lot.rules, start_fen=lot.start_fen, step_fen=lot.step_fen, cap_fen=lot.cap_fen,
            parameters=listing.parameters,
        )  # fmt: skip
    return lots


def _auction_at(tx: Tx, listing: Listing, ends: date, wanted: datetime | None) -> datetime:
    numbers = listing.parameters or {}
    try:
        first = calendar(tx).add_workdays(ends, int(numbers["auction_after_days"]))
        last = calendar(tx).add_workdays(ends, 5)
    except Undetermined as e:
        raise Refused(f"{e}，竞价时间暂不能确定", reason="N-5", extra={"year": e.year}) from e
    if wanted is None:
        return beijing(first, AUCTION_OPENS)
    if not first <= beijing_day(wanted) <= last:
        raise Invalid(f"竞价时间应在公告期满后第1至第5个工作日（{first}至{last}）", field="auction_at")
    return wanted


def announcement(tx: Tx, listing: Listing, lot: Lot) -> dict[str, Any]:
    """All fields of procedure 5.1, masked as 4.3 wants: a household transferor is not named."""
    party = public.transferor(tx, listing.transferor_party_id)
    things = public.things(tx, queries.items(tx, lot.id))
    rules = lot.rules
    return {
        "project_no": f"{listing.project_no}-R{lot.round_no}",
        "lot_no": lot.lot_no,
        "title": lot.title,
        "category": listing.category,
        "right": listing.right_kind,
        "method": listing.method,
        "award_mode": listing.award_mode,
        "transferor": party,
        "things": things,
        "quantity": lot.quantity,
        "unit": lot.unit,
        "term": {"start": lot.term_start, "end": lot.term_end, "months": lot.months},
        "price": {
            "start_fen": lot.start_fen,
            "basis": lot.price_basis,
            "basis_name": BASIS_ZH[lot.price_basis],
            "start_total_fen": start_total_fen(lot),
            "step_fen": lot.step_fen,
            "cap_fen": lot.cap_fen,
            "has_reserve": False,
        },
        "deposit": {"amount_fen": lot.deposit_fen, "closes_at": lot.entry_closes_at},
        "bidding": rules,
        "priority": {"protocol": rules.get("priority"), "claim_by": lot.entry_closes_at},
        "resolution": public.resolution(tx, listing.resolution_id),
        "documents": sorted({d.kind for d in queries.documents(tx, listing.id)}),
        "entry": {"opens_at": lot.entry_opens_at, "closes_at": lot.entry_closes_at},
        "auction_at": lot.auction_at,
        "service_fee": "按许昌市差额累进费率，双方各按表；农户、村集体作为转出方免收；每笔最低200元",
        "objection": "公告期内向县中心或监管部门书面实名提出",
        "is_demo": listing.is_demo,
        **listing.terms,
    }


def post(
    tx: Tx, lot: Lot, kind: str, *, now: datetime, body: dict[str, Any],
    starts: date | None = None, ends: date | None = None,
) -> Notice:  # fmt: skip
    """Adds a notice; its hash binds the text to the log."""
    said = plain(body | {"kind": kind, "published_at": now, "starts_on": starts, "ends_on": ends})
    version = sum(1 for n in queries.notices(tx, lot.id) if n.round_no == lot.round_no) + 1
    notice = Notice(
        lot_id=lot.id, kind=kind, round_no=lot.round_no, version=version, published_at=now, starts_on=starts,
        ends_on=ends, body=said, body_hash=sha256(canonical(said)).digest(),
    )  # fmt: skip
    tx.add(notice)
    tx.flush()
    return notice


def amend(tx: Tx, who: Actor, lot_id: int, body: AmendIn) -> Lot:
    """A changed notice. A material change restarts the notice period; another one leaves at least five working days.

    Those who had entered may leave without blame and are told (procedure 1.4).
    """
    lot = queries.lock_lot(tx, lot_id, seen_by=who)
    listing = queries.listing_of(tx, lot)
    now = tx.clock()
    allowed(lot, "amend")
    before = announcement(tx, listing, lot)
    material = body.start_fen is not None or body.term_start is not None or body.terms is not None
    if body.terms is not None:
        listing.terms = body.terms.model_dump(mode="json")
    if body.start_fen is not None:
        lot.start_fen = lot.floor_fen = body.start_fen
    if body.term_start is not None or body.term_end is not None:
        start, end = body.term_start or lot.term_start, body.term_end or lot.term_end
        if start is None or end is None or start > end:
            raise Invalid("期限的起始日晚于终止日", field="term_end")
        lot.term_start, lot.term_end, lot.months = start, end, months_between(start, end)
    numbers = listing.parameters or {}
    today = beijing_day(now)
    ends = notice_end(tx, numbers, today, notice_kind(lot, numbers)) if material else max(
        beijing_day(lot.entry_closes_at or now), calendar(tx).add_workdays(today, 5)
    )  # fmt: skip
    lot.entry_closes_at = beijing(ends, ENTRY_CLOSES)
    lot.auction_at = _auction_at(tx, listing, ends, None)
    findings = settled_by_law(tx, who, listing, lot, Step.S4, now=now, verb="amend")
    if parked(lot):
        raise Refused("变更后的公告尚不具备条件", reason="HOLD", findings=findings, extra={"held": lot.held})
    after = announcement(tx, listing, lot)
    changed = {k: {"before": before[k], "after": after[k]} for k in after if plain(before[k]) != plain(after[k])}
    notice = post(
        tx, lot, "amendment", now=now, starts=today, ends=ends,
        body=after | {"note": body.note, "changed": changed, "material": material},
    )  # fmt: skip
    return move(
        tx, who, lot, "amend", now=now, note=body.note, findings=findings, notice=notice.id, content=notice.body_hash,
        material=material, entry_closes_at=lot.entry_closes_at, auction_at=lot.auction_at,
    )  # fmt: skip


def suspend(tx: Tx, who: Actor, lot_id: int, reason: str | None, note: str | None) -> Lot:
    """Stops a notice for a month at the most; the reason is public."""
    lot = queries.lock_lot(tx, lot_id, seen_by=who)
    now = tx.clock()
    move(tx, who, lot, "suspend", now=now, reason=reason, note=note)
    tell(tx, lot, "suspension", now, expected_until=beijing_day(now) + timedelta(days=30))
    return lot


def resume(tx: Tx, who: Actor, lot_id: int, note: str | None) -> Lot:
    """Goes on: at least five working days remain, and in all no fewer than the notice period promised."""
    lot = queries.lock_lot(tx, lot_id, seen_by=who)
    listing = queries.listing_of(tx, lot)
    now = tx.clock()
    allowed(lot, "resume")
    numbers = listing.parameters or {}
    stopped = beijing_day(lot.state_since)
    ran = calendar(tx).workdays(beijing_day(lot.entry_opens_at or now), stopped)
    promised = calendar(tx).workdays(beijing_day(lot.entry_opens_at or now), beijing_day(lot.entry_closes_at or now))
    ends = calendar(tx).add_workdays(beijing_day(now), max(5, promised - ran))
    move(tx, who, lot, "resume", now=now, note=note)
    lot.entry_closes_at = beijing(ends, ENTRY_CLOSES)
    lot.auction_at = _auction_at(tx, listing, ends, None)
    tell(
        tx,
        lot,
        "resumption",
        now,
        entry_closes_at=lot.entry_closes_at,
        auction_at=lot.auction_at,
        days=numbers.get("notice_days"),
    )
    return lot


def terminate(tx: Tx, who: Actor, lot_id: int, reason: str | None, note: str | None) -> Lot:
    """Ends a trade for good; the reason is public and every deposit goes back."""
    lot = queries.lock_lot(tx, lot_id, seen_by=who)
    now = tx.clock()
    move(tx, who, lot, "terminate", now=now, reason=reason, note=note)
    tell(tx, lot, "termination", now)
    money.release_losers(tx, lot.id, keep=set())
    return lot


def fail(tx: Tx, lot: Lot, reason: str, *, now: datetime, **facts: Any) -> Lot:
    """No deal in this round; the transferor chooses how to go on."""
    move(tx, None, lot, "fail", now=now, reason=reason, **facts)
    money.release_losers(tx, lot.id, keep=set())
    tell(tx, lot, "failure", now, next=["relist", "lower_price", "withdraw"], **facts)
    return lot


def extend(tx: Tx, lot: Lot, *, now: datetime) -> Lot:
    """Keeps an announced lot open for one more period, on the same terms."""
    listing = queries.listing_of(tx, lot)
    numbers = listing.parameters or {}
    ends = calendar(tx).add_workdays(beijing_day(now), int(numbers["extension_days"]))
    move(tx, None, lot, "extend", now=now, cycle=lot.n_extensions + 1)
    lot.n_extensions += 1
    lot.entry_closes_at = beijing(ends, ENTRY_CLOSES)
    lot.auction_at = _auction_at(tx, listing, ends, None)
    tell(
        tx,
        lot,
        "extension",
        now,
        entry_closes_at=lot.entry_closes_at,
        auction_at=lot.auction_at,
        cycle=lot.n_extensions,
    )
    return lot


def relist(tx: Tx, who: Actor, lot_id: int, start_fen: int | None, note: str) -> Lot:
    """A new round after failure or annulment. A lower price stays inside the resolution's floor, and a tenth below the
    last one at the most; deeper needs a new resolution (procedure 1.4).
    """
    lot = queries.lock_lot(tx, lot_id, seen_by=who)
    now = tx.clock()
    old = lot.start_fen
    if start_fen is not None and start_fen < old:
        if start_fen * 100 < old * (100 - MAX_CUT_PERCENT):
            raise Refused(f"单次降价不得超过{MAX_CUT_PERCENT}%", reason="CUT_TOO_DEEP", field="start_fen")
        if start_fen < lot.floor_fen:
            raise Refused("低于决议授权的底价，须重新决议", reason="BELOW_AUTHORISED_FLOOR", field="start_fen")
    move(tx, who, lot, "relist", now=now, note=note, start_fen_before=old, start_fen=start_fen or old)
    lot.start_fen = start_fen or old
    lot.floor_fen = min(lot.floor_fen, lot.start_fen)
    lot.round_no += 1
    lot.n_extensions = 0
    lot.entry_opens_at = lot.entry_closes_at = lot.auction_at = None
    return lot


def tell(tx: Tx, lot: Lot, kind: str, now: datetime, **body: Any) -> Notice:
    """A short notice of what happened to a lot, with its public reason."""
    listing = queries.listing_of(tx, lot)
    reason = {"reason_code": lot.reason_code, "reason": REASON_ZH.get(lot.reason_code or ""), "note": lot.reason_text}
    head = {"project_no": f"{listing.project_no}-R{lot.round_no}", "lot_no": lot.lot_no, "title": lot.title}
    return post(tx, lot, kind, now=now, body=head | reason | body)


def next_hour(tx: Tx, now: datetime) -> datetime:
    """The next working day's opening hour: where the announced one passed before everybody was judged."""
    return beijing(calendar(tx).add_workdays(beijing_day(now), 1), AUCTION_OPENS)
