"""降价竞价：the price falls by the database's clock; who takes it first may be outbid in a second phase (procedure 2.3)."""

from datetime import datetime, timedelta

from app.bidding.actions.acts_play import Core, Outcome, Said
from app.bidding.models import Session
from app.rules import bidding
from app.rules.bidding import Offer
from app.rules.trading import descending
from app.rules.trading.descending import Falling, Rules


def rules_of(row: Session) -> Rules:
    """The rules as announced, for the core."""
    said = row.rules
    return Rules(
        said["start_fen"], said["floor_fen"], said["step_fen"], row.opens_at,
        tick=timedelta(seconds=said["tick_seconds"]), hold=timedelta(seconds=said["hold_seconds"]),
        counter=timedelta(seconds=said["counter_seconds"]), step_up_fen=said["step_fen"],
        timed=timedelta(seconds=said["timed_seconds"]),
    )  # fmt: skip


def length(row: Session) -> timedelta:
    """From the opening until nobody may take the floor any more."""
    rules = rules_of(row)
    return rules.falls_until() + rules.hold - rules.opens_at


class State:
    """The fall, and the accepted offers of its second phase, the first to accept first."""

    __slots__ = ("falling", "offers")

    def __init__(self, falling: Falling, offers: tuple[tuple[str, int], ...] = ()) -> None:
        self.falling, self.offers = falling, offers


def _begin(row: Session) -> State:
    return State(Falling(rules_of(row)))


def _hear(state: State, said: Said) -> tuple[State, str]:
    if said.kind == "accept":
        seen = said.body.get("price_fen")
        price = descending.price_at(state.falling.rules, said.at)
        if state.falling.second is None and seen is not None and seen < price:
            return state, bidding.Verdict.STALE_SCREEN  # he would pay more than his screen showed
        falling, verdict = descending.accept(state.falling, said.plate or "", said.at)
    else:
        amount = said.body["amount_fen"]
        offer = Offer(said.plate or "", amount, confirm_fen=said.body.get("confirm_fen"))
        falling, verdict = descending.counter(state.falling, offer, said.at)
    if verdict is not bidding.Verdict.LEADING or falling.second is None:
        return State(falling, state.offers), verdict
    return State(falling, (*state.offers, (said.plate or "", falling.second.best_fen or 0))), verdict


def _outcome(state: State, now: datetime) -> Outcome | None:
    if not descending.is_over(state.falling, now):
        return None
    return Outcome(state.offers) if state.offers else Outcome(reason="NO_BID")


def _ends_at(state: State, announced: datetime) -> datetime:
    second = state.falling.second
    return announced if second is None else second.end_at


CORE = Core(_begin, _hear, _outcome, _ends_at)
