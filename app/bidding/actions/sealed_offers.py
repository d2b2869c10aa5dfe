"""Taking envelopes: lock, clock, law, record; what is in them nobody here can read."""

from dataclasses import dataclass
from hashlib import sha256

from app.audit.actions import record
from app.audit.canonical import canonical
from app.base.actor import Actor
from app.base.db import Tx
from app.base.errors import Invalid, NotFound, Refused, TooMany
from app.bidding import sealed_queries
from app.bidding.actions.sealed_keys import sealed_session
from app.bidding.actions.sealed_time import begin, phase_at, tied_in
from app.bidding.envelope import CIPHERTEXT, RULES
from app.bidding.models import Session
from app.bidding.sealed_models import SealedOffer, SealedRound
from app.bidding.states import SEAL_VERDICT_ZH, SealVerdict
from app.listing import queries as listings
from app.money.queries import lock_held_deposit
from app.qualification import queries as qualification
from app.qualification.models import Entry
from app.qualification.states import EntryState
from app.rules.bidding import Phase

MOST = 50
"""So many envelopes of one bidder are heard in a round; a change of mind needs no more."""

_SHUT = {
    Phase.WAITING: SealVerdict.NOT_OPEN,
    Phase.FROZEN: SealVerdict.FROZEN,
    Phase.ENDED: SealVerdict.ENDED,
}


@dataclass(frozen=True, slots=True)
class Envelope:
    """An envelope as the bidder's tool prints it; without ciphertext and commitment, the withdrawal of what is there."""

    key: str
    lot: str
    bidder: str
    rules: str
    ciphertext: bytes | None = None
    commitment: bytes | None = None

    def fingerprint(self) -> bytes:
        """What must be the same when the same key comes again."""
        said = {
            "lot": self.lot, "bidder": self.bidder, "rules": self.rules,
            "ciphertext": self.ciphertext.hex() if self.ciphertext else None,
            "commitment": self.commitment.hex() if self.commitment else None,
        }  # fmt: skip
        return sha256(canonical(said)).digest()


def put(tx: Tx, who: Actor, lot_id: int, envelope: Envelope) -> tuple[SealedOffer, SealedRound, bool]:
    """Hears one envelope; the last value says whether it is the replay of an earlier answer.

    Refused envelopes of a known bidder are recorded too. Raises Refused for strangers to the lot and where no round is
    there to hear it, Invalid naming the field for an envelope of another lot, bidder, rule version or size, and
    (KEY_REUSED) for a known key with another body, TooMany past fifty a round.
    """
    lot = listings.lock_public_lot(tx, lot_id)
    entry = qualification.own(tx, lot, who)
    if entry is None:
        raise Refused(SEAL_VERDICT_ZH[SealVerdict.NOT_QUALIFIED], reason=SealVerdict.NOT_QUALIFIED)
    try:
        row = sealed_session(tx, lot_id)
    except NotFound as e:
        raise Refused(SEAL_VERDICT_ZH[SealVerdict.NOT_OPEN], reason=SealVerdict.NOT_OPEN) from e
    known = sealed_queries.offer_by_key(tx, row.id, entry.id, envelope.key)
    if known is not None:
        if known.fingerprint != envelope.fingerprint():
            raise Invalid("同一幂等键不得用于不同的密封报价", field="Idempotency-Key", reason="KEY_REUSED")
        return known, tx.get_one(SealedRound, known.round_id), True
    heard_in = _round(tx, row)
    _check_place(heard_in, entry, envelope)
    if sealed_queries.n_offers(tx, heard_in.id, entry_id=entry.id) >= MOST:
        raise TooMany(f"每轮最多提交{MOST}次", reason="TOO_MANY_ENVELOPES")
    funded = lot.deposit_fen == 0 or lock_held_deposit(tx, entry.id) is not None
    now = tx.clock()
    if row.last_at is not None and now < row.last_at:
        raise Refused("系统时钟异常，报价未受理", reason=SealVerdict.FROZEN)
    begin(tx, lot, row, now)
    verdict = _verdict(tx, row, heard_in, entry, envelope, phase_at(row, now), funded=funded)
    row.last_at = now
    offer = SealedOffer(
        session_id=row.id, round_id=heard_in.id, n=sealed_queries.n_offers(tx, heard_in.id) + 1, entry_id=entry.id,
        plate=entry.plate, verdict=verdict, ciphertext=envelope.ciphertext, commitment=envelope.commitment,
        received_at=now, key=envelope.key, fingerprint=envelope.fingerprint(),
    )  # fmt: skip
    tx.add(offer)
    tx.flush()
    record(
        tx, None, "seal.hear", f"lot/{lot.id}", region=lot.region_code, round=heard_in.number, n=offer.n,
        plate=offer.plate, verdict=verdict, commitment=offer.commitment, at=now, end_at=row.end_at,
        ciphertext_sha256=sha256(offer.ciphertext).digest() if offer.ciphertext else None,
    )  # fmt: skip
    return offer, heard_in, False


def _round(tx: Tx, row: Session) -> SealedRound:
    """The round that an envelope arriving now belongs to."""
    rounds = sealed_queries.rounds(tx, row.id)
    if not rounds:
        raise Refused("密钥尚未公布，密封报价未开始", reason=SealVerdict.NOT_OPEN)
    if row.closed_at is not None:
        raise Refused(SEAL_VERDICT_ZH[SealVerdict.ENDED], reason=SealVerdict.ENDED)
    return sealed_queries.live_round(tx, row.id) or rounds[0]


def _check_place(heard_in: SealedRound, entry: Entry, envelope: Envelope) -> None:
    """What the envelope says it is bound to, so that an honest mistake is found while it can still be mended."""
    if envelope.lot != heard_in.lot_name:
        raise Invalid(f"密文须绑定本轮标的 {heard_in.lot_name}", field="lot", reason="WRONG_LOT")
    if envelope.bidder != entry.plate:
        raise Invalid("密文须绑定您自己的号牌", field="bidder", reason="WRONG_BIDDER")
    if envelope.rules != RULES:
        raise Invalid(f"密文须绑定规则版本 {RULES}", field="rules", reason="WRONG_RULES")
    if envelope.ciphertext is not None and len(envelope.ciphertext) != CIPHERTEXT:
        raise Invalid(f"密文须为{CIPHERTEXT}字节", field="ciphertext", reason="WRONG_SIZE")


def _verdict(
    tx: Tx, row: Session, heard_in: SealedRound, entry: Entry, envelope: Envelope, phase: Phase, *,
    funded: bool,
) -> SealVerdict:  # fmt: skip
    if entry.state is not EntryState.QUALIFIED or entry.round_no != row.round_no:
        return SealVerdict.NOT_QUALIFIED
    if not funded:
        return SealVerdict.DEPOSIT_MISSING
    if phase in _SHUT:
        return _SHUT[phase]
    if heard_in.number and entry.plate not in tied_in(tx, row, heard_in.number):
        return SealVerdict.NOT_TIED
    if envelope.ciphertext is None:
        return SealVerdict.WITHDRAWN
    if sealed_queries.has_ciphertext(tx, row.id, envelope.ciphertext):
        return SealVerdict.DUPLICATE
    return SealVerdict.SEALED
