"""How an ascending auction ends when several stand at one price: the cap, equal ranks, the lottery, the sealed reserve."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.bidding import Auction, Offer, Phase, Rules, SameRank, Verdict, at, freeze, hear, open_auction, resume
from app.rules.outage import is_hit
from app.rules.trading import lottery, reserve

NOW = datetime(2026, 12, 9, 1, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
ROOT, ONE, TWO = b"r" * 32, b"s" * 32, b"p" * 32


def running(**over: Any) -> Auction:
    told: dict[str, Any] = {
        "start_fen": 1000, "step_fen": 100, "opens_at": NOW, "free": 60 * MINUTE, "timed": 3 * MINUTE,
        "cap_fen": 1300, "cap_window": 5 * MINUTE,
    }  # fmt: skip
    return at(open_auction(Rules(**(told | over))), NOW)


def seed() -> bytes:
    return lottery.seed(ROOT, ONE, TWO, commitments=(lottery.commitment(ONE), lottery.commitment(TWO)))


def test_the_first_at_the_cap_opens_a_window_in_which_others_may_agree() -> None:
    a, verdict = hear(running(), Offer("A", 1300), NOW + MINUTE)
    assert (verdict, a.phase, a.end_at) == (Verdict.LEADING, Phase.CAP, NOW + 6 * MINUTE)
    assert hear(a, Offer("A", 1300), NOW + 2 * MINUTE)[1] is Verdict.SELF_OUTBID
    assert hear(a, Offer("B", 1400), NOW + 2 * MINUTE)[1] is Verdict.OVER_CAP
    assert hear(a, Offer("B", 1200), NOW + 2 * MINUTE)[1] is Verdict.STEP_TOO_SMALL
    b, verdict = hear(a, Offer("B", 1300), NOW + 2 * MINUTE)
    assert (verdict, b.tied, b.end_at) == (Verdict.AGREED, (("A", None), ("B", None)), a.end_at)
    assert hear(b, Offer("B", 1300), NOW + 3 * MINUTE)[1] is Verdict.SELF_OUTBID
    assert hear(b, Offer("C", 1300), NOW + 6 * MINUTE)[1] is Verdict.ENDED
    assert at(b, NOW + 6 * MINUTE).phase is Phase.ENDED


def test_a_falling_auction_has_its_cap_below() -> None:
    a = running(rising=False, cap_fen=800)
    a, _ = hear(a, Offer("A", 800), NOW)
    assert hear(a, Offer("B", 700), NOW)[1] is Verdict.OVER_CAP
    assert hear(a, Offer("B", 900), NOW)[1] is Verdict.STEP_TOO_SMALL


def test_a_window_at_the_cap_that_is_frozen_gets_its_time_back_and_an_outage_in_it_counts() -> None:
    a, _ = hear(running(), Offer("A", 1300), NOW)
    went_on = resume(freeze(a, NOW + 2 * MINUTE), NOW + 60 * MINUTE)
    assert (went_on.phase, went_on.end_at) == (Phase.CAP, NOW + 63 * MINUTE)
    assert is_hit(a, NOW + MINUTE, NOW + 2 * MINUTE)


@pytest.mark.parametrize(("rank", "winner"), [(1, "B"), (None, None)])
def test_two_and_a_holder_of_priority_at_the_cap_then_the_same_without_him(
    rank: int | None, winner: str | None
) -> None:
    """验收向量④：优先权人胜；去掉优先权人，抽签可复算。"""
    a, _ = hear(running(), Offer("A", 1300), NOW)
    a, _ = hear(a, Offer("B", 1300, rank=rank), NOW)
    order = lottery.settle(seed(), a.tied)
    drawn = tuple(sorted("AB", key=lambda p: sha256(sha256(ROOT + ONE + TWO).digest() + p.encode()).digest()))
    assert order[0] == (winner or drawn[0])
    assert set(order) == {"A", "B"}
    assert winner or order == drawn


def test_equal_ranks_at_one_price_are_drawn_where_the_notice_says_so() -> None:
    a = running(priority_in=True, same_rank=SameRank.LOTTERY)
    a, _ = hear(a, Offer("A", 1100, rank=2), NOW)
    a, verdict = hear(a, Offer("B", 1100, rank=2), NOW + MINUTE)
    assert (verdict, a.seq, a.tied) == (Verdict.AGREED, 1, (("A", 2), ("B", 2)))
    assert hear(a, Offer("B", 1100, rank=2), NOW + MINUTE)[1] is Verdict.SELF_OUTBID
    assert hear(a, Offer("C", 1100, rank=3), NOW + MINUTE)[1] is Verdict.STEP_TOO_SMALL
    assert hear(a, Offer("C", 1100, rank=1), NOW + MINUTE)[0].tied == ()
    assert hear(a, Offer("C", 1200), NOW + MINUTE)[0].tied == ()


def test_a_seed_needs_what_was_committed_to() -> None:
    with pytest.raises(ValueError, match="承诺不符"):
        lottery.seed(ROOT, ONE, TWO, commitments=(lottery.commitment(TWO), lottery.commitment(ONE)))
    with pytest.raises(ValueError, match="32字节"):
        lottery.seed(b"", ONE, TWO, commitments=(lottery.commitment(ONE), lottery.commitment(TWO)))


@given(st.sets(st.text("ABCDEF0123456789", min_size=7, max_size=7), max_size=12), st.binary(min_size=32, max_size=32))
def test_a_draw_orders_everybody_once_whatever_the_order_they_came_in(plates: set[str], drawn_from: bytes) -> None:
    order = lottery.draw(drawn_from, plates)
    assert set(order) == plates
    assert order == lottery.draw(drawn_from, sorted(plates, reverse=True))


@given(st.lists(st.tuples(st.sampled_from("ABCDEF"), st.none() | st.integers(1, 3)), unique_by=lambda t: t[0]))
def test_no_draw_puts_a_later_rank_before_an_earlier_one(tied: list[tuple[str, int | None]]) -> None:
    ranks = [dict(tied)[plate] or 99 for plate in lottery.settle(seed(), tied)]
    assert ranks == sorted(ranks)


def test_a_sealed_reserve_is_revealed_and_met_by_the_same_price() -> None:
    sealed = reserve.commitment("lot/7", 5000, ONE)
    assert reserve.is_revealed(sealed, "lot/7", 5000, ONE)
    assert not reserve.is_revealed(sealed, "lot/7", 4999, ONE)
    assert not reserve.is_revealed(sealed, "lot/8", 5000, ONE)
    assert not reserve.is_revealed(sealed, "lot/7", 5000, TWO)
    assert [reserve.is_met(fen, 5000) for fen in (4999, 5000)] == [False, True]
    assert [reserve.is_met(fen, 5000, rising=False) for fen in (5000, 5001)] == [True, False]
    assert [reserve.is_met(fen, None) for fen in (None, 1)] == [False, True]
    assert not reserve.is_met(None, 5000)
    for fen, nonce in ((0, ONE), (1, b"short")):
        with pytest.raises(ValueError, match="保留价"):
            reserve.commitment("lot/7", fen, nonce)
