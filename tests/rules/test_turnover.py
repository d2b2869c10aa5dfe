"""交易额统计: the published numbers reproduced, and what holds for any growth, premium and sum."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.base.money import PriceBasis, fen_from_yuan, total_fen
from app.rules.turnover import (
    Figures,
    Premium,
    annualised_fen,
    growth_to_annual,
    growth_to_cumulative,
    path_fen,
    percent,
    premium,
    reconcile,
)

SOLD, PLAN = fen_from_yuan("17341500"), fen_from_yuan("500000000")
FROM, TO = date(2025, 7, 20), date(2025, 12, 2)
FEN = st.integers(1, 10**13)


def test_the_published_history_is_46_89_million_a_year() -> None:
    assert annualised_fen(SOLD, FROM, TO) == fen_from_yuan("46886277.78")


def test_half_a_billion_in_2030_takes_60_5_percent_a_year() -> None:
    growth = growth_to_annual(annualised_fen(SOLD, FROM, TO), PLAN, 5)
    assert round(growth * 100, 1) == Decimal("60.5")
    assert round(Decimal(PLAN) / (Decimal(SOLD) / 63)) == 1816


def test_half_a_billion_altogether_takes_much_less() -> None:
    base = annualised_fen(SOLD, FROM, TO)
    growth = growth_to_cumulative(base, PLAN - SOLD, 5)
    assert Decimal("0.24") < growth < Decimal("0.26")
    assert abs(sum(path_fen(base, growth, 5)) - (PLAN - SOLD)) <= 5


def test_where_nothing_remains_no_growth_is_needed() -> None:
    assert growth_to_cumulative(100, 0, 5) == -1


@given(FEN, FEN, st.integers(1, 30))
def test_the_path_of_the_annual_reading_ends_at_the_target(base: int, target: int, years: int) -> None:
    assert abs(path_fen(base, growth_to_annual(base, target, years), years)[-1] - target) <= 1


@given(FEN, FEN, st.integers(1, 10))
def test_the_path_of_the_cumulative_reading_adds_up_to_the_target(base: int, remaining: int, years: int) -> None:
    assert abs(sum(path_fen(base, growth_to_cumulative(base, remaining, years), years)) - remaining) <= years


@pytest.mark.parametrize(("base", "target", "years"), [(0, 1, 1), (1, 0, 1), (1, 1, 0)])
def test_growth_needs_two_amounts_and_time(base: int, target: int, years: int) -> None:
    with pytest.raises(ValueError, match="growth leads"):
        growth_to_annual(base, target, years)


@pytest.mark.parametrize(("base", "years"), [(0, 1), (1, 0)])
def test_cumulative_growth_needs_a_base_and_time(base: int, years: int) -> None:
    with pytest.raises(ValueError, match="growth leads"):
        growth_to_cumulative(base, 1, years)


def test_a_period_without_days_is_no_year() -> None:
    with pytest.raises(ValueError, match="days"):
        annualised_fen(1, TO, TO)


def test_benniu_climbed_by_12_02_percent() -> None:
    basis, months = PriceBasis.MU_YEAR, 31
    start = sum(total_fen(65_000, basis, Decimal(mu), months) for mu in (557, 850))
    final = total_fen(71_000, basis, Decimal(557), months) + total_fen(74_000, basis, Decimal(850), months)
    assert final == fen_from_yuan("2646547.50")
    climbed = premium(start, final)
    assert climbed.r1 == Decimal("12.02")
    assert climbed.r2 == Decimal("10.73")


@pytest.mark.parametrize(
    ("gain", "final", "r2"), [(14, 377, Decimal("3.71")), (Decimal("3.94"), Decimal("24.55"), Decimal("16.05"))]
)
def test_the_second_definition_is_the_one_published_in_jiangsu(gain: Decimal, final: Decimal, r2: Decimal) -> None:
    gain_fen, final_fen = int(gain * 100), int(final * 100)
    assert Premium(gain_fen, final_fen - gain_fen, final_fen).r2 == r2


def test_a_rate_of_nothing_is_no_rate() -> None:
    assert premium(0, 0).r1 is None
    assert percent(-1, 3) == Decimal("-33.33")


def test_deyangs_monthly_report_is_found_to_be_off_by_8_99() -> None:
    parts = {"资金": Decimal("2362.89"), "资源": Decimal("1331.89"), "资产": Decimal("1292.35")}
    found = reconcile(Figures("德阳 2026-05", Decimal("4978.14"), parts))
    assert (found.parts_total, found.difference, found.agrees) == (Decimal("4987.13"), Decimal("8.99"), False)


def test_figures_that_add_up_agree() -> None:
    counties = ("1921.19", "423.05", "4059.89", "9494.58", "5414.43", "3197.74", "6695.09")
    figures = Figures("德阳分县", Decimal("31205.97"), {str(i): Decimal(c) for i, c in enumerate(counties)})
    assert reconcile(figures).agrees
