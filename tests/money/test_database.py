"""What the database itself refuses of the ledger, whatever the code above it does."""

from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from app.base.db import Tx
from app.money import actions, queries
from app.money.actions.ledger import Side, move_fen, post
from app.money.models import Posting
from app.money.states import AccountKind, Event
from tests.money.make import LOT, REGION, desk, held

K = AccountKind


def _post(tx: Tx, *sides: Side, event: Event = Event.FEE_DUE, **over: Any) -> Posting:
    given: dict[str, Any] = {
        "lot_id": LOT,
        "party_id": None,
        "region": REGION,
        "reference": "r",
        "amount_fen": 100,
    } | over
    posting, _ = post(tx, None, event, sides, **given)
    return posting


def _check_now(tx: Tx) -> None:
    tx.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))


def test_an_unbalanced_posting_cannot_be_committed(tx: Tx) -> None:
    _post(tx, Side(K.BANK, LOT, None, 100), Side(K.BIDDER_CLEARING, LOT, 1, -99))
    with pytest.raises(IntegrityError, match="does not balance"):
        _check_now(tx)


def test_one_lots_money_cannot_cover_anothers(tx: Tx) -> None:
    _post(tx, Side(K.BANK, LOT, None, 100), Side(K.BIDDER_CLEARING, LOT + 1, 1, -100))
    with pytest.raises(IntegrityError, match="does not balance"):
        _check_now(tx)


def test_a_posting_without_entries_is_none(tx: Tx) -> None:
    _post(tx)
    with pytest.raises(IntegrityError, match="does not balance"):
        _check_now(tx)


def test_a_balanced_posting_stands(tx: Tx) -> None:
    _post(tx, *move_fen((K.BANK, None), (K.BIDDER_CLEARING, 1), LOT, 100))
    _check_now(tx)
    assert queries.balance(tx, K.BANK, LOT, None) == 100


@pytest.mark.parametrize("table", ["posting", "ledger_entry"])
@pytest.mark.parametrize(
    "change", ["UPDATE {} SET amount_fen = amount_fen + 1", "DELETE FROM {}", "TRUNCATE {} CASCADE"]
)
def test_what_was_posted_is_never_changed(tx: Tx, table: str, change: str) -> None:
    _post(tx, *move_fen((K.BANK, None), (K.BIDDER_CLEARING, 1), LOT, 100))
    _check_now(tx)
    with pytest.raises(IntegrityError, match="only added to"):
        tx.execute(text(change.format(table)))


def test_nothing_is_paid_out_that_is_not_there(tx: Tx) -> None:
    with pytest.raises(IntegrityError, match="bank_is_never_overdrawn"):
        _post(tx, *move_fen((K.TRANSFEROR_PAYABLE, 1), (K.BANK, None), LOT, 100))


def test_a_depositor_never_gets_back_more_than_he_paid(tx: Tx) -> None:
    _post(tx, *move_fen((K.BANK, None), (K.DEPOSIT_ESCROW, 1), LOT, 100))
    with pytest.raises(IntegrityError, match="held_for_others_is_never_overdrawn"):
        _post(tx, *move_fen((K.DEPOSIT_ESCROW, 1), (K.BIDDER_CLEARING, 1), LOT, 101), reference="s")


@pytest.mark.parametrize("event", [Event.DEP_REFUND, Event.DEP_FORFEIT, Event.PAYOUT, Event.PRICE_OUT])
def test_money_that_leaves_names_two_persons(tx: Tx, event: Event) -> None:
    with pytest.raises(IntegrityError, match="money_leaves_by_two_persons"):
        _post(tx, *move_fen((K.DEPOSIT_ESCROW, 1), (K.BANK, None), LOT, 100), event=event)


def test_the_two_persons_are_not_one(tx: Tx) -> None:
    cashier = desk(tx).cashier
    with pytest.raises(IntegrityError, match="by_two_persons"):
        post(
            tx, cashier, Event.PAYOUT, move_fen((K.DEPOSIT_ESCROW, 1), (K.BANK, None), LOT, 100), lot_id=LOT, party_id=None,
            region=REGION, reference="r", amount_fen=100, prepared_by=cashier.person_id,
        )  # fmt: skip


def test_an_order_is_not_decided_by_who_prepared_it(tx: Tx) -> None:
    at = desk(tx)
    held(tx, at)
    order = actions.release(tx, 1, cause="未竞得")
    assert order is not None
    actions.prepare(tx, at.cashier, order.id)
    tx.flush()
    with pytest.raises(IntegrityError, match="two_persons"):
        tx.execute(text("UPDATE money_order SET state = 'rejected', decided_by_person = prepared_by_person"))


def test_kept_balances_are_the_sums_of_the_entries(tx: Tx) -> None:
    held(tx, desk(tx))
    assert queries.drift(tx) == []
    tx.execute(text("UPDATE ledger_account SET balance_fen = balance_fen + 1 WHERE kind = 'bank'"))
    assert len(queries.drift(tx)) == 1
