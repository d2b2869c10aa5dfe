"""The hall: calls as the recorder enters them, his slips, and the hammer."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from app.rules.trading.hall import Hall, HallVerdict, call, enter, hammer, strike

V = HallVerdict


def called(h: Hall) -> Hall:
    for _ in range(3):
        h, _verdict = call(h)
    return h


def test_the_hammer_falls_only_after_the_third_call_and_a_bid_starts_the_calling_anew() -> None:
    h, verdict = enter(Hall(1000, 100), "A", 1000)
    assert verdict is V.ENTERED
    h, _ = call(h)
    h, _ = call(h)
    assert hammer(h)[1] is V.CALL_THRICE
    h, _ = enter(h, "B", 1100)
    assert h.calls == 0
    done, verdict = hammer(called(h))
    assert (verdict, done.winner) == (V.ENTERED, ("B", 1100))
    for act in (call, hammer, strike):
        assert act(done)[1] is V.HAMMERED
    assert enter(done, "C", 9000)[1] is V.HAMMERED


def test_what_the_recorder_may_not_enter() -> None:
    h, _ = enter(Hall(1000, 100), "A", 1000)
    assert enter(Hall(1000, 100), "A", 999)[1] is V.BELOW_START
    assert enter(h, "A", 2000)[1] is V.SELF_OUTBID
    assert enter(h, "B", 1099)[1] is V.STEP_TOO_SMALL
    assert enter(h, "B", 1100)[1] is V.ENTERED


def test_a_slip_is_struck_and_the_bid_before_leads_again() -> None:
    h, _ = enter(Hall(1000, 100), "A", 1000)
    slipped, _ = enter(h, "B", 11_000)
    assert strike(slipped) == (h, V.ENTERED)
    assert strike(Hall(1000, 100))[1] is V.NOTHING_TO_STRIKE


def test_below_the_reserve_or_without_a_bid_nothing_is_sold() -> None:
    low, _ = enter(Hall(1000, 100, reserve_fen=1500), "A", 1499)
    done, verdict = hammer(called(low))
    assert (verdict, done.winner) == (V.BELOW_RESERVE, None)
    enough, _ = enter(Hall(1000, 100, reserve_fen=1500), "A", 1500)
    assert hammer(called(enough))[0].winner == ("A", 1500)
    assert hammer(called(Hall(1000, 100)))[1] is V.BELOW_RESERVE
    assert Hall(1000, 100).winner is None


@given(st.lists(st.tuples(st.sampled_from("ABC"), st.integers(900, 3000))))
def test_entered_prices_climb_by_at_least_a_step(shouts: list[tuple[str, int]]) -> None:
    h = Hall(1000, 100)
    for plate, fen in shouts:
        h, _ = enter(h, plate, fen)
    assert all(b >= a + 100 for (_, a), (_, b) in pairwise(h.bids))
