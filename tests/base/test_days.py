"""Working days by the State Council's arrangement for 2026, and calendar periods by the Civil Code."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.base.days import (
    Calendar,
    Undetermined,
    add_months,
    add_years,
    at_least_months,
    at_least_years,
    beijing_day,
    months_between,
    over_years,
)  # fmt: skip


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(n) for n in range((last - first).days + 1)]


OFF = [
    *_days(date(2026, 1, 1), date(2026, 1, 3)), *_days(date(2026, 2, 15), date(2026, 2, 23)),
    *_days(date(2026, 4, 4), date(2026, 4, 6)), *_days(date(2026, 5, 1), date(2026, 5, 5)),
    *_days(date(2026, 6, 19), date(2026, 6, 21)), *_days(date(2026, 9, 25), date(2026, 9, 27)),
    *_days(date(2026, 10, 1), date(2026, 10, 7)),
]  # fmt: skip
MADE_UP = [
    date(2026, 1, 4),
    date(2026, 2, 14),
    date(2026, 2, 28),
    date(2026, 5, 9),
    date(2026, 9, 20),
    date(2026, 10, 10),
]
C2026 = Calendar(frozenset({2026}), dict.fromkeys(OFF, False) | dict.fromkeys(MADE_UP, True))
IN_2026 = st.dates(date(2026, 1, 1), date(2026, 12, 31))


@pytest.mark.parametrize(
    ("day", "works"),
    [
        ((2026, 1, 1), False), ((2026, 1, 2), False), ((2026, 1, 4), True), ((2026, 1, 5), True), ((2026, 2, 13), True),
        ((2026, 2, 14), True), ((2026, 2, 15), False), ((2026, 2, 23), False), ((2026, 2, 24), True), ((2026, 2, 28), True),
        ((2026, 3, 1), False), ((2026, 4, 3), True), ((2026, 4, 6), False), ((2026, 4, 7), True), ((2026, 5, 5), False),
        ((2026, 5, 9), True), ((2026, 5, 10), False), ((2026, 6, 19), False), ((2026, 9, 20), True), ((2026, 9, 25), False),
        ((2026, 10, 7), False), ((2026, 10, 8), True), ((2026, 10, 10), True), ((2026, 10, 11), False), ((2026, 12, 31), True),
    ],
)  # fmt: skip
def test_the_days_of_2026(day: tuple[int, int, int], works: bool) -> None:
    assert C2026.is_workday(date(*day)) is works


def test_2026_has_248_working_days() -> None:
    assert C2026.workdays(date(2025, 12, 31), date(2026, 12, 31)) == 248


@pytest.mark.parametrize(
    ("start", "n", "end"),
    [
        ((2026, 2, 13), 1, (2026, 2, 14)), ((2026, 2, 13), 2, (2026, 2, 24)), ((2026, 2, 14), 5, (2026, 2, 28)),
        ((2026, 2, 18), 1, (2026, 2, 24)), ((2026, 4, 30), 1, (2026, 5, 6)), ((2026, 9, 18), 1, (2026, 9, 20)),
        ((2026, 9, 30), 3, (2026, 10, 10)), ((2026, 3, 2), 0, (2026, 3, 2)), ((2026, 3, 1), 5, (2026, 3, 6)),
    ],
)  # fmt: skip
def test_the_nth_working_day_after(start: tuple[int, int, int], n: int, end: tuple[int, int, int]) -> None:
    assert C2026.add_workdays(date(*start), n) == date(*end)


@given(IN_2026, st.integers(1, 60))
def test_counting_and_adding_agree(start: date, n: int) -> None:
    if n > C2026.workdays(start, date(2026, 12, 31)):
        with pytest.raises(Undetermined):
            C2026.add_workdays(start, n)
        return
    end = C2026.add_workdays(start, n)
    assert C2026.workdays(start, end) == n
    assert C2026.is_workday(end)
    assert C2026.workdays(start, end - timedelta(1)) == n - 1


@given(IN_2026)
def test_a_last_day_that_is_off_moves_to_the_next_working_day(day: date) -> None:
    moved = C2026.next_workday(day)
    assert C2026.is_workday(moved)
    assert moved == day or not C2026.is_workday(day)
    assert C2026.workdays(day, moved) == (0 if moved == day else 1)


@pytest.mark.parametrize(
    "ask",
    [
        lambda: C2026.is_workday(date(2027, 1, 4)), lambda: C2026.add_workdays(date(2026, 12, 31), 1),
        lambda: C2026.workdays(date(2026, 12, 31), date(2027, 1, 1)), lambda: C2026.next_workday(date(2025, 12, 31)),
    ],
)  # fmt: skip
def test_a_year_without_arrangement_is_undetermined_and_not_guessed(ask: object) -> None:
    assert callable(ask)
    with pytest.raises(Undetermined, match="尚未公布"):
        ask()


def test_the_day_begins_in_beijing_eight_hours_before_utc() -> None:
    assert beijing_day(datetime(2026, 11, 23, 15, 59, 59, tzinfo=UTC)) == date(2026, 11, 23)
    assert beijing_day(datetime(2026, 11, 23, 16, 0, tzinfo=UTC)) == date(2026, 11, 24)


@pytest.mark.parametrize(
    ("day", "n", "result"),
    [
        ((2026, 1, 31), 1, (2026, 2, 28)), ((2024, 1, 31), 1, (2024, 2, 29)), ((2026, 1, 15), -1, (2025, 12, 15)),
        ((2026, 8, 31), 1, (2026, 9, 30)), ((2024, 2, 29), 12, (2025, 2, 28)), ((2026, 12, 1), 1, (2027, 1, 1)),
    ],
)  # fmt: skip
def test_the_corresponding_day_or_the_months_last(
    day: tuple[int, int, int], n: int, result: tuple[int, int, int]
) -> None:
    assert add_months(date(*day), n) == date(*result)


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.integers(1, 70))
def test_a_term_of_n_years_is_not_longer_than_n_years_and_a_day_more_is(start: date, n: int) -> None:
    last = add_years(start, n) - timedelta(1)
    assert not over_years(start, last, n)
    assert over_years(start, last + timedelta(1), n)
    assert at_least_years(start, last, n)
    assert not at_least_years(start, last - timedelta(1), n)
    assert at_least_months(start, last, 12 * n)
    assert months_between(start, last) == 12 * n


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.integers(0, 3000))
def test_a_started_month_counts_as_one(start: date, days: int) -> None:
    end = start + timedelta(days)
    months = months_between(start, end)
    assert months >= 1
    assert add_months(start, months) > end
    assert add_months(start, months - 1) <= end
