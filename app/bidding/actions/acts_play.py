"""Playing the stored acts of a session through the core of its mode: what the state is, and what replay says."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from app.base.db import Tx
from app.bidding import act_queries, queries
from app.bidding.act_models import TradeAct
from app.bidding.actions.fold import rules_of
from app.bidding.models import Session
from app.rules.bidding import open_auction
from app.rules.outage import period

OUTSIDE = frozenset({"NOT_QUALIFIED", "DEPOSIT_MISSING", "FROZEN", "NOT_OPEN", "ENDED", "FOUR_EYES"})
"""Verdicts that lie before the core: of persons and of the session's hours, not of the act."""


@dataclass(frozen=True, slots=True)
class Said:
    """One act as the core hears it. `at` is running time: what freezes and outages took is not in it."""

    kind: str
    plate: str | None
    body: Mapping[str, Any]
    at: datetime


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a session came to: plates and prices with the winner last, or the public reason for failing."""

    ranking: tuple[tuple[str, int], ...] = ()
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Core:
    """One mode: its first state, its hearing of an act, its outcome (None while open), its end in running time."""

    start: Callable[[Session], Any]
    hear: Callable[[Any, Said], tuple[Any, str]]
    outcome: Callable[[Any, datetime], Outcome | None]
    ends_at: Callable[[Any, datetime], datetime]


@dataclass(frozen=True, slots=True)
class Stop:
    """A stretch in which the session stood still, and what was added when it went on."""

    since: datetime
    until: datetime | None
    added: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class Played:
    """The fold over what is stored, and where it contradicts the answers that were given."""

    state: Any
    stops: Sequence[Stop]
    opens_at: datetime
    contradictions: tuple[str, ...] = ()

    def running(self, instant: datetime) -> datetime:
        """The instant on the session's own clock, which stands still while the session does."""
        return max(self.opens_at, instant - self.lost(instant)) if instant >= self.opens_at else instant

    def lost(self, instant: datetime) -> timedelta:
        """What the stops before the instant took and gave back."""
        done = [s for s in self.stops if s.until is not None and s.until <= instant]
        return sum((s.until - s.since + s.added for s in done if s.until is not None), timedelta(0))

    def is_stopped(self, instant: datetime) -> bool:
        return any(s.since <= instant and (s.until is None or instant < s.until) for s in self.stops)


def stops_of(tx: Tx, row: Session) -> list[Stop]:
    """Freezes and outages of the session, in order."""
    found: list[Stop] = []
    for p in queries.pauses(tx, row.id):
        if p.cosigned_at is not None and p.kind == "freeze":
            found.append(Stop(p.cosigned_at, None))
        elif found and p.cosigned_at is not None:
            found[-1] = Stop(found[-1].since, p.cosigned_at)
    extra = period(open_auction(rules_of(row.rules, opens_at=row.opens_at)))
    found += [Stop(max(o.stopped_at, row.opens_at), o.reopened_at, extra) for o in queries.outages(tx, row.id)]
    return sorted(found, key=lambda s: s.since)


def play(tx: Tx, row: Session, core: Core) -> Played:
    """The session's state after everything stored, and every answer that the core would not have given."""
    wrong: list[str] = []
    played = Played(core.start(row), stops_of(tx, row), row.opens_at)
    state = played.state
    for number, act in enumerate(act_queries.acts(tx, row.id), start=1):
        if act.n != number:
            wrong.append(f"第{number}项记录缺失")
        if act.verdict in OUTSIDE:
            continue
        if played.is_stopped(act.at) or act.at < row.opens_at:
            wrong.append(f"第{act.n}项在场次停止或未开始时受理")
        state, verdict = core.hear(state, said(act, played))
        if verdict != act.verdict:
            wrong.append(f"第{act.n}项答复为{act.verdict}，复算为{verdict}")
    return Played(state, played.stops, row.opens_at, tuple(wrong))


def said(act: TradeAct, played: Played) -> Said:
    return Said(act.kind, act.plate, act.body, played.running(act.at))
