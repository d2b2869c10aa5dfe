"""Any course of deposits on a lot: every step leaves 收 = 退 + 转价款 + 扣 + 在途, and the ledger at zero."""

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from app.base.db import Tx
from app.base.errors import Problem
from app.money import actions, queries
from app.money.states import DEPOSIT, DepositState, OrderState
from tests.money.make import APPLICANT, LOT, desk, expected


class Deposits(RuleBasedStateMachine):
    """Entries come and pay, the winner's deposit is captured, others go back or are forfeited, in any order."""

    engine: Engine

    @initialize()
    def open(self) -> None:
        self.connection = self.engine.connect()
        self.outer = self.connection.begin()
        self.session = Session(bind=self.connection, join_transaction_mode="create_savepoint", expire_on_commit=False)
        self.tx = Tx(self.session)
        self.desk = desk(self.tx)
        self.n = 0

    @rule(fen=st.integers(1, 10**9))
    def enter(self, fen: int) -> None:
        self.n += 1
        expected(self.tx, self.n, fen=fen)

    def _of(self, entry: int) -> DepositState | None:
        deposit = queries.deposit_of_entry(self.tx, entry)
        return deposit.state if deposit else None

    @rule(entry=st.integers(1, 6), pays=st.sampled_from([0, 0, 0, 1]))
    def pay(self, entry: int, pays: int) -> None:
        deposit = queries.deposit_of_entry(self.tx, entry)
        fen = (deposit.amount_fen if deposit else 5) + pays
        try:
            actions.hold_deposit(
                self.tx, self.desk.cashier, entry, amount_fen=fen, payer_name=APPLICANT, bank_reference=f"B-{entry}"
            )
        except Problem:
            return
        assert self._of(entry) is DepositState.HELD
        assert not pays

    @rule(entry=st.integers(1, 6))
    def capture(self, entry: int) -> None:
        try:
            actions.capture_to_price(self.tx, self.desk.cashier, entry)
        except Problem as problem:
            assert problem.reason == "ORDER_OPEN"  # noqa: PT017 - the one way it may be refused

    @rule(entry=st.integers(1, 6))
    def give_back(self, entry: int) -> None:
        actions.release(self.tx, entry, cause="退出")

    @rule(entry=st.integers(1, 6))
    def take(self, entry: int) -> None:
        actions.forfeit(self.tx, entry, cause="违约")

    @rule(approves=st.booleans())
    def decide(self, approves: bool) -> None:
        for order in queries.open_orders(self.tx, LOT):
            if order.state is OrderState.DUE:
                actions.prepare(self.tx, self.desk.cashier, order.id)
            if approves:
                actions.approve(self.tx, self.desk.approver, order.id, decision_no="演示决字1号")
            else:
                actions.reject(self.tx, self.desk.approver, order.id, reason="退回")

    @rule()
    def fail(self) -> None:
        actions.release_losers(self.tx, LOT, keep=set())

    @invariant()
    def the_books_balance(self) -> None:
        if not hasattr(self, "tx"):
            return
        lot = queries.lot_balances(self.tx, LOT)
        assert lot.deposits.balances
        assert sum(lot.accounts.values()) == 0
        self.tx.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
        self.tx.execute(text("SET CONSTRAINTS ALL DEFERRED"))
        assert queries.drift(self.tx) == []

    def teardown(self) -> None:
        if hasattr(self, "tx"):
            self.session.close()
            self.outer.rollback()
            self.connection.close()


def test_every_course_of_deposits_balances_at_every_step(engine: Engine) -> None:
    machine = type("DepositsHere", (Deposits,), {"engine": engine})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=25,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            print_blob=False,
        ),
    )


@pytest.mark.parametrize("state", list(DepositState))
def test_every_state_of_a_deposit_answers_every_verb(state: DepositState) -> None:
    answered = 0
    for verb in sorted(DEPOSIT.all_verbs()):
        if verb in DEPOSIT.verbs(state):
            assert DEPOSIT.after(state, verb) is not state
        else:
            with pytest.raises(Problem, match="不能执行"):
                DEPOSIT.after(state, verb)
        answered += 1
    assert answered == 5
