"""交易鉴证书: prepared, issued by a second person, verified by anyone, filed and archived."""

from hashlib import sha256
from typing import Any

from app.audit.actions import record
from app.audit.canonical import canonical, plain
from app.base.actor import Actor
from app.base.days import beijing_day
from app.base.db import Tx
from app.base.errors import Conflict, NotFound, Refused
from app.base.money import BASIS_ZH
from app.bidding import queries as bidding
from app.bidding.models import Award
from app.deal import queries
from app.deal.models import Certificate, Contract
from app.listing import queries as listings
from app.listing.actions.draft import start_total_fen
from app.listing.actions.law import parked, settled_by_law
from app.listing.actions.moves import move, take_duty
from app.listing.models import Lot
from app.listing.states import LotState
from app.money import queries as money
from app.registry import actions as registry_actions
from app.registry import queries as registry
from app.registry.queries import public
from app.rules.book import Step

CONVEYING = frozenset({"sale", "assignment", "gift"})
"""Ways of transfer after which the right is the transferee's for good."""

DISCLAIMER = "本鉴证书证明交易经平台公开组织，不是权属证书；备案、登记口径见合同。"


def check_character(digits: str) -> str:
    """The last character of a certificate number: ISO 7064 MOD 11-2 over its digits."""
    product = 0
    for digit in digits:
        product = (product + int(digit)) * 2 % 11
    return "0123456789X"[(12 - product) % 11]


def _number(tx: Tx) -> str:
    digits = f"4110{tx.today().year}{registry.next_number(tx, 'certificate'):06d}"
    return digits + check_character(digits)


def prepare(tx: Tx, who: Actor, lot_id: int) -> Certificate:
    """The certifier draws the certificate up from the records."""
    lot = listings.lock_lot(tx, lot_id, seen_by=who)
    if lot.state is not LotState.SETTLED:
        raise Conflict("首期价款结算后方可鉴证", reason="ILLEGAL_TRANSITION", extra={"state": lot.state})
    if queries.certificate_of(tx, lot_id) is not None:
        raise Conflict("鉴证书已拟制", reason="CERTIFICATE_EXISTS", extra={"state": lot.state})
    contract = queries.contract_of(tx, lot_id)
    now = tx.clock()
    take_duty(tx, who, lot, "certify", now=now)
    cert_no = _number(tx)
    body = plain(_body(tx, lot, contract, cert_no))
    certificate = Certificate(
        cert_no=cert_no, lot_id=lot.id, contract_id=contract.id, status="prepared", body=body,
        body_hash=sha256(canonical(body)).digest(), prepared_by_person=who.person_id, prepared_at=now,
    )  # fmt: skip
    tx.add(certificate)
    tx.flush()
    record(
        tx, who, "certificate.prepare", f"certificate/{certificate.id}", region=lot.region_code,
        lot=lot.id, cert_no=cert_no, content=certificate.body_hash,
    )  # fmt: skip
    return certificate


def _body(tx: Tx, lot: Lot, contract: Contract, cert_no: str) -> dict[str, Any]:
    """The fields of procedure 5.4; whoever reads it in public sees persons masked."""
    listing = listings.listing_of(tx, lot)
    award = tx.get_one(Award, contract.award_id)
    session = bidding.find_session(tx, lot)
    return {
        "cert_no": cert_no,
        "project_no": listing.project_no,
        "round": lot.round_no,
        "lot": lot.lot_no,
        "title": lot.title,
        "category": listing.category,
        "right": listing.right_kind,
        "transferor": public.transferor(tx, listing.transferor_party_id),
        "transferee": public.transferee(tx, contract.transferee_party_id, whole_code=True),
        "things": contract.content["things"],
        "quantity": lot.quantity,
        "unit": lot.unit,
        "method": listing.method,
        "award_mode": listing.award_mode,
        "term": {"start": lot.term_start, "end": lot.term_end},
        "rule_version": lot.rules["rule_version"],
        "price": {
            "start_fen": lot.start_fen,
            "final_fen": award.price_fen,
            "basis": lot.price_basis,
            "basis_name": BASIS_ZH[lot.price_basis],
            "start_total_fen": start_total_fen(lot),
            "total_fen": award.total_fen,
            "currency": "CNY",
        },
        "priority_used": award.way == "priority",
        "contract_no": contract.contract_no,
        "contract_signed_at": contract.signed_at,
        "fund_settled": {"amount_fen": queries.dues(tx, contract.id)[0].amount_fen, "at": lot.state_since},
        "bid_log_root": bidding.log_root(tx, session.id) if session else None,
        "issuer": public.centre_name(tx, lot.region_code),
        "disclaimer": DISCLAIMER,
        "is_demo": listing.is_demo,
    }


def issue(tx: Tx, who: Actor, lot_id: int, *, filing: dict[str, bool]) -> Certificate:
    """A second person issues it (L82→L85); what he signs is what was prepared. `filing` says what was filed and
    registered, in the words of the case format; what the law parks stays prepared. What was sold for good changes its
    holder in the register by the same act.
    """
    lot = listings.lock_lot(tx, lot_id, seen_by=who)
    certificate = queries.certificate_of(tx, lot_id)
    if certificate is None:
        raise NotFound("尚未拟制鉴证书")
    if certificate.prepared_by_person == who.person_id:
        raise Refused("拟制人不得签发", reason="FOUR_EYES")
    now = tx.clock()
    contract = queries.contract_of(tx, lot_id)
    findings = settled_by_law(
        tx, who, listings.listing_of(tx, lot), lot, Step.S10, now=now, verb="certify", contract_no=contract.contract_no,
        contract={"written": True, "signed_date": beijing_day(contract.signed_at or now), "matches_award": True},
        filing=filing,
    )  # fmt: skip
    if parked(lot):
        return certificate
    certificate.status, certificate.issued_by_person, certificate.issued_at = "valid", who.person_id, now
    move(
        tx,
        who,
        lot,
        "certify",
        now=now,
        findings=findings,
        certificate=certificate.id,
        cert_no=certificate.cert_no,
        content=certificate.body_hash,
    )
    move(tx, None, lot, "file", now=now, contract=certificate.contract_id)
    _convey(tx, who, lot, contract)
    return certificate


def _convey(tx: Tx, who: Actor, lot: Lot, contract: Contract) -> None:
    listing = listings.listing_of(tx, lot)
    if listing.method not in CONVEYING:
        return
    items = listings.items(tx, lot.id)
    registry_actions.convey(
        tx, who, listing.right_kind,
        parcel_ids={i.parcel_id for i in items if i.parcel_id is not None},
        asset_ids={
            i.asset_id
            for i in items
            if i.asset_id is not None and i.quantity >= registry.asset(tx, i.asset_id).quantity
        },
        from_party_id=contract.transferor_party_id, to_party_id=contract.transferee_party_id,
        reference=contract.contract_no,
    )  # fmt: skip


def archive(tx: Tx, who: Actor, lot_id: int) -> Lot:
    """Closes the file (L86→L90): only where the lot's ledger balances and nothing is still held or owed."""
    lot = listings.lock_lot(tx, lot_id, seen_by=who)
    open_ = money.unsettled(tx, lot_id)
    if open_:
        raise Refused("资金尚未结清：" + "、".join(open_), reason="LEDGER_OPEN", extra={"open": open_})
    now = tx.clock()
    listing, contract = listings.listing_of(tx, lot), queries.contract_of(tx, lot_id)
    findings = settled_by_law(
        tx, who, listing, lot, Step.S16, now=now, verb="archive", contract_no=contract.contract_no
    )
    if parked(lot):
        return lot
    return move(tx, who, lot, "archive", now=now, findings=findings)
