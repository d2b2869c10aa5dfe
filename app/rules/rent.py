"""租金计划: unit prices that escalate, yearly rents, and the days on which instalments fall due (specification 3.6)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from app.base.days import add_months, add_years
from app.base.money import half_up, split_fen

DUE_OFFSET_DAYS = 30
"""后续各期到期前三十日付清（先付后用）。"""


class Collect(StrEnum):
    """付款周期。"""

    MONTH = "month"
    QUARTER = "quarter"
    HALF_YEAR = "half_year"
    YEAR = "year"
    ONCE = "once"


MONTHS = {Collect.MONTH: 1, Collect.QUARTER: 3, Collect.HALF_YEAR: 6, Collect.YEAR: 12}


class EscalationWay(StrEnum):
    """递增方式：不递增、按比例、按定额。"""

    NONE = "none"
    PERCENT = "percent"
    AMOUNT = "amount"


@dataclass(frozen=True, slots=True)
class Escalation:
    """From period `start_period` on, and every `every` periods after, the unit price rises by `value`.

    `value` is a percentage, or fen a unit where the way is an amount.
    """

    way: EscalationWay = EscalationWay.NONE
    start_period: int = 2
    every: int = 1
    value: Decimal = Decimal(0)

    def __post_init__(self) -> None:
        if self.start_period < 2 or self.every < 1 or self.value < 0:
            raise ValueError("an escalation starts after the first period and only rises")


def unit_prices_fen(unit_fen: int, periods: int, escalation: Escalation) -> list[int]:
    """The unit price of each period. Each rise starts from the price in force and is rounded to the fen at once."""
    prices, price = [], unit_fen
    for period in range(1, periods + 1):
        due = period >= escalation.start_period and (period - escalation.start_period) % escalation.every == 0
        if due and escalation.way is EscalationWay.PERCENT:
            price = half_up(price * (1 + Fraction(escalation.value) / 100))
        elif due and escalation.way is EscalationWay.AMOUNT:
            price = half_up(price + Fraction(escalation.value))
        prices.append(price)
    return prices


def yearly_rents_fen(unit_fen: int, quantity: Decimal, years: int, escalation: Escalation) -> list[int]:
    """Each year's rent: the rounded unit price times the quantity, half up."""
    return [half_up(price * Fraction(quantity)) for price in unit_prices_fen(unit_fen, years, escalation)]


def in_kind_unit_fen(*, floor_fen: int, jin_per_mu: Decimal, price_per_jin: Decimal) -> int:
    """实物计租：每亩租金取保底现金与（实物斤数×参考价，元/斤）中较高者。"""
    return max(floor_fen, half_up(Fraction(jin_per_mu) * Fraction(price_per_jin) * 100))


def after_rent_free_days(yearly: Sequence[int], term_start: date, free_days: int) -> list[int]:
    """免租期：第一年的租金按实际计租天数折算。"""
    days = (add_years(term_start, 1) - term_start).days
    if not 0 <= free_days <= days:
        raise ValueError("a rent-free period lies within the first year")
    return [half_up(Fraction(yearly[0] * (days - free_days), days)), *yearly[1:]]


def instalments(
    yearly: Sequence[int],
    *,
    term_start: date,
    first_due: date,
    collect: Collect = Collect.YEAR,
    due_offset_days: int = DUE_OFFSET_DAYS,
) -> list[tuple[date, int]]:
    """When how much falls due: the first instalment on its own day, every later one so many days before its period."""
    if collect is Collect.ONCE:
        return [(first_due, sum(yearly))]
    step = MONTHS[collect]
    parts = [part for rent in yearly for part in split_fen(rent, [Decimal(1)] * (12 // step))]
    plan = []
    for n, part in enumerate(parts):
        day = add_months(term_start, n * step) - timedelta(days=due_offset_days) if n else first_due
        plan.append((max(day, first_due), part))
    return [(day, part) for day, part in plan if part]


def schedule(*, total_fen: int, yearly_fen: int, term_start: date, first_due: date) -> list[tuple[date, int]]:
    """The plan of an even rent by the year: whole years first, what is left of the total in the last instalment."""
    if not 0 < yearly_fen <= total_fen:
        raise ValueError("a year's rent lies between nothing and the total")
    whole, rest = divmod(total_fen, yearly_fen)
    return instalments([yearly_fen] * whole + [rest] * (rest > 0), term_start=term_start, first_due=first_due)
