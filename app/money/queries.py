"""Every read of the ledger, of deposits and of orders, with its lock and its scope."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import func, select

from app.base.actor import Actor, in_scope
from app.base.db import Tx
from app.base.errors import NotFound
from app.base.money import yuan
from app.money.models import Deposit, LedgerAccount, LedgerEntry, MoneyOrder, Posting
from app.money.states import ACCOUNT_ZH, AccountKind, DepositState, Event, OrderState

OPEN_ORDERS = (OrderState.DUE, OrderState.PREPARED)
LIVING_DEPOSITS = (DepositState.EXPECTED, DepositState.HELD)


@dataclass(frozen=True, slots=True)
class DepositSums:
    """收 = 退 + 转价款 + 转履约金 + 扣 + 在途, of one lot."""

    received_fen: int
    refunded_fen: int
    to_price_fen: int
    to_performance_fen: int
    forfeited_fen: int
    in_transit_fen: int

    @property
    def balances(self) -> bool:
        """Whether the identity holds."""
        out = self.refunded_fen + self.to_price_fen + self.to_performance_fen + self.forfeited_fen
        return self.received_fen == out + self.in_transit_fen


@dataclass(frozen=True, slots=True)
class LotBalances:
    """Where a lot's money stands: its deposits by fate, and every account's balance (debit positive)."""

    deposits: DepositSums
    accounts: dict[tuple[AccountKind, int | None], int]

    def of(self, kind: AccountKind) -> int:
        """The sum of all accounts of a kind."""
        return sum(fen for (k, _), fen in self.accounts.items() if k is kind)


def lot_balances(tx: Tx, lot_id: int) -> LotBalances:
    """The lot's balances, counted from the entries (not from what a trigger keeps)."""
    accounts = {
        (kind, party): int(fen)
        for kind, party, fen in tx.execute(
            select(LedgerAccount.kind, LedgerAccount.party_id, func.sum(LedgerEntry.amount_fen))
            .join(LedgerEntry, LedgerEntry.account_id == LedgerAccount.id)
            .where(LedgerAccount.lot_id == lot_id)
            .group_by(LedgerAccount.kind, LedgerAccount.party_id)
        )
    }
    events: dict[Event, int] = {
        event: int(fen)
        for event, fen in tx.execute(
            select(Posting.event, func.sum(Posting.amount_fen)).where(Posting.lot_id == lot_id).group_by(Posting.event)
        )
    }
    in_transit = tx.execute(
        select(func.coalesce(func.sum(Deposit.amount_fen), 0)).where(
            Deposit.lot_id == lot_id, Deposit.state == DepositState.HELD
        )
    ).scalar_one()
    sums = DepositSums(
        received_fen=events.get(Event.DEP_IN, 0),
        refunded_fen=events.get(Event.DEP_REFUND, 0),
        to_price_fen=events.get(Event.DEP_TO_PRICE, 0),
        to_performance_fen=events.get(Event.DEP_TO_PERF, 0),
        forfeited_fen=events.get(Event.DEP_FORFEIT, 0),
        in_transit_fen=int(in_transit),
    )
    return LotBalances(sums, accounts)


def unsettled(tx: Tx, lot_id: int) -> list[str]:
    """What still stands open on a lot, in Chinese; nothing when it may be archived.

    Performance and risk money stays with the contract for its term and is not open, nor is the bank's part of it.
    """
    lot = lot_balances(tx, lot_id)
    kept = {AccountKind.PERFORMANCE, AccountKind.RISK}
    open_ = [
        f"{ACCOUNT_ZH[kind]} {yuan(abs(lot.of(kind)))} 元"
        for kind in AccountKind
        if kind not in kept | {AccountKind.BANK} and any(fen for (k, _), fen in lot.accounts.items() if k is kind)
    ]
    if lot.of(AccountKind.BANK) + sum(lot.of(kind) for kind in kept):
        open_.append(f"{ACCOUNT_ZH[AccountKind.BANK]} {yuan(lot.of(AccountKind.BANK))} 元")
    if not lot.deposits.balances:
        open_.append("保证金收付不平")
    waiting = tx.execute(
        select(func.count())
        .select_from(MoneyOrder)
        .where(MoneyOrder.lot_id == lot_id, MoneyOrder.state.in_(OPEN_ORDERS))
    ).scalar_one()
    if waiting:
        open_.append(f"待办付款指令 {waiting} 件")
    return open_


def settled(tx: Tx, lot_id: int) -> bool:
    """Whether all that came in for a lot has gone where it belongs."""
    return not unsettled(tx, lot_id)


def drift(tx: Tx) -> list[int]:
    """Accounts whose kept balance is not the sum of their entries; empty unless somebody went past the triggers."""
    counted = func.coalesce(func.sum(LedgerEntry.amount_fen), 0)
    return list(
        tx.scalars(
            select(LedgerAccount.id)
            .outerjoin(LedgerEntry, LedgerEntry.account_id == LedgerAccount.id)
            .group_by(LedgerAccount.id)
            .having(counted != LedgerAccount.balance_fen)
            .order_by(LedgerAccount.id)
        )
    )


def balance(tx: Tx, kind: AccountKind, lot_id: int | None, party_id: int | None) -> int:
    """One account's balance; nothing posted is zero."""
    found = tx.scalar(
        select(LedgerAccount.balance_fen).where(
            LedgerAccount.kind == kind,
            LedgerAccount.lot_id.is_not_distinct_from(lot_id),
            LedgerAccount.party_id.is_not_distinct_from(party_id),
        )
    )
    return found or 0


def find_posting(tx: Tx, lot_id: int, event: Event, reference: str) -> Posting | None:
    return tx.scalar(
        select(Posting).where(Posting.lot_id == lot_id, Posting.event == event, Posting.reference == reference)
    )


def postings_of(tx: Tx, lot_id: int, event: Event) -> list[Posting]:
    return list(
        tx.scalars(select(Posting).where(Posting.lot_id == lot_id, Posting.event == event).order_by(Posting.id))
    )


def page_postings(tx: Tx, lot_id: int, *, seen_by: Actor, after: int | None, limit: int) -> list[Posting]:
    """A lot's postings in order; NotFound where it has none in the actor's regions."""
    query = select(Posting).where(Posting.lot_id == lot_id, in_scope(Posting.region_code, seen_by))
    if tx.scalar(select(query.exists())) is not True:
        raise NotFound("没有这个标的的账目")
    if after is not None:
        query = query.where(Posting.id > after)
    return list(tx.scalars(query.order_by(Posting.id).limit(limit)))


def entries_of(tx: Tx, posting_ids: list[int]) -> list[tuple[LedgerEntry, LedgerAccount]]:
    rows = tx.execute(
        select(LedgerEntry, LedgerAccount)
        .join(LedgerAccount, LedgerAccount.id == LedgerEntry.account_id)
        .where(LedgerEntry.posting_id.in_(posting_ids))
        .order_by(LedgerEntry.id)
    )
    return [(entry, account) for entry, account in rows]


def lock_held_deposit(tx: Tx, entry_id: int) -> Deposit | None:
    """The deposit that lets an entry bid, locked so that it cannot be given back meanwhile; none if none is held."""
    return tx.scalar(
        select(Deposit)
        .where(Deposit.entry_id == entry_id, Deposit.state == DepositState.HELD)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def lock_held_deposits(tx: Tx, entry_ids: Collection[int]) -> list[Deposit]:
    """Those held for these entries, locked in the order of their ids, so that none can be given back meanwhile."""
    return list(
        tx.scalars(
            select(Deposit)
            .where(Deposit.entry_id.in_(sorted(entry_ids)), Deposit.state == DepositState.HELD)
            .order_by(Deposit.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    )


def lock_living_deposit(tx: Tx, entry_id: int, *, seen_by: Actor | None = None) -> Deposit | None:
    """The entry's deposit that is expected or held, locked."""
    query = select(Deposit).where(Deposit.entry_id == entry_id, Deposit.state.in_(LIVING_DEPOSITS))
    if seen_by is not None:
        query = query.where(in_scope(Deposit.region_code, seen_by))
    return tx.scalar(query.with_for_update().execution_options(populate_existing=True))


def lock_living_deposits(tx: Tx, lot_id: int) -> list[Deposit]:
    """All of a lot's deposits that are expected or held, locked in the order of their ids."""
    return list(
        tx.scalars(
            select(Deposit)
            .where(Deposit.lot_id == lot_id, Deposit.state.in_(LIVING_DEPOSITS))
            .order_by(Deposit.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    )


def deposit_by_bank_reference(tx: Tx, bank_reference: str) -> Deposit | None:
    return tx.scalar(select(Deposit).where(Deposit.bank_reference == bank_reference))


def deposit_of_entry(tx: Tx, entry_id: int) -> Deposit | None:
    """The latest deposit of an entry, whatever became of it."""
    return tx.scalar(select(Deposit).where(Deposit.entry_id == entry_id).order_by(Deposit.id.desc()).limit(1))


def page_deposits(tx: Tx, *, seen_by: Actor, lot_id: int | None, after: int | None, limit: int) -> list[Deposit]:
    query = select(Deposit).where(in_scope(Deposit.region_code, seen_by))
    if lot_id is not None:
        query = query.where(Deposit.lot_id == lot_id)
    if after is not None:
        query = query.where(Deposit.id > after)
    return list(tx.scalars(query.order_by(Deposit.id).limit(limit)))


def lock_deposit(tx: Tx, deposit_id: int) -> Deposit:
    return tx.execute(
        select(Deposit).where(Deposit.id == deposit_id).with_for_update().execution_options(populate_existing=True)
    ).scalar_one()


def open_order_of(tx: Tx, deposit_id: int) -> MoneyOrder | None:
    """The deposit's order that waits for a person, locked."""
    return tx.scalar(
        select(MoneyOrder)
        .where(MoneyOrder.deposit_id == deposit_id, MoneyOrder.state.in_(OPEN_ORDERS))
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def open_orders(tx: Tx, lot_id: int) -> list[MoneyOrder]:
    return list(
        tx.scalars(
            select(MoneyOrder)
            .where(MoneyOrder.lot_id == lot_id, MoneyOrder.state.in_(OPEN_ORDERS))
            .order_by(MoneyOrder.id)
        )
    )


def lock_order(tx: Tx, order_id: int, *, seen_by: Actor) -> MoneyOrder:
    order = tx.scalar(
        select(MoneyOrder)
        .where(MoneyOrder.id == order_id, in_scope(MoneyOrder.region_code, seen_by))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if order is None:
        raise NotFound("没有这项付款指令")
    return order


def page_orders(
    tx: Tx, *, seen_by: Actor, state: OrderState | None, lot_id: int | None, after: int | None, limit: int
) -> list[MoneyOrder]:
    """Orders in the actor's regions, oldest first."""
    query = select(MoneyOrder).where(in_scope(MoneyOrder.region_code, seen_by))
    if state is not None:
        query = query.where(MoneyOrder.state == state)
    if lot_id is not None:
        query = query.where(MoneyOrder.lot_id == lot_id)
    if after is not None:
        query = query.where(MoneyOrder.id > after)
    return list(tx.scalars(query.order_by(MoneyOrder.id).limit(limit)))


def missing_fen(tx: Tx, lot_id: int, entry_id: int, party_id: int, price_fen: int) -> int:
    """What the transferee's deposit and payments lack of a price and the fee billed to him; zero when they reach it."""
    deposit = deposit_of_entry(tx, entry_id)
    held = deposit.amount_fen if deposit and deposit.state is DepositState.HELD else 0
    return max(price_fen + balance(tx, AccountKind.BIDDER_CLEARING, lot_id, party_id) - held, 0)
