"""The price falls by the clock, the first to accept has it, and in the hybrid others may go above."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.bidding import Offer, Verdict, at
from app.rules.trading.descending import Falling, Rules, accept, counter, is_over, price_at

NOW = datetime(2026, 12, 9, 1, 30, tzinfo=UTC)
S = timedelta(seconds=1)
RULES = Rules(10_000, 8_950, 100, NOW, 30 * S, step_up_fen=100)
MS = timedelta(milliseconds=1)


@pytest.mark.parametrize(
    ("after", "price"),
    [(-S, 10_000), (0 * S, 10_000), (30 * S - MS, 10_000), (30 * S, 9_900), (300 * S, 9_000), (330 * S, 8_950), (999 * S, 8_950)],
)  # fmt: skip
def test_the_price_of_an_instant(after: timedelta, price: int) -> None:
    assert price_at(RULES, NOW + after) == price


@given(st.lists(st.integers(0, 2000), min_size=2))
def test_it_only_falls_and_never_below_the_floor(seconds: list[int]) -> None:
    prices = [price_at(RULES, NOW + n * S) for n in sorted(seconds)]
    assert prices == sorted(prices, reverse=True)
    assert min(prices) >= RULES.floor_fen


def test_nobody_takes_it_until_the_floor_was_held_long_enough() -> None:
    last = NOW + (330 + 180) * S
    assert not is_over(Falling(RULES), last - MS)
    assert accept(Falling(RULES), "A", last - MS)[1] is Verdict.LEADING
    assert accept(Falling(RULES), "A", last)[1] is Verdict.ENDED
    assert accept(Falling(RULES), "A", NOW - MS)[1] is Verdict.NOT_OPEN
    assert counter(Falling(RULES), Offer("A", 9_000), last)[1] is Verdict.ENDED
    assert counter(Falling(RULES), Offer("A", 9_000), NOW)[1] is Verdict.NOT_OPEN


def test_of_two_in_one_tick_the_first_heard_has_it() -> None:
    f = Falling(Rules(10_000, 9_000, 100, NOW, 30 * S, counter=0 * S))
    f, verdict = accept(f, "A", NOW + 65 * S)
    assert f.second is not None
    assert (verdict, f.second.leader, f.second.best_fen) == (Verdict.LEADING, "A", 9_800)
    assert accept(f, "B", NOW + 65 * S)[1] is Verdict.ENDED
    assert is_over(f, NOW + 65 * S)


def test_the_hybrid_lets_others_go_a_step_above_within_the_window() -> None:
    f, _ = accept(Falling(RULES), "A", NOW + 65 * S)
    assert accept(f, "B", NOW + 66 * S)[1] is Verdict.STEP_TOO_SMALL
    assert counter(f, Offer("B", 9_899), NOW + 70 * S)[1] is Verdict.STEP_TOO_SMALL
    assert counter(f, Offer("A", 9_900), NOW + 70 * S)[1] is Verdict.SELF_OUTBID
    assert counter(f, Offer("B", 9_900), NOW + 125 * S)[1] is Verdict.ENDED
    g, verdict = counter(f, Offer("B", 9_900), NOW + 125 * S - MS)
    assert verdict is Verdict.LEADING
    assert not is_over(g, NOW + 300 * S)
    assert is_over(g, NOW + 305 * S)
    assert g.second is not None
    assert at(g.second, NOW + 305 * S).leader == "B"
