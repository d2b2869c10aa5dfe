"""Deposits, fees and prices as their acts leave them."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select, text

from app.audit.models import AuditEvent
from app.base.db import Tx
from app.base.errors import Conflict, Invalid, NotFound, Problem, Refused
from app.base.money import fen_from_yuan
from app.money import actions, queries
from app.money.models import Deposit, MoneyOrder, Posting
from app.money.states import AccountKind, DepositState, Event, OrderKind, OrderState
from tests.money.make import APPLICANT, LOT, REGION, Desk, desk, expected, held

WINNER, TRANSFEROR = 1_001, 2_000
SIDES = (("transferor", TRANSFEROR, "collective_economic_organisation"), ("transferee", WINNER, "cooperative"))


def _receive(tx: Tx, at: Desk, entry_id: int = 1, **over: Any) -> Deposit:
    given: dict[str, Any] = {"amount_fen": 500_000, "payer_name": APPLICANT, "bank_reference": "BANK-1"} | over
    return actions.hold_deposit(tx, at.cashier, entry_id, **given)


def _price(tx: Tx, at: Desk, fen: int, reference: str = "P-1", **over: Any) -> Posting:
    given = {"payer_name": APPLICANT, "expected_name": APPLICANT} | over
    return actions.price_in(
        tx, at.cashier, lot_id=LOT, party_id=WINNER, region=REGION, amount_fen=fen, bank_reference=reference, **given
    )


def _carry_out(tx: Tx, at: Desk, order: MoneyOrder) -> None:
    if order.state is OrderState.DUE:
        actions.prepare(tx, at.cashier, order.id)
    actions.approve(tx, at.approver, order.id, decision_no="演示决字1号")


def _n_postings(tx: Tx) -> int:
    return tx.execute(select(func.count()).select_from(Posting)).scalar_one()


def test_the_same_bank_reference_twice_is_one_posting(tx: Tx) -> None:
    at = desk(tx)
    expected(tx)
    assert _receive(tx, at).id == _receive(tx, at).id
    first, again = _price(tx, at, 100), _price(tx, at, 100)
    assert first.id == again.id
    assert _n_postings(tx) == 2


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [({"payer_name": "他人"}, "PAYER_MISMATCH"), ({"amount_fen": 499_999}, "AMOUNT_MISMATCH")],
)
def test_a_deposit_comes_from_the_applicant_and_in_full(tx: Tx, wrong: dict[str, Any], reason: str) -> None:
    at = desk(tx)
    expected(tx)
    with pytest.raises(Refused) as refused:
        _receive(tx, at, **wrong)
    assert refused.value.reason == reason
    assert _n_postings(tx) == 0


def test_a_deposit_after_its_time_is_refused(tx: Tx) -> None:
    at = desk(tx)
    deposit = expected(tx)
    deposit.due_at = tx.clock() - timedelta(milliseconds=1)
    with pytest.raises(Refused) as refused:
        _receive(tx, at)
    assert refused.value.reason == "DEPOSIT_LATE"


def test_a_bank_reference_serves_one_receipt_only(tx: Tx) -> None:
    at = desk(tx)
    expected(tx, 1)
    expected(tx, 2)
    _receive(tx, at, 1)
    with pytest.raises(Conflict) as taken:
        _receive(tx, at, 2)
    assert taken.value.reason == "BANK_REFERENCE_USED"
    with pytest.raises(Conflict) as other:
        _receive(tx, at, 1, amount_fen=500_001)
    assert other.value.reason == "REFERENCE_REUSED"


def test_a_price_reference_with_another_amount_is_a_conflict(tx: Tx) -> None:
    at = desk(tx)
    _price(tx, at, 100)
    with pytest.raises(Conflict) as reused:
        _price(tx, at, 101)
    assert reused.value.reason == "REFERENCE_REUSED"
    with pytest.raises(Refused) as stranger:
        _price(tx, at, 100, "P-2", payer_name="他人")
    assert stranger.value.reason == "PAYER_MISMATCH"


def test_a_cashier_of_another_county_sees_no_deposit(tx: Tx) -> None:
    expected(tx)
    with pytest.raises(NotFound):
        _receive(tx, desk(tx, "411082"))


def test_no_deposit_is_asked_for_where_none_is_due(tx: Tx) -> None:
    asked = actions.expect_deposit(
        tx, None, 1, lot_id=LOT, party_id=1, region=REGION, applicant_name=APPLICANT, amount_fen=0
    )
    assert asked is None
    assert actions.forfeit(tx, 1, cause="违约") is None
    assert actions.release(tx, 1, cause="退出") is None


def test_losers_get_their_deposits_back_by_two_persons(tx: Tx) -> None:
    at = desk(tx)
    held(tx, at, 1)
    held(tx, at, 2)
    expected(tx, 3)
    orders = actions.release_losers(tx, LOT, keep={1})
    assert actions.release_losers(tx, LOT, keep={1}) == []
    assert [(o.state, o.party_id) for o in orders] == [(OrderState.DUE, 1_002)]
    with pytest.raises(Conflict):
        actions.approve(tx, at.approver, orders[0].id)
    actions.prepare(tx, at.cashier, orders[0].id)
    both_hats = at.cashier
    with pytest.raises(Refused) as alone:
        actions.approve(tx, both_hats, orders[0].id)
    assert alone.value.reason == "FOUR_EYES"
    actions.approve(tx, at.approver, orders[0].id)
    state = {e: d.state for e in (1, 2, 3) if (d := queries.deposit_of_entry(tx, e))}
    assert state == {1: DepositState.HELD, 2: DepositState.RELEASED, 3: DepositState.VOID}
    assert queries.lock_held_deposit(tx, 2) is None
    sums = queries.lot_balances(tx, LOT).deposits
    assert sums.balances
    assert (sums.received_fen, sums.refunded_fen, sums.in_transit_fen) == (1_000_000, 500_000, 500_000)


def test_a_rejected_refund_is_prepared_anew(tx: Tx) -> None:
    at = desk(tx)
    held(tx, at)
    order = actions.release(tx, 1, cause="退出")
    assert order is not None
    actions.prepare(tx, at.cashier, order.id)
    actions.reject(tx, at.approver, order.id, reason="收款账户有误")
    again = actions.prepare_for_deposit(tx, at.cashier, 1, kind=OrderKind.REFUND, cause="更正账户")
    with pytest.raises(Conflict):
        actions.prepare_for_deposit(tx, at.cashier, 1, kind=OrderKind.REFUND, cause="更正账户")
    _carry_out(tx, at, again)
    assert queries.settled(tx, LOT)


def test_a_forfeit_needs_a_written_decision_and_is_shared_out(tx: Tx) -> None:
    at = desk(tx)
    held(tx, at)
    actions.release(tx, 1, cause="误发起")
    order = actions.forfeit(tx, 1, cause="NOT_SIGNED：逾期不签约")
    assert order is not None
    assert actions.forfeit(tx, 1, cause="再次认定") is order
    actions.prepare(tx, at.cashier, order.id)
    with pytest.raises(Invalid) as no_decision:
        actions.approve(tx, at.approver, order.id)
    assert no_decision.value.field == "decision_no"
    _carry_out(tx, at, order)
    assert queries.unsettled(tx, LOT) == ["罚没待分配 5,000.00 元", "银行存款 5,000.00 元"]
    shares = actions.distribute(
        tx, at.cashier, LOT, region=REGION, transferor=TRANSFEROR, costs_fen=120_000, shortfall_fen=200_000
    )
    assert [(o.party_id, o.amount_fen) for o in shares] == [(None, 120_000), (TRANSFEROR, 380_000)]
    with pytest.raises(Refused) as nothing:
        actions.distribute(tx, at.cashier, LOT, region=REGION, transferor=TRANSFEROR, costs_fen=0, shortfall_fen=0)
    assert nothing.value.reason == "NOTHING_FORFEITED"
    for share in shares:
        _carry_out(tx, at, share)
    assert queries.settled(tx, LOT)
    assert queries.lot_balances(tx, LOT).deposits.forfeited_fen == 500_000


def test_a_straight_deal_ends_with_every_account_at_zero(tx: Tx) -> None:
    at = desk(tx)
    held(tx, at)
    price = fen_from_yuan("13761.50")
    fees = actions.bill_fees(tx, LOT, region=REGION, amount_fen=price * 3, sides=SIDES)
    assert fees == {"transferor": 0, "transferee": fen_from_yuan("536.70")}
    assert actions.bill_fees(tx, LOT, region=REGION, amount_fen=price * 3, sides=SIDES) == fees
    due = price + fees["transferee"] - 500_000
    _price(tx, at, due - 1)
    assert not actions.covers(tx, LOT, 1, WINNER, price)
    with pytest.raises(Refused) as short:
        actions.settle_first(
            tx,
            at.cashier,
            lot_id=LOT,
            entry_id=1,
            transferee=WINNER,
            transferor=TRANSFEROR,
            region=REGION,
            price_fen=price,
        )
    assert short.value.reason == "PRICE_NOT_COVERED"
    _price(tx, at, 1, "P-2")
    assert actions.covers(tx, LOT, 1, WINNER, price)
    areas = ("4.52", "3.81", "2.67", "5.19")
    orders = actions.settle_first(
        tx, at.cashier, lot_id=LOT, entry_id=1, transferee=WINNER, transferor=TRANSFEROR, region=REGION, price_fen=price,
        households=[(f"演示户{n}", Decimal(area)) for n, area in enumerate(areas, 1)],
    )  # fmt: skip
    assert [o.amount_fen for o in orders] == [384_200, 323_850, 226_950, 441_150]
    assert actions.payout(tx, at.cashier, LOT, region=REGION, transferor=TRANSFEROR) == []
    assert not queries.settled(tx, LOT)
    for order in orders:
        _carry_out(tx, at, order)
    assert queries.unsettled(tx, LOT) == []
    assert set(queries.lot_balances(tx, LOT).accounts.values()) == {0}
    assert queries.balance(tx, AccountKind.BANK, None, None) == fees["transferee"]
    tx.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))


def test_what_was_paid_too_much_goes_back(tx: Tx) -> None:
    at = desk(tx)
    held(tx, at)
    actions.bill_fees(tx, LOT, region=REGION, amount_fen=300_000, sides=SIDES, first_year_fen=100_000)
    orders = actions.settle_first(
        tx,
        at.cashier,
        lot_id=LOT,
        entry_id=1,
        transferee=WINNER,
        transferor=TRANSFEROR,
        region=REGION,
        price_fen=300_000,
    )
    assert [(o.kind, o.amount_fen) for o in orders] == [(OrderKind.PAYOUT, 300_000), (OrderKind.RETURN, 180_000)]
    for order in orders:
        _carry_out(tx, at, order)
    assert queries.settled(tx, LOT)


def test_a_fallen_contract_leaves_no_debts(tx: Tx) -> None:
    at = desk(tx)
    held(tx, at)
    sides = (("transferor", TRANSFEROR, "enterprise"), SIDES[1])
    actions.bill_fees(tx, LOT, region=REGION, amount_fen=10**7, sides=sides)
    _price(tx, at, 50_000)
    orders = actions.cancel_debts(tx, LOT, region=REGION, transferee=WINNER, cause="竞得人违约")
    assert actions.cancel_debts(tx, LOT, region=REGION, transferee=WINNER, cause="竞得人违约") == []
    forfeited = actions.forfeit(tx, 1, cause="NOT_PAID")
    assert forfeited is not None
    for order in (*orders, forfeited):
        _carry_out(tx, at, order)
    for share in actions.distribute(
        tx, at.cashier, LOT, region=REGION, transferor=TRANSFEROR, costs_fen=0, shortfall_fen=0
    ):
        _carry_out(tx, at, share)
    assert queries.settled(tx, LOT)
    again = actions.bill_fees(tx, LOT, region=REGION, amount_fen=10**7, sides=sides)
    assert again == {"transferor": 130_000, "transferee": 130_000}
    assert len(queries.postings_of(tx, LOT, Event.FEE_DUE)) == 6


def test_the_order_of_a_captured_deposit_is_no_refund(tx: Tx) -> None:
    at = desk(tx)
    held(tx, at)
    actions.release(tx, 1, cause="退出")
    with pytest.raises(Conflict) as waiting:
        actions.capture_to_price(tx, at.cashier, 1)
    assert waiting.value.reason == "ORDER_OPEN"
    assert actions.capture_to_price(tx, at.cashier, 99) is None


def test_no_order_pays_out_more_than_is_owed(tx: Tx) -> None:
    at = desk(tx)
    held(tx, at)
    orders = actions.settle_first(
        tx,
        at.cashier,
        lot_id=LOT,
        entry_id=1,
        transferee=WINNER,
        transferor=TRANSFEROR,
        region=REGION,
        price_fen=500_000,
    )
    tx.execute(text("UPDATE money_order SET amount_fen = 500001"))
    with pytest.raises(Refused) as over:
        _carry_out(tx, at, orders[0])
    assert over.value.reason == "INSUFFICIENT_BALANCE"


def test_every_act_is_recorded_without_names(tx: Tx) -> None:
    at = desk(tx)
    held(tx, at)
    order = actions.release(tx, 1, cause="退出")
    assert order is not None
    _carry_out(tx, at, order)
    acts = list(
        tx.scalars(
            select(AuditEvent.act).where(AuditEvent.act.startswith("deposit.") | AuditEvent.act.startswith("money_order."))
            .order_by(AuditEvent.id)
        )
    )  # fmt: skip
    assert acts == [
        "deposit.expect", "deposit.hold", "money_order.raise", "money_order.prepare", "money_order.approve", "deposit.release",
    ]  # fmt: skip
    said = tx.execute(text("SELECT string_agg(facts::text || after::text, ' ') FROM audit_event")).scalar_one()
    assert APPLICANT not in said
    with pytest.raises(Problem):
        actions.reject(tx, at.approver, order.id, reason="已执行")
