"""Answers of holders of priority, and counter-offers, after the close (P-ASK, procedure 2.8)."""

from app.base.actor import Actor
from app.base.db import Tx
from app.base.errors import Conflict, Invalid, NotFound
from app.bidding import queries
from app.bidding.actions.time import heard_answer
from app.bidding.models import Ask, Session
from app.listing import queries as listings
from app.qualification import queries as qualification


def own(tx: Tx, who: Actor, lot_id: int) -> list[Ask]:
    """The questions put to the actor on this lot."""
    lot = listings.public_lot(tx, lot_id)
    entry = qualification.own(tx, lot, who)
    row = queries.find_session(tx, lot)
    return [a for a in queries.asks(tx, row.id) if a.entry_id == entry.id] if row and entry else []


def answer(tx: Tx, who: Actor, ask_id: int, *, agree: bool, counter_fen: int | None) -> Ask:
    """Answers in time. A counter-offer is at least a step above. Raises NotFound for somebody else's question."""
    found = tx.get(Ask, ask_id)
    if found is None or qualification.one(tx, found.entry_id).account_id != who.account_id:
        raise NotFound("没有这项询问")
    lot = listings.lock_lot(tx, tx.get_one(Session, found.session_id).lot_id, seen_by=None)
    row = queries.lock_session(tx, lot.id)
    ask = queries.lock_ask(tx, ask_id)
    now = tx.clock()
    if ask.answer is not None or now >= ask.closes_at:
        raise Conflict("询问已结束", reason="ENDED", extra={"state": ask.answer or "silent"})
    if ask.kind == "counter" and agree:
        floor = ask.price_fen + row.rules["step_fen"]
        if counter_fen is None or counter_fen < floor:
            raise Invalid(f"追加报价不得低于{floor}分", field="counter_fen", reason="STEP_TOO_SMALL")
        if (counter_fen - row.rules["start_fen"]) % row.rules["step_fen"]:
            raise Invalid("追加报价不是加价幅度的整数倍", field="counter_fen", reason="STEP_NOT_MULTIPLE")
        ask.counter_fen = counter_fen
    ask.answer, ask.answered_at = ("yes" if agree else "no"), now
    heard_answer(tx, lot, row, ask, now)
    return ask
