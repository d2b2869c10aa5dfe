"""Opening envelopes: by two shares, all at once; or, where the shares are lost, by the bidders' own receipts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Any

from sqlalchemy import delete

from app.audit.actions import record
from app.base import sealing
from app.base.actor import Actor
from app.base.db import Tx
from app.base.errors import Conflict, Invalid, NotFound, Refused
from app.bidding import envelope, sealed_queries
from app.bidding.actions.pulse import is_out
from app.bidding.actions.sealed_keys import sealed_session
from app.bidding.actions.sealed_time import begin, final_rounds, judged, legible, shut, standing, tied_in
from app.bidding.actions.sealed_time import envelopes as opened_envelopes
from app.bidding.actions.time import close
from app.bidding.envelope import Content, Place
from app.bidding.models import Bid, Session
from app.bidding.sealed_models import KeyShare, OpenedOffer, SealedOffer, SealedRound
from app.bidding.states import ROUND, RoundState, SealVerdict
from app.listing import queries as listings
from app.listing.actions import notice
from app.listing.models import Lot
from app.qualification import queries as qualification
from app.rules.bidding import Phase, Verdict

_CLOSED = {RoundState.CLOSED, RoundState.REVEALING}


class Given(StrEnum):
    """What a share that was given came to."""

    OPENED = "OPENED"
    WAITING = "WAITING"
    NOT_FITTING = "NOT_FITTING"
    NOT_CLOSED = "NOT_CLOSED"


def give(tx: Tx, who: Actor, lot_id: int, number: int, share_no: int, share: bytes) -> Given:
    """A holder gives his share of a round. The second one that fits opens all envelopes in this transaction.

    Before the close nothing is kept of the share; that somebody tried is recorded. Raises NotFound for everybody who
    keeps no share of the round, Conflict where it is opened already, Invalid for a share that is not his.
    """
    lot, row, current, own = _held(tx, who, lot_id, number)
    now = tx.clock()
    if current.state in {RoundState.OPENED, RoundState.REVEALED}:
        raise Conflict("本轮已开封", reason="ALREADY_OPENED")
    if current.state not in _CLOSED:
        record(
            tx, who, "seal.refuse_early", f"lot/{lot.id}", region=lot.region_code, round=number, share=own.number
        )  # fmt: skip
        return Given.NOT_CLOSED
    if share_no != own.number:
        raise Invalid(f"您保管的是第{own.number}份", field="share", reason="WRONG_SHARE")
    if own.digest is not None and sha256(share).digest() != own.digest:
        raise Invalid("与您截止前确认的份额不符", field="share", reason="NOT_AS_CONFIRMED")
    own.given = sealing.sealer().seal(share.hex(), bound_to=f"key_share/{own.id}")
    own.given_at, own.lost_at, own.lost_note = now, None, None
    tx.flush()
    record(
        tx, who, "seal.give_share", f"lot/{lot.id}", region=lot.region_code, round=number, share=own.number,
        holder=own.holder_id,
    )  # fmt: skip
    given = {
        s.number: bytes.fromhex(sealing.sealer().open(s.given, bound_to=f"key_share/{s.id}"))
        for s, _, _ in sealed_queries.shares(tx, current.id) if s.given is not None
    }  # fmt: skip
    if len(given) < envelope.THRESHOLD:
        return Given.WAITING
    found = envelope.private_half(given, current.public_key)
    if found is None:
        return Given.NOT_FITTING
    _open(tx, who, lot, row, current, *found, now)
    return Given.OPENED


def confirm(tx: Tx, who: Actor, lot_id: int, number: int, digest: bytes) -> KeyShare:
    """A holder confirms, by the digest of what he found, that he could open his share. The same again changes nothing.

    Raises Conflict once the round is closed, or for another digest than he confirmed before.
    """
    lot, _, current, own = _held(tx, who, lot_id, number)
    if own.digest == digest:
        return own
    if own.digest is not None or current.state not in {RoundState.RESERVE, RoundState.SEALING}:
        raise Conflict("份额已确认，或本轮已截止", reason="CONFIRMED_OR_CLOSED")
    now = tx.clock()
    own.digest, own.confirmed_at = digest, now
    tx.flush()
    record(
        tx, who, "seal.confirm_share", f"lot/{lot.id}", region=lot.region_code, round=number, share=own.number,
        digest=digest,
    )  # fmt: skip
    return own


def lose(tx: Tx, who: Actor, lot_id: int, number: int, note: str) -> SealedRound:
    """A holder says that he cannot give his share. With two lost after the close the bidders are asked for receipts."""
    lot, row, current, own = _held(tx, who, lot_id, number)
    now = tx.clock()
    if own.given is not None or current.state in {RoundState.OPENED, RoundState.REVEALED}:
        raise Conflict("份额已交出，或本轮已开封", reason="ALREADY_GIVEN")
    own.lost_at, own.lost_note = now, note
    tx.flush()
    record(
        tx, who, "seal.lose_share", f"lot/{lot.id}", region=lot.region_code, round=number, share=own.number, note=note
    )  # fmt: skip
    _ask_if_lost(tx, lot, row, current, now)
    return current


def _held(tx: Tx, who: Actor, lot_id: int, number: int) -> tuple[Lot, Session, SealedRound, KeyShare]:
    """Everything locked, and the round closed if its end has come."""
    lot = listings.lock_lot(tx, lot_id, seen_by=who)
    row = sealed_session(tx, lot_id)
    current = sealed_queries.round_of(tx, row.id, number)
    own = sealed_queries.share_held_by(tx, current.id, who.account_id)
    if not is_out(tx):
        carry_on(tx, lot, row, tx.clock())
    return lot, row, current, own


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the bidder's tool saved."""

    lot: str
    bidder: str
    rules: str
    amount_fen: int
    nonce: bytes


def reveal(tx: Tx, who: Actor, lot_id: int, receipt: Receipt) -> tuple[int, OpenedOffer]:
    """A bidder shows his receipt, after two shares were lost: it counts if it is what he committed to before the close.
    The number of the round, and what it showed.

    The same receipt again changes nothing. Raises NotFound without an envelope that stands, Refused where no receipts
    are asked for, Invalid for another receipt.
    """
    lot = listings.lock_public_lot(tx, lot_id)
    row = sealed_session(tx, lot_id)
    entry = qualification.own(tx, lot, who)
    current = sealed_queries.live_round(tx, row.id)
    now = tx.clock()
    if current is None or current.state is not RoundState.REVEALING or (current.due_at and now >= current.due_at):
        raise Refused("现在不收回执：份额未丢失，或期限已过", reason="NOT_REVEALING")
    last = standing(sealed_queries.offers(tx, current.id))
    offer = last.get(entry.plate) if entry else None
    if offer is None or offer.commitment is None:
        raise NotFound("您在本轮没有密封报价")
    place = Place(current.lot_name, offer.plate)
    if (receipt.lot, receipt.bidder, receipt.rules) != (place.lot, place.bidder, place.rules) or not (
        envelope.is_committed(place, receipt.amount_fen, receipt.nonce, offer.commitment)
    ):
        raise Invalid("回执与截止前的承诺不符", field="nonce", reason="NOT_AS_COMMITTED")
    known = sealed_queries.opened(tx, [o.id for o in last.values()])
    if offer.id in known:
        return current.number, known[offer.id]
    read = Content(receipt.amount_fen, receipt.nonce)
    if legible(lot, read).fault is not None:
        raise Invalid("金额过大，合同无法写入", field="amount_fen", reason="TOO_LARGE")
    shown = _opened(offer, read, "receipt", now)
    tx.add(shown)
    tx.flush()
    record(
        tx, None, "seal.show_receipt", f"lot/{lot.id}", region=lot.region_code, round=current.number, n=offer.n,
        plate=offer.plate, commitment=offer.commitment, at=now,
    )  # fmt: skip
    if len(known) + 1 == len(last):
        _settle(tx, lot, row, current, now)
    return current.number, shown


def seal_due(tx: Tx) -> int:
    """Opens, closes and, past their time, settles sealed rounds. Safe to repeat, and on several machines at once."""
    done = 0
    if is_out(tx):
        return 0
    for lot_id in sealed_queries.due(tx, tx.clock(), limit=100):
        lot = listings.lock_lot(tx, lot_id, seen_by=None)
        row = sealed_session(tx, lot_id)
        if is_out(tx):
            break
        carry_on(tx, lot, row, tx.clock())
        done += 1
    return done


def carry_on(tx: Tx, lot: Lot, row: Session, now: datetime) -> None:
    """What time has done to a sealed session by now. Asking twice changes nothing."""
    begin(tx, lot, row, now)
    closed = shut(tx, lot, row, now)
    if closed is not None:
        closed.due_at = now + timedelta(seconds=row.rules["opening_seconds"])
        if not standing(sealed_queries.offers(tx, closed.id)):
            closed.state = ROUND.after(closed.state, "reveal")
            _settle(tx, lot, row, closed, now)  # nothing is in it, so nobody need open it
            return
        _ask_if_lost(tx, lot, row, closed, now)
    current = sealed_queries.live_round(tx, row.id)
    if current is None or current.due_at is None or now < current.due_at:
        return
    if current.state is RoundState.CLOSED:
        _ask_receipts(tx, lot, row, current, now, why="OVERDUE")
    elif current.state is RoundState.REVEALING:
        _settle(tx, lot, row, current, now)


def _ask_if_lost(tx: Tx, lot: Lot, row: Session, current: SealedRound, now: datetime) -> None:
    held = sealed_queries.shares(tx, current.id)
    lost = sum(s.lost_at is not None for s, _, _ in held)
    if current.state is RoundState.CLOSED and len(held) - lost < envelope.THRESHOLD:
        _ask_receipts(tx, lot, row, current, now, why="LOST")


def _ask_receipts(tx: Tx, lot: Lot, row: Session, current: SealedRound, now: datetime, *, why: str) -> None:
    """Asks the bidders for their receipts; two holders may still open everything meanwhile."""
    current.state = ROUND.after(current.state, "reveal")
    current.due_at = now + timedelta(seconds=row.rules["reveal_seconds"])
    said: dict[str, Any] = {"round": current.number, "why": why, "until": current.due_at}
    record(tx, None, "seal.ask_receipts", f"lot/{lot.id}", region=lot.region_code, **said)
    notice.tell(tx, lot, "sealed_receipts", now, **said)


def _opened(offer: SealedOffer, read: Content, way: str, now: datetime) -> OpenedOffer:
    return OpenedOffer(
        offer_id=offer.id, amount_fen=read.amount_fen, nonce=read.nonce, fault=read.fault, way=way, at=now
    )


def _told(offers: Sequence[SealedOffer], found: Mapping[int, OpenedOffer]) -> list[dict[str, Any]]:
    return [
        {"n": o.n, "plate": o.plate, "amount_fen": found[o.id].amount_fen, "fault": found[o.id].fault}
        for o in offers if o.id in found
    ]  # fmt: skip


def _open(
    tx: Tx, who: Actor, lot: Lot, row: Session, current: SealedRound, private_key: bytes, used: tuple[int, int],
    now: datetime,
) -> None:  # fmt: skip
    """Opens every envelope of a round, whatever its bidder put there since, and publishes the private half."""
    offers = [o for o in sealed_queries.offers(tx, current.id) if o.verdict is SealVerdict.SEALED]
    tx.execute(delete(OpenedOffer).where(OpenedOffer.offer_id.in_([o.id for o in offers])))
    found = {}
    for offer in offers:
        place = Place(current.lot_name, offer.plate)
        read = envelope.content(private_key, place, offer.ciphertext or b"", offer.commitment or b"")
        found[offer.id] = _opened(offer, legible(lot, read), "key", now)
    tx.add_all(found.values())
    held = sealed_queries.shares(tx, current.id)
    for share, _, _ in held:
        share.used, share.given = share.number in used, None
    state = ROUND.after(current.state, "open")
    current.private_key, current.opened_at, current.due_at, current.state = private_key, now, None, state
    tx.flush()
    said: dict[str, Any] = {
        "round": current.number, "private_key": private_key, "offers": _told(offers, found),
        "shares": [{"number": s.number, "holder": h.id, "organisation": name} for s, h, name in held if s.used],
    }  # fmt: skip
    record(tx, who, "seal.open", f"lot/{lot.id}", region=lot.region_code, public_key=current.public_key, **said)
    notice.tell(tx, lot, "sealed_opening", now, **said)
    _decide(tx, lot, row, current, now)


def _settle(tx: Tx, lot: Lot, row: Session, current: SealedRound, now: datetime) -> None:
    """Decides by the receipts that were shown; who showed none has no valid offer."""
    last = sorted(standing(sealed_queries.offers(tx, current.id)).values(), key=lambda o: o.n)
    found = sealed_queries.opened(tx, [o.id for o in last])
    for offer in last:
        if offer.id not in found:
            found[offer.id] = _opened(offer, Content(fault="NOT_REVEALED"), "receipt", now)
            tx.add(found[offer.id])
    state = ROUND.after(current.state, "settle")
    current.opened_at, current.due_at, current.state = now, None, state
    tx.flush()
    said: dict[str, Any] = {"round": current.number, "offers": _told(last, found)}
    record(tx, None, "seal.settle", f"lot/{lot.id}", region=lot.region_code, **said)
    if last:
        notice.tell(tx, lot, "sealed_opening", now, **said)
    _decide(tx, lot, row, current, now)


def _decide(tx: Tx, lot: Lot, row: Session, current: SealedRound, now: datetime) -> None:
    """Enters the opened offers among the bids, and goes on: another round for the tied, or the close."""
    _enter(tx, lot, row, current)
    result = judged(row, opened_envelopes(tx, final_rounds(tx, row)))
    if result.requote:
        _again(tx, lot, row, current, result.requote, result.ranking[0][1], now)
        return
    if result.winner is not None:
        winner = next(e for e in qualification.of_lot(tx, lot) if e.plate == result.winner)
        row.best_fen, row.leader, row.leader_rank = result.price_fen, winner.plate, winner.priority_rank
    row.phase = Phase.ENDED
    tx.flush()
    failing = "NOT_ENOUGH_BIDDERS" if result.reason == "NOT_ENOUGH_BIDDERS" else "NO_BID"
    close(tx, lot, row, now, failing=failing)


def _enter(tx: Tx, lot: Lot, row: Session, current: SealedRound) -> None:
    """Every envelope that counts and could be read becomes a bid, at the instant at which it had arrived."""
    last = sorted(standing(sealed_queries.offers(tx, current.id)).values(), key=lambda o: o.n)
    found = sealed_queries.opened(tx, [o.id for o in last])
    floors = tied_in(tx, row, current.number) if current.number else {}
    for offer in last:
        amount = found[offer.id].amount_fen
        if amount is None:
            continue
        valid = amount >= floors.get(offer.plate, row.rules["start_fen"])
        row.n_heard += 1
        row.seq += valid
        bid = Bid(
            session_id=row.id, n=row.n_heard, entry_id=offer.entry_id, plate=offer.plate, amount_fen=amount,
            verdict=Verdict.LEADING if valid else Verdict.BELOW_START, seq=row.seq if valid else None,
            phase=Phase.SEALED, at=offer.received_at, end_at_before=row.end_at, end_at_after=row.end_at,
            key=offer.key, fingerprint=offer.fingerprint,
        )  # fmt: skip
        tx.add(bid)
        tx.flush()
        record(
            tx, None, "bid.hear", f"lot/{lot.id}", region=lot.region_code,
            n=bid.n, plate=bid.plate, amount_fen=amount, verdict=bid.verdict, bid_seq=bid.seq, at=bid.at,
            rank=None, confirm_fen=None, expected_seq=None, end_at=row.end_at,
        )  # fmt: skip


def _again(
    tx: Tx, lot: Lot, row: Session, current: SealedRound, tied: tuple[str, ...], fen: int, now: datetime
) -> None:  # fmt: skip
    following = sealed_queries.round_of(tx, row.id, current.number + 1)
    following.state = ROUND.after(following.state, "start")
    row.phase, row.end_at = Phase.SEALED, now + timedelta(seconds=row.rules["requote_seconds"])
    tx.flush()
    said: dict[str, Any] = {"round": following.number, "plates": list(tied), "price_fen": fen, "end_at": row.end_at}
    record(tx, None, "seal.requote", f"lot/{lot.id}", region=lot.region_code, **said)
    notice.tell(tx, lot, "sealed_requote", now, **said)
