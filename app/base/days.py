"""Days and periods: working days by the published arrangement, calendar periods by the Civil Code (民法典 200–203).

Pure: the calendar is passed in. A year without a published arrangement raises `Undetermined`; nobody guesses.
"""

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import MAXYEAR, date, datetime, timedelta
from zoneinfo import ZoneInfo

BEIJING = ZoneInfo("Asia/Shanghai")
_DAY = timedelta(days=1)


class Undetermined(Exception):
    """A day of `year` had to be counted, and that year's arrangement is not published (catalogue N-5)."""

    def __init__(self, year: int) -> None:
        super().__init__(f"{year}年放假安排尚未公布，工作日期限无法确定")
        self.year = year


@dataclass(frozen=True)
class Calendar:
    """The State Council's arrangement: per published year, the days on which the weekday rule does not hold.

    `exceptions[day]` is True for a make-up working day and False for a day off.
    """

    years: frozenset[int]
    exceptions: Mapping[date, bool] = field(default_factory=dict)

    def is_workday(self, day: date) -> bool:
        if day.year not in self.years:
            raise Undetermined(day.year)
        return self.exceptions.get(day, day.weekday() < 5)

    def workdays(self, after: date, until: date) -> int:
        """Working days after `after` up to and including `until`: the first day does not count (N-4)."""
        count, day = 0, after
        while day < until:
            day += _DAY
            count += self.is_workday(day)
        return count

    def add_workdays(self, start: date, n: int) -> date:
        """The n-th working day after `start`."""
        day = start
        while n > 0:
            day += _DAY
            n -= self.is_workday(day)
        return day

    def next_workday(self, day: date) -> date:
        """`day` itself if it is one, else the first after it (末日顺延)."""
        while not self.is_workday(day):
            day += _DAY
        return day


def beijing_day(at: datetime) -> date:
    """The day in Beijing on which an instant falls."""
    return at.astimezone(BEIJING).date()


def add_months(day: date, n: int) -> date:
    """The corresponding day n months on, or that month's last day where there is none (民法典 202)."""
    year, month = divmod(day.year * 12 + day.month - 1 + n, 12)
    if year > MAXYEAR:
        return date.max  # beyond every term that a right can have
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def add_years(day: date, n: int) -> date:
    return add_months(day, 12 * n)


def over_years(start: date, end: date, n: int) -> bool:
    """Whether a term with both days inside is longer than n years (catalogue N-7)."""
    return end >= add_years(start, n)


def at_least_years(start: date, end: date, n: int) -> bool:
    return end >= add_years(start, n) - _DAY


def at_least_months(start: date, end: date, n: int) -> bool:
    return end >= add_months(start, n) - _DAY


def months_between(start: date, end: date) -> int:
    """Whole months of a term with both days inside; a started month counts as one."""
    after = end + _DAY
    months = (after.year - start.year) * 12 + after.month - start.month
    return months if add_months(start, months) >= after else months + 1
