"""The sealed one-shot offer: the last envelope counts, ties quote again, then the earlier or the lottery."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.rules.trading.lottery import draw
from app.rules.trading.one_shot import Envelope, Rules, TieBreak, decide

NOW = datetime(2026, 12, 9, 1, 30, tzinfo=UTC)
RULES = Rules(start_fen=1000)


def env(plate: str, fen: int | None, minute: int = 0) -> Envelope:
    return Envelope(plate, NOW + timedelta(minutes=minute), fen)


def test_the_last_envelope_of_each_counts_and_the_unreadable_is_named() -> None:
    found = decide(RULES, [[env("A", 5000), env("B", 1200, 1), env("A", 1100, 2), env("C", None, 3), env("D", 999, 4)]])
    assert (found.winner, found.price_fen) == ("B", 1200)
    assert found.ranking == (("B", 1200), ("A", 1100))
    assert found.invalid == (("C", "UNREADABLE"), ("D", "BELOW_START"))


def test_a_quote_at_the_start_is_valid_and_without_any_the_lot_fails() -> None:
    assert decide(RULES, [[env("A", 1000)]]).winner == "A"
    assert decide(RULES, [[env("A", 999)]]).reason == "NO_VALID_QUOTE"
    assert decide(RULES, [[]]).reason == "NO_VALID_QUOTE"


def test_tied_then_quoted_again_then_still_tied_then_the_earlier() -> None:
    """验收向量⑥。"""
    first = [env("A", 1200, 1), env("B", 1200, 0), env("C", 1100, 2)]
    assert decide(RULES, [first]).requote == ("B", "A")
    again = [env("A", 1300, 10), env("B", 1300, 11), env("C", 9000, 12)]
    found = decide(RULES, [first, again])
    assert (found.winner, found.price_fen, found.requote) == ("A", 1300, ())


def test_who_does_not_quote_again_stays_at_his_price_and_a_lower_one_counts_for_nothing() -> None:
    first = [env("A", 1200, 1), env("B", 1200, 0)]
    assert decide(RULES, [first, [env("A", 1250, 10)]]).winner == "A"
    assert decide(RULES, [first, [env("A", 1100, 10)]]).winner == "B"


def test_two_rounds_of_quoting_again_end_as_soon_as_one_stands_alone() -> None:
    rules = Rules(1000, requotes=2)
    first = [env("A", 1200, 1), env("B", 1200, 0)]
    assert decide(rules, [first, []]).requote == ("B", "A")
    assert decide(rules, [first, [env("A", 1300, 5)], [env("B", 9000, 9)]]).winner == "A"


def test_a_draw_needs_its_seed_and_can_be_drawn_again() -> None:
    rules = Rules(1000, requotes=0, tie_break=TieBreak.LOTTERY)
    first = [env("A", 1200, 1), env("B", 1200, 0)]
    assert decide(rules, [first]).needs_draw == ("B", "A")
    assert decide(rules, [first], seed=b"x" * 32).winner == draw(b"x" * 32, ["A", "B"])[0]


QUOTES = st.lists(st.tuples(st.sampled_from("ABCDE"), st.none() | st.integers(900, 1300)), max_size=12)


@given(QUOTES)
def test_nobody_who_stands_is_above_the_winner_and_the_order_of_others_does_not_matter(
    quotes: list[tuple[str, int | None]],
) -> None:
    envelopes = [env(plate, fen, n) for n, (plate, fen) in enumerate(quotes)]
    found = decide(Rules(1000, requotes=0), [envelopes])
    last = {plate: fen for plate, fen in quotes}  # noqa: C416 - says that the last counts
    valid = [fen for fen in last.values() if fen is not None and fen >= 1000]
    assert found.price_fen == max(valid, default=None)
    assert len(found.ranking) + len(found.invalid) == len(last)
