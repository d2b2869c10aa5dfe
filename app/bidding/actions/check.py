"""Checking auctions while they run and after: the evidence from the database, and a tick that warns the supervision."""

from dataclasses import asdict
from typing import Any

import structlog
from sqlalchemy import func, or_, select, text
from sqlalchemy.dialects.postgresql import insert

from app.audit.actions import first_broken, record
from app.audit.models import AuditEvent
from app.audit.queries import chain
from app.base.db import Tx, transaction
from app.bidding import queries
from app.bidding.actions import lottery
from app.bidding.actions.fold import ACT_MODES, SEALED_MODE, rules_of
from app.bidding.actions.replay import events_of, recompute_session
from app.bidding.invariants import (
    SETTLING,
    AnswerFacts,
    AwardFacts,
    BidFacts,
    DepositFacts,
    Evidence,
    Fault,
    LoggedBid,
    faults,
)  # fmt: skip
from app.bidding.models import Award, Check, Session
from app.listing.models import Lot
from app.money.models import Deposit, LedgerAccount, LedgerEntry, MoneyOrder, Posting
from app.money.states import AccountKind
from app.qualification.models import Entry

log = structlog.get_logger()

LADDERS = frozenset({"ascending", "reverse"})
AGAIN_SECONDS = 60
BATCH = 5
LONGEST_OPEN = 5_000
"""A running session with more offers than this is checked at its close: a check must not slow the bidding."""
LIVING_ORDERS = ("due", "prepared", "approved")


def evidence(tx: Tx, row: Session) -> Evidence:
    """What the database holds of one session. Wants a snapshot (REPEATABLE READ) or the session's lock."""
    plates = {e.id: e.plate for e in tx.scalars(select(Entry).where(Entry.lot_id == row.lot_id))}
    ladder = row.rules.get("mode", "ascending") in LADDERS
    logged, n_closed = _logged(tx, row)
    _, broken = first_broken(chain(tx, f"lot/{row.lot_id}"))
    return Evidence(
        session_id=row.id, lot_id=row.lot_id, rules=rules_of(row.rules, opens_at=row.opens_at) if ladder else None,
        phase=row.phase, seq=row.seq, n_heard=row.n_heard, best_fen=row.best_fen, leader=row.leader, end_at=row.end_at,
        closed_at=row.closed_at,
        bids=tuple(
            BidFacts(
                b.n, b.seq, b.entry_id, b.plate, b.amount_fen, b.rank, b.verdict, b.at, b.end_at_after, b.key
            )
            for b in queries.bids(tx, row.id)
        ),
        events=tuple(events_of(tx, row)) if ladder else (),
        answers=tuple(
            AnswerFacts(plates[a.entry_id], a.counter_fen if a.kind == "counter" and a.counter_fen else a.price_fen)
            for a in queries.asks(tx, row.id) if a.answer == "yes"
        ),
        awards=tuple(
            AwardFacts(a.entry_id, plates[a.entry_id], a.price_fen, a.way, a.state in queries.ALIVE)
            for a in tx.scalars(
                select(Award).where(Award.lot_id == row.lot_id, Award.round_no == row.round_no).order_by(Award.id)
            )
        ),
        deposits=tuple(_deposits(tx, row.lot_id)),
        escrow_fen=-_sum(tx, select(func.sum(LedgerEntry.amount_fen)).join(
            LedgerAccount, LedgerAccount.id == LedgerEntry.account_id
        ).where(LedgerAccount.lot_id == row.lot_id, LedgerAccount.kind == AccountKind.DEPOSIT_ESCROW)),
        ledger_fen=_sum(tx, select(func.sum(LedgerEntry.amount_fen)).join(
            Posting, Posting.id == LedgerEntry.posting_id
        ).where(Posting.lot_id == row.lot_id)),
        logged=logged, n_closed=n_closed,
        recomputed=_recomputed(tx, row), first_of_tied=lottery.first_of(tx, row)[0] if row.closed_at else None,
        chain_fault=None if broken is None else f"{broken.fault.value}@{broken.seq}",
    )  # fmt: skip


def _recomputed(tx: Tx, row: Session) -> tuple[str, ...]:
    """What a closed session's envelopes or acts say against its outcome; nothing for other modes."""
    if row.closed_at is None or row.rules.get("mode") not in {SEALED_MODE, *ACT_MODES}:
        return ()
    said = recompute_session(tx, tx.get_one(Lot, row.lot_id), row)
    wrong = list(said["contradictions"])
    if not said["agrees"]:
        wrong.append(f"按记录复算为{said['winner']}／{said['price_fen']}，场次记为{row.leader}／{row.best_fen}")
    return tuple(wrong)


def _sum(tx: Tx, query: Any) -> int:
    return int(tx.scalar(query) or 0)


def _logged(tx: Tx, row: Session) -> tuple[tuple[LoggedBid, ...], int]:
    """The log's side of one round: what it says since the session was set up."""
    since = tx.scalar(
        select(func.min(AuditEvent.id)).where(
            AuditEvent.subject == f"session/{row.id}", AuditEvent.act == "auction.schedule"
        )
    )
    until = tx.scalar(
        select(func.min(AuditEvent.id)).where(
            AuditEvent.subject == f"lot/{row.lot_id}", AuditEvent.act == "lot.relist", AuditEvent.id > (since or 0)
        )
    )
    said = select(AuditEvent.act, AuditEvent.facts).where(
        AuditEvent.subject == f"lot/{row.lot_id}", AuditEvent.act.in_(("bid.hear", "lot.close")),
        AuditEvent.id > (since or 0), AuditEvent.id < until if until else text("true"),
    ).order_by(AuditEvent.id)  # fmt: skip
    events = tx.execute(said).all()
    bids = tuple(
        LoggedBid(f["n"], f["bid_seq"], f["plate"], f["amount_fen"], f["verdict"])
        for act, f in events if act == "bid.hear"
    )  # fmt: skip
    return bids, sum(act == "lot.close" for act, _ in events)


def _deposits(tx: Tx, lot_id: int) -> list[DepositFacts]:
    orders = (
        select(MoneyOrder.deposit_id, func.count().label("n"))
        .where(MoneyOrder.lot_id == lot_id, MoneyOrder.state.in_(LIVING_ORDERS))
        .group_by(MoneyOrder.deposit_id)
        .subquery()
    )
    rows = tx.execute(
        select(Deposit, func.coalesce(orders.c.n, 0))
        .outerjoin(orders, orders.c.deposit_id == Deposit.id)
        .where(Deposit.lot_id == lot_id)
        .order_by(Deposit.id)
    )
    return [DepositFacts(d.entry_id, d.state.value, d.amount_fen, n) for d, n in rows]


def snapshot(tx: Tx) -> None:
    """Everything read from here on is of one moment. Before the transaction's first query."""
    tx.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))


def check_due(tx: Tx) -> int:
    """Checks what has changed since it was last checked, a few sessions a time, and tells the supervision of faults.

    What is checked is read in a transaction of its own, so that all of it is of one moment.
    """
    real = tx.wall_clock()
    stale = (Check.revision != Session.revision) & (
        Session.closed_at.is_not(None)
        | (func.extract("epoch", real - Check.checked_at) > AGAIN_SECONDS) & (Session.n_heard <= LONGEST_OPEN)
    )
    due = (
        select(Session, Session.revision)
        .outerjoin(Check, Check.session_id == Session.id)
        .where(
            or_(Check.session_id.is_(None), stale),
            or_(Session.closed_at.is_(None), Session.closed_at > tx.clock() - SETTLING),
            Session.n_heard > 0,
        )
        .order_by(Session.id)
        .limit(BATCH)
    )
    with transaction(read_only=True) as then:
        snapshot(then)
        found = [(row, revision, faults(evidence(then, row))) for row, revision in then.execute(due).all()]
    for row, revision, said in found:
        _keep(tx, row, revision, said)
    return len(found)


def _keep(tx: Tx, row: Session, revision: int, found: list[Fault]) -> None:
    said = [asdict(f) for f in found[:50]]
    known = tx.scalar(select(Check.faults).where(Check.session_id == row.id))
    made = insert(Check).values(session_id=row.id, revision=revision, checked_at=tx.wall_clock(), faults=said)
    tx.execute(
        made.on_conflict_do_update(
            index_elements=[Check.session_id],
            set_={"revision": made.excluded.revision, "checked_at": made.excluded.checked_at, "faults": said},
        )
    )
    if said and said != known:
        log.error("auction contradicts itself", session=row.id, lot=row.lot_id, faults=said)
        record(
            tx, None, "auction.fault", f"auction_check/{row.id}", region=row.region_code, lot=row.lot_id, found=said
        )  # fmt: skip


def check_all(tx: Tx) -> dict[int, list[Fault]]:
    """Every session there is; those with faults, by id. Wants a snapshot."""
    found = {row.id: faults(evidence(tx, row)) for row in tx.scalars(select(Session).order_by(Session.id))}
    return {session_id: said for session_id, said in found.items() if said}
