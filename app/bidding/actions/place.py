"""Placing a bid: lock, clock, law, record, commit, answer."""

from dataclasses import dataclass
from hashlib import sha256

from app.audit.actions import record
from app.audit.canonical import canonical
from app.base.actor import Actor
from app.base.db import Tx
from app.base.errors import Invalid, NotFound, Refused
from app.bidding import queries
from app.bidding.actions.fold import auction_of, keep
from app.bidding.actions.time import show_phase
from app.bidding.models import Bid
from app.listing import queries as listings
from app.money.queries import lock_held_deposit
from app.qualification import queries as qualification
from app.qualification.states import EntryState
from app.rules.bidding import Offer, Verdict, hear


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


def place(tx: Tx, who: Actor, lot_id: int, offer: PlaceBid) -> tuple[Bid, bool]:
    """Hears one offer; the second value says whether it is the replay of an earlier answer.

    Refused offers of a known bidder are recorded too. Raises NotFound for strangers to the lot, Invalid
    (KEY_REUSED) for a known key with another body.
    """
    lot = listings.lock_public_lot(tx, lot_id)
    entry = qualification.own(tx, lot, who)
    if entry is None:
        raise Refused("未报名本标的", reason=Verdict.NOT_QUALIFIED)
    try:
        row = queries.lock_session(tx, lot_id)
    except NotFound as e:
        raise Refused("竞价尚未安排", reason=Verdict.NOT_OPEN) from e
    known = queries.bid_by_key(tx, row.id, entry.id, offer.key)
    if known is not None:
        if known.fingerprint != offer.fingerprint():
            raise Invalid("同一幂等键不得用于不同的报价", field="Idempotency-Key", reason="KEY_REUSED")
        return known, True
    funded = lot.deposit_fen == 0 or lock_held_deposit(tx, entry.id) is not None
    now = tx.clock()
    if row.last_at is not None and now < row.last_at:
        raise Refused("系统时钟异常，报价未受理", reason=Verdict.FROZEN)
    before = auction_of(row)
    after, verdict = before, Verdict.NOT_QUALIFIED
    if entry.state is EntryState.QUALIFIED and entry.round_no == row.round_no:
        verdict = Verdict.DEPOSIT_MISSING
        if funded:
            after, verdict = hear(
                before,
                Offer(entry.plate, offer.amount_fen, entry.priority_rank, offer.confirm_fen, offer.expected_seq),
                now,
            )
    keep(row, after)
    row.last_at, row.n_heard = now, row.n_heard + 1
    bid = Bid(
        session_id=row.id, n=row.n_heard, entry_id=entry.id, plate=entry.plate, amount_fen=offer.amount_fen,
        rank=entry.priority_rank, confirm_fen=offer.confirm_fen, expected_seq=offer.expected_seq, verdict=verdict,
        seq=after.seq if verdict is Verdict.LEADING else None, phase=after.phase, at=now, end_at_before=before.end_at,
        end_at_after=after.end_at, key=offer.key, fingerprint=offer.fingerprint(),
    )  # fmt: skip
    tx.add(bid)
    show_phase(tx, lot, row, now)
    record(
        tx, None, "bid.hear", f"lot/{lot.id}", region=lot.region_code,
        n=bid.n, plate=bid.plate, amount_fen=bid.amount_fen, verdict=verdict, bid_seq=bid.seq, at=now,
        rank=bid.rank, confirm_fen=bid.confirm_fen, expected_seq=bid.expected_seq, end_at=after.end_at,
    )  # fmt: skip
    return bid, False
