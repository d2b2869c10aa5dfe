"""Recomputing an auction from what was recorded: the rules, every offer heard, the pauses, the answers of priority."""

from typing import Any

from app.base.db import Tx
from app.base.errors import Conflict
from app.bidding import queries
from app.bidding.actions import acts, lottery, sealed_replay
from app.bidding.actions.fold import ACT_MODES, SEALED_MODE, rules_of
from app.bidding.models import Outage, Pause, Session
from app.listing import queries as listings
from app.listing.models import Lot
from app.qualification import queries as qualification
from app.rules.bidding import Offer
from app.rules.replay import Event, Heard, Interrupted, Paused, replay


def recompute(tx: Tx, lot_id: int) -> dict[str, Any]:
    """The outcome by replay, and whether it agrees with the award. Raises Conflict while the session runs."""
    lot = listings.public_lot(tx, lot_id)
    row = queries.session(tx, lot)
    return recompute_session(tx, lot, row)


def recompute_session(tx: Tx, lot: Lot, row: Session) -> dict[str, Any]:
    """The same of one closed session of the lot."""
    if row.closed_at is None:
        raise Conflict("竞价尚未结束", extra={"state": lot.state})
    if row.rules["mode"] == SEALED_MODE:
        found = sealed_replay.outcome(tx, lot, row)
    elif row.rules["mode"] in ACT_MODES:
        found = acts.outcome_again(tx, row)
    else:
        outcome = replay(rules_of(row.rules, opens_at=row.opens_at), events_of(tx, row), until=row.closed_at)
        found = {
            "rule_version": row.rules["rule_version"], "winner": outcome.leader, "price_fen": outcome.price_fen,
            "seq": outcome.seq, "ended_at": outcome.ended_at, "contradictions": list(outcome.contradictions),
        }  # fmt: skip
    winner, price = found["winner"], found["price_fen"]
    first, wrong = lottery.first_of(tx, row)
    if first is not None:
        winner, found["contradictions"] = first, [*found["contradictions"], *wrong]
    for ask in queries.asks(tx, row.id):
        if ask.answer == "yes":
            winner = qualification.one(tx, ask.entry_id).plate
            price = ask.counter_fen if ask.kind == "counter" else price
    return found | {
        "winner": winner,
        "price_fen": price,
        "n_heard": row.n_heard,
        "agrees": (winner, price) == (row.leader, row.best_fen) and not found["contradictions"],
        "bid_log_root": queries.log_root(tx, row.id),
    }


def events_of(tx: Tx, row: Session, *, up_to: int | None = None) -> list[Event]:
    """What happened in a session, in order: offers heard, pauses, outages; only the first `up_to` offers if asked."""
    said: list[tuple[int, int, Event]] = [
        (b.n, 0, Heard(b.at, Offer(b.plate, b.amount_fen, b.rank, b.confirm_fen, b.expected_seq), b.verdict))
        for b in queries.bids(tx, row.id, limit=up_to)
    ]
    said += [(p.n_after or 0, 1, _paused(p)) for p in queries.pauses(tx, row.id)]
    for outage in queries.outages(tx, row.id):
        said += _interrupted(outage)
    last = row.n_heard if up_to is None else up_to
    # Two things after the same offer happened in the order of their instants.
    return [e for n, _, e in sorted(said, key=lambda s: (s[0], s[1] > 0, s[2].at)) if n <= last]


def _paused(p: Pause) -> Paused:
    assert p.cosigned_at is not None  # noqa: S101 - only those that took effect are read
    return Paused(p.cosigned_at, resumed=p.kind == "unfreeze")


def _interrupted(o: Outage) -> list[tuple[int, int, Event]]:
    stops: list[tuple[int, int, Event]] = [(o.n_after, 1, Interrupted(o.stopped_at, reopened=False))]
    if o.reopened_at is not None and o.n_before is not None:
        stops.append((o.n_before, 1, Interrupted(o.reopened_at, reopened=True)))
    return stops
