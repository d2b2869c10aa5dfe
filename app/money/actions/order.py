"""Orders to pay or to forfeit: raised, prepared by the cashier, approved by another natural person, and posted."""

from collections.abc import Sequence
from decimal import Decimal

from app.audit.actions import record
from app.base.actor import Actor
from app.base.db import Tx
from app.base.errors import Invalid, Refused
from app.base.money import split_fen
from app.money import queries
from app.money.actions.ledger import move_fen, post
from app.money.models import MoneyOrder, Posting
from app.money.states import DEPOSIT, ORDER, AccountKind, Event, OrderKind, OrderState
from app.rules.deposit import distribute_forfeit

_PAYS = {
    OrderKind.REFUND: (Event.DEP_REFUND, AccountKind.DEPOSIT_ESCROW, AccountKind.BANK),
    OrderKind.FORFEIT: (Event.DEP_FORFEIT, AccountKind.DEPOSIT_ESCROW, AccountKind.FORFEIT_PENDING),
    OrderKind.PAYOUT: (Event.PAYOUT, AccountKind.TRANSFEROR_PAYABLE, AccountKind.BANK),
    OrderKind.RETURN: (Event.PRICE_OUT, AccountKind.BIDDER_CLEARING, AccountKind.BANK),
    OrderKind.DISTRIBUTION: (Event.PAYOUT, AccountKind.FORFEIT_PENDING, AccountKind.BANK),
}
"""What an order posts: the event, whose claim it settles, and where the money leaves."""
_DEPOSIT_VERB = {OrderKind.REFUND: "release", OrderKind.FORFEIT: "forfeit"}


def raise_order(
    tx: Tx,
    who: Actor | None,
    kind: OrderKind,
    *,
    lot_id: int,
    region: str,
    party_id: int | None,
    amount_fen: int,
    cause: str,
    deposit_id: int | None = None,
    payee_name: str | None = None,
) -> MoneyOrder:
    """A new order: prepared by `who`, or, where the procedure itself makes it due (None), waiting for a cashier."""
    now = tx.clock()
    order = MoneyOrder(
        kind=kind, state=OrderState.PREPARED if who else OrderState.DUE, lot_id=lot_id, region_code=region,
        party_id=party_id, payee_name=payee_name, deposit_id=deposit_id, amount_fen=amount_fen, cause=cause[:400],
        raised_at=now, prepared_by_person=who.person_id if who else None, prepared_at=now if who else None,
    )  # fmt: skip
    tx.add(order)
    tx.flush()
    record(
        tx, who, "money_order.raise", f"money_order/{order.id}", region=region, after={"state": order.state}, kind=kind,
        lot=lot_id, deposit=deposit_id, amount_fen=amount_fen, cause=order.cause,
    )  # fmt: skip
    return order


def prepare(tx: Tx, who: Actor, order_id: int) -> MoneyOrder:
    """The cashier takes up an order that waits."""
    order = queries.lock_order(tx, order_id, seen_by=who)
    now = tx.clock()
    before, order.state = order.state, ORDER.after(order.state, "prepare")
    order.prepared_by_person, order.prepared_at = who.person_id, now
    record(
        tx, who, "money_order.prepare", f"money_order/{order.id}", region=order.region_code, before={"state": before},
        after={"state": order.state}, lot=order.lot_id, amount_fen=order.amount_fen,
    )  # fmt: skip
    return order


def approve(tx: Tx, who: Actor, order_id: int, *, decision_no: str | None = None) -> MoneyOrder:
    """A second natural person approves, and the order is posted. A forfeit names its written decision."""
    order = queries.lock_order(tx, order_id, seen_by=who)
    now = tx.clock()
    before, target = order.state, ORDER.after(order.state, "approve")
    if order.prepared_by_person == who.person_id:
        raise Refused("发起人不得复核本人发起的付款指令", reason="FOUR_EYES")
    if order.kind is OrderKind.FORFEIT and not decision_no:
        raise Invalid("罚没保证金须填写书面决定文号", field="decision_no")
    posting = _post(tx, who, order)
    order.state, order.decided_by_person, order.decided_at = target, who.person_id, now
    order.decision_no, order.posting_id = decision_no, posting.id
    record(
        tx, who, "money_order.approve", f"money_order/{order.id}", region=order.region_code, before={"state": before},
        after={"state": target}, lot=order.lot_id, amount_fen=order.amount_fen, posting=posting.id, decision_no=decision_no,
    )  # fmt: skip
    if order.deposit_id is not None:
        deposit = queries.lock_deposit(tx, order.deposit_id)
        was, deposit.state = deposit.state, DEPOSIT.after(deposit.state, _DEPOSIT_VERB[order.kind])
        record(
            tx,
            who,
            f"deposit.{_DEPOSIT_VERB[order.kind]}",
            f"deposit/{deposit.id}",
            region=deposit.region_code,
            before={"state": was},
            after={"state": deposit.state},
            lot=deposit.lot_id,
            posting=posting.id,
        )
    return order


def _post(tx: Tx, who: Actor, order: MoneyOrder) -> Posting:
    event, claim, source = _PAYS[order.kind]
    holder = None if order.kind is OrderKind.DISTRIBUTION else order.party_id
    if -queries.balance(tx, claim, order.lot_id, holder) < order.amount_fen:
        raise Refused("账户余额不足以执行该付款指令", reason="INSUFFICIENT_BALANCE")
    posting, _ = post(
        tx, who, event, move_fen((claim, holder), (source, None), order.lot_id, order.amount_fen), lot_id=order.lot_id,
        party_id=order.party_id, region=order.region_code, reference=f"money_order/{order.id}",
        amount_fen=order.amount_fen, prepared_by=order.prepared_by_person, memo=order.cause,
    )  # fmt: skip
    return posting


def reject(tx: Tx, who: Actor, order_id: int, *, reason: str) -> MoneyOrder:
    """The second person sends an order back; what it was about stays open, and is prepared anew."""
    order = queries.lock_order(tx, order_id, seen_by=who)
    now = tx.clock()
    before, order.state = order.state, ORDER.after(order.state, "reject")
    if order.prepared_by_person == who.person_id:
        raise Refused("发起人不得复核本人发起的付款指令", reason="FOUR_EYES")
    order.decided_by_person, order.decided_at, order.reject_reason = who.person_id, now, reason
    record(
        tx, who, "money_order.reject", f"money_order/{order.id}", region=order.region_code, before={"state": before},
        after={"state": order.state}, lot=order.lot_id, reason=reason,
    )  # fmt: skip
    return order


def payout(
    tx: Tx,
    who: Actor | None,
    lot_id: int,
    *,
    region: str,
    transferor: int,
    households: Sequence[tuple[str, Decimal]] = (),
    cause: str = "付转出方价款",
) -> list[MoneyOrder]:
    """Orders to pay a transferor all he is owed; to each household by its share where given (A1: 逐户付款到户)."""
    owed = -queries.balance(tx, AccountKind.TRANSFEROR_PAYABLE, lot_id, transferor)
    owed -= sum(
        o.amount_fen for o in queries.open_orders(tx, lot_id) if o.kind is OrderKind.PAYOUT and o.party_id == transferor
    )
    if owed <= 0:
        return []
    names: list[str | None] = [name for name, _ in households] or [None]
    weights = [share for _, share in households] or [Decimal(1)]
    return [
        raise_order(
            tx,
            who,
            OrderKind.PAYOUT,
            lot_id=lot_id,
            region=region,
            party_id=transferor,
            amount_fen=fen,
            cause=cause,
            payee_name=name,
        )
        for name, fen in zip(names, split_fen(owed, weights), strict=True)
        if fen
    ]


def distribute(
    tx: Tx, who: Actor, lot_id: int, *, region: str, transferor: int, costs_fen: int, shortfall_fen: int
) -> list[MoneyOrder]:
    """Orders that share out a forfeited deposit: costs, the loss on resale, the rest to the transferor (procedure 3.3)."""
    waiting = [o for o in queries.open_orders(tx, lot_id) if o.kind is OrderKind.DISTRIBUTION]
    pending = -queries.balance(tx, AccountKind.FORFEIT_PENDING, lot_id, None) - sum(o.amount_fen for o in waiting)
    if pending <= 0:
        raise Refused("没有待分配的罚没款", reason="NOTHING_FORFEITED")
    shares = distribute_forfeit(pending, costs_fen=costs_fen, shortfall_fen=shortfall_fen)
    parts = (
        (None, shares.costs_fen, "罚没款：交易实际费用"),
        (transferor, shares.transferor_fen, f"罚没款：再次交易差额 {shares.shortfall_fen} 分及余额"),
    )
    return [
        raise_order(
            tx, who, OrderKind.DISTRIBUTION, lot_id=lot_id, region=region, party_id=party, amount_fen=fen, cause=cause
        )
        for party, fen, cause in parts
        if fen
    ]
