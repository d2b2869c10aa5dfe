"""Reads of objections, contracts, dues and certificates."""

from datetime import datetime

from sqlalchemy import select

from app.base.actor import Actor
from app.base.db import Tx
from app.base.errors import NotFound
from app.bidding.models import Award
from app.deal.models import Certificate, Contract, Due, Objection
from app.deal.states import ContractState, ObjectionState
from app.listing.models import Listing, Lot
from app.listing.states import LotState
from app.qualification.models import Entry


def lock_objection(tx: Tx, objection_id: int) -> Objection:
    found = tx.scalar(
        select(Objection)
        .where(Objection.id == objection_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound("没有这项异议")
    return found


def objection_lot(tx: Tx, objection_id: int) -> int:
    """The lot an objection is about, so that the lot can be locked first."""
    found = tx.scalar(select(Objection.lot_id).where(Objection.id == objection_id))
    if found is None:
        raise NotFound("没有这项异议")
    return found


def n_open_objections(tx: Tx, lot_id: int) -> int:
    return len(
        list(
            tx.scalars(
                select(Objection.id).where(
                    Objection.lot_id == lot_id, Objection.state.in_((ObjectionState.FILED, ObjectionState.APPEALED))
                )
            )
        )
    )


def objections(tx: Tx, lot_id: int) -> list[Objection]:
    return list(tx.scalars(select(Objection).where(Objection.lot_id == lot_id).order_by(Objection.id)))


def publicity_over(tx: Tx, now: datetime, *, limit: int) -> list[tuple[int, int]]:
    """(lot, award) of results whose publicity has ended; the lots are locked, those held elsewhere skipped."""
    rows = tx.execute(
        select(Lot.id, Award.id)
        .join(Award, Award.lot_id == Lot.id)
        .where(Lot.state == LotState.RESULT_NOTICED, Award.state == "confirmed", Award.publicity_ends_at <= now)
        .order_by(Lot.id)
        .limit(limit)
        .with_for_update(skip_locked=True, of=Lot)
    )
    return [(lot_id, award_id) for lot_id, award_id in rows]


def contract_of(tx: Tx, lot_id: int) -> Contract:
    """The lot's living contract, locked."""
    found = tx.scalar(
        select(Contract)
        .where(Contract.lot_id == lot_id, Contract.state != ContractState.VOIDED)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound("尚无合同")
    return found


def living_contract(tx: Tx, lot_id: int) -> Contract | None:
    return tx.scalar(select(Contract).where(Contract.lot_id == lot_id, Contract.state != ContractState.VOIDED))


def party_to(tx: Tx, contract: Contract, who: Actor) -> str | None:
    """Which side of a contract the actor may sign for: `transferor`, `transferee`, or none."""
    lot = tx.get_one(Lot, contract.lot_id)
    listing = tx.get_one(Listing, lot.listing_id)
    own = listing.opened_by_account == who.account_id
    if own or (who.organisation_id is not None and listing.organisation_id == who.organisation_id):
        return "transferor"
    award = tx.get_one(Award, contract.award_id)
    entry = tx.get_one(Entry, award.entry_id)
    return "transferee" if entry.account_id == who.account_id else None


def dues(tx: Tx, contract_id: int) -> list[Due]:
    return list(tx.scalars(select(Due).where(Due.contract_id == contract_id).order_by(Due.n)))


def certificate_of(tx: Tx, lot_id: int) -> Certificate | None:
    """The lot's prepared or valid certificate, locked."""
    return tx.scalar(
        select(Certificate)
        .where(Certificate.lot_id == lot_id, Certificate.status.in_(("prepared", "valid")))
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def public_certificate(tx: Tx, cert_no: str) -> Certificate:
    """A certificate that was issued, whatever became of it."""
    found = tx.scalar(select(Certificate).where(Certificate.cert_no == cert_no, Certificate.status != "prepared"))
    if found is None:
        raise NotFound("没有此编号的鉴证书")
    return found
