"""Fees and price: billed with the contract, paid to the supervised account, settled when all of it is there."""

from collections.abc import Sequence
from decimal import Decimal

from app.audit.actions import record
from app.base.actor import Actor
from app.base.db import Tx
from app.base.errors import Refused
from app.money import queries
from app.money.actions.deposit import capture_to_price
from app.money.actions.ledger import Side, move_fen, post
from app.money.actions.order import payout, raise_order
from app.money.models import MoneyOrder, Posting
from app.money.states import AccountKind, Event, OrderKind
from app.rules.fees import TABLE, fees_of_deal

K = AccountKind
_DEBTOR = {"transferee": K.BIDDER_CLEARING, "transferor": K.TRANSFEROR_PAYABLE}
_CANCEL = "cancel/"


def _billed(tx: Tx, lot_id: int) -> list[Posting]:
    """The fees billed on a lot that still stand."""
    all_ = queries.postings_of(tx, lot_id, Event.FEE_DUE)
    gone = {p.reference.removeprefix(_CANCEL) for p in all_ if p.reference.startswith(_CANCEL)}
    return [p for p in all_ if not p.reference.startswith(_CANCEL) and p.reference not in gone]


def bill_fees(
    tx: Tx,
    lot_id: int,
    *,
    region: str,
    amount_fen: int,
    sides: Sequence[tuple[str, int, str]],
    first_year_fen: int | None = None,
    who: Actor | None = None,
) -> dict[str, int]:
    """Bills each side (side, party, kind of party) its service fee, and returns them. Safe to repeat for one contract.

    `amount_fen` is the whole term's price, `first_year_fen` one year of it, should the tariff be read that way.
    """
    by_year = amount_fen if first_year_fen is None else first_year_fen
    fees = fees_of_deal(amount_fen, by_year, [(side, kind) for side, _, kind in sides])
    n_cancelled = sum(p.reference.startswith(_CANCEL) for p in queries.postings_of(tx, lot_id, Event.FEE_DUE))
    for side, party_id, _ in sides:
        if not fees[side]:
            continue
        posting, fresh = post(
            tx, who, Event.FEE_DUE, move_fen((_DEBTOR[side], party_id), (K.SERVICE_FEE, None), lot_id, fees[side]),
            lot_id=lot_id, party_id=party_id, region=region, reference=f"{side}/{party_id}/{n_cancelled}",
            amount_fen=fees[side], memo=str(TABLE.cite),
        )  # fmt: skip
        if fresh:
            record(
                tx, who, "money.bill_fee", f"posting/{posting.id}", region=region, lot=lot_id, side=side,
                amount_fen=fees[side], base_fen=amount_fen, tariff=TABLE.cite.law, since=TABLE.since,
            )  # fmt: skip
    return fees


def price_in(
    tx: Tx,
    who: Actor,
    *,
    lot_id: int,
    party_id: int,
    region: str,
    amount_fen: int,
    payer_name: str,
    expected_name: str,
    bank_reference: str,
) -> Posting:
    """The cashier enters what the bank received towards price and fee. Repeating a bank reference changes nothing.

    Refused PAYER_MISMATCH unless the payer is the transferee.
    """
    if payer_name != expected_name:
        raise Refused("缴款人与受让方不一致", reason="PAYER_MISMATCH", field="payer_name")
    posting, fresh = post(
        tx, who, Event.PRICE_IN, move_fen((K.BANK, None), (K.BIDDER_CLEARING, party_id), lot_id, amount_fen), lot_id=lot_id,
        party_id=party_id, region=region, reference=bank_reference, amount_fen=amount_fen, bank_reference=bank_reference,
    )  # fmt: skip
    if fresh:
        record(
            tx,
            who,
            "money.price_in",
            f"posting/{posting.id}",
            region=region,
            lot=lot_id,
            party=party_id,
            amount_fen=amount_fen,
        )
    return posting


def covers(tx: Tx, lot_id: int, entry_id: int, party_id: int, amount_fen: int) -> bool:
    """Whether deposit and payments of the transferee reach this price and the fee billed to him."""
    deposit = queries.lock_held_deposit(tx, entry_id)
    there = (deposit.amount_fen if deposit else 0) - queries.balance(tx, K.BIDDER_CLEARING, lot_id, party_id)
    return there >= amount_fen


def fee_in(tx: Tx, who: Actor, lot_id: int, *, region: str) -> int:
    """Takes the billed fees out of the lot into the centre's own books, and returns their sum."""
    total = 0
    for bill in _billed(tx, lot_id):
        fen = bill.amount_fen
        sides = [
            Side(K.SERVICE_FEE, lot_id, None, fen), Side(K.BANK, lot_id, None, -fen),
            Side(K.BANK, None, None, fen), Side(K.SERVICE_FEE, None, None, -fen),
        ]  # fmt: skip
        posting, fresh = post(
            tx, who, Event.FEE_IN, sides, lot_id=lot_id, party_id=bill.party_id, region=region, reference=bill.reference,
            amount_fen=fen,
        )  # fmt: skip
        total += fen
        if fresh:
            record(tx, who, "money.fee_in", f"posting/{posting.id}", region=region, lot=lot_id, amount_fen=fen)
    return total


def settle_first(
    tx: Tx,
    who: Actor,
    *,
    lot_id: int,
    entry_id: int,
    transferee: int,
    transferor: int,
    region: str,
    price_fen: int,
    households: Sequence[tuple[str, Decimal]] = (),
) -> list[MoneyOrder]:
    """Settles the first payment: deposit to price, price to the transferor, fees to the centre.

    Returns the orders it prepared in the cashier's name, for a second person to approve: the payout (one a household
    where given) and, where too much was paid, its return. Refused PRICE_NOT_COVERED unless all of it is there.
    """
    if not covers(tx, lot_id, entry_id, transferee, price_fen):
        raise Refused("首期价款与服务费尚未足额到账", reason="PRICE_NOT_COVERED")
    capture_to_price(tx, who, entry_id)
    posting, fresh = post(
        tx, who, Event.PRICE_DUE,
        move_fen((K.BIDDER_CLEARING, transferee), (K.TRANSFEROR_PAYABLE, transferor), lot_id, price_fen), lot_id=lot_id,
        party_id=transferor, region=region, reference=f"entry/{entry_id}/first", amount_fen=price_fen,
    )  # fmt: skip
    if fresh:
        record(tx, who, "money.settle", f"posting/{posting.id}", region=region, lot=lot_id, amount_fen=price_fen)
    fee_in(tx, who, lot_id, region=region)
    orders = payout(tx, who, lot_id, region=region, transferor=transferor, households=households)
    return [*orders, *_return_excess(tx, who, lot_id, transferee, region, "退还多缴价款")]


def settle_instalment(
    tx: Tx,
    who: Actor,
    *,
    lot_id: int,
    transferee: int,
    transferor: int,
    region: str,
    amount_fen: int,
    reference: str,
    households: Sequence[tuple[str, Decimal]] = (),
) -> bool:
    """Takes one later instalment from what the transferee paid in, and prepares its payout. False where it is not all
    there. `reference` names the instalment, which is settled once.
    """
    if -queries.balance(tx, K.BIDDER_CLEARING, lot_id, transferee) < amount_fen:
        return False
    posting, fresh = post(
        tx, who, Event.PRICE_DUE,
        move_fen((K.BIDDER_CLEARING, transferee), (K.TRANSFEROR_PAYABLE, transferor), lot_id, amount_fen), lot_id=lot_id,
        party_id=transferor, region=region, reference=reference, amount_fen=amount_fen,
    )  # fmt: skip
    if fresh:
        record(tx, who, "money.settle", f"posting/{posting.id}", region=region, lot=lot_id, amount_fen=amount_fen)
        payout(tx, who, lot_id, region=region, transferor=transferor, households=households)
    return True


def cancel_debts(
    tx: Tx, lot_id: int, *, region: str, transferee: int, cause: str, who: Actor | None = None
) -> list[MoneyOrder]:
    """The contract fell: fees billed and not yet taken in are written back, and what the transferee paid is due back."""
    for bill in _billed(tx, lot_id):
        if queries.find_posting(tx, lot_id, Event.FEE_IN, bill.reference) is not None:
            continue
        debtor = _DEBTOR[bill.reference.partition("/")[0]]
        posting, _ = post(
            tx, who, Event.FEE_DUE,
            move_fen((K.SERVICE_FEE, None), (debtor, bill.party_id), lot_id, bill.amount_fen), lot_id=lot_id,
            party_id=bill.party_id, region=region, reference=f"{_CANCEL}{bill.reference}", amount_fen=bill.amount_fen, memo=cause,
        )  # fmt: skip
        record(
            tx, who, "money.cancel_fee", f"posting/{posting.id}", region=region, lot=lot_id, amount_fen=bill.amount_fen
        )
    return _return_excess(tx, who, lot_id, transferee, region, cause)


def _return_excess(tx: Tx, who: Actor | None, lot_id: int, party_id: int, region: str, cause: str) -> list[MoneyOrder]:
    waiting = [o for o in queries.open_orders(tx, lot_id) if o.kind is OrderKind.RETURN and o.party_id == party_id]
    excess = -queries.balance(tx, K.BIDDER_CLEARING, lot_id, party_id) - sum(o.amount_fen for o in waiting)
    if excess <= 0:
        return []
    return [
        raise_order(
            tx, who, OrderKind.RETURN, lot_id=lot_id, region=region, party_id=party_id, amount_fen=excess, cause=cause
        )
    ]
