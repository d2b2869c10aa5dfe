"""招标·综合评分：offers opened, a panel of odd number, each judge's sheet, the ranking by the announced weights (2.5)."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from app.bidding.actions.acts_play import Core, Outcome, Said
from app.bidding.models import Session
from app.rules.trading import tender
from app.rules.trading.tender import Ranking, Tender


@dataclass(frozen=True, slots=True)
class Panel:
    """What is on the table. `sheets` are marks in hundredths of a point by judge, plate and criterion."""

    floor_fen: int
    weights: Mapping[str, int]
    at_least: int
    judges: tuple[str, ...] = ()
    offers: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    sheets: Mapping[str, Mapping[str, Mapping[str, int]]] = field(default_factory=dict)
    ranking: Ranking | None = None


def _begin(row: Session) -> Panel:
    return Panel(row.rules["floor_fen"], row.rules["weights"], row.rules["tenders_at_least"])


def _hear(state: Panel, said: Said) -> tuple[Panel, str]:
    if state.ranking is not None:
        return state, "DECIDED"
    return {"panel": _panel, "offer": _offer, "sheet": _sheet, "decide": _decide}[said.kind](state, said)


def _panel(state: Panel, said: Said) -> tuple[Panel, str]:
    judges = said.body["judges"]
    if state.judges:
        return state, "PANEL_STANDS"
    if tender.panel_faults([j["village"] for j in judges]):
        return state, "PANEL_UNLAWFUL"
    return replace(state, judges=tuple(j["code"] for j in judges)), "TAKEN"


def _offer(state: Panel, said: Said) -> tuple[Panel, str]:
    if state.sheets:
        return state, "SCORING_BEGUN"
    if said.plate in state.offers:
        return state, "OFFER_STANDS"
    return replace(state, offers={**state.offers, said.plate or "": said.body}), "TAKEN"


def _sheet(state: Panel, said: Said) -> tuple[Panel, str]:
    judge, marks = said.body["judge"], said.body["marks"]
    if judge not in state.judges:
        return state, "NO_SUCH_JUDGE"
    if judge in state.sheets:
        return state, "SHEET_STANDS"
    criteria = state.weights.keys() - {"price"}
    whole = marks.keys() == state.offers.keys() and all(m.keys() == criteria for m in marks.values())
    if not whole:
        return state, "SHEET_NOT_WHOLE"
    if not all(0 <= mark <= state.weights[c] * 100 for m in marks.values() for c, mark in m.items()):
        return state, "MARK_OUT_OF_RANGE"
    return replace(state, sheets={**state.sheets, judge: marks}), "TAKEN"


def _decide(state: Panel, said: Said) -> tuple[Panel, str]:  # noqa: ARG001 - the act says only that it is time
    if not state.judges or state.sheets.keys() != set(state.judges):
        return state, "SHEETS_MISSING"
    ranking = rank(state)
    if ranking.needs_draw:
        return state, "NEEDS_DRAW"
    return replace(state, ranking=ranking), "TAKEN"


def rank(state: Panel) -> Ranking:
    """The ranking by the core, of what is on the table."""
    offers = [
        Tender(
            plate, body["price_fen"],
            {c: [state.sheets[j][plate][c] for j in state.judges] for c in state.weights if c != "price"},
            tuple(body.get("vetoes", ())), body.get("high_price_explained", False),
        )
        for plate, body in state.offers.items()
    ]  # fmt: skip
    return tender.rank(offers, floor_fen=state.floor_fen, weights=state.weights, at_least=state.at_least)


def _outcome(state: Panel, now: datetime) -> Outcome | None:  # noqa: ARG001 - the panel decides, no clock
    if state.ranking is None:
        return None
    if not state.ranking.candidates:
        short = state.ranking.reason == "NOT_ENOUGH_TENDERS"
        return Outcome(reason="NOT_ENOUGH_BIDDERS" if short else "ALL_REJECTED")
    return Outcome(tuple((s.plate, s.price_fen) for s in reversed(state.ranking.candidates)))


def _ends_at(state: Panel, announced: datetime) -> datetime:  # noqa: ARG001 - as announced
    return announced


CORE = Core(_begin, _hear, _outcome, _ends_at)
