"""租金计划: the vectors of the specification, and that no fen is lost on the way to a schedule."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.base.money import fen_from_yuan, split_fen
from app.rules.rent import (
    Collect,
    Escalation,
    EscalationWay,
    after_rent_free_days,
    in_kind_unit_fen,
    instalments,
    schedule,
    unit_prices_fen,
    yearly_rents_fen,
)  # fmt: skip

BY_FIVE_PERCENT = Escalation(EscalationWay.PERCENT, start_period=4, every=3, value=Decimal(5))


def test_every_third_year_five_percent_on_the_rounded_unit_price() -> None:
    assert unit_prices_fen(80_000, 10, BY_FIVE_PERCENT)[::3] == [80_000, 84_000, 88_200, 92_610]
    yuan = [40_000] * 3 + [42_000] * 3 + [44_100] * 3 + [46_305]
    assert yearly_rents_fen(80_000, Decimal(50), 10, BY_FIVE_PERCENT) == [y * 100 for y in yuan]


def test_the_unit_price_is_rounded_before_it_is_multiplied() -> None:
    rise = Escalation(EscalationWay.PERCENT, start_period=2, every=1, value=Decimal("3.3"))
    assert yearly_rents_fen(33_333, Decimal(1000), 2, rise) == [33_333_000, 34_433_000]


def test_a_rise_may_be_an_amount() -> None:
    rise = Escalation(EscalationWay.AMOUNT, start_period=3, every=2, value=Decimal(1_000))
    assert unit_prices_fen(50_000, 5, rise) == [50_000, 50_000, 51_000, 51_000, 52_000]
    assert unit_prices_fen(50_000, 2, Escalation()) == [50_000, 50_000]


@pytest.mark.parametrize("wrong", [{"start_period": 1}, {"every": 0}, {"value": Decimal(-1)}])
def test_an_escalation_that_makes_no_sense_is_an_error(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="only rises"):
        Escalation(EscalationWay.PERCENT, **wrong)  # type: ignore[arg-type] # the point of the test


def test_rent_in_wheat_takes_the_better_of_floor_and_market() -> None:
    unit = in_kind_unit_fen(floor_fen=0, jin_per_mu=Decimal(800), price_per_jin=Decimal("1.18"))
    assert unit * 800 == fen_from_yuan("755200")
    assert in_kind_unit_fen(floor_fen=60_000, jin_per_mu=Decimal(500), price_per_jin=Decimal("1.19")) == 60_000


def test_rent_free_days_shorten_the_first_year_alone() -> None:
    assert after_rent_free_days([36_500, 36_500], date(2027, 3, 1), 30) == [33_508, 36_500]
    assert after_rent_free_days([36_500], date(2026, 3, 1), 30) == [33_500]
    with pytest.raises(ValueError, match="first year"):
        after_rent_free_days([36_500], date(2026, 3, 1), 366)


def test_later_years_are_paid_a_month_ahead() -> None:
    plan = schedule(total_fen=250, yearly_fen=100, term_start=date(2026, 10, 1), first_due=date(2026, 9, 8))
    assert plan == [(date(2026, 9, 8), 100), (date(2027, 9, 1), 100), (date(2028, 9, 1), 50)]


def test_an_instalment_never_falls_due_before_the_first() -> None:
    plan = instalments([120], term_start=date(2026, 1, 1), first_due=date(2026, 3, 15), collect=Collect.MONTH)
    days = [day for day, _ in plan]
    assert days == sorted(days)
    assert days[:3] == [date(2026, 3, 15)] * 3
    assert instalments([7, 7], term_start=date(2026, 1, 1), first_due=date(2026, 1, 1), collect=Collect.ONCE) == [
        (date(2026, 1, 1), 14)
    ]


@given(st.lists(st.integers(1, 10**9), min_size=1, max_size=30), st.sampled_from(list(Collect)))
def test_a_plan_adds_up_to_the_rent(yearly: list[int], collect: Collect) -> None:
    plan = instalments(yearly, term_start=date(2026, 2, 28), first_due=date(2026, 2, 28), collect=collect)
    assert sum(part for _, part in plan) == sum(yearly)


@pytest.mark.parametrize(("total", "yearly"), [(100, 0), (100, 101)])
def test_a_year_costs_something_and_not_more_than_the_term(total: int, yearly: int) -> None:
    with pytest.raises(ValueError, match="between"):
        schedule(total_fen=total, yearly_fen=yearly, term_start=date(2026, 1, 1), first_due=date(2026, 1, 1))


def test_households_share_to_the_fen() -> None:
    parts = split_fen(fen_from_yuan("13761.50"), [Decimal(x) for x in ("4.52", "3.81", "2.67", "5.19")])
    assert parts == [fen_from_yuan(y) for y in ("3842.00", "3238.50", "2269.50", "4411.50")]
