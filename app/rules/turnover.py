"""交易额统计: growth towards a target in both readings, premium in both definitions, and figures that must add up
(program specification 5.5, 8.1).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction

from app.base.money import half_up

_DIGITS = 40
_HALVINGS = 120


def percent(numerator: int | Fraction, denominator: int | Fraction) -> Decimal | None:
    """A ratio in percent with two places, half up; None where there is nothing to divide by."""
    if denominator == 0:
        return None
    exact = Fraction(numerator) * 100 / Fraction(denominator)
    sign = -1 if exact < 0 else 1
    return Decimal(sign * half_up(abs(exact) * 100)).scaleb(-2)


def annualised_fen(amount_fen: int, from_on: date, to_on: date) -> int:
    """A period's amount as a year's: times 365 over the days from the first day to the last (the first not counted).

    17,341,500 yuan from 2025-07-20 to 2025-12-02, 135 days, are 46,886,277.78 yuan a year.
    """
    days = (to_on - from_on).days
    if days <= 0:
        raise ValueError("a period has days")
    return half_up(Fraction(amount_fen * 365, days))


def growth_to_annual(base_fen: int, target_fen: int, years: int) -> Decimal:
    """The yearly growth with which `base` becomes `target` after so many years: (target ÷ base)^(1 ÷ years) − 1."""
    if base_fen <= 0 or target_fen <= 0 or years <= 0:
        raise ValueError("growth leads from something to something over years")
    with localcontext() as exact:
        exact.prec = _DIGITS
        return (Decimal(target_fen) / Decimal(base_fen)) ** (Decimal(1) / years) - 1


def growth_to_cumulative(base_fen: int, remaining_fen: int, years: int) -> Decimal:
    """The yearly growth with which the years after the base together bring `remaining`: Σ base·(1+g)^k, k = 1…years.

    Found by halving, to far more places than anybody prints; −1 where nothing remains to be brought.
    """
    if base_fen <= 0 or years <= 0:
        raise ValueError("growth leads from something over years")
    if remaining_fen <= 0:
        return Decimal(-1)
    with localcontext() as exact:
        exact.prec = _DIGITS
        low, high = Decimal(0), Decimal(remaining_fen) / Decimal(base_fen) + 1
        for _ in range(_HALVINGS):
            middle = (low + high) / 2
            brought = base_fen * sum((middle**k for k in range(1, years + 1)), Decimal(0))
            low, high = (middle, high) if brought < remaining_fen else (low, middle)
        return high - 1


def path_fen(base_fen: int, growth: Decimal, years: int) -> list[int]:
    """The amounts of the years after the base under that growth, to the fen."""
    with localcontext() as exact:
        exact.prec = _DIGITS
        return [
            int((base_fen * (1 + growth) ** k).quantize(Decimal(1), rounding=ROUND_HALF_UP))
            for k in range(1, years + 1)
        ]


@dataclass(frozen=True, slots=True)
class Premium:
    """Premium of deals that climbed: both definitions, with what each divides by what."""

    premium_fen: int
    start_fen: int
    final_fen: int

    @property
    def r1(self) -> Decimal | None:
        """溢价率 r1 = Σ溢价 ÷ Σ起始, in percent."""
        return percent(self.premium_fen, self.start_fen)

    @property
    def r2(self) -> Decimal | None:
        """溢价率 r2 = Σ溢价 ÷ Σ成交, in percent."""
        return percent(self.premium_fen, self.final_fen)


def premium(start_fen: int, final_fen: int) -> Premium:
    """The premium of deals by their start and final totals. For reverse bidding swap the two: it is a saving then."""
    return Premium(final_fen - start_fen, start_fen, final_fen)


@dataclass(frozen=True, slots=True)
class Figures:
    """A published total and the parts that it should be the sum of, in whatever one unit."""

    name: str
    total: Decimal
    parts: Mapping[str, Decimal]


@dataclass(frozen=True, slots=True)
class Reconciled:
    """Whether a total is the sum of its parts. `difference` is parts minus total."""

    name: str
    total: Decimal
    parts_total: Decimal

    @property
    def difference(self) -> Decimal:
        return self.parts_total - self.total

    @property
    def agrees(self) -> bool:
        return self.difference == 0


def reconcile(figures: Figures) -> Reconciled:
    """Adds up what must add up (自动勾稽：分类合计=总计、区县合计=总计)."""
    return Reconciled(figures.name, figures.total, sum(figures.parts.values(), Decimal(0)))
