"""Placing bids: lock, clock, law, record, commit, answer. What arrives together is heard together, each on its own."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256

from sqlalchemy import text

from app.audit import receipts
from app.audit.actions import Said, record_all
from app.audit.canonical import canonical
from app.audit.models import AuditEvent
from app.audit.receipts import LogReceipt, receipt_of
from app.base.actor import Actor
from app.base.context import request_id
from app.base.db import Tx
from app.base.errors import Invalid, NotFound, Problem, Refused
from app.bidding import queries
from app.bidding.actions.fold import auction_of, keep
from app.bidding.actions.time import show_phase
from app.bidding.models import Bid, Session
from app.listing import queries as listings
from app.listing.models import Lot
from app.money.queries import lock_held_deposits
from app.qualification import queries as qualification
from app.qualification.models import Entry
from app.qualification.states import EntryState
from app.rules.bidding import Auction, Offer, Verdict, hear

FENCE = text("SELECT pg_logical_emit_message(true, 'nongjiao.fence', '')")
"""Writes to the log that standbys follow, and so makes the commit wait for them as a bid's own commit did."""


@dataclass(frozen=True, slots=True)
class PlaceBid:
    """An offer as the bidder sends it, for one unit of the announced basis."""

    key: str
    amount_fen: int
    confirm_fen: int | None = None
    expected_seq: int | None = None

    def fingerprint(self) -> bytes:
        """What must be the same when the same key comes again."""
        return sha256(
            canonical(
                {"amount_fen": self.amount_fen, "confirm_fen": self.confirm_fen, "expected_seq": self.expected_seq}
            )
        ).digest()


@dataclass(frozen=True, slots=True)
class Asked:
    """One offer on its way: whose, for which lot, in which request."""

    who: Actor
    lot_id: int
    offer: PlaceBid
    request_id: str | None = field(default_factory=request_id.get)


@dataclass(frozen=True, slots=True)
class Heard:
    """What became of an offer; `replayed` where the same key had been answered before."""

    bid: Bid
    replayed: bool
    log: LogReceipt | None


def place(tx: Tx, who: Actor, lot_id: int, offer: PlaceBid) -> Heard:
    """Hears one offer. Raises NotFound for strangers to the lot, Invalid (KEY_REUSED) for a known key with another
    body, Refused for those who cannot be heard at all. Refused offers of a known bidder are heard and recorded.
    """
    [answer] = place_all(tx, [Asked(who, lot_id, offer)])
    if isinstance(answer, Problem):
        raise answer
    return answer


def place_all(tx: Tx, asked: Sequence[Asked]) -> list[Heard | Problem]:
    """Hears offers in the order of their arrival, each on its own: the answer to each, or the problem it ends in.

    All lots are locked first, in the order of their ids, and the clock is read once, after the locks.
    """
    halls = _halls(tx, asked)
    now = tx.clock()
    found: list[tuple[_Hall, Bid, bool] | Problem] = []
    for one in asked:
        try:
            hall = halls.get(one.lot_id)
            if hall is None:
                raise NotFound("没有这个标的")
            found.append((hall, *hall.hear(one, now)))
        except Problem as problem:
            found.append(problem)
    heard = [hall for hall in halls.values() if hall.keep(tx, now)]
    events = iter(record_all(tx, "bid.hear", [said for hall in heard for said in hall.said()]) if heard else ())
    for hall in heard:
        hall.logged(events)
    answers = [f if isinstance(f, Problem) else Heard(f[1], f[2], f[0].receipt(tx, f[1])) for f in found]
    if any(isinstance(answer, Heard) and answer.replayed for answer in answers):
        # A primary that was cut off must not confirm from memory what its successor may never have had.
        tx.execute(FENCE)
    return answers


class _Hall:
    """One public lot during a batch: locked, with its session and everybody who has come to it."""

    def __init__(self, lot: Lot, row: Session | None) -> None:
        self.lot = lot
        self.row = row
        self.entries: dict[int, Entry] = {}
        self.known: dict[tuple[int, str], Bid] = {}
        self.funded: frozenset[int] = frozenset()
        self._auction: Auction | None = None
        self._fresh: list[tuple[Bid, str | None]] = []
        self._logged: dict[int, LogReceipt] = {}

    def hear(self, asked: Asked, now: datetime) -> tuple[Bid, bool]:
        """The record of one offer, and whether it was there before. Raises what `place` raises."""
        offer, row = asked.offer, self.row
        entry = self.entries.get(asked.who.account_id)
        if entry is None:
            raise Refused("未报名本标的", reason=Verdict.NOT_QUALIFIED)
        if row is None:
            raise Refused("竞价尚未安排", reason=Verdict.NOT_OPEN)
        known = self.known.get((entry.id, offer.key))
        if known is not None:
            if known.fingerprint != offer.fingerprint():
                raise Invalid("同一幂等键不得用于不同的报价", field="Idempotency-Key", reason="KEY_REUSED")
            return known, True
        if row.last_at is not None and now < row.last_at:
            raise Refused("系统时钟异常，报价未受理", reason=Verdict.FROZEN)
        before = self._auction or auction_of(row)
        after, verdict = before, Verdict.NOT_QUALIFIED
        if entry.state is EntryState.QUALIFIED and entry.round_no == row.round_no:
            verdict = Verdict.DEPOSIT_MISSING
            if self.lot.deposit_fen == 0 or entry.id in self.funded:
                after, verdict = hear(
                    before,
                    Offer(entry.plate, offer.amount_fen, entry.priority_rank, offer.confirm_fen, offer.expected_seq),
                    now,
                )
        self._auction = after
        bid = Bid(
            session_id=row.id, n=row.n_heard + len(self._fresh) + 1, entry_id=entry.id, plate=entry.plate,
            amount_fen=offer.amount_fen, rank=entry.priority_rank, confirm_fen=offer.confirm_fen,
            expected_seq=offer.expected_seq, verdict=verdict, seq=after.seq if verdict is Verdict.LEADING else None,
            phase=after.phase, at=now, end_at_before=before.end_at, end_at_after=after.end_at, key=offer.key,
            fingerprint=offer.fingerprint(),
        )  # fmt: skip
        self._fresh.append((bid, asked.request_id))
        self.known[entry.id, offer.key] = bid
        return bid, False

    def keep(self, tx: Tx, now: datetime) -> bool:
        """Writes the state and the offers that were heard; whether there were any."""
        if self.row is None or self._auction is None or not self._fresh:
            return False
        keep(self.row, self._auction)
        self.row.last_at, self.row.n_heard = now, self.row.n_heard + len(self._fresh)
        tx.add_all([bid for bid, _ in self._fresh])
        show_phase(tx, self.lot, self.row, now)
        return True

    def said(self) -> Iterator[Said]:
        """What the log is told of each offer."""
        for bid, request in self._fresh:
            facts = {
                "n": bid.n, "plate": bid.plate, "amount_fen": bid.amount_fen, "verdict": bid.verdict,
                "bid_seq": bid.seq, "at": bid.at, "rank": bid.rank, "confirm_fen": bid.confirm_fen,
                "expected_seq": bid.expected_seq, "end_at": bid.end_at_after,
            }  # fmt: skip
            yield Said(f"lot/{self.lot.id}", self.lot.region_code, request, facts)

    def logged(self, events: Iterator[AuditEvent]) -> None:
        """Takes this lot's events from those of the batch."""
        self._logged = {bid.n: receipt_of(next(events)) for bid, _ in self._fresh}

    def receipt(self, tx: Tx, bid: Bid) -> LogReceipt | None:
        """The log's receipt for an offer, heard now or before."""
        made = self._logged.get(bid.n)
        return made or receipts.newest(
            tx, f"lot/{self.lot.id}", ["bid.hear"], n=bid.n, plate=bid.plate, at=bid.at
        )  # fmt: skip


def _halls(tx: Tx, asked: Sequence[Asked]) -> dict[int, _Hall]:
    """The public lots asked for, in the order of their ids and locked, each with what its offers are judged by."""
    lots = listings.lock_public_lots(tx, {one.lot_id for one in asked})
    rows = queries.lock_sessions(tx, list(lots))
    halls = {lot_id: _Hall(lot, rows.get(lot_id)) for lot_id, lot in lots.items()}
    for entry in qualification.of_accounts(tx, list(lots), {one.who.account_id for one in asked}):
        hall = halls[entry.lot_id]
        if entry.round_no == hall.lot.round_no:
            hall.entries[entry.account_id] = entry
    mine = [
        (hall.row.id, entry.id, one.offer.key)
        for one in asked
        for hall in [halls.get(one.lot_id)]
        for entry in [hall and hall.entries.get(one.who.account_id)]
        if hall and hall.row and entry
    ]
    by_session = {hall.row.id: hall for hall in halls.values() if hall.row}
    for bid in queries.bids_by_key(tx, mine):
        by_session[bid.session_id].known[bid.entry_id, bid.key] = bid
    funded = frozenset(d.entry_id for d in lock_held_deposits(tx, {entry_id for _, entry_id, _ in mine}))
    for hall in halls.values():
        hall.funded = funded
    return halls
