"""What time does to an auction: phases, the close, questions to holders of priority, the award."""

from datetime import datetime, timedelta

from app.audit.actions import record
from app.base.db import Tx
from app.base.money import total_fen
from app.bidding import queries
from app.bidding.actions import lottery
from app.bidding.actions.fold import auction_of, keep
from app.bidding.actions.pulse import is_out
from app.bidding.models import Ask, Award, Session
from app.bidding.states import AwardState
from app.listing import queries as listings
from app.listing.actions import notice
from app.listing.actions.moves import move
from app.listing.models import Lot
from app.listing.states import LotState
from app.qualification import queries as qualification
from app.qualification.models import Entry
from app.rules.bidding import Phase, at

_PHASE_STATE = {
    Phase.FREE: (LotState.SCHEDULED, "open"),
    Phase.PREP: (LotState.FREE_BIDDING, "time"),
    Phase.TIMED: (LotState.FREE_BIDDING, "time"),
}


def state_in(phase: Phase) -> LotState:
    """The lot's public state in a running phase: what a session goes back to after it was stopped."""
    named = {Phase.FREE: LotState.FREE_BIDDING, Phase.ACTS: LotState.FREE_BIDDING, Phase.SEALED: LotState.SEALED}
    return named.get(phase, LotState.TIMED_BIDDING)


def show_phase(tx: Tx, lot: Lot, row: Session, now: datetime) -> None:
    """Brings the lot's public state up to the session's phase."""
    if row.phase in {Phase.PREP, Phase.TIMED, Phase.CAP, Phase.ENDED} and lot.state is LotState.SCHEDULED:
        move(tx, None, lot, "open", now=now)
    source, verb = _PHASE_STATE.get(row.phase, (None, ""))
    if lot.state is source:
        move(tx, None, lot, verb, now=now)


def advance_due(tx: Tx) -> int:
    """Opens, times and closes the sessions whose moment has come. Safe to repeat, and on several machines at once."""
    done = 0
    if is_out(tx):
        return 0  # what time has done meanwhile, the outage did
    for lot_id in queries.due(tx, tx.clock(), limit=100):
        lot = listings.lock_lot(tx, lot_id, seen_by=None)
        row = queries.lock_session(tx, lot_id)
        now = tx.clock()
        if is_out(tx):
            break  # this process itself stood still
        keep(row, at(auction_of(row), now))
        show_phase(tx, lot, row, now)
        if row.phase is Phase.ENDED and row.closed_at is None:
            close(tx, lot, row, now)
        done += 1
    return done


def close(tx: Tx, lot: Lot, row: Session, now: datetime, *, failing: str = "NO_BID") -> None:
    """Closes an ended session for good: a question to the holders of priority, the award, or `failing` as the reason."""
    row.closed_at = now
    record(
        tx, None, "lot.close", f"lot/{lot.id}", region=lot.region_code,
        winner=row.leader, price_fen=row.best_fen, bid_seq=row.seq, n_heard=row.n_heard, ended_at=row.end_at,
    )  # fmt: skip
    if row.leader is None:
        notice.fail(tx, lot, failing, now=now)
        return
    if len(row.tied) > 1:
        first = lottery.foremost(row.tied)
        if len(first) > 1:
            lottery.ask(tx, lot, row, now)
            return
        row.leader, row.leader_rank = first[0], dict(map(tuple, row.tied))[first[0]]
    settle_winner(tx, lot, row, now, way="auction")


def settle_winner(tx: Tx, lot: Lot, row: Session, now: datetime, *, way: str) -> None:
    """Asks the holders of priority who rank before the leader, or gives the lot to him."""
    if row.rules["priority"] in {"P_ASK", "P_IN_ASK"} and _ask_next(tx, lot, row, now):
        return
    _win(tx, lot, row, now, way=way)


def _leader_entry(tx: Tx, lot: Lot, row: Session) -> Entry:
    return next(e for e in qualification.of_lot(tx, lot) if e.plate == row.leader)


def _ask_next(tx: Tx, lot: Lot, row: Session, now: datetime) -> bool:
    """Asks the first holder of priority who ranks before the leader and has not refused this price; False if none."""
    refused = {a.entry_id for a in queries.asks(tx, row.id) if a.price_fen == row.best_fen and a.kind == "match"}
    holders = sorted(
        (e for e in qualification.ready(tx, lot) if e.priority_rank is not None),
        key=lambda e: (e.priority_rank or 0, e.id),
    )
    for entry in holders:
        outranks = row.leader_rank is None or (entry.priority_rank or 0) < row.leader_rank
        if entry.plate != row.leader and outranks and entry.id not in refused:
            _put(tx, lot, row, entry, "match", now)
            if lot.state is not LotState.PRIORITY:
                move(tx, None, lot, "ask", now=now)
            return True
    return False


def _put(tx: Tx, lot: Lot, row: Session, entry: Entry, kind: str, now: datetime) -> None:
    ask = Ask(
        session_id=row.id, entry_id=entry.id, kind=kind, price_fen=row.best_fen or 0, asked_at=now,
        closes_at=now + timedelta(seconds=row.rules["ask_seconds"]),
    )  # fmt: skip
    tx.add(ask)
    tx.flush()
    record(
        tx, None, f"priority.{kind}", f"lot/{lot.id}", region=lot.region_code,
        plate=entry.plate, price_fen=ask.price_fen, closes_at=ask.closes_at,
    )  # fmt: skip


def heard_answer(tx: Tx, lot: Lot, row: Session, ask: Ask, now: datetime) -> None:
    """Goes on after an answer, yes, no or silence (P-ASK, procedure 2.8)."""
    entry = qualification.one(tx, ask.entry_id)
    record(
        tx, None, "priority.answer", f"lot/{lot.id}", region=lot.region_code,
        plate=entry.plate, kind=ask.kind, answer=ask.answer, price_fen=ask.price_fen, counter_fen=ask.counter_fen,
    )  # fmt: skip
    if ask.kind == "match" and ask.answer == "yes":
        outbid = _leader_entry(tx, lot, row)
        row.leader, row.leader_rank = entry.plate, entry.priority_rank
        if row.rules["allow_counter"]:
            _put(tx, lot, row, outbid, "counter", now)
            return
    elif ask.kind == "counter" and ask.answer == "yes":
        row.best_fen, row.leader, row.leader_rank = ask.counter_fen, entry.plate, entry.priority_rank
    if ask.kind == "counter" and ask.answer != "yes":
        _win(tx, lot, row, now, way="priority")
        return
    if _ask_next(tx, lot, row, now):
        return
    holder = _leader_entry(tx, lot, row)
    _win(tx, lot, row, now, way="priority" if holder.priority_rank is not None else "auction")


def silence_due(tx: Tx) -> int:
    """Questions unanswered in time count as refused, as the notice said."""
    done = 0
    for ask in queries.silent_asks(tx, tx.clock(), limit=100):
        row = tx.get_one(Session, ask.session_id)
        lot = listings.lock_lot(tx, row.lot_id, seen_by=None)
        row = queries.lock_session(tx, lot.id)
        now = tx.clock()
        ask.answer, ask.answered_at = "silent", now
        heard_answer(tx, lot, row, ask, now)
        done += 1
    return done


def _win(tx: Tx, lot: Lot, row: Session, now: datetime, *, way: str) -> None:
    entry = _leader_entry(tx, lot, row)
    award(tx, lot, entry, row.best_fen or 0, way=way, now=now, n_rounds=row.seq)


def award(tx: Tx, lot: Lot, entry: Entry, price_fen: int, *, way: str, now: datetime, n_rounds: int) -> Award:
    """Gives the lot to an entry at a unit price, and moves the lot to L70."""
    verb = "pass_on" if lot.state is LotState.DEFAULTED else "win"
    if lot.state is LotState.WON:
        verb = ""  # an upheld objection has brought the lot here already
    all_entries = qualification.of_lot(tx, lot)
    made = Award(
        lot_id=lot.id, round_no=lot.round_no, entry_id=entry.id, price_fen=price_fen,
        total_fen=total_fen(price_fen, lot.price_basis, lot.quantity, lot.months), way=way, state=AwardState.PENDING,
        won_at=now, n_entries=len(all_entries), n_qualified=sum(e.state.value == "qualified" for e in all_entries),
        n_rounds=n_rounds,
    )  # fmt: skip
    tx.add(made)
    tx.flush()
    if verb:
        move(
            tx,
            None,
            lot,
            verb,
            now=now,
            award=made.id,
            plate=entry.plate,
            price_fen=price_fen,
            total_fen=made.total_fen,
        )
    return made
