"""The ascending auction as a fold: phases, extensions, steps, caps, priority, freezes, and the replay of it all."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.base.money import PriceBasis
from app.rules.bidding import (
    VERDICT_ZH,
    Auction,
    Extension,
    Offer,
    Phase,
    Rules,
    StepRule,
    Verdict,
    at,
    freeze,
    hear,
    open_auction,
    resume,
)
from app.rules.modes import bidding_defaults, default_step_fen, mode_defaults, nice
from app.rules.procedure import procedure_for
from app.rules.replay import Heard, Interrupted, Paused, replay

NOW = datetime(2026, 12, 9, 1, 30, tzinfo=UTC)
MS = timedelta(milliseconds=1)
FREE, TIMED, PREP = timedelta(minutes=60), timedelta(minutes=3), timedelta(minutes=15)


def opened(**over: Any) -> Auction:
    """A session in its free period, by these rules."""
    rules = Rules(start_fen=1000, step_fen=100, opens_at=NOW, free=FREE, timed=TIMED)
    return at(open_auction(Rules(**({f: getattr(rules, f) for f in rules.__slots__} | over))), NOW)


def said(a: Auction, plate: str, fen: int, when: datetime = NOW, **over: Any) -> tuple[Auction, Verdict]:
    return hear(a, Offer(plate, fen, **({"confirm_fen": fen} | over)), when)


def test_every_verdict_has_its_chinese_words() -> None:
    assert set(VERDICT_ZH) == set(Verdict)


def test_the_last_millisecond_counts_and_the_end_does_not() -> None:
    a = opened(timed=timedelta(0))
    assert said(a, "A", 1000, NOW + FREE - MS)[1] is Verdict.LEADING
    assert said(a, "A", 1000, NOW + FREE)[1] is Verdict.ENDED
    assert said(open_auction(a.rules), "A", 1000, NOW - MS)[1] is Verdict.NOT_OPEN


def test_a_session_of_another_mode_opens_into_its_acts_and_hears_no_bid() -> None:
    a = opened(acts=True)
    assert a.phase is Phase.ACTS
    assert said(a, "A", 1000) == (a, Verdict.OTHER_MODE)


def test_free_then_preparation_then_timed_then_the_end() -> None:
    a = opened(prep=PREP)
    assert at(a, NOW + FREE).phase is Phase.PREP
    assert said(a, "A", 1000, NOW + FREE)[1] is Verdict.NOT_OPEN
    assert at(a, NOW + FREE + PREP).phase is Phase.TIMED
    assert at(a, NOW + FREE + PREP + TIMED).phase is Phase.ENDED


def test_a_price_in_the_free_period_wins_when_the_timed_one_is_silent() -> None:
    a, _ = said(opened(), "A", 1000)
    ended = at(a, NOW + FREE + TIMED)
    assert (ended.phase, ended.leader, ended.best_fen) == (Phase.ENDED, "A", 1000)


def test_reset_starts_a_whole_period_anew() -> None:
    late = NOW + FREE + TIMED - MS
    a, verdict = said(opened(), "A", 1000, late)
    assert verdict is Verdict.LEADING
    assert a.end_at == late + TIMED


@pytest.mark.parametrize(
    ("extension", "end"),
    [
        (Extension.ANTI_SNIPE, NOW + FREE - MS + timedelta(minutes=5)),
        (Extension.APPEND, NOW + FREE + timedelta(minutes=5)),
        (Extension.RESET, NOW + FREE),
    ],
)
def test_anti_snipe_and_append_differ_inside_the_window(extension: Extension, end: datetime) -> None:
    a, _ = said(opened(timed=timedelta(0), extension=extension), "A", 1000, NOW + FREE - MS)
    assert a.end_at == end
    early, _ = said(opened(timed=timedelta(0), extension=extension), "A", 1000, NOW)
    assert early.end_at == NOW + FREE


@pytest.mark.parametrize(
    ("rules", "first", "second", "verdict"),
    [
        ({}, None, 900, Verdict.BELOW_START),
        ({}, None, 1050, Verdict.STEP_NOT_MULTIPLE),
        ({}, 1000, 1000, Verdict.STEP_TOO_SMALL),
        ({"step_rule": StepRule.AT_LEAST}, 1000, 1150, Verdict.LEADING),
        ({"step_rule": StepRule.AT_LEAST}, None, 1050, Verdict.STEP_TOO_SMALL),
        ({"step_rule": StepRule.AT_LEAST}, None, 1000, Verdict.LEADING),
        ({"step_max_fen": 300}, 1000, 1400, Verdict.STEP_TOO_LARGE),
        ({"step_max_fen": 300}, 1000, 1300, Verdict.LEADING),
        ({"cap_fen": 1200}, 1000, 1300, Verdict.OVER_CAP),
        ({"cap_fen": 1200}, 1000, 1200, Verdict.LEADING),
        ({"rising": False}, 1000, 900, Verdict.LEADING),
        ({"rising": False}, None, 1100, Verdict.BELOW_START),
        ({"rising": False}, 1000, 950, Verdict.STEP_TOO_SMALL),
        ({"priority_in": True}, 1000, 1000, Verdict.PRIORITY_ONLY),
    ],
)
def test_steps_caps_and_directions(rules: dict[str, Any], first: int | None, second: int, verdict: Verdict) -> None:
    a = opened(**rules)
    if first is not None:
        a, _ = said(a, "A", first)
    assert said(a, "B", second)[1] is verdict


def test_one_s_own_best_is_not_raised_unless_the_rules_allow_it() -> None:
    a, _ = said(opened(), "A", 1000)
    assert said(a, "A", 1100)[1] is Verdict.SELF_OUTBID
    a, _ = said(opened(allow_self_outbid=True), "A", 1000)
    assert said(a, "A", 1100)[1] is Verdict.LEADING


def test_an_unusual_jump_wants_the_amount_again() -> None:
    assert said(opened(), "A", 1600, confirm_fen=None)[1] is Verdict.CONFIRM_JUMP
    assert said(opened(), "A", 1500, confirm_fen=None)[1] is Verdict.LEADING
    assert said(opened(), "A", 1600)[1] is Verdict.LEADING
    assert said(opened(start_fen=100_000), "A", 101_100, confirm_fen=None)[1] is Verdict.CONFIRM_JUMP


def test_a_stale_screen_cannot_bid() -> None:
    a, _ = said(opened(), "A", 1000)
    assert said(a, "B", 1100, expected_seq=0)[1] is Verdict.STALE_SCREEN
    assert said(a, "B", 1100, expected_seq=1)[1] is Verdict.LEADING


def test_priority_matches_by_rank() -> None:
    a, _ = said(opened(priority_in=True), "A", 1000)
    b, verdict = said(a, "B", 1000, rank=2)
    assert verdict is Verdict.LEADING
    assert said(b, "C", 1000, rank=2)[1] is Verdict.STEP_TOO_SMALL
    assert said(b, "D", 1000, rank=1)[1] is Verdict.LEADING


def test_a_freeze_keeps_the_time_and_gives_it_back() -> None:
    a, _ = said(opened(), "A", 1000)
    frozen = freeze(a, NOW + timedelta(minutes=20))
    assert said(frozen, "B", 1100, NOW + timedelta(minutes=21))[1] is Verdict.FROZEN
    assert freeze(frozen, NOW + FREE) == frozen
    later = NOW + timedelta(days=1)
    assert resume(frozen, later).end_at == later + timedelta(minutes=40)
    assert resume(a, later) == a


def test_a_freeze_in_the_timed_period_resumes_with_preparation_and_a_whole_period() -> None:
    frozen = freeze(opened(), NOW + FREE + timedelta(seconds=10))
    later = NOW + timedelta(days=1)
    again = resume(frozen, later)
    assert (again.phase, again.end_at) == (Phase.PREP, later + timedelta(minutes=15))
    assert at(again, again.end_at).end_at == again.end_at + TIMED


@given(st.lists(st.tuples(st.sampled_from("ABC"), st.integers(1, 40), st.integers(0, 4000)), max_size=40))
def test_prices_climb_by_a_step_ends_never_move_back_and_the_replay_agrees(heard: list[tuple[str, int, int]]) -> None:
    a = opened()
    events: list[Heard | Paused] = []
    accepted, when = [], NOW
    for plate, units, seconds in heard:
        when = min(when + timedelta(seconds=seconds % 97), NOW + timedelta(hours=2))
        before = at(a, when)
        offer = Offer(plate, units * 100, confirm_fen=units * 100)
        a, verdict = hear(a, offer, when)
        events.append(Heard(when, offer, verdict))
        if verdict is Verdict.LEADING:
            accepted.append(offer.amount_fen)
            assert a.end_at >= before.end_at
        else:
            assert a == before
    assert all(b - x >= 100 for x, b in pairwise(accepted))
    outcome = replay(a.rules, events, until=NOW + timedelta(days=1))
    assert (outcome.leader, outcome.price_fen, outcome.seq) == (a.leader, a.best_fen, len(accepted))
    assert outcome.contradictions == ()


def test_a_replay_names_what_contradicts_the_rules() -> None:
    rules = opened().rules
    wrong = [Heard(NOW, Offer("A", 900), Verdict.LEADING), Heard(NOW, Offer("B", 1000), Verdict.NOT_QUALIFIED)]
    outcome = replay(rules, wrong, until=NOW)
    assert len(outcome.contradictions) == 2
    paused = replay(
        rules, [Paused(NOW, resumed=False), Paused(NOW + FREE, resumed=True)], until=NOW + timedelta(days=1)
    )
    assert paused.contradictions == ()


def test_a_replay_lets_an_outage_refuse_what_the_rules_would_have_taken() -> None:
    stop, found = NOW + FREE + timedelta(minutes=2), NOW + timedelta(hours=3)
    refused = Heard(found - timedelta(seconds=1), Offer("A", 1000), Verdict.ENDED)
    outcome = replay(
        opened().rules,
        [Interrupted(stop, reopened=False), refused, Interrupted(found, reopened=True)],
        until=NOW + timedelta(days=1),
    )
    assert outcome.contradictions == ()
    assert outcome.ended_at == found + timedelta(minutes=1) + TIMED


def test_defaults_of_modes_and_steps() -> None:
    assert bidding_defaults("construction_land")["priority"] == "NONE"
    assert bidding_defaults("other")["timed_seconds"] == 180
    assert mode_defaults("ascending") == {}
    assert mode_defaults("one_shot")["rule_version"] == "one_shot/1"
    assert procedure_for("construction_land")["notice_natural_days"] == 30
    assert [nice(n) for n in (1, 3, 6, 11, 800)] == [1, 5, 10, 20, 1000]
    assert default_step_fen(65_000, PriceBasis.MU_YEAR) == 1000
    assert default_step_fen(4_000_000, PriceBasis.YEAR) == 50_000


def test_only_who_bid_in_the_free_period_bids_in_the_timed_one_where_the_notice_says_so() -> None:
    """汕头：须先有一次有效报价。A refused offer in the free period is none; a freeze in between forgets nobody."""
    a, _ = said(opened(timed_requires_free_bid=True), "A", 1000)
    a, _ = said(a, "C", 1050)  # not a multiple of the step: refused
    assert said(a, "B", 1100, NOW + FREE - MS)[1] is Verdict.LEADING
    assert said(a, "B", 1100, NOW + FREE)[1] is Verdict.FREE_BID_MISSING
    assert said(a, "C", 1100, NOW + FREE)[1] is Verdict.FREE_BID_MISSING
    b, _ = said(a, "B", 1100, NOW + FREE - MS)
    again = resume(freeze(b, NOW + FREE + MS), NOW + 2 * FREE)
    assert said(again, "A", 1200, again.end_at)[1] is Verdict.LEADING
    assert said(opened(), "B", 1000, NOW + FREE)[1] is Verdict.LEADING


@given(st.lists(st.tuples(st.sampled_from("ABCD"), st.integers(1, 900)), max_size=25))
def test_nobody_leads_in_the_timed_period_without_a_valid_free_offer(offers: list[tuple[str, int]]) -> None:
    a, now, heard = opened(timed_requires_free_bid=True), NOW, []
    free: set[str] = set()
    for n, (plate, seconds) in enumerate(offers):
        now += timedelta(seconds=seconds)
        offer = Offer(plate, 1000 + 100 * n, confirm_fen=1000 + 100 * n)
        a, verdict = hear(a, offer, now)
        heard.append(Heard(now, offer, verdict))
        if verdict is Verdict.LEADING and a.phase is Phase.FREE:
            free.add(plate)
        assert (verdict is Verdict.FREE_BID_MISSING) == (a.phase is Phase.TIMED and plate not in free)
    assert set(a.free) == free
    assert replay(a.rules, heard, until=now + 2 * FREE).contradictions == ()
