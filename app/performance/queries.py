"""Reads of contracts in performance, their events and changes, and of what is overdue."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select

from app.base.actor import Actor, in_scope
from app.base.db import Tx
from app.base.errors import NotFound
from app.bidding.models import Award
from app.deal import queries as deal
from app.deal.models import Contract, Due
from app.deal.states import ContractState
from app.listing.models import Listing, Lot
from app.listing.states import LotState
from app.performance.models import ContractChange, ContractEvent
from app.qualification.models import Entry

RUNNING = (ContractState.PERFORMING, ContractState.EXPIRING)
PAYING = (*RUNNING, ContractState.IN_ARREARS, ContractState.DEMANDED)
_SETTLING = (LotState.SIGNED, LotState.PAYING)


def locked(tx: Tx, contract_id: int) -> tuple[Contract, Lot]:
    """A contract and its lot, the lot locked first as everywhere. Raises NotFound."""
    lot_id = tx.scalar(select(Contract.lot_id).where(Contract.id == contract_id))
    if lot_id is None:
        raise NotFound("没有这份合同")
    fresh = {"populate_existing": True}
    lot = tx.execute(select(Lot).where(Lot.id == lot_id).with_for_update().execution_options(**fresh)).scalar_one()
    row = tx.execute(
        select(Contract).where(Contract.id == contract_id).with_for_update().execution_options(**fresh)
    ).scalar_one()
    return row, lot


def as_party(tx: Tx, who: Actor, contract_id: int) -> tuple[Contract, Lot, str]:
    """As `locked`, for one of the parties, with his side. NotFound for everybody else."""
    row, lot = locked(tx, contract_id)
    side = deal.party_to(tx, row, who)
    if side is None:
        raise NotFound("没有这份合同")
    return row, lot, side


def as_official(tx: Tx, who: Actor, contract_id: int) -> tuple[Contract, Lot]:
    """As `locked`, for an official of the lot's region. NotFound for everybody else."""
    row, lot = locked(tx, contract_id)
    if not (who.is_official and who.sees(lot.region_code)):
        raise NotFound("没有这份合同")
    return row, lot


def readable(tx: Tx, who: Actor, contract_id: int) -> Contract:
    """A contract that the actor is a party to, or oversees. NotFound for everybody else."""
    row = tx.get(Contract, contract_id)
    if row is not None:
        lot = tx.get_one(Lot, row.lot_id)
        if deal.party_to(tx, row, who) or (who.is_official and who.sees(lot.region_code)):
            return row
    raise NotFound("没有这份合同")


def lot_of(tx: Tx, contract: Contract) -> Lot:
    return tx.get_one(Lot, contract.lot_id)


def visible(who: Actor) -> Select[Contract]:
    """Contracts of an official's regions, or those that the actor is a party to."""
    base = select(Contract).join(Lot, Lot.id == Contract.lot_id).join(Listing, Listing.id == Lot.listing_id)
    if who.is_official:
        return base.where(in_scope(Lot.region_code, who))
    mine = [Listing.opened_by_account == who.account_id]
    if who.organisation_id is not None:
        mine.append(Listing.organisation_id == who.organisation_id)
    bought = exists().where(
        Award.id == Contract.award_id, Award.entry_id == Entry.id, Entry.account_id == who.account_id
    )
    return base.where(or_(*mine, bought))


def page(
    tx: Tx, who: Actor, *, state: ContractState | None, overdue: bool, after: int | None, limit: int
) -> list[Contract]:
    """A page of the contracts that the actor may see, the oldest first, after an id."""
    query = visible(who).where(Contract.state.not_in((ContractState.DRAFTED, ContractState.VOIDED)))
    if state is not None:
        query = query.where(Contract.state == state)
    if overdue:
        query = query.where(
            exists().where(Due.contract_id == Contract.id, Due.paid_at.is_(None), Due.due_on < tx.today())
        )
    if after is not None:
        query = query.where(Contract.id > after)
    return list(tx.scalars(query.order_by(Contract.id).limit(limit)))


def events(tx: Tx, contract_id: int) -> list[ContractEvent]:
    return list(
        tx.scalars(select(ContractEvent).where(ContractEvent.contract_id == contract_id).order_by(ContractEvent.id))
    )


def last_event(tx: Tx, contract_id: int, verb: str) -> ContractEvent | None:
    return tx.scalar(
        select(ContractEvent)
        .where(ContractEvent.contract_id == contract_id, ContractEvent.verb == verb)
        .order_by(ContractEvent.id.desc())
        .limit(1)
    )


def changes(tx: Tx, contract_id: int) -> list[ContractChange]:
    return list(
        tx.scalars(select(ContractChange).where(ContractChange.contract_id == contract_id).order_by(ContractChange.id))
    )


def open_change(tx: Tx, contract_id: int) -> ContractChange:
    """The change that waits for an answer, locked. Raises NotFound."""
    found = tx.scalar(
        select(ContractChange)
        .where(ContractChange.contract_id == contract_id, ContractChange.decision.is_(None))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound("没有待处理的变更")
    return found


def unpaid(tx: Tx, contract_id: int) -> list[Due]:
    """Instalments not yet paid, the oldest first, locked."""
    return list(
        tx.scalars(
            select(Due)
            .where(Due.contract_id == contract_id, Due.paid_at.is_(None))
            .order_by(Due.n)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    )


def overdue(tx: Tx, contract_ids: Sequence[int], today: date) -> dict[int, tuple[date, int]]:
    """Of each contract in arrears: the day the oldest unpaid instalment fell due, and the sum overdue in fen."""
    rows = tx.execute(
        select(Due.contract_id, func.min(Due.due_on), func.sum(Due.amount_fen))
        .where(Due.contract_id.in_(contract_ids), Due.paid_at.is_(None), Due.due_on < today)
        .group_by(Due.contract_id)
    )
    return {contract_id: (oldest, int(fen)) for contract_id, oldest, fen in rows}


def falling_behind(tx: Tx, today: date, *, limit: int) -> list[int]:
    """Contracts whose rent is overdue and that do not stand in arrears yet. A first payment is the settlement's affair."""
    late = exists().where(Due.contract_id == Contract.id, Due.paid_at.is_(None), Due.due_on < today)
    return _due(tx, and_(Contract.state.in_(RUNNING), Lot.state.not_in(_SETTLING), late), limit)


def nearing_end(tx: Tx, by: date, *, limit: int) -> list[int]:
    return _due(tx, and_(Contract.state == ContractState.PERFORMING, Lot.term_end <= by), limit)


def ended(tx: Tx, today: date, *, limit: int) -> list[int]:
    return _due(tx, and_(Contract.state.in_(PAYING), Lot.term_end < today), limit)


def _due(tx: Tx, condition: ColumnElement[bool], limit: int) -> list[int]:
    rows = tx.scalars(
        select(Contract.id)
        .join(Lot, Lot.id == Contract.lot_id)
        .where(condition)
        .order_by(Contract.id)
        .limit(limit)
        .with_for_update(skip_locked=True, of=Lot)
    )
    return list(rows)


def follow_up(tx: Tx, contract: Contract, project_no: str) -> tuple[Listing, Lot, int | None] | None:
    """A later listing of the same transferor by its number, a lot of it, and the party that it was awarded to."""
    row = tx.execute(
        select(Listing, Lot)
        .join(Lot, Lot.listing_id == Listing.id)
        .where(
            Listing.project_no == project_no, Listing.transferor_party_id == contract.transferor_party_id,
            Lot.id != contract.lot_id,
        )
        .order_by(Lot.id)
        .limit(1)
    ).one_or_none()  # fmt: skip
    if row is None:
        return None
    party = tx.scalar(
        select(Contract.transferee_party_id).where(
            Contract.lot_id == row.Lot.id, Contract.state.not_in((ContractState.VOIDED, ContractState.DRAFTED))
        )
    )
    return row.Listing, row.Lot, party
