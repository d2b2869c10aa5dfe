"""保证金: amounts, waiver, and the order in which a forfeited one is shared out."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.deposit import distribute_forfeit, may_be_waived, standard_deposit_fen

FEN = st.integers(0, 10**12)


@pytest.mark.parametrize(
    ("first_year", "total", "recurring", "household", "fen"),
    [
        (10_000_000, 50_000_000, True, False, 2_000_000),
        (10_000_000, 50_000_000, True, True, 1_000_000),
        (10_000_000, 50_000_000, False, False, 5_000_000),
        (249_999, 249_999, True, False, 50_000),
        (250_005, 250_005, True, False, 50_001),
        (10**12, 10**12, True, False, 50_000_000),
    ],
)
def test_the_default_deposit(first_year: int, total: int, recurring: bool, household: bool, fen: int) -> None:
    assert (
        standard_deposit_fen(first_year_fen=first_year, total_fen=total, recurring=recurring, household_land=household)
        == fen
    )


@pytest.mark.parametrize(
    ("household", "area", "spared"), [(True, "19.99", True), (True, "20", False), (False, "1", False)]
)
def test_only_a_household_below_twenty_mu_may_be_spared(household: bool, area: str, spared: bool) -> None:
    assert may_be_waived(household_land=household, area_mu=Decimal(area)) is spared


@given(FEN, FEN, FEN)
def test_a_forfeit_is_shared_out_to_the_fen_and_costs_come_first(amount: int, costs: int, shortfall: int) -> None:
    shares = distribute_forfeit(amount, costs_fen=costs, shortfall_fen=shortfall)
    assert shares.costs_fen + shares.transferor_fen == amount
    assert shares.costs_fen == min(costs, amount)
    assert shares.shortfall_fen == min(shortfall, amount - shares.costs_fen)


def test_nobody_forfeits_a_negative_amount() -> None:
    with pytest.raises(ValueError, match="not negative"):
        distribute_forfeit(100, costs_fen=-1, shortfall_fen=0)
