"""The history checker: what clients saw, held against what the database holds.

A call is one HTTP request: when it was made and when its answer came (one monotonic clock, and the wall clock of the
same machine as the database), the status and the body. No answer, or a 5xx, means that nobody knows: the effect may be
there. P0, P1, P4, P7 and P8 are asked of both sides here; the rest is app/bidding/invariants.py, the same functions as
in production.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from app.bidding.invariants import Evidence, Fault, faults
from app.rules.bidding import Verdict
from app.rules.replay import Interrupted, Paused

TOLERANCE = timedelta(milliseconds=5)
"""Between two readings of one machine's clock."""
KNOWN = frozenset({201, 409})
UNHEARD = frozenset({"FROZEN"})
"""Refusals without a receipt that are claims about the session all the same."""


@dataclass(frozen=True, slots=True)
class Call:
    """One request to bid as its client remembers it. `status` None: no answer came."""

    lot: int
    plate: str
    amount_fen: int
    key: str
    t0: float
    t1: float
    w0: datetime
    w1: datetime
    status: int | None
    body: dict[str, Any]

    @property
    def receipt(self) -> dict[str, Any] | None:
        """The number and verdict that the answer gave this offer, if it gave one."""
        if self.status not in KNOWN:
            return None
        return self.body if self.status == 201 else self.body.get("receipt")

    @property
    def is_replay(self) -> bool:
        return bool(self.receipt and self.receipt["replayed"])


Law = Callable[[Sequence[Call], Evidence], Iterator[str]]


def p0_nobody_bids_for_another(calls: Sequence[Call], e: Evidence) -> Iterator[str]:
    """Every offer in the database was sent by its bidder, at its amount, under its key."""
    sent = {(c.plate, c.amount_fen, c.key) for c in calls}
    yield from (f"nobody sent offer {b.n}" for b in e.bids if (b.plate, b.amount_fen, b.key) not in sent)


def p1_answered_means_kept(calls: Sequence[Call], e: Evidence) -> Iterator[str]:
    """What an answer said of an offer is what its row says."""
    rows = {b.n: b for b in e.bids}
    for c in calls:
        said = c.receipt
        if said is None:
            continue
        row = rows.get(said["n"])
        if row is None:
            yield f"answered offer {said['n']} of {c.plate} is not there"
        elif (row.seq, row.amount_fen, row.plate, row.verdict) != (
            said["seq"], c.amount_fen, c.plate, Verdict(said["verdict"])
        ):  # fmt: skip
            yield f"offer {said['n']} was answered otherwise than it stands"


def p4_the_instant_lies_in_the_call(calls: Sequence[Call], e: Evidence) -> Iterator[str]:
    """The instant that decided lies between the request and the answer: the clock is the database's."""
    for c in calls:
        said = c.receipt
        if said is None or c.is_replay:
            continue
        at = datetime.fromisoformat(said["at"])
        if not c.w0 - TOLERANCE <= at <= c.w1 + TOLERANCE:
            yield f"offer {said['n']} was heard at {at.isoformat()}, asked at {c.w0.isoformat()}"


def p7_order_is_real(calls: Sequence[Call], e: Evidence) -> Iterator[str]:
    """Answered before asked means heard before heard; and a refusal that was not recorded has a session to justify it."""
    answered = sorted((c.t1, c.receipt["n"]) for c in calls if c.receipt is not None)
    asked = sorted((c.t0, c.receipt["n"]) for c in calls if c.receipt is not None and not c.is_replay)
    newest, i = 0, 0
    for t0, n in asked:
        while i < len(answered) and answered[i][0] < t0:
            newest = max(newest, answered[i][1])
            i += 1
        if n < newest:
            yield f"offer {n} was asked after offer {newest} had been answered"
    for c in calls:
        if c.status == 409 and c.receipt is None and c.body.get("reason") in UNHEARD and not _stood_still(e):
            yield f"{c.plate} was refused {c.body['reason']} in a session that never stood still"


def _stood_still(e: Evidence) -> bool:
    return any(isinstance(event, Paused | Interrupted) for event in e.events)


def p8_one_key_one_answer(calls: Sequence[Call], e: Evidence) -> Iterator[str]:
    """All answers to one bidder's key are one answer."""
    said: dict[tuple[str, str], list[Any]] = defaultdict(list)
    for c in calls:
        if c.receipt is not None:
            answer = (c.status, {k: v for k, v in c.receipt.items() if k != "replayed"})
            if answer not in said[c.plate, c.key]:
                said[c.plate, c.key].append(answer)
    yield from (f"{plate}'s key {key} had {len(all_)} answers" for (plate, key), all_ in said.items() if len(all_) > 1)


LAWS: dict[str, Law] = {
    "P0": p0_nobody_bids_for_another,
    "P1": p1_answered_means_kept,
    "P4": p4_the_instant_lies_in_the_call,
    "P7": p7_order_is_real,
    "P8": p8_one_key_one_answer,
}


def violations(calls: Iterable[Call], evidence: Iterable[Evidence]) -> list[Fault]:
    """Every property that a history breaks, lot by lot; empty where the platform kept its word."""
    of_lot: dict[int, list[Call]] = defaultdict(list)
    for call in calls:
        of_lot[call.lot].append(call)
    found: list[Fault] = []
    for e in evidence:
        found += faults(e)
        found += [
            Fault(law, f"lot {e.lot_id}: {said}") for law, holds in LAWS.items() for said in holds(of_lot[e.lot_id], e)
        ]
    return found
