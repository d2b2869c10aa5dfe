"""一次性密封报价：sealed until the close, opened all at once, and told apart by another quote on a tie (procedure 2.2)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.rules.trading.lottery import draw


class TieBreak(StrEnum):
    """When the rounds of quoting again are used up."""

    TIME = "TIE_TIME"
    LOTTERY = "TIE_LOTTERY"


@dataclass(frozen=True, slots=True)
class Rules:
    """As announced. `requotes` is how often those tied at the top may quote again, 0 to 2."""

    start_fen: int
    requotes: int = 1
    tie_break: TieBreak = TieBreak.TIME


@dataclass(frozen=True, slots=True)
class Envelope:
    """One envelope in the order of arrival, opened: `amount_fen` is None where it could not be read."""

    plate: str
    arrived_at: datetime
    amount_fen: int | None


@dataclass(frozen=True, slots=True)
class Result:
    """Exactly one of: a winner, plates to quote again, or a reason for failing.

    `ranking` has every valid quote, the best first; `invalid` says of each refused plate why.
    """

    ranking: tuple[tuple[str, int], ...]
    invalid: tuple[tuple[str, str], ...]
    winner: str | None = None
    price_fen: int | None = None
    requote: tuple[str, ...] = ()
    reason: str | None = None
    needs_draw: tuple[str, ...] = ()


def last_of_each(envelopes: Sequence[Envelope]) -> dict[str, Envelope]:
    """截止前可改，最后一份有效。"""
    return {e.plate: e for e in envelopes}


def _fault(envelope: Envelope, floor_fen: int) -> str | None:
    if envelope.amount_fen is None:
        return "UNREADABLE"
    return "BELOW_START" if envelope.amount_fen < floor_fen else None


def decide(rules: Rules, rounds: Sequence[Sequence[Envelope]], *, seed: bytes | None = None) -> Result:
    """Winner and price of the rounds as recorded: the first, and each in which the tied quoted again.

    A tied plate that does not quote again, or not validly, stays at its price and its time. Other plates count for
    nothing in the later rounds. A draw needs the seed; without one the result names who is to be drawn among.
    """
    first = last_of_each(rounds[0])
    invalid = tuple((plate, fault) for plate, e in first.items() if (fault := _fault(e, rules.start_fen)))
    refused = {plate for plate, _ in invalid}
    standing = {plate: (e.amount_fen or 0, e.arrived_at) for plate, e in first.items() if plate not in refused}
    if not standing:
        return Result((), invalid, reason="NO_VALID_QUOTE")
    tied = _top(standing)
    for again in rounds[1:][: rules.requotes]:
        if len(tied) == 1:
            break
        for plate, e in last_of_each(again).items():
            if plate in tied and _fault(e, standing[plate][0]) is None:
                standing[plate] = (e.amount_fen or 0, e.arrived_at)
        tied = _top(standing)
    ranking = tuple(
        (plate, fen) for plate, (fen, at) in sorted(standing.items(), key=lambda i: (-i[1][0], i[1][1], i[0]))
    )
    if len(tied) > 1 and len(rounds) - 1 < rules.requotes:
        return Result(ranking, invalid, requote=tied)
    winner = tied[0]
    if len(tied) > 1 and rules.tie_break is TieBreak.LOTTERY:
        if seed is None:
            return Result(ranking, invalid, needs_draw=tied)
        winner = draw(seed, tied)[0]
    return Result(ranking, invalid, winner, standing[winner][0])


def _top(standing: dict[str, tuple[int, datetime]]) -> tuple[str, ...]:
    """Those at the highest price, the earliest first."""
    best = max(fen for fen, _ in standing.values())
    return tuple(sorted((p for p, (fen, _) in standing.items() if fen == best), key=lambda p: (standing[p][1], p)))
