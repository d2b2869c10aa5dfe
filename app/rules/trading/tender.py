"""招标·综合评分：who may judge, what the price is worth, and the ranking anybody can add up again (procedure 2.5)."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from app.base.money import half_up
from app.rules.trading.lottery import draw

PARAMS: dict[str, Any] = tomllib.loads((Path(__file__).parents[1] / "params" / "modes.toml").read_text("utf-8"))[
    "tender"
]


def panel_faults(judges: Sequence[bool]) -> list[str]:
    """What is wrong with a panel; `judges` says of each whether the village sent him."""
    faults = []
    if len(judges) < PARAMS["panel_at_least"] or len(judges) % 2 == 0:
        faults.append(f"评审组须为{PARAMS['panel_at_least']}人以上单数")
    if Fraction(sum(judges)) > len(judges) * Fraction(PARAMS["village_at_most"]):
        faults.append("村集体代表不得超过三分之一")
    return faults


@dataclass(frozen=True, slots=True)
class Tender:
    """One offer: its price, each judge's mark per subjective criterion in hundredths of a point, and its vetoes."""

    plate: str
    price_fen: int
    marks: Mapping[str, Sequence[int]]
    vetoes: tuple[str, ...] = ()
    high_price_explained: bool = False


@dataclass(frozen=True, slots=True)
class Scored:
    """Points in hundredths: of the price, per criterion, and together."""

    plate: str
    price_fen: int
    price_points: int
    points: tuple[tuple[str, int], ...]
    total: int


@dataclass(frozen=True, slots=True)
class Ranking:
    """The candidates in order, those vetoed with their grounds, and why nobody was chosen."""

    candidates: tuple[Scored, ...]
    vetoed: tuple[tuple[str, str], ...]
    reason: str | None = None
    needs_draw: tuple[str, ...] = ()


def price_points(price_fen: int, highest_fen: int, weight: int) -> int:
    """S = round2(W × P / Pmax), in hundredths of a point."""
    return half_up(Fraction(100 * weight * price_fen, highest_fen))


def mean_points(price_fen: int, prices_fen: Sequence[int], weight: int, *, below: Fraction, above: Fraction) -> int:
    """均值法：S = W − k₁·max(0,B−P)/B·100 − k₂·max(0,P−B)/B·100, in hundredths, never below zero.

    B is the mean, without one highest and one lowest from five prices on.
    """
    b = _mean(prices_fen)
    gap = (price_fen - b) / b * 100
    return half_up(max(Fraction(0), (weight - below * max(Fraction(0), -gap) - above * max(Fraction(0), gap)) * 100))


def _mean(values: Sequence[int]) -> Fraction:
    kept = sorted(values)[1:-1] if len(values) >= PARAMS["trim_from"] else values
    return Fraction(sum(kept), len(kept))


def vetoes(offer: Tender, *, floor_fen: int, guide_fen: int | None) -> list[str]:
    """否决项：those the committee found, below the floor, and far above the guide price without an explanation."""
    found = list(offer.vetoes)
    if offer.price_fen < floor_fen:
        found.append("低于底价")
    if guide_fen and offer.price_fen * 100 > guide_fen * PARAMS["high_percent"] and not offer.high_price_explained:
        found.append("异常高价不能说明")
    return found


def rank(
    offers: Sequence[Tender],
    *,
    floor_fen: int,
    guide_fen: int | None = None,
    weights: Mapping[str, int] = PARAMS["weights"],
    at_least: int = 1,
    seed: bytes | None = None,
) -> Ranking:
    """The ranking of all offers. Ties go to the higher price, then to credit, then to the lot (which needs the seed).

    Raises ValueError where the weights are not a hundred together, a mark is outside its weight, or marks are missing.
    """
    if sum(weights.values()) != 100:
        raise ValueError("权重合计须为一百分")
    grounds = {o.plate: vetoes(o, floor_fen=floor_fen, guide_fen=guide_fen) for o in offers}
    vetoed = tuple((plate, "；".join(found)) for plate, found in grounds.items() if found)
    kept = [o for o in offers if not grounds[o.plate]]
    if len(offers) < at_least:
        return Ranking((), vetoed, "NOT_ENOUGH_TENDERS")
    if not kept:
        return Ranking((), vetoed, "ALL_VETOED")
    highest = max(o.price_fen for o in kept)
    scored = [_score(o, highest, weights) for o in kept]
    keys = {s.plate: (-s.total, -s.price_fen, -dict(s.points).get("credit", 0)) for s in scored}
    shared = tuple(plate for plate, key in keys.items() if list(keys.values()).count(key) > 1)
    if shared and seed is None:
        return Ranking((), vetoed, needs_draw=shared)
    order = {plate: n for n, plate in enumerate(draw(seed, keys))} if seed else dict.fromkeys(keys, 0)
    return Ranking(tuple(sorted(scored, key=lambda s: (keys[s.plate], order[s.plate]))), vetoed)


def _score(offer: Tender, highest_fen: int, weights: Mapping[str, int]) -> Scored:
    by_price = price_points(offer.price_fen, highest_fen, weights["price"])
    points = tuple((name, _points(offer.marks, name, weight)) for name, weight in weights.items() if name != "price")
    return Scored(offer.plate, offer.price_fen, by_price, points, by_price + sum(p for _, p in points))


def _points(marks: Mapping[str, Sequence[int]], name: str, weight: int) -> int:
    given = marks.get(name, ())
    if not given or not all(0 <= mark <= weight * 100 for mark in given):
        raise ValueError(f"{name} 缺评分，或评分超出 0 至 {weight} 分")
    return half_up(_mean(given))
