"""现场竞价：the auction of a hall, entered live by a recorder; another person lets the hammer fall (procedure 2.4)."""

from datetime import datetime

from app.bidding.actions.acts_play import Core, Outcome, Said
from app.bidding.models import Session
from app.rules.trading import hall
from app.rules.trading.hall import Hall


def _begin(row: Session) -> Hall:
    return Hall(row.rules["start_fen"], row.rules["step_fen"])


def _hear(state: Hall, said: Said) -> tuple[Hall, str]:
    if said.kind == "enter":
        return hall.enter(state, said.plate or "", said.body["amount_fen"])
    return {"strike": hall.strike, "call": hall.call, "hammer": hall.hammer}[said.kind](state)


def _outcome(state: Hall, now: datetime) -> Outcome | None:  # noqa: ARG001 - no clock in the hall: the hammer decides
    if not state.hammered:
        return None
    return Outcome(state.bids) if state.winner else Outcome(reason="BELOW_RESERVE" if state.bids else "NO_BID")


def _ends_at(state: Hall, announced: datetime) -> datetime:  # noqa: ARG001 - the hammer or the announced end
    return announced


CORE = Core(_begin, _hear, _outcome, _ends_at)
