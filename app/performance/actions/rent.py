"""Rents: received, overdue, demanded."""

from datetime import date, timedelta

from app.base.actor import Actor
from app.base.days import beijing_day
from app.base.db import Tx
from app.base.errors import Conflict, Invalid
from app.deal.models import Contract
from app.deal.states import ContractState
from app.listing import queries as listings
from app.listing.actions.moves import take_duty
from app.money import actions as money
from app.performance import queries
from app.performance.actions.moves import advance
from app.registry.queries import public

BATCH = 100
BEHIND = (ContractState.IN_ARREARS, ContractState.DEMANDED)


def pay_rent(
    tx: Tx, who: Actor, contract_id: int, *, amount_fen: int, payer_name: str, bank_reference: str
) -> Contract:
    """The cashier enters a rent that the bank received. Instalments are paid the oldest first, each only in full; what is
    over waits for the next one. With nothing overdue left, the contract is in performance again.
    """
    contract, lot = queries.as_official(tx, who, contract_id)
    if contract.state in {ContractState.DRAFTED, ContractState.HALF_SIGNED, ContractState.VOIDED}:
        raise Conflict("合同尚未成立", reason="ILLEGAL_TRANSITION", extra={"state": contract.state})
    waiting = queries.unpaid(tx, contract.id)
    if not waiting:
        raise Conflict("租金已全部付清", reason="NOTHING_DUE", extra={"state": contract.state})
    if waiting[0].n == 1:
        raise Conflict("首期价款请在结算环节登记", reason="NOT_SETTLED", extra={"state": contract.state})
    now = tx.clock()
    take_duty(tx, who, lot, "cashier", now=now)
    money.price_in(
        tx, who, lot_id=lot.id, party_id=contract.transferee_party_id, region=lot.region_code, amount_fen=amount_fen,
        payer_name=payer_name, expected_name=public.party_name(tx, contract.transferee_party_id),
        bank_reference=bank_reference,
    )  # fmt: skip
    households = listings.households_of(tx, lot, contract.transferor_party_id)
    for due in waiting:
        paid = money.settle_instalment(
            tx, who, lot_id=lot.id, transferee=contract.transferee_party_id, transferor=contract.transferor_party_id,
            region=lot.region_code, amount_fen=due.amount_fen, reference=f"contract/{contract.id}/due/{due.n}",
            households=households,
        )  # fmt: skip
        if not paid:
            break
        due.paid_at = now
    tx.flush()
    late = queries.overdue(tx, [contract.id], beijing_day(now))
    if contract.state in BEHIND and not late:
        advance(tx, who, contract, lot, "catch_up", now=now, amount_fen=amount_fen)
    return contract


def demand(tx: Tx, who: Actor, contract_id: int, *, grace_end_on: date, delivered_on: date, text: str) -> Contract:
    """The transferor demands the overdue rent in writing and gives time (CC-722); only after that may he end the contract."""
    contract, lot, side = queries.as_party(tx, who, contract_id)
    now = tx.clock()
    today = beijing_day(now)
    if side != "transferor":
        raise Conflict("由转出方催告", reason="NOT_YOUR_ACT", extra={"state": contract.state})
    if delivered_on > today:
        raise Invalid("送达日不得晚于今日", field="delivered_on")
    if grace_end_on <= today:
        raise Invalid("须给予合理期限：截止日应晚于今日", field="grace_end_on")
    oldest, fen = queries.overdue(tx, [contract.id], today).get(contract.id, (None, 0))
    advance(
        tx, who, contract, lot, "demand", now=now, side=side, text=text, overdue_fen=fen, due_on=oldest,
        grace_end_on=grace_end_on, delivered_on=delivered_on,
    )  # fmt: skip
    return contract


def arrears_due(tx: Tx) -> int:
    """Contracts whose rent became overdue fall into arrears the next day. Safe to repeat."""
    today = tx.today()
    ids = queries.falling_behind(tx, today, limit=BATCH)
    late = queries.overdue(tx, ids, today)
    for contract_id in ids:
        contract, lot = queries.locked(tx, contract_id)
        oldest, fen = late[contract_id]
        advance(tx, None, contract, lot, "fall_behind", now=tx.clock(), due_on=oldest, overdue_fen=fen)
    return len(ids)


EXPIRING_DAYS = timedelta(days=180)
"""临期：到期前一百八十日（W01）。"""


def ends_due(tx: Tx) -> int:
    """Contracts near their end, and those whose last day has passed. Safe to repeat."""
    today = tx.today()
    near = queries.nearing_end(tx, today + EXPIRING_DAYS, limit=BATCH)
    for contract_id in near:
        contract, lot = queries.locked(tx, contract_id)
        advance(tx, None, contract, lot, "near_end", now=tx.clock(), ends_on=lot.term_end)
    over = queries.ended(tx, today, limit=BATCH)
    for contract_id in over:
        contract, lot = queries.locked(tx, contract_id)
        advance(tx, None, contract, lot, "expire", now=tx.clock(), ended_on=lot.term_end)
    return len(near) + len(over)
