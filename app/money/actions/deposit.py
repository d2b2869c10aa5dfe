"""Deposits: asked for, received, turned into price, given back, forfeited."""

from collections.abc import Collection
from datetime import datetime

from app.audit.actions import record
from app.base.actor import Actor
from app.base.db import Tx
from app.base.errors import Conflict, NotFound, Refused
from app.money import queries
from app.money.actions.ledger import move_fen, post
from app.money.actions.order import raise_order
from app.money.models import Deposit, MoneyOrder
from app.money.states import DEPOSIT, ORDER, AccountKind, DepositState, Event, OrderKind


def expect_deposit(
    tx: Tx,
    who: Actor | None,
    entry_id: int,
    *,
    lot_id: int,
    party_id: int,
    region: str,
    applicant_name: str,
    amount_fen: int,
    due_at: datetime | None = None,
) -> Deposit | None:
    """Asks an entry for its deposit, under a number of its own to pay to (一标一人一号). None where none is due."""
    if amount_fen == 0:
        return None
    deposit = Deposit(
        lot_id=lot_id, entry_id=entry_id, party_id=party_id, region_code=region, state=DepositState.EXPECTED,
        amount_fen=amount_fen, applicant_name=applicant_name, subaccount_no=f"{lot_id:08d}{entry_id:010d}", due_at=due_at,
    )  # fmt: skip
    tx.add(deposit)
    tx.flush()
    record(
        tx, who, "deposit.expect", f"deposit/{deposit.id}", region=region, after={"state": deposit.state},
        lot=lot_id, entry=entry_id, amount_fen=amount_fen,
    )  # fmt: skip
    return deposit


def hold_deposit(
    tx: Tx,
    who: Actor,
    entry_id: int,
    *,
    amount_fen: int,
    payer_name: str,
    bank_reference: str,
    payer_account_last4: str | None = None,
) -> Deposit:
    """The cashier enters what the bank received for an entry. Repeating it changes nothing.

    Refused PAYER_MISMATCH unless the payer is the applicant, AMOUNT_MISMATCH unless the amount is the one asked for,
    DEPOSIT_LATE after the time for it.
    """
    deposit = queries.lock_living_deposit(tx, entry_id, seen_by=who)
    if deposit is None:
        raise NotFound("该报名没有应缴的保证金")
    now = tx.clock()
    if deposit.state is DepositState.HELD and deposit.bank_reference == bank_reference:
        if (deposit.amount_fen, deposit.payer_name) != (amount_fen, payer_name):
            raise Conflict("同一银行流水号已用于不同的款项", reason="REFERENCE_REUSED", field="bank_reference")
        return deposit
    before = deposit.state
    target = DEPOSIT.after(before, "hold")
    if payer_name != deposit.applicant_name:
        raise Refused("缴款人与申请人不一致，保证金须由申请人本人账户缴纳", reason="PAYER_MISMATCH", field="payer_name")
    if amount_fen != deposit.amount_fen:
        raise Refused("到账金额与应缴保证金不一致", reason="AMOUNT_MISMATCH", field="amount_fen")
    if deposit.due_at is not None and now >= deposit.due_at:
        raise Refused("保证金缴纳截止时间已过", reason="DEPOSIT_LATE")
    posting, _ = post(
        tx, who, Event.DEP_IN,
        move_fen((AccountKind.BANK, None), (AccountKind.DEPOSIT_ESCROW, deposit.party_id), deposit.lot_id, amount_fen),
        lot_id=deposit.lot_id, party_id=deposit.party_id, region=deposit.region_code, reference=f"deposit/{deposit.id}",
        amount_fen=amount_fen, bank_reference=bank_reference,
    )  # fmt: skip
    deposit.state, deposit.held_at = target, now
    deposit.payer_name, deposit.payer_account_last4, deposit.bank_reference = (
        payer_name,
        payer_account_last4,
        bank_reference,
    )
    record(
        tx, who, "deposit.hold", f"deposit/{deposit.id}", region=deposit.region_code, before={"state": before},
        after={"state": target}, lot=deposit.lot_id, posting=posting.id, amount_fen=amount_fen,
    )  # fmt: skip
    return deposit


def capture_to_price(tx: Tx, who: Actor | None, entry_id: int) -> Deposit | None:
    """The winner's deposit counts towards the price. None where none is held."""
    deposit = queries.lock_held_deposit(tx, entry_id)
    if deposit is None:
        return None
    if queries.open_order_of(tx, deposit.id) is not None:
        raise Conflict("该保证金已有待办付款指令", reason="ORDER_OPEN")
    before, deposit.state = deposit.state, DEPOSIT.after(deposit.state, "capture")
    posting, _ = post(
        tx, who, Event.DEP_TO_PRICE,
        move_fen(
            (AccountKind.DEPOSIT_ESCROW, deposit.party_id), (AccountKind.BIDDER_CLEARING, deposit.party_id),
            deposit.lot_id, deposit.amount_fen,
        ),
        lot_id=deposit.lot_id, party_id=deposit.party_id, region=deposit.region_code, reference=f"deposit/{deposit.id}",
        amount_fen=deposit.amount_fen,
    )  # fmt: skip
    record(
        tx, who, "deposit.capture", f"deposit/{deposit.id}", region=deposit.region_code, before={"state": before},
        after={"state": deposit.state}, lot=deposit.lot_id, posting=posting.id, amount_fen=deposit.amount_fen,
    )  # fmt: skip
    return deposit


def release(tx: Tx, entry_id: int, *, cause: str, who: Actor | None = None) -> MoneyOrder | None:
    """Makes an entry's deposit due to go back; one not yet paid is no longer asked for. None where nothing is held."""
    deposit = queries.lock_living_deposit(tx, entry_id)
    return None if deposit is None else _release(tx, who, deposit, cause)


def release_losers(tx: Tx, lot_id: int, *, keep: Collection[int]) -> list[MoneyOrder]:
    """Makes the deposits of all entries but those kept due to go back (未竞得、流标、终止). Safe to repeat."""
    orders = [
        _release(tx, None, deposit, "未竞得、流标或终止，退还保证金")
        for deposit in queries.lock_living_deposits(tx, lot_id)
        if deposit.entry_id not in keep
    ]
    return [order for order in orders if order is not None]


def _release(tx: Tx, who: Actor | None, deposit: Deposit, cause: str) -> MoneyOrder | None:
    if deposit.state is DepositState.EXPECTED:
        before, deposit.state = deposit.state, DEPOSIT.after(deposit.state, "void")
        record(
            tx, who, "deposit.void", f"deposit/{deposit.id}", region=deposit.region_code, before={"state": before},
            after={"state": deposit.state}, lot=deposit.lot_id, cause=cause,
        )  # fmt: skip
        return None
    if queries.open_order_of(tx, deposit.id) is not None:
        return None
    return raise_order(
        tx, who, OrderKind.REFUND, lot_id=deposit.lot_id, region=deposit.region_code, party_id=deposit.party_id,
        amount_fen=deposit.amount_fen, cause=cause, deposit_id=deposit.id,
    )  # fmt: skip


def forfeit(tx: Tx, entry_id: int, *, cause: str, who: Actor | None = None) -> MoneyOrder | None:
    """Makes an entry's deposit due to be forfeited (procedure 3.3); a refund that waited is called off. None where
    nothing is held.
    """
    deposit = queries.lock_held_deposit(tx, entry_id)
    if deposit is None:
        return None
    waiting = queries.open_order_of(tx, deposit.id)
    if waiting is not None:
        if waiting.kind is OrderKind.FORFEIT:
            return waiting
        before, waiting.state = waiting.state, ORDER.after(waiting.state, "reject")
        waiting.reject_reason = cause
        tx.flush()
        record(
            tx, who, "money_order.reject", f"money_order/{waiting.id}", region=waiting.region_code,
            before={"state": before}, after={"state": waiting.state}, cause=cause,
        )  # fmt: skip
    return raise_order(
        tx, who, OrderKind.FORFEIT, lot_id=deposit.lot_id, region=deposit.region_code, party_id=deposit.party_id,
        amount_fen=deposit.amount_fen, cause=cause, deposit_id=deposit.id,
    )  # fmt: skip


def prepare_for_deposit(tx: Tx, who: Actor, entry_id: int, *, kind: OrderKind, cause: str) -> MoneyOrder:
    """A cashier prepares a refund or forfeit himself, where none waits (as after a rejection)."""
    deposit = queries.lock_living_deposit(tx, entry_id, seen_by=who)
    if deposit is None or deposit.state is not DepositState.HELD:
        raise NotFound("该报名没有在途的保证金")
    if queries.open_order_of(tx, deposit.id) is not None:
        raise Conflict("该保证金已有待办付款指令", reason="ORDER_OPEN")
    return raise_order(
        tx, who, kind, lot_id=deposit.lot_id, region=deposit.region_code, party_id=deposit.party_id,
        amount_fen=deposit.amount_fen, cause=cause, deposit_id=deposit.id,
    )  # fmt: skip
