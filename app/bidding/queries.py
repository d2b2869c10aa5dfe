"""Reads of sessions, offers, questions and awards, with their locks."""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256

from sqlalchemy import ColumnElement, distinct, func, or_, select, tuple_
from sqlalchemy.orm import aliased

from app.audit.canonical import canonical, plain
from app.base.db import Tx
from app.base.errors import NotFound
from app.bidding.lottery_models import Lottery
from app.bidding.models import Ask, Award, Bid, Outage, Pause, Pulse, Session
from app.bidding.states import AwardState
from app.listing.models import Lot
from app.listing.states import LotState
from app.rules.bidding import Phase, Verdict

ALIVE = (AwardState.PENDING, AwardState.CONFIRMED, AwardState.FINAL)


def session(tx: Tx, lot: Lot) -> Session:
    """The session of the lot's present round."""
    found = tx.scalar(select(Session).where(Session.lot_id == lot.id, Session.round_no == lot.round_no))
    if found is None:
        raise NotFound("本标的尚未安排竞价")
    return found


def lock_session(tx: Tx, lot_id: int) -> Session:
    """The latest session of a lot, locked: the one lock that orders everything in an auction."""
    found = tx.scalar(
        select(Session)
        .where(Session.lot_id == lot_id)
        .order_by(Session.round_no.desc())
        .limit(1)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound("本标的尚未安排竞价")
    return found


def revisions(tx: Tx, lot_ids: list[int]) -> dict[int, str]:
    """Round and revision of each lot's present session: equal means that nothing changed."""
    rows = tx.execute(
        select(Session.lot_id, Session.round_no, Session.revision)
        .join(Lot, (Lot.id == Session.lot_id) & (Lot.round_no == Session.round_no))
        .where(Session.lot_id.in_(lot_ids))
    )
    return {lot_id: f"{round_no}.{revision}" for lot_id, round_no, revision in rows}


def lock_sessions(tx: Tx, lot_ids: Sequence[int]) -> dict[int, Session]:
    """The latest session of each lot that has one, by lot, locked in the order of the lots."""
    other = aliased(Session)
    latest = select(func.max(other.round_no)).where(other.lot_id == Session.lot_id).scalar_subquery()
    found = tx.scalars(
        select(Session)
        .where(Session.lot_id.in_(lot_ids), Session.round_no == latest)
        .order_by(Session.lot_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {row.lot_id: row for row in found}


def bids_by_key(tx: Tx, asked: Sequence[tuple[int, int, str]]) -> list[Bid]:
    """The offers already heard under these (session, entry, key)."""
    return list(tx.scalars(select(Bid).where(tuple_(Bid.session_id, Bid.entry_id, Bid.key).in_(asked))))


def bids(tx: Tx, session_id: int, *, after: int = 0, limit: int | None = None) -> list[Bid]:
    """What was heard, in order."""
    return list(tx.scalars(select(Bid).where(Bid.session_id == session_id, Bid.n > after).order_by(Bid.n).limit(limit)))


def own_bids(tx: Tx, session_id: int, entry_id: int) -> list[Bid]:
    return list(tx.scalars(select(Bid).where(Bid.session_id == session_id, Bid.entry_id == entry_id).order_by(Bid.n)))


def n_bidders(tx: Tx, session_id: int) -> int:
    return tx.execute(
        select(func.count(distinct(Bid.plate))).where(Bid.session_id == session_id, Bid.verdict == Verdict.LEADING)
    ).scalar_one()


def pauses(tx: Tx, session_id: int) -> list[Pause]:
    """Those that took effect, in order."""
    return list(
        tx.scalars(
            select(Pause).where(Pause.session_id == session_id, Pause.cosigned_at.is_not(None)).order_by(Pause.id)
        )
    )


def open_pause(tx: Tx, session_id: int) -> Pause | None:
    return tx.scalar(select(Pause).where(Pause.session_id == session_id, Pause.cosigned_at.is_(None)))


def outages(tx: Tx, session_id: int) -> list[Outage]:
    return list(tx.scalars(select(Outage).where(Outage.session_id == session_id).order_by(Outage.id)))


def open_outage(tx: Tx, session_id: int) -> Outage | None:
    return tx.scalar(select(Outage).where(Outage.session_id == session_id, Outage.reopened_at.is_(None)))


def to_reopen(tx: Tx, now: datetime, *, limit: int) -> list[int]:
    """Lots stopped by an outage whose hour to go on has come; the lots are locked."""
    return list(
        tx.scalars(
            select(Lot.id)
            .join(Session, (Session.lot_id == Lot.id) & (Session.round_no == Lot.round_no))
            .join(Outage, Outage.session_id == Session.id)
            .where(Outage.reopened_at.is_(None), Outage.reopens_at <= now, Lot.state == LotState.FROZEN)
            .order_by(Lot.id)
            .limit(limit)
            .with_for_update(skip_locked=True, of=Lot)
        )
    )


def on_the_ladder() -> ColumnElement[bool]:
    """Sessions whose offers are open and climb or fall: the other modes have a clock of their own."""
    mode: ColumnElement[str] = Session.rules["mode"].astext
    return func.coalesce(mode, "ascending").in_(("ascending", "reverse"))


def running(tx: Tx, started_by: datetime) -> list[int]:
    """Lots whose session could have been hit by an outage that ended at `started_by`, in the order of their ids."""
    return list(
        tx.scalars(
            select(Lot.id)
            .join(Session, (Session.lot_id == Lot.id) & (Session.round_no == Lot.round_no))
            .where(
                Session.opens_at <= started_by,
                Session.closed_at.is_(None),
                Session.phase != Phase.FROZEN,
                Lot.state.in_((LotState.SCHEDULED, LotState.FREE_BIDDING, LotState.TIMED_BIDDING, LotState.SEALED)),
            )
            .order_by(Lot.id)
        )
    )


def beat_at(tx: Tx) -> datetime | None:
    """The last heartbeat, in real time; None before the first."""
    return tx.scalar(select(Pulse.beat_at))


def lock_pulse(tx: Tx) -> Pulse | None:
    """The heartbeat, locked; None before the first, or where another process is just beating."""
    return tx.scalar(select(Pulse).with_for_update(skip_locked=True).execution_options(populate_existing=True))


def last_accepted(tx: Tx, session_id: int) -> Bid | None:
    return tx.scalar(
        select(Bid).where(Bid.session_id == session_id, Bid.seq.is_not(None)).order_by(Bid.seq.desc()).limit(1)
    )


def n_heard_by(tx: Tx, session_id: int, instant: datetime) -> int:
    return tx.execute(
        select(func.coalesce(func.max(Bid.n), 0)).where(Bid.session_id == session_id, Bid.at <= instant)
    ).scalar_one()


def asks(tx: Tx, session_id: int) -> list[Ask]:
    return list(tx.scalars(select(Ask).where(Ask.session_id == session_id).order_by(Ask.id)))


def lock_ask(tx: Tx, ask_id: int) -> Ask:
    found = tx.scalar(select(Ask).where(Ask.id == ask_id).with_for_update().execution_options(populate_existing=True))
    if found is None:
        raise NotFound("没有这项询问")
    return found


def due(tx: Tx, now: datetime, *, limit: int) -> list[int]:
    """Lots whose session has something to do by now, and whose row nobody holds; the lots are locked."""
    return list(
        tx.scalars(
            select(Lot.id)
            .join(Session, (Session.lot_id == Lot.id) & (Session.round_no == Lot.round_no))
            .where(
                Session.end_at <= now,
                on_the_ladder(),
                # A late offer may have found the end before the clock did: what counts is that nobody has closed it.
                Session.closed_at.is_(None),
                Session.phase != Phase.FROZEN,
                Lot.state.in_((LotState.SCHEDULED, LotState.FREE_BIDDING, LotState.TIMED_BIDDING)),
            )
            .order_by(Lot.id)
            .limit(limit)
            .with_for_update(skip_locked=True, of=Lot)
        )
    )


def silent_asks(tx: Tx, now: datetime, *, limit: int) -> list[Ask]:
    """Questions whose time ran out unanswered."""
    return list(
        tx.scalars(
            select(Ask)
            .where(Ask.answer.is_(None), Ask.closes_at <= now)
            .order_by(Ask.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
    )


def award_of(tx: Tx, lot_id: int) -> Award:
    """The lot's living award, locked."""
    found = tx.scalar(
        select(Award)
        .where(Award.lot_id == lot_id, Award.state.in_(ALIVE))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound("本标的没有成交")
    return found


def living_award(tx: Tx, lot_id: int) -> Award | None:
    """The same without a lock, None where there is none."""
    return tx.scalar(select(Award).where(Award.lot_id == lot_id, Award.state.in_(ALIVE)))


def awards(tx: Tx, lot_id: int) -> list[Award]:
    return list(tx.scalars(select(Award).where(Award.lot_id == lot_id).order_by(Award.id)))


def candidates(tx: Tx, lot: Lot) -> list[tuple[int, int]]:
    """(entry, best accepted price) of the round's bidders who have not had their award, best first, earlier first.

    Where not the price alone ranks (tender), the order in which they were entered does, the best last.
    """
    had = select(Award.entry_id).where(Award.lot_id == lot.id, Award.round_no == lot.round_no)
    mode = lot.rules.get("mode")
    best = func.min(Bid.amount_fen) if mode == "reverse" else func.max(Bid.amount_fen)
    earliest = func.max(Bid.n)
    order = {"reverse": (best, earliest), "tender": (earliest.desc(),)}.get(str(mode), (best.desc(), earliest))
    rows = tx.execute(
        select(Bid.entry_id, Bid.plate, best.label("best"))
        .join(Session, Session.id == Bid.session_id)
        .where(
            Session.lot_id == lot.id,
            Session.round_no == lot.round_no,
            Bid.verdict.in_([Verdict.LEADING, Verdict.AGREED]),
            Bid.entry_id.not_in(had),
        )
        .group_by(Bid.entry_id, Bid.plate)
        .order_by(*order)
    ).all()
    drawn = _drawn(tx, lot)
    # Who was drawn stands before all others, in the order drawn: all of them stood at the best price.
    ranked = sorted(rows, key=lambda row: drawn.index(row.plate) if row.plate in drawn else len(drawn))
    return [(row.entry_id, row.best) for row in ranked]


def _drawn(tx: Tx, lot: Lot) -> list[str]:
    return (
        tx.scalar(
            select(Lottery.drawn)
            .join(Session, Session.id == Lottery.session_id)
            .where(Session.lot_id == lot.id, Session.round_no == lot.round_no)
        )
        or []
    )


def lottery(tx: Tx, session_id: int, *, lock: bool = False) -> Lottery | None:
    """The session's lottery, None where there can be no tie."""
    query = select(Lottery).where(Lottery.session_id == session_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return tx.scalar(query)


def lotteries_due(tx: Tx, now: datetime, *, limit: int) -> list[int]:
    """Lots whose lottery waits for nobody any more."""
    query = (
        select(Session.lot_id)
        .join(Lottery, Lottery.session_id == Session.id)
        .where(
            Lottery.asked_at.is_not(None),
            Lottery.drawn_at.is_(None),
            or_(
                Lottery.supervisor_commitment.is_(None),
                Lottery.supervisor_number.is_not(None),
                Lottery.reveal_by <= now,
            ),
        )
        .order_by(Session.lot_id)
        .limit(limit)
    )
    return list(tx.scalars(query))


def find_session(tx: Tx, lot: Lot) -> Session | None:
    """The session of the lot's present round, None where the lot was sold without one."""
    return tx.scalar(select(Session).where(Session.lot_id == lot.id, Session.round_no == lot.round_no))


def log_root(tx: Tx, session_id: int) -> str:
    """SHA-256 over the session's offers in order: what a certificate binds itself to."""
    digest = sha256()
    for bid in bids(tx, session_id):
        said = {"n": bid.n, "plate": bid.plate, "amount_fen": bid.amount_fen, "verdict": bid.verdict, "at": bid.at}
        digest.update(sha256(canonical(plain(said))).digest())
    return digest.hexdigest()
