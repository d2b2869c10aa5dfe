"""Two cashiers, two approvers, at once: one posting each time, and nothing paid twice."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from sqlalchemy import Engine, func, select

from app.base.db import transaction
from app.base.errors import Conflict, Problem
from app.money import actions, queries
from app.money.models import Posting
from tests.money.make import APPLICANT, LOT, REGION, Desk, desk, expected, held


def _at_once(n: int, act: Callable[[], object]) -> list[object]:
    """What each of n threads got, an answer or a problem, all starting together."""
    ready = Barrier(n)

    def one(_: int) -> object:
        ready.wait()
        try:
            return act()
        except Problem as problem:
            return problem

    with ThreadPoolExecutor(n) as threads:
        return list(threads.map(one, range(n)))


def _desk() -> Desk:
    with transaction() as tx:
        return desk(tx)


def _n_postings() -> int:
    with transaction(read_only=True) as tx:
        return tx.execute(select(func.count()).select_from(Posting)).scalar_one()


def test_a_payment_entered_by_two_windows_at_once_is_one_posting(database: Engine) -> None:
    at = _desk()

    def enter() -> int:
        with transaction() as tx:
            return actions.price_in(
                tx, at.cashier, lot_id=LOT, party_id=1, region=REGION, amount_fen=100, payer_name=APPLICANT,
                expected_name=APPLICANT, bank_reference="BANK-1",
            ).id  # fmt: skip

    assert len(set(_at_once(6, enter))) == 1
    assert _n_postings() == 1


def test_a_deposit_entered_by_two_windows_at_once_is_held_once(database: Engine) -> None:
    at = _desk()
    with transaction() as tx:
        expected(tx)

    def enter() -> int:
        with transaction() as tx:
            return actions.hold_deposit(
                tx, at.cashier, 1, amount_fen=500_000, payer_name=APPLICANT, bank_reference="BANK-1"
            ).id

    assert len(set(_at_once(6, enter))) == 1
    assert _n_postings() == 1


def test_an_order_approved_twice_at_once_is_paid_once(database: Engine) -> None:
    at = _desk()
    with transaction() as tx:
        held(tx, at)
        order = actions.release(tx, 1, cause="流标")
        assert order is not None
        actions.prepare(tx, at.cashier, order.id)

    def approve() -> int:
        with transaction() as tx:
            return actions.approve(tx, at.approver, order.id).id

    answers = _at_once(4, approve)
    assert answers.count(order.id) == 1
    assert sum(isinstance(answer, Conflict) for answer in answers) == 3
    with transaction(read_only=True) as tx:
        assert queries.settled(tx, LOT)


def test_deposits_of_one_lot_come_in_at_once_without_deadlock(database: Engine) -> None:
    at = _desk()
    with transaction() as tx:
        for entry in range(1, 9):
            expected(tx, entry)
    entries = iter(range(1, 9))

    def enter() -> int:
        entry = next(entries)
        with transaction() as tx:
            return actions.hold_deposit(
                tx, at.cashier, entry, amount_fen=500_000, payer_name=APPLICANT, bank_reference=f"BANK-{entry}"
            ).id

    assert len({answer for answer in _at_once(8, enter) if isinstance(answer, int)}) == 8
    with transaction(read_only=True) as tx:
        assert queries.lot_balances(tx, LOT).deposits.in_transit_fen == 8 * 500_000
        assert queries.drift(tx) == []
