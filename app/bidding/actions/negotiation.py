"""协商、协议：offers, the group's record, and the agreement that a second person witnesses (procedure 2.6)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from app.base.days import beijing_day
from app.bidding.actions.acts_play import Core, Outcome, Said
from app.bidding.models import Session
from app.rules.trading import negotiation
from app.rules.trading.negotiation import Ground, Talks


@dataclass(frozen=True, slots=True)
class Table:
    """The talks so far. `offers` are each plate's latest; `minutes` the group's record; `agreed` plate and price."""

    rules: Mapping[str, Any]
    ends_by: date
    offers: tuple[tuple[str, int], ...] = ()
    minutes: Mapping[str, Any] | None = None
    agreed: tuple[str, int] | None = None


def _begin(row: Session) -> Table:
    return Table(row.rules, date.fromisoformat(row.rules["talks_end_on"]))


def _hear(state: Table, said: Said) -> tuple[Table, str]:
    if state.agreed is not None:
        return state, "AGREED_ALREADY"
    plate = said.plate or ""
    if said.kind == "offer":
        kept = tuple(o for o in state.offers if o[0] != plate)
        return replace(state, offers=(*kept, (plate, said.body["amount_fen"]))), "TAKEN"
    if said.kind == "minutes":
        return replace(state, minutes=said.body), "TAKEN"
    if plate not in dict(state.offers):
        return state, "NO_OFFER"
    if faults(state, plate, beijing_day(said.at)):
        return state, "TALKS_FAULTY"
    price = negotiation.price_fen(state.rules["start_fen"], dict(state.offers)[plate])
    return replace(state, agreed=(plate, price)), "TAKEN"


def faults(state: Table, plate: str, on: date) -> list[str]:
    """Everything that keeps the talks with this plate from being a deal on that day, in Chinese."""
    said = state.minutes or {}
    return negotiation.faults(
        Talks(
            Ground(state.rules["ground"]), state.rules["start_fen"], dict(state.offers).get(plate, 0),
            n_panel=said.get("n_panel", 0), n_supervisors=said.get("n_supervisors", 0),
            minutes=bool(said.get("minutes_sha256")), recording=bool(said.get("recording_sha256")),
            ends_by=state.ends_by, agreed_on=on,
            worse_for_transferor=tuple(said.get("worse_for_transferor", ())),
            n_qualified=state.rules["n_qualified"], first_year_fen=state.rules["first_year_fen"],
            area_mu=Decimal(state.rules["area_mu"]),
        )
    )  # fmt: skip


def _outcome(state: Table, now: datetime) -> Outcome | None:  # noqa: ARG001 - agreed, or late as announced
    return None if state.agreed is None else Outcome((state.agreed,))


def _ends_at(state: Table, announced: datetime) -> datetime:  # noqa: ARG001 - as announced
    return announced


CORE = Core(_begin, _hear, _outcome, _ends_at)
