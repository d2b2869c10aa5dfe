"""What an outage does to a session, in the pure core: nothing to one that is over, all of its time to one that waits."""

from datetime import UTC, datetime, timedelta

from app.rules.bidding import Phase, Rules, at, freeze, open_auction
from app.rules.outage import interrupt, is_hit, reopen

NOW = datetime(2026, 12, 9, 1, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
WAITING = open_auction(
    Rules(start_fen=1000, step_fen=100, opens_at=NOW, free=60 * MINUTE, timed=3 * MINUTE, prep=15 * MINUTE)
)


def test_an_outage_after_the_end_or_in_a_freeze_touches_nothing() -> None:
    ended, frozen = at(WAITING, NOW + 90 * MINUTE), freeze(WAITING, NOW + MINUTE)
    for a in (ended, frozen):
        assert not is_hit(a, NOW + 91 * MINUTE, NOW + 99 * MINUTE)
        assert interrupt(a, NOW + 91 * MINUTE) == a
    assert reopen(ended, NOW + 99 * MINUTE) == ended


def test_what_had_not_begun_is_kept_whole() -> None:
    early = interrupt(WAITING, NOW - MINUTE)
    assert (early.phase, early.paused, early.remaining) == (Phase.FROZEN, Phase.FREE, 60 * MINUTE)
    preparing = interrupt(WAITING, NOW + 61 * MINUTE)
    assert (preparing.paused, preparing.remaining) == (Phase.TIMED, 3 * MINUTE)


def test_an_outage_over_the_end_decides_and_one_long_before_it_does_not() -> None:
    assert is_hit(WAITING, NOW + 77 * MINUTE, NOW + 99 * MINUTE)
    assert not is_hit(WAITING, NOW + MINUTE, NOW + 9 * MINUTE)


def test_a_session_goes_on_with_what_was_left_and_a_period_more() -> None:
    stopped = interrupt(WAITING, NOW + 77 * MINUTE)
    again = reopen(stopped, NOW + 120 * MINUTE)
    assert (again.phase, again.end_at) == (Phase.TIMED, NOW + (120 + 1 + 3) * MINUTE)
