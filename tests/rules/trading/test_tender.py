"""Weighted scoring: the panel, the price points, vetoes, means without the extremes, ties."""

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.trading.lottery import draw
from app.rules.trading.tender import PARAMS, Tender, mean_points, panel_faults, price_points, rank

SUBJECTIVE = [name for name in PARAMS["weights"] if name != "price"]


def tender(plate: str, price: int, each: int = 300, **over: Any) -> Tender:
    marks = {name: [each] * 5 for name in SUBJECTIVE} | over.pop("marks", {})
    return Tender(plate, price, marks, **over)


@pytest.mark.parametrize(
    ("n", "village", "n_faults"), [(5, 1, 0), (5, 2, 1), (6, 2, 1), (3, 1, 1), (9, 3, 0), (9, 4, 1), (4, 4, 2)]
)
def test_a_panel_is_odd_five_or_more_and_a_third_village_at_most(n: int, village: int, n_faults: int) -> None:
    assert len(panel_faults([True] * village + [False] * (n - village))) == n_faults


def test_the_price_is_worth_its_share_of_the_highest() -> None:
    assert price_points(1000, 1000, 50) == 5000
    assert price_points(2, 3, 50) == 3333
    assert price_points(1, 3, 50) == 1667


def test_the_mean_method_leaves_out_one_highest_and_one_lowest_from_five_on() -> None:
    k = {"below": Fraction(1, 2), "above": Fraction(1)}
    assert mean_points(100, [1, 100, 100, 100, 999], 50, **k) == 5000
    assert mean_points(90, [90, 110], 50, **k) == 4500
    assert mean_points(110, [90, 110], 50, **k) == 4000
    assert mean_points(1, [1, 10_000], 20, **k) == 0


def test_extremes_of_five_judges_are_left_out() -> None:
    found = rank([tender("A", 1000, marks={"plan": [0, 1000, 1000, 1000, 1500]})], floor_fen=1)
    assert dict(found.candidates[0].points)["plan"] == 1000
    assert found.candidates[0].total == 5000 + 1000 + 4 * 300


def test_vetoes_are_named_and_if_all_are_the_tender_fails() -> None:
    offers = [
        tender("A", 999),
        tender("B", 1501),
        tender("C", 1501, high_price_explained=True),
        tender("D", 1000, vetoes=("黑名单",)),
    ]
    found = rank(offers, floor_fen=1000, guide_fen=1000)
    assert [s.plate for s in found.candidates] == ["C"]
    assert dict(found.vetoed) == {"A": "低于底价", "B": "异常高价不能说明", "D": "黑名单"}
    assert rank(offers[:1], floor_fen=1000).reason == "ALL_VETOED"
    assert rank(offers[:2], floor_fen=1, at_least=3).reason == "NOT_ENOUGH_TENDERS"


def test_a_tie_goes_to_the_higher_price_then_to_credit_then_to_the_lot() -> None:
    by_price = [
        tender("A", 500, marks={"plan": [1500] * 5}),
        tender("B", 1000, marks={"plan": [0] * 5, "capacity": [300] * 5}),
    ]
    level = rank(by_price, floor_fen=1, weights=PARAMS["weights"] | {"price": 30, "plan": 35})
    assert [(s.plate, s.total) for s in level.candidates] == [("B", 4200), ("A", 4200)]
    credit = [
        tender("A", 1000, marks={"credit": [100] * 5, "plan": [400] * 5}),
        tender("B", 1000, marks={"credit": [200] * 5}),
    ]
    assert [s.plate for s in rank(credit, floor_fen=1).candidates] == ["B", "A"]
    equal = [tender("A", 1000), tender("B", 1000)]
    assert rank(equal, floor_fen=1).needs_draw == ("A", "B")
    drawn = rank(equal, floor_fen=1, seed=b"x" * 32)
    assert tuple(s.plate for s in drawn.candidates) == draw(b"x" * 32, ["A", "B"])


def test_weights_and_marks_that_do_not_add_up_are_refused() -> None:
    with pytest.raises(ValueError, match="一百分"):
        rank([], floor_fen=1, weights={"price": 99})
    wrong: tuple[dict[str, list[int]], ...] = ({"plan": []}, {"plan": [1501]}, {"plan": [-1]})
    for marks in wrong:
        with pytest.raises(ValueError, match="plan"):
            rank([tender("A", 1000, marks=marks)], floor_fen=1)


@given(st.lists(st.integers(1, 10**9), min_size=1, max_size=8))
def test_with_equal_marks_the_highest_price_leads_and_no_total_passes_a_hundred(prices: list[int]) -> None:
    found = rank([tender(f"P{n}", fen) for n, fen in enumerate(prices)], floor_fen=1, seed=b"s" * 32)
    assert found.candidates[0].price_fen == max(prices)
    assert all(0 <= s.total <= 10_000 for s in found.candidates)
