"""Money is exact: integer fen, one rounding, parts that sum to the whole."""

from decimal import Decimal, InvalidOperation
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.base.money import MAX_FEN, PriceBasis, annual_fen, fen_from_yuan, half_up, split_fen, total_fen, yuan

FEN = st.integers(0, MAX_FEN)


@given(FEN)
def test_yuan_and_back_is_the_same(fen: int) -> None:
    assert fen_from_yuan(yuan(fen).replace(",", "")) == fen


@pytest.mark.parametrize(
    ("fen", "text"),
    [(0, "0.00"), (5, "0.05"), (100, "1.00"), (264654750, "2,646,547.50"), (-5, "-0.05"), (-123456, "-1,234.56")],
)
def test_fen_read_as_yuan(fen: int, text: str) -> None:
    assert yuan(fen) == text


@pytest.mark.parametrize("text", ["0.001", "1.005", "1e-3", "NaN", "Infinity", "-Infinity", "", "一元", "1,000"])
def test_what_is_no_amount_in_fen_is_refused(text: str) -> None:
    with pytest.raises((ValueError, InvalidOperation)):
        fen_from_yuan(text)


@pytest.mark.parametrize(
    ("value", "rounded"),
    [
        (Fraction(1, 2), 1), (Fraction(3, 2), 2), (Fraction(5, 2), 3), (Fraction(49, 100), 0), (Fraction(0), 0),
        (Fraction(10**20 * 2 + 1, 2), 10**20 + 1),
    ],
)  # fmt: skip
def test_halves_go_up(value: Fraction, rounded: int) -> None:
    assert half_up(value) == rounded


@given(st.fractions(min_value=0, max_value=10**12))
def test_rounding_is_never_off_by_more_than_half(value: Fraction) -> None:
    assert -Fraction(1, 2) < half_up(value) - value <= Fraction(1, 2)


@pytest.mark.parametrize(
    ("unit", "basis", "quantity", "months", "total", "annual"),
    [
        (71000, PriceBasis.MU_YEAR, "557", 31, 102163083, 39547000),
        (74000, PriceBasis.MU_YEAR, "850", 31, 162491667, 62900000),
        (190000, PriceBasis.MU_YEAR, "20", 192, 60800000, 3800000),
        (16570000, PriceBasis.YEAR, "96", 240, 331400000, 16570000),
        (4360000, PriceBasis.TOTAL, "54.5", 12, 4360000, 4360000),
        (150, PriceBasis.M2_MONTH, "33.33", 7, 34997, 59994),
        (73000, PriceBasis.M3, "100", 0, 7300000, 7300000),
        (1, PriceBasis.TONNE, "0.5", 0, 1, 1),
    ],
)
def test_the_whole_price_by_basis(
    unit: int, basis: PriceBasis, quantity: str, months: int, total: int, annual: int
) -> None:
    assert total_fen(unit, basis, Decimal(quantity), months) == total
    assert annual_fen(unit, basis, Decimal(quantity), months) == annual


@given(FEN, st.lists(st.decimals(0, 10**6, places=4), min_size=1, max_size=30).filter(lambda w: sum(w) > 0))
def test_the_parts_sum_to_the_whole_and_each_is_within_one_fen_of_its_share(total: int, weights: list[Decimal]) -> None:
    parts = split_fen(total, weights)
    assert sum(parts) == total
    whole = sum(map(Fraction, weights))
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part - total * Fraction(weight) / whole) < 1


def test_ties_of_a_split_go_to_the_first() -> None:
    assert split_fen(100, [Decimal(1)] * 3) == [34, 33, 33]
    assert split_fen(1, [Decimal(0), Decimal(1), Decimal(1)]) == [0, 1, 0]


@pytest.mark.parametrize("weights", [[], [Decimal(0)], [Decimal(-1), Decimal(2)]])
def test_weights_that_divide_nothing_are_refused(weights: list[Decimal]) -> None:
    with pytest.raises(ValueError, match="weights"):
        split_fen(100, weights)
