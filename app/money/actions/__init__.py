"""What is done with money. Whoever calls holds the lock on the lot; each act posts and records in the same transaction."""

from app.money.actions.deposit import (
    capture_to_price,
    expect_deposit,
    forfeit,
    hold_deposit,
    prepare_for_deposit,
    release,
    release_losers,
)  # fmt: skip
from app.money.actions.order import approve, distribute, payout, prepare, reject
from app.money.actions.price import bill_fees, cancel_debts, covers, fee_in, price_in, settle_first, settle_instalment

__all__ = [
    "approve", "bill_fees", "cancel_debts", "capture_to_price", "covers", "distribute", "expect_deposit", "fee_in", "forfeit",
    "hold_deposit", "payout", "prepare", "prepare_for_deposit", "price_in", "reject", "release", "release_losers",
    "settle_first", "settle_instalment",
]  # fmt: skip
