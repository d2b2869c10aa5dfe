"""服务费: Xuchang's progressive table with its minimum and exemptions (program specification 3.4)."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from app.base.findings import Cite
from app.base.money import half_up, split_fen

SIDES = ("transferor", "transferee")


@dataclass(frozen=True, slots=True)
class Band:
    """One step of the table: what lies above the step before and up to `up_to_fen` pays `rate_bp` of ten thousand."""

    up_to_fen: int | None
    rate_bp: int


@dataclass(frozen=True, slots=True)
class FeeTable:
    """The tariff and the readings of it that the city has yet to confirm (each a parameter with its default)."""

    since: date
    cite: Cite
    bands: tuple[Band, ...]
    minimum_fen: int
    exempt_transferors: frozenset[str]
    fee_base: str = "total"
    sides: str = "each"
    minimum_per: str = "side"


def read_table(raw: dict[str, Any]) -> FeeTable:
    """A tariff from its data file. Raises ValueError for a reading it does not know."""
    for key, known in (
        ("fee_base", {"total", "first_year"}),
        ("sides", {"each", "shared"}),
        ("minimum_per", {"side", "deal"}),
    ):
        if raw[key] not in known:
            raise ValueError(f"{key}: {raw[key]!r}")
    return FeeTable(
        since=raw["since"],
        cite=Cite(raw["law"], raw["article"]),
        bands=tuple(Band(b.get("up_to_fen"), b["rate_bp"]) for b in raw["band"]),
        minimum_fen=raw["minimum_fen"],
        exempt_transferors=frozenset(raw["exempt_transferors"]),
        fee_base=raw["fee_base"],
        sides=raw["sides"],
        minimum_per=raw["minimum_per"],
    )


TABLE = read_table(tomllib.loads((Path(__file__).parent / "params" / "service_fee.toml").read_text("utf-8")))


def steps(amount_fen: int, table: FeeTable = TABLE) -> list[tuple[Band, int]]:
    """What part of the amount falls into which band, in fen; bands not reached are left out."""
    parts, below = [], 0
    for band in table.bands:
        top = amount_fen if band.up_to_fen is None else min(amount_fen, band.up_to_fen)
        if top > below:
            parts.append((band, top - below))
        below = max(below, top)
    return parts


def is_exempt(side: str, party_kind: str, table: FeeTable = TABLE) -> bool:
    """转出方为农户或村集体的，免收转出方服务费。"""
    return side == "transferor" and party_kind in table.exempt_transferors


def computed_fee_fen(amount_fen: int, table: FeeTable = TABLE) -> int:
    """The fee by the table alone, rounded once, half up; without minimum and exemption."""
    return half_up(sum((Fraction(part * band.rate_bp, 10_000) for band, part in steps(amount_fen, table)), Fraction(0)))


def service_fee_fen(amount_fen: int, side: str, party_kind: str, params: FeeTable = TABLE) -> int:
    """What one side pays on a deal of this amount, each side paying by the table and the minimum holding per side."""
    if side not in SIDES:
        raise ValueError(side)
    if amount_fen <= 0 or is_exempt(side, party_kind, params):
        return 0
    return max(computed_fee_fen(amount_fen, params), params.minimum_fen)


def fees_of_deal(
    total_fen: int, first_year_fen: int, sides: Sequence[tuple[str, str]], params: FeeTable = TABLE
) -> dict[str, int]:
    """Both sides' fees of one deal under the readings chosen in the parameters.

    `sides` are pairs of side and party kind. Where one fee is shared, each side owes half of it and an exempt side's
    half falls away. Where the minimum holds per deal, it is reached by the sides that pay, in equal parts.
    """
    amount = total_fen if params.fee_base == "total" else first_year_fen
    names = [side for side, _ in sides]
    if params.sides == "shared":
        whole = computed_fee_fen(amount, params) if amount > 0 else 0
        if whole:
            whole = max(whole, params.minimum_fen)
        raw = dict(zip(names, split_fen(whole, [Decimal(1)] * len(names)), strict=True))
        return {side: 0 if is_exempt(side, kind, params) else raw[side] for side, kind in sides}
    if params.minimum_per == "side":
        return {side: service_fee_fen(amount, side, kind, params) for side, kind in sides}
    fees = {
        side: 0 if amount <= 0 or is_exempt(side, kind, params) else computed_fee_fen(amount, params)
        for side, kind in sides
    }
    paying = [side for side, fee in fees.items() if fee]
    if paying and sum(fees.values()) < params.minimum_fen:
        fees |= dict(zip(paying, split_fen(params.minimum_fen, [Decimal(1)] * len(paying)), strict=True))
    return fees
