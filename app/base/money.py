"""Money in integer fen, areas in exact mu, and the price bases that a notice may use."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from fractions import Fraction

MAX_FEN = 10**15 - 1
"""9.99 trillion yuan: what a money column may hold."""

MU_M2 = Fraction(2000, 3)
"""Square metres in one mu."""


class PriceBasis(StrEnum):
    """计价口径 (procedure 2.0). A quote is always for one unit of its basis."""

    MU_YEAR = "yuan_per_mu_year"
    YEAR = "yuan_per_year"
    TOTAL = "yuan_total"
    M2_MONTH = "yuan_per_m2_month"
    M3 = "yuan_per_m3"
    TONNE = "yuan_per_tonne"


BASIS_ZH = {
    PriceBasis.MU_YEAR: "元/亩/年",
    PriceBasis.YEAR: "元/年",
    PriceBasis.TOTAL: "元（总价）",
    PriceBasis.M2_MONTH: "元/㎡/月",
    PriceBasis.M3: "元/m³",
    PriceBasis.TONNE: "元/吨",
}


def half_up(value: Fraction) -> int:
    """Rounds a non-negative fraction to the nearest integer, halves up."""
    return (2 * value.numerator + value.denominator) // (2 * value.denominator)


def total_fen(unit_fen: int, basis: PriceBasis, quantity: Decimal, months: int) -> int:
    """The whole price of a lot in fen: unit price x quantity x term, rounded once, half up.

    `quantity` is in the unit of the basis (mu, m2, m3, tonne; ignored for per-year and total prices),
    `months` the length of the term (ignored where the basis has no time).
    """
    amount = Fraction(unit_fen)
    if basis in {PriceBasis.MU_YEAR, PriceBasis.M2_MONTH, PriceBasis.M3, PriceBasis.TONNE}:
        amount *= Fraction(quantity)
    if basis in {PriceBasis.MU_YEAR, PriceBasis.YEAR}:
        amount *= Fraction(months, 12)
    elif basis is PriceBasis.M2_MONTH:
        amount *= months
    return half_up(amount)


def annual_fen(unit_fen: int, basis: PriceBasis, quantity: Decimal, months: int) -> int:
    """One year of it in fen; for a price without time, the total."""
    if basis in {PriceBasis.MU_YEAR, PriceBasis.YEAR, PriceBasis.M2_MONTH}:
        return total_fen(unit_fen, basis, quantity, 12)
    return total_fen(unit_fen, basis, quantity, months)


def split_fen(total: int, weights: Sequence[Decimal]) -> list[int]:
    """Splits fen by weight so that the parts sum to the total exactly (largest remainder, first one wins a tie)."""
    whole = sum((Fraction(w) for w in weights), Fraction(0))
    if whole <= 0 or any(w < 0 for w in weights):
        raise ValueError("weights must be non-negative and not all zero")
    exact = [total * Fraction(w) / whole for w in weights]
    parts = [x.numerator // x.denominator for x in exact]
    short = total - sum(parts)
    by_remainder = sorted(range(len(exact)), key=lambda i: (parts[i] - exact[i], i))
    for i in by_remainder[:short]:
        parts[i] += 1
    return parts


def yuan(fen: int) -> str:
    """`264654750` as `2,646,547.50`."""
    sign = "-" if fen < 0 else ""
    return f"{sign}{abs(fen) // 100:,}.{abs(fen) % 100:02d}"


def fen_from_yuan(text: str) -> int:
    """`"2646547.5"` as fen. Raises ValueError for anything but a plain decimal with at most two places."""
    value = Decimal(text)
    fen = (value * 100).quantize(Decimal(1), rounding=ROUND_HALF_UP)
    if not value.is_finite() or fen != value * 100:
        raise ValueError(f"not an amount in fen: {text!r}")
    return int(fen)
