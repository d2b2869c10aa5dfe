"""From application to approval: town, reception, two pairs of eyes at the centre, and the authorities that co-sign."""

from hashlib import sha256
from typing import Any

from app.audit.canonical import canonical, plain
from app.base.actor import Actor
from app.base.db import Tx
from app.base.errors import Conflict, Refused
from app.listing import queries
from app.listing.actions.law import parked, settled_by_law
from app.listing.actions.moves import move, take_duty
from app.listing.models import Listing, Lot
from app.listing.states import LotState
from app.registry.queries import next_number
from app.rules.book import Step

MAX_SUPPLEMENTS = 2


def content_hash(tx: Tx, listing: Listing, lot: Lot) -> bytes:
    """What a pair of eyes saw: everything that the notice will say, and the documents behind it."""
    seen: dict[str, Any] = {
        "listing": {c: getattr(listing, c) for c in ("category", "right_kind", "method", "award_mode", "title",
                                                     "transferor_party_id", "resolution_id", "terms", "declared")},
        "lot": {c: getattr(lot, c) for c in ("title", "quantity", "price_basis", "start_fen", "floor_fen", "step_fen",
                                             "cap_fen", "deposit_fen", "term_start", "term_end", "rules")},
        "items": [[i.parcel_id, i.asset_id, i.quantity, i.start_fen] for i in queries.items(tx, lot.id)],
        "documents": [[d.kind, d.document_id] for d in queries.documents(tx, listing.id)],
    }  # fmt: skip
    return sha256(canonical(plain(seen))).digest()


def submit(tx: Tx, who: Actor, listing_id: int) -> list[Lot]:
    """Files the application: the law of intake and of democratic decisions is judged on the registry's facts."""
    return _forward(tx, who, listing_id, "submit", law=Step.S1)


def supplement(tx: Tx, who: Actor, listing_id: int) -> list[Lot]:
    """Files again after what was missing has been supplied."""
    return _forward(tx, who, listing_id, "supplement", law=Step.S1)


def take(tx: Tx, who: Actor, listing_id: int) -> list[Lot]:
    """The town station takes the application up."""
    return _forward(tx, who, listing_id, "take", duty="prereview")


def prereview(tx: Tx, who: Actor, listing_id: int) -> list[Lot]:
    """The town station passes it: form, truth of the decision, inspection on site."""
    return _forward(tx, who, listing_id, "prereview", duty="prereview", law=Step.S2)


def accept(tx: Tx, who: Actor, listing_id: int) -> list[Lot]:
    """The centre accepts it under a number."""
    listing, _ = queries.lock_lots(tx, listing_id, seen_by=who)
    lots = _forward(tx, who, listing_id, "accept", duty="accept")
    listing.acceptance_no = f"SL{listing.county_code}{tx.today():%Y}{next_number(tx, 'acceptance'):06d}"
    return lots


def review(tx: Tx, who: Actor, listing_id: int) -> list[Lot]:
    """First eyes: what is seen is fixed by its hash."""
    listing, lots = queries.lock_lots(tx, listing_id, seen_by=who)
    now = tx.clock()
    for lot in lots:
        findings = settled_by_law(tx, who, listing, lot, Step.S2, now=now, verb="review")
        if parked(lot):
            continue
        take_duty(tx, who, lot, "review", now=now)
        lot.reviewed_hash = content_hash(tx, listing, lot)
        move(tx, who, lot, "review", now=now, findings=findings, content=lot.reviewed_hash)
    return lots


def approve(tx: Tx, who: Actor, listing_id: int) -> list[Lot]:
    """Second eyes, on exactly what the first ones saw. Raises Conflict if it changed in between."""
    listing, lots = queries.lock_lots(tx, listing_id, seen_by=who)
    now = tx.clock()
    for lot in lots:
        if lot.state is LotState.CENTRE_REVIEW and lot.reviewed_hash is None:
            raise Conflict("尚未初审", reason="NOT_REVIEWED", extra={"state": lot.state})
        if lot.reviewed_hash is not None and lot.reviewed_hash != content_hash(tx, listing, lot):
            lot.reviewed_hash = None
            raise Conflict("初审之后内容有变动，须重新初审", reason="CHANGED_SINCE_REVIEW", extra={"state": lot.state})
        findings = settled_by_law(tx, who, listing, lot, Step.S2, now=now, verb="approve")
        if parked(lot):
            continue
        take_duty(tx, who, lot, "approve", now=now)
        target = LotState.COSIGNING if needs_cosigning(listing) else LotState.APPROVED
        move(tx, who, lot, "approve", now=now, to=target, findings=findings, content=lot.reviewed_hash)
    return lots


def needs_cosigning(listing: Listing) -> bool:
    """Whether an authority must agree first (E4): construction land always; farm land where the applicant declares
    that social capital takes part.
    """
    return listing.category == "construction_land" or "capital_review" in listing.declared


def cosign(tx: Tx, who: Actor, listing_id: int) -> list[Lot]:
    """The supervising department agrees, on the law up to prior approvals."""
    return _forward(tx, who, listing_id, "cosign", duty="supervise", law=Step.S3)


def preview(tx: Tx, who: Actor, listing_id: int) -> list[Lot]:
    """Shows the lots to the public before the notice; nobody enters and nothing is paid yet (L30→L31)."""
    return _forward(tx, who, listing_id, "preview")


def send_back(tx: Tx, who: Actor, listing_id: int, missing: list[str]) -> list[Lot]:
    """Back to the applicant with everything that is missing, at once. Raises Refused after the second time."""
    _, lots = queries.lock_lots(tx, listing_id, seen_by=who)
    now = tx.clock()
    for lot in lots:
        if lot.n_supplements >= MAX_SUPPLEMENTS:
            raise Refused("补正最多两次，应当作出受理或者驳回决定", reason="SUPPLEMENTS_EXHAUSTED")
        lot.n_supplements += 1
        lot.reviewed_hash = None
        move(tx, who, lot, "return", now=now, note="；".join(missing), missing=missing)
    return lots


def reject(tx: Tx, who: Actor, listing_id: int, reason: str | None, note: str | None) -> list[Lot]:
    """Refuses the application with its public reason; the applicant may ask for reconsideration within ten days."""
    _, lots = queries.lock_lots(tx, listing_id, seen_by=who)
    now = tx.clock()
    for lot in lots:
        move(tx, who, lot, "reject", now=now, reason=reason, note=note, remedy="可在10日内向县中心申请复核")
    return lots


def withdraw(tx: Tx, who: Actor, listing_id: int, note: str | None) -> list[Lot]:
    """The transferor takes the application back, before any notice."""
    _, lots = queries.lock_lots(tx, listing_id, seen_by=who)
    now = tx.clock()
    for lot in lots:
        move(tx, who, lot, "withdraw", now=now, reason="TRANSFEROR_REQUEST", note=note)
    return lots


def _forward(
    tx: Tx, who: Actor, listing_id: int, verb: str, *, duty: str | None = None, law: Step | None = None
) -> list[Lot]:
    """The common way: every lot of the listing together, judged, with its duty noted, moved."""
    listing, lots = queries.lock_lots(tx, listing_id, seen_by=who)
    now = tx.clock()
    for lot in lots:
        findings = settled_by_law(tx, who, listing, lot, law, now=now, verb=verb) if law else None
        if law and parked(lot):
            continue
        if duty:
            take_duty(tx, who, lot, duty, now=now)
        move(tx, who, lot, verb, now=now, findings=findings)
    return lots


def overdue_supplements(tx: Tx) -> int:
    """Applications not supplied in time count as withdrawn (procedure 1.2). Safe to repeat."""
    lots = queries.supplement_overdue(tx, tx.today(), limit=100)
    for lot in lots:
        move(tx, None, lot, "withdraw", now=tx.clock(), reason="SUPPLEMENT_OVERDUE")
    return len(lots)
