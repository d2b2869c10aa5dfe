"""复算：winner and price as a pure function of the rules and the recorded events. Anyone can run it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from app.rules.bidding import Auction, Offer, Phase, Rules, Verdict, at, freeze, hear, open_auction, resume
from app.rules.outage import interrupt, reopen


@dataclass(frozen=True, slots=True)
class Heard:
    """An offer as recorded, with the verdict that was given."""

    at: datetime
    offer: Offer
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Paused:
    """A freeze (`resumed` False) or a resumption as recorded."""

    at: datetime
    resumed: bool


@dataclass(frozen=True, slots=True)
class Interrupted:
    """An outage as recorded: the session stopped at `at`, or went on at `at` with the time given back."""

    at: datetime
    reopened: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the records say: the winner's plate and price, and every place where they contradict the rules."""

    leader: str | None
    price_fen: int | None
    seq: int
    ended_at: datetime
    contradictions: tuple[str, ...]


CALLERS_OWN = frozenset(
    {Verdict.NOT_QUALIFIED, Verdict.DEPOSIT_MISSING, Verdict.RATE_LIMITED, Verdict.DUPLICATE, Verdict.BAD_BASIS}
)
"""Refusals that rest on facts outside the session; the fold cannot recompute them."""


Event = Heard | Paused | Interrupted


def play(rules: Rules, events: Iterable[Event]) -> tuple[Auction, list[str]]:
    """Plays the events in their recorded order: the session after the last, and every contradiction.

    What came in between an interruption and its discovery was refused, whichever reason was given at the time.
    """
    auction: Auction = open_auction(rules)
    wrong: list[str] = []
    interrupted = False
    for event in events:
        if isinstance(event, Interrupted):
            auction = reopen(auction, event.at) if event.reopened else interrupt(auction, event.at)
            interrupted = not event.reopened
            continue
        if isinstance(event, Paused):
            auction = resume(auction, event.at) if event.resumed else freeze(auction, event.at)
            continue
        if event.verdict in CALLERS_OWN or (interrupted and event.verdict is not Verdict.LEADING):
            continue
        auction, verdict = hear(auction, event.offer, event.at)
        if verdict is not event.verdict:
            wrong.append(
                f"{event.at.isoformat()} {event.offer.plate} {event.offer.amount_fen}: {event.verdict}≠{verdict}"
            )
    return auction, wrong


def replay(rules: Rules, events: Iterable[Event], *, until: datetime) -> Outcome:
    """Plays the events, in their recorded order, from the opening to `until`."""
    auction, wrong = play(rules, events)
    auction = at(auction, until)
    if auction.phase is not Phase.ENDED:
        wrong.append(f"尚未结束：{auction.phase}")
    return Outcome(auction.leader, auction.best_fen, auction.seq, auction.end_at, tuple(wrong))
