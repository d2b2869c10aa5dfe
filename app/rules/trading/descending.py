"""降价竞价：the price falls by the clock until somebody takes it; in the hybrid others may then go above (procedure 2.3)."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from app.rules import bidding
from app.rules.bidding import Auction, Offer, Phase, Verdict


@dataclass(frozen=True, slots=True)
class Rules:
    """As announced. `counter` zero means that the first to accept has won; else others may outbid him so long."""

    start_fen: int
    floor_fen: int
    step_fen: int
    opens_at: datetime
    tick: timedelta
    hold: timedelta = timedelta(seconds=180)
    counter: timedelta = timedelta(seconds=60)
    step_up_fen: int = 1
    timed: timedelta = timedelta(seconds=180)

    def falls_until(self) -> datetime:
        """The instant at which the floor is reached."""
        n_steps = -(-(self.start_fen - self.floor_fen) // self.step_fen)
        return self.opens_at + n_steps * self.tick


@dataclass(frozen=True, slots=True)
class Falling:
    """Before anybody accepted `second` is None; after it, it is the ascending phase that began there, ended or not."""

    rules: Rules
    second: Auction | None = None


def price_at(rules: Rules, now: datetime) -> int:
    """max(floor, start − step × ⌊(t−t0)/tick⌋), in fen; the start before the opening."""
    n_ticks = max(0, (now - rules.opens_at) // rules.tick)
    return max(rules.floor_fen, rules.start_fen - rules.step_fen * n_ticks)


def is_over(f: Falling, now: datetime) -> bool:
    """Whether it is won, or nobody took the floor within the time it was held."""
    if f.second is not None:
        return bidding.at(f.second, now).phase is Phase.ENDED
    return now >= f.rules.falls_until() + f.rules.hold


def accept(f: Falling, plate: str, now: datetime) -> tuple[Falling, Verdict]:
    """应价：the first to be heard takes the lot at the price of that instant."""
    if f.second is not None:
        running = bidding.at(f.second, now).phase is Phase.TIMED
        return f, Verdict.STEP_TOO_SMALL if running else Verdict.ENDED
    if now < f.rules.opens_at:
        return f, Verdict.NOT_OPEN
    if is_over(f, now):
        return f, Verdict.ENDED
    price = price_at(f.rules, now)
    climbing = bidding.Rules(
        start_fen=price, step_fen=f.rules.step_up_fen, opens_at=now, free=timedelta(0), timed=f.rules.timed
    )
    return (
        replace(
            f,
            second=Auction(
                climbing,
                Phase.TIMED if f.rules.counter else Phase.ENDED,
                now + f.rules.counter,
                seq=1,
                best_fen=price,
                leader=plate,
            ),
        ),
        Verdict.LEADING,
    )


def counter(f: Falling, offer: Offer, now: datetime) -> tuple[Falling, Verdict]:
    """加价：once somebody accepted, others may go at least a step above; each valid offer starts a whole period."""
    if f.second is None:
        return f, Verdict.ENDED if is_over(f, now) else Verdict.NOT_OPEN
    second, verdict = bidding.hear(f.second, offer, now)
    return replace(f, second=second), verdict
