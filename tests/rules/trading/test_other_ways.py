"""Negotiation, procurement, one bidder, several lots, questions of priority, and passing to the next."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.bidding import Offer, Verdict, at, hear
from app.rules.trading import asking, candidates, negotiation, reverse, several, single
from app.rules.trading.asking import Answer, Asking, Question, Served
from app.rules.trading.negotiation import Ground, Talks
from app.rules.trading.single import Policy, Way

NOW = datetime(2026, 12, 9, 1, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
DAY = date(2026, 12, 9)


def talks(**over: Any) -> Talks:
    return replace(Talks(Ground.ONLY_ONE, 1000, 1100, 3, 1, True, True, DAY, DAY), **over)


def test_a_negotiated_price_is_the_higher_of_the_two() -> None:
    assert [negotiation.price_fen(1000, fen) for fen in (999, 1000, 1001)] == [1000, 1000, 1001]


def test_talks_that_keep_every_rule_are_a_deal() -> None:
    assert negotiation.faults(talks()) == []
    assert negotiation.faults(talks(ground=Ground.RENEWAL, n_qualified=3)) == []
    assert negotiation.faults(talks(ground=Ground.SMALL, first_year_fen=499_999, area_mu=Decimal(20))) == []


@pytest.mark.parametrize(
    ("over", "says"),
    [
        ({"n_qualified": 2}, "仅有一家"),
        ({"ground": Ground.SMALL, "first_year_fen": 500_000, "area_mu": Decimal(20)}, "小额"),
        ({"n_panel": 2}, "协商组"),
        ({"n_supervisors": 0}, "协商组"),
        ({"minutes": False}, "录音"),
        ({"recording": False}, "录音"),
        ({"worse_for_transferor": ("付款期",)}, "付款期"),
        ({"agreed_on": None}, "未谈成"),
        ({"agreed_on": DAY + timedelta(days=1)}, "未谈成"),
    ],
)
def test_talks_that_break_one_rule_say_which(over: dict[str, Any], says: str) -> None:
    (found,) = negotiation.faults(talks(**over))
    assert says in found


def test_small_means_below_either_limit() -> None:
    assert negotiation.is_small(500_000, Decimal("19.99"))
    assert negotiation.is_small(499_999, Decimal(100))
    assert not negotiation.is_small(500_000, Decimal(20))


@given(st.lists(st.integers(1, 12_000), max_size=30))
def test_procurement_only_falls_from_the_budget_by_at_least_a_step(offers: list[int]) -> None:
    a = at(reverse.opened(budget_fen=10_000, step_fen=100, opens_at=NOW, free=60 * MINUTE, timed=3 * MINUTE), NOW)
    accepted: list[int] = []
    for n, fen in enumerate(offers):
        a, verdict = hear(a, Offer(f"P{n}", fen, confirm_fen=fen), NOW + n * timedelta(seconds=1))
        if verdict is Verdict.LEADING:
            accepted.append(fen)
    assert all(fen <= 10_000 for fen in accepted)
    assert all(x - y >= 100 for x, y in pairwise(accepted))
    assert a.best_fen == min(accepted, default=None)


def test_an_offer_far_below_the_budget_is_to_be_explained() -> None:
    assert [reverse.must_explain(fen, 10_000) for fen in (5_999, 6_000)] == [True, False]
    assert reverse.saved_fen(8_000, 10_000) == 2_000


@pytest.mark.parametrize(
    ("policy", "qualified", "extended", "announced", "then"),
    [
        (Policy.DIRECT, 2, 0, 0, Way.COMPETE),
        (Policy.DIRECT, 1, 0, 3, Way.DIRECT),
        (Policy.DIRECT, 0, 0, 3, Way.EXTEND),
        (Policy.DIRECT, 0, 3, 3, Way.FAIL),
        (Policy.DIRECT, 0, 0, 0, Way.FAIL),
        (Policy.EXTEND_THEN_DIRECT, 1, 0, 3, Way.EXTEND),
        (Policy.EXTEND_THEN_DIRECT, 1, 1, 3, Way.DIRECT),
        (Policy.EXTEND_THEN_DIRECT, 1, 0, 0, Way.DIRECT),
        (Policy.NEED_TWO, 1, 2, 3, Way.EXTEND),
        (Policy.NEED_TWO, 1, 3, 3, Way.FAIL),
        (Policy.NEED_TWO, 1, 0, 0, Way.FAIL),
        (Policy.TENDER3, 2, 0, 3, Way.TENDER_AGAIN),
        (Policy.TENDER3, 3, 0, 3, Way.COMPETE),
    ],
)
def test_one_bidder_and_none(policy: Policy, qualified: int, extended: int, announced: int, then: Way) -> None:
    """验收向量⑨：延牌三次为限，公告未载延牌即终结。"""
    assert single.way(policy, n_qualified=qualified, n_extended=extended, extensions_announced=announced) is then


def test_the_only_bidder_pays_the_higher_of_list_and_quote() -> None:
    assert [single.direct_price_fen(1000, fen) for fen in (None, 999, 1001)] == [1000, 1000, 1001]
    assert [single.direct_price_fen(1000, fen, rising=False) for fen in (None, 999, 1001)] == [1000, 999, 1000]


def test_lots_open_together_or_one_after_the_other() -> None:
    assert several.openings(several.Policy.INDEPENDENT, 2, NOW, 30 * MINUTE) == [NOW, NOW]
    assert several.openings(several.Policy.STAGGERED, 3, NOW, 30 * MINUTE)[2] == NOW + 60 * MINUTE


def test_related_persons_count_as_one() -> None:
    groups = several.related([("B", "C"), ("A", "B"), ("X", "Y")])
    assert groups == {"A": "A", "B": "A", "C": "A", "X": "X", "Y": "X"}
    assert not several.may_still_win("C", ["A"], groups, limit=1)
    assert several.may_still_win("C", ["A", "X"], groups, limit=2)
    assert several.may_still_win("Z", ["A"], groups, limit=1)


def test_a_bundle_pays_at_least_its_parts() -> None:
    assert [several.bundle_price_is_enough(fen, [60, 40]) for fen in (99, 100)] == [False, True]


def test_one_deposit_goes_from_lot_to_lot_until_he_wins() -> None:
    assert several.deposit_goes_to([1, 2], {}) == 1
    assert several.deposit_goes_to([1, 2], {1: False}) == 2
    assert several.deposit_goes_to([1, 2], {1: True}) is None
    assert several.deposit_goes_to([1, 2], {1: False, 2: False}) is None


def test_a_holder_matches_and_the_outbid_goes_above_twice() -> None:
    """验收向量⑤：P-ASK 追加两轮。"""
    a = Asking(("H",), "A", 1000, 100)
    for fen in (1100, 1200):
        assert asking.question(a) == Question("H", counter=False, price_fen=fen - 100)
        a = asking.hear(a, Answer.YES)
        assert asking.question(a) == Question("A", counter=True, price_fen=fen - 100)
        with pytest.raises(ValueError, match="幅度"):
            asking.hear(a, Answer.YES, counter_fen=fen - 1)
        with pytest.raises(ValueError, match="幅度"):
            asking.hear(a, Answer.YES)
        a = asking.hear(a, Answer.YES, counter_fen=fen)
    a = asking.hear(asking.hear(a, Answer.YES), Answer.SILENT)
    assert (asking.question(a), a.leader, a.price_fen) == (None, "H", 1200)


def test_all_refuse_and_the_best_stays_and_nobody_is_asked_more() -> None:
    a = Asking(("H", "K"), "A", 1000, 100)
    a = asking.hear(asking.hear(a, Answer.NO), Answer.SILENT)
    assert (asking.question(a), a.leader) == (None, "A")
    with pytest.raises(ValueError, match="待答"):
        asking.hear(a, Answer.YES)


def test_a_leader_of_an_earlier_rank_is_not_asked_and_shuts_out_the_later() -> None:
    assert asking.question(Asking(("H", "K"), "H", 1000, 100)) is None
    assert asking.question(Asking(("H", "K"), "K", 1000, 100)) == Question("H", counter=False, price_fen=1000)
    assert asking.question(asking.hear(Asking(("H", "K"), "K", 1000, 100), Answer.NO)) is None


def test_without_counter_offers_a_match_settles_it() -> None:
    a = asking.hear(Asking(("H", "K"), "A", 1000, 100, allow_counter=False), Answer.YES)
    assert (asking.question(a), a.leader) == (None, "H")


@given(st.lists(st.sampled_from(list(Answer)), max_size=40))
def test_asking_always_ends_and_the_price_never_falls(answers: list[Answer]) -> None:
    a = Asking(("H", "K"), "A", 1000, 100)
    for answer in answers:
        before = a.price_fen
        asked = asking.question(a)
        if asked is None:
            break
        a = asking.hear(a, answer, counter_fen=asked.price_fen + 100)
        assert a.price_fen in {before, before + 100}
    for _ in range(4):
        if asking.question(a) is not None:
            a = asking.hear(a, Answer.NO)
    assert asking.question(a) is None


def test_outside_the_hall_the_contract_waits_for_whoever_could_still_take_it() -> None:
    first = Served("H", 1, DAY)
    assert asking.outside((first,), "A", DAY) is None
    assert asking.outside((first,), "A", DAY + timedelta(days=1)) == "A"
    took = replace(first, answer=Answer.YES, answered_on=DAY)
    assert asking.outside((took,), "A", DAY) == "H"
    assert asking.outside((replace(took, answered_on=DAY + timedelta(days=1)),), "A", DAY) == "A"
    assert asking.outside((replace(took, same_terms=False),), "A", DAY) == "A"
    assert asking.outside((replace(first, answer=Answer.NO, answered_on=DAY),), "A", DAY) == "A"
    assert asking.outside((replace(took, plate="K", rank=2), first), "A", DAY) is None


def test_the_next_candidate_is_asked_at_his_own_price_down_to_the_floor() -> None:
    """验收向量⑧：首名悔拍，次名不低于底价的顺延，低于底价的流标。"""
    ranked = candidates.of_offers([("A", 1000), ("B", 1100), ("A", 1200)])
    assert ranked == [("A", 1200), ("B", 1100)]
    assert candidates.following(ranked, {"A"}, limit_fen=1100, announced=True) == ("B", 1100)
    assert candidates.following(ranked, {"A"}, limit_fen=1101, announced=True) is None
    assert candidates.following(ranked, {"A", "B"}, limit_fen=1, announced=True) is None
    assert candidates.following(ranked, {"A"}, limit_fen=1, announced=False) is None
    falling = candidates.of_offers([("A", 900), ("B", 800), ("A", 850), ("A", 870)], rising=False)
    assert falling == [("B", 800), ("A", 850)]
    assert candidates.following(falling, {"B"}, limit_fen=850, announced=True, rising=False) == ("A", 850)
    assert candidates.following(falling, {"B"}, limit_fen=849, announced=True, rising=False) is None
