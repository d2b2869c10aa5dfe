"""Hearing an act in a mode that is no ladder: lock, clock, the mode's core, record; and what time does there."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from app.audit.actions import record
from app.audit.canonical import canonical
from app.base.actor import Actor
from app.base.db import Tx
from app.base.errors import Conflict, Invalid, NotFound, Refused
from app.base.money import MAX_FEN, total_fen
from app.bidding import act_queries, queries
from app.bidding.act_models import TradeAct
from app.bidding.actions import descending, hall, negotiation, tender
from app.bidding.actions.acts_play import Core, Outcome, Said, play
from app.bidding.actions.fold import keep, state_of
from app.bidding.actions.pulse import is_out
from app.bidding.actions.time import close
from app.bidding.models import Bid, Session
from app.listing import queries as listings
from app.listing.actions.moves import move, take_duty
from app.listing.models import Lot
from app.listing.states import LotState
from app.money.queries import lock_held_deposit
from app.qualification import queries as qualification
from app.qualification.models import Entry
from app.rules.bidding import Phase, Verdict, at

CORES: dict[str, Core] = {
    "hall": hall.CORE,
    "descending": descending.CORE,
    "tender": tender.CORE,
    "negotiation": negotiation.CORE,
}
SECOND = frozenset({"hammer", "decide", "agree"})
"""What closes a session is done by a person who entered nothing in it."""
_SHUT = {Phase.WAITING: "NOT_OPEN", Phase.FROZEN: "FROZEN", Phase.ENDED: "ENDED"}


@dataclass(frozen=True, slots=True)
class Act:
    """An act as it is sent. `mode` is the one it belongs to; money in `body` is integer fen."""

    mode: str
    kind: str
    key: str
    body: dict[str, Any]
    plate: str | None = None

    def fingerprint(self) -> bytes:
        """What must be the same when the same key comes again."""
        return sha256(canonical({"kind": self.kind, "plate": self.plate, "body": self.body})).digest()


def enter(tx: Tx, who: Actor, lot_id: int, act: Act) -> tuple[TradeAct, bool]:
    """An act of the centre or of the supervision. Raises as `_hear`; FOUR_EYES is an answer that is kept."""
    lot = listings.lock_lot(tx, lot_id, seen_by=who)
    entry = None
    if act.plate is not None:
        entry = next((e for e in qualification.ready(tx, lot) if e.plate == act.plate), None)
        if entry is None:
            raise Invalid("没有这个号牌，或其未取得本标的竞价资格", field="plate", reason=Verdict.NOT_QUALIFIED)
    return _hear(tx, who, lot, act, entry, staff=True)


def offer(tx: Tx, who: Actor, lot_id: int, act: Act) -> tuple[TradeAct, bool]:
    """A bidder's own act, for his own plate. Raises Refused for strangers to the lot, else as `_hear`."""
    lot = listings.lock_public_lot(tx, lot_id)
    entry = qualification.own(tx, lot, who)
    if entry is None:
        raise Refused("未报名本标的", reason=Verdict.NOT_QUALIFIED)
    return _hear(tx, who, lot, Act(act.mode, act.kind, act.key, act.body, entry.plate), entry, staff=False)


def _hear(
    tx: Tx, who: Actor, lot: Lot, act: Act, entry: Entry | None, *, staff: bool
) -> tuple[TradeAct, bool]:  # fmt: skip
    """Hears one act; the second value says whether it is the replay of an earlier answer. Refused acts are kept too.

    Raises NotFound where the lot has no session of this mode, Invalid (KEY_REUSED) for a known key with another body,
    Refused where the clock ran back.
    """
    row = session_of(tx, lot, act.mode)
    known = act_queries.act_by_key(tx, row.id, who.account_id, act.key)
    if known is not None:
        if known.fingerprint != act.fingerprint():
            raise Invalid("同一幂等键不得用于不同的内容", field="Idempotency-Key", reason="KEY_REUSED")
        return known, True
    if row.closed_at is not None:
        raise Conflict("本场已结束", reason="ENDED", extra={"state": lot.state})
    funded = entry is None or lot.deposit_fen == 0 or lock_held_deposit(tx, entry.id) is not None
    now = tx.clock()
    if row.last_at is not None and now < row.last_at:
        raise Refused("系统时钟异常，未受理", reason=Verdict.FROZEN)
    keep(row, at(state_of(row), now))
    core = CORES[act.mode]
    played = play(tx, row, core)
    state = played.state
    verdict = _shut(tx, row, act, entry, who, lot, funded=funded)
    if not verdict:
        if staff and act.kind not in SECOND:
            take_duty(tx, who, lot, "auction", now=now)
        begin(tx, lot, row, now)
        state, verdict = core.hear(state, Said(act.kind, act.plate, act.body, played.running(now)))
        row.end_at = _real_end(row, core, state, played.lost(now))
    row.last_at = now
    made = TradeAct(
        session_id=row.id, n=act_queries.n_acts(tx, row.id) + 1, kind=act.kind, plate=act.plate,
        account_id=who.account_id, person_id=who.person_id, body=act.body, verdict=str(verdict), at=now, key=act.key,
        fingerprint=act.fingerprint(),
    )  # fmt: skip
    tx.add(made)
    tx.flush()
    record(
        tx, who if staff else None, "trade.hear", f"lot/{lot.id}", region=lot.region_code,
        n=made.n, kind=made.kind, plate=made.plate, body=made.body, verdict=made.verdict, at=now, end_at=row.end_at,
    )  # fmt: skip
    outcome = core.outcome(state, played.running(now))
    if outcome is not None:
        _finish(tx, lot, row, outcome, now)
    return made, False


def session_of(tx: Tx, lot: Lot, mode: str) -> Session:
    """The lot's session of this mode, locked. Raises NotFound for another mode or none."""
    row = queries.lock_session(tx, lot.id)
    if row.rules.get("mode") != mode or row.round_no != lot.round_no:
        raise NotFound("本标的不以这种方式交易")
    return row


def _shut(tx: Tx, row: Session, act: Act, entry: Entry | None, who: Actor, lot: Lot, *, funded: bool) -> str:
    """Why the act does not come before the core at all; empty where it does."""
    if row.phase in _SHUT:
        return _SHUT[row.phase]
    if entry is not None and entry not in qualification.ready(tx, lot):
        return Verdict.DEPOSIT_MISSING if not funded else Verdict.NOT_QUALIFIED
    entered = {a.person_id for a in act_queries.acts(tx, row.id) if a.kind not in SECOND}
    return "FOUR_EYES" if act.kind in SECOND and who.person_id in entered else ""


def begin(tx: Tx, lot: Lot, row: Session, now: datetime) -> None:
    """Shows that the session has opened. Asking twice changes nothing."""
    if row.phase is Phase.ACTS and lot.state is LotState.SCHEDULED:
        move(tx, None, lot, "evaluate" if row.rules["mode"] == "tender" else "open", now=now)


def _real_end(row: Session, core: Core, state: Any, lost: Any) -> datetime:
    """The core's end on everybody's clock. While nothing has moved it, the row's own end stays."""
    end: datetime = core.ends_at(state, row.end_at - lost) + lost
    return end


def _finish(tx: Tx, lot: Lot, row: Session, outcome: Outcome, now: datetime) -> None:
    """Enters the ranking as bids, the winner last, and closes as every session closes: priority, award, or failing."""
    entries = {e.plate: e for e in qualification.of_lot(tx, lot)}
    heard_at = row.last_at or now
    closed = tx.clock()
    row.phase = Phase.ENDED
    row.end_at = min(row.end_at, closed)
    for n, (plate, fen) in enumerate(outcome.ranking, start=1):
        row.n_heard, row.seq = row.n_heard + 1, row.seq + 1
        bid = Bid(
            session_id=row.id, n=row.n_heard, entry_id=entries[plate].id, plate=plate, amount_fen=fen,
            verdict=Verdict.LEADING, seq=row.seq, phase=Phase.ACTS, at=heard_at, end_at_before=row.end_at,
            end_at_after=row.end_at, key=f"act-ranking-{n}", fingerprint=sha256(f"{plate}/{fen}".encode()).digest(),
        )  # fmt: skip
        tx.add(bid)
        tx.flush()
        record(
            tx, None, "bid.hear", f"lot/{lot.id}", region=lot.region_code,
            n=bid.n, plate=plate, amount_fen=fen, verdict=bid.verdict, bid_seq=bid.seq, at=bid.at,
            rank=None, confirm_fen=None, expected_seq=None, end_at=row.end_at,
        )  # fmt: skip
    if outcome.ranking:
        row.leader, row.best_fen = outcome.ranking[-1]
        row.leader_rank = entries[row.leader].priority_rank
    close(tx, lot, row, closed, failing=outcome.reason or "NO_BID")


def acts_due(tx: Tx) -> int:
    """Opens the sessions of these modes, and closes those whose time ran out. Safe to repeat, and on several machines."""
    done = 0
    if is_out(tx):
        return 0
    for lot_id in act_queries.due(tx, tx.clock(), limit=100):
        lot = listings.lock_lot(tx, lot_id, seen_by=None)
        row = queries.lock_session(tx, lot_id)
        now = tx.clock()
        if is_out(tx):
            break
        keep(row, at(state_of(row), now))
        if row.phase is Phase.ENDED:
            row.phase = Phase.ACTS
            begin(tx, lot, row, now)
            core = CORES[row.rules["mode"]]
            played = play(tx, row, core)
            _finish(
                tx, lot, row, core.outcome(played.state, played.running(now)) or Outcome(reason="NOT_FINISHED"), now
            )
        else:
            begin(tx, lot, row, now)
        done += 1
    return done


def check_offer(lot: Lot, amount_fen: int) -> None:
    """Raises Invalid for a price whose total no contract could name."""
    if total_fen(amount_fen, lot.price_basis, lot.quantity, lot.months) > MAX_FEN:
        raise Invalid("总价超出可表示的范围", field="amount_fen")


def outcome_again(tx: Tx, row: Session) -> dict[str, Any]:
    """Winner and price by the stored acts alone, before anybody's priority was asked for."""
    core = CORES[row.rules["mode"]]
    played = play(tx, row, core)
    found = core.outcome(played.state, played.running(row.closed_at or row.end_at)) or Outcome()
    winner, price = found.ranking[-1] if found.ranking else (None, None)
    return {
        "rule_version": row.rules["rule_version"], "winner": winner, "price_fen": price, "seq": len(found.ranking),
        "ended_at": row.end_at, "contradictions": list(played.contradictions),
    }  # fmt: skip
