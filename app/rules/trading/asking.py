"""优先权询问：after the close (P-ASK) and outside the hall (P-OUT), as folds over the answers (procedure 2.8)."""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum


class Answer(StrEnum):
    """Silence in time counts as a refusal, as the notice says."""

    YES = "yes"
    NO = "no"
    SILENT = "silent"


@dataclass(frozen=True, slots=True)
class Question:
    """Whom to ask, whether to match or to go above, and at which price in fen."""

    plate: str
    counter: bool
    price_fen: int


@dataclass(frozen=True, slots=True)
class Asking:
    """The state between two answers. `holders` are plates by rank, first rank first; the leader is not asked."""

    holders: tuple[str, ...]
    leader: str
    price_fen: int
    step_fen: int
    allow_counter: bool = True
    next_holder: int = 0
    outbid: str | None = None


def question(a: Asking) -> Question | None:
    """The open question; None when the matter is settled and the leader has it."""
    if a.outbid is not None:
        return Question(a.outbid, counter=True, price_fen=a.price_fen)
    for plate in a.holders[a.next_holder :]:
        if a.leader in a.holders[: a.holders.index(plate)]:
            return None  # who comes later in rank cannot match one who comes earlier
        if plate != a.leader:
            return Question(plate, counter=False, price_fen=a.price_fen)
    return None


def hear(a: Asking, answer: Answer, *, counter_fen: int | None = None) -> Asking:
    """Goes on after an answer to the open question. Raises ValueError where none is open or a counter-offer is too low."""
    asked = question(a)
    if asked is None:
        raise ValueError("没有待答的询问")
    if asked.counter:
        if answer is not Answer.YES:
            return replace(a, outbid=None, next_holder=len(a.holders))
        if counter_fen is None or counter_fen < a.price_fen + a.step_fen:
            raise ValueError("追加报价不足一个幅度")
        return replace(a, outbid=None, leader=asked.plate, price_fen=counter_fen, next_holder=0)
    if answer is not Answer.YES:
        return replace(a, next_holder=a.holders.index(asked.plate) + 1)
    if a.allow_counter:
        return replace(a, leader=asked.plate, outbid=a.leader)
    return replace(a, leader=asked.plate, next_holder=len(a.holders))


@dataclass(frozen=True, slots=True)
class Served:
    """P-OUT：a holder who was told the terms in writing, and what he said; the period ends with its last day."""

    plate: str
    rank: int
    period_ends_on: date
    answer: Answer | None = None
    answered_on: date | None = None
    same_terms: bool = True


def outside(served: tuple[Served, ...], winner: str, today: date) -> str | None:
    """Who takes the lot after P-OUT: the first in rank who took the same terms in time, else the winner.

    None while an answer that could still change it is open: the contract has to wait.
    """
    for one in sorted(served, key=lambda s: s.rank):
        in_time = one.answered_on is not None and one.answered_on <= one.period_ends_on
        if one.answer is Answer.YES and in_time and one.same_terms:
            return one.plate
        if one.answer is None and today <= one.period_ends_on:
            return None
    return winner
