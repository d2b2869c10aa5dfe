"""Reads of entries."""

from collections.abc import Collection

from sqlalchemy import func, select

from app.base.actor import Actor
from app.base.db import Tx
from app.base.errors import NotFound
from app.listing.models import Lot
from app.money.models import Deposit
from app.money.states import DepositState
from app.qualification.models import Entry
from app.qualification.states import EntryState


def lock(tx: Tx, entry_id: int) -> Entry:
    entry = tx.scalar(
        select(Entry).where(Entry.id == entry_id).with_for_update().execution_options(populate_existing=True)
    )
    if entry is None:
        raise NotFound("没有这个报名")
    return entry


def one(tx: Tx, entry_id: int) -> Entry:
    entry = tx.get(Entry, entry_id)
    if entry is None:
        raise NotFound("没有这个报名")
    return entry


def own(tx: Tx, lot: Lot, who: Actor) -> Entry | None:
    """The actor's entry in the lot's present round."""
    return tx.scalar(
        select(Entry).where(Entry.lot_id == lot.id, Entry.round_no == lot.round_no, Entry.account_id == who.account_id)
    )


def of_accounts(tx: Tx, lot_ids: Collection[int], account_ids: Collection[int]) -> list[Entry]:
    """The entries of these accounts for these lots, of whatever round."""
    return list(
        tx.scalars(select(Entry).where(Entry.lot_id.in_(sorted(lot_ids)), Entry.account_id.in_(sorted(account_ids))))
    )


def of_lot(tx: Tx, lot: Lot) -> list[Entry]:
    """All entries of the present round, in order of arrival."""
    return list(
        tx.scalars(select(Entry).where(Entry.lot_id == lot.id, Entry.round_no == lot.round_no).order_by(Entry.id))
    )


def of_account(tx: Tx, who: Actor, *, after: int | None, limit: int) -> list[Entry]:
    query = select(Entry).where(Entry.account_id == who.account_id)
    if after is not None:
        query = query.where(Entry.id < after)
    return list(tx.scalars(query.order_by(Entry.id.desc()).limit(limit)))


def ready(tx: Tx, lot: Lot) -> list[Entry]:
    """Those who may bid: qualified, with a deposit held or none asked for."""
    query = (
        select(Entry)
        .where(Entry.lot_id == lot.id, Entry.round_no == lot.round_no, Entry.state == EntryState.QUALIFIED)
        .order_by(Entry.id)
    )
    if lot.deposit_fen > 0:
        query = query.join(Deposit, Deposit.entry_id == Entry.id).where(Deposit.state == DepositState.HELD)
    return list(tx.scalars(query))


def n_undecided(tx: Tx, lot: Lot) -> int:
    return tx.execute(
        select(func.count())
        .select_from(Entry)
        .where(Entry.lot_id == lot.id, Entry.round_no == lot.round_no, Entry.state == EntryState.APPLIED)
    ).scalar_one()


def was_barred(tx: Tx, lot: Lot, person_id: int) -> bool:
    """Whether this person won an earlier round of the lot and defaulted."""
    return (
        tx.scalar(select(Entry.id).where(Entry.lot_id == lot.id, Entry.person_id == person_id, Entry.barred).limit(1))
        is not None
    )
