"""What time does to a sealed session, and what its opened rounds come to."""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256

from app.audit.actions import record
from app.audit.canonical import canonical, plain
from app.base.db import Tx
from app.base.money import MAX_FEN, total_fen
from app.bidding import sealed_queries
from app.bidding.actions.fold import keep, state_of
from app.bidding.envelope import Content
from app.bidding.models import Session
from app.bidding.sealed_models import SealedOffer, SealedRound
from app.bidding.states import ROUND, RoundState, SealVerdict
from app.listing.actions.moves import move
from app.listing.models import Lot
from app.listing.states import LotState
from app.rules.bidding import Phase, at
from app.rules.trading import one_shot


def phase_at(row: Session, now: datetime) -> Phase:
    return at(state_of(row), now).phase


def begin(tx: Tx, lot: Lot, row: Session, now: datetime) -> None:
    """Opens the first round when its hour has come and its key is there. Asking twice changes nothing."""
    first = next(iter(sealed_queries.rounds(tx, row.id)), None)
    if first is None or first.state is not RoundState.RESERVE or phase_at(row, now) is Phase.WAITING:
        return
    if lot.state is LotState.SCHEDULED:
        move(tx, None, lot, "seal", now=now, opens_at=row.opens_at)
    begun = at(state_of(row), row.opens_at)
    keep(row, begun)
    first.state = ROUND.after(first.state, "start")


def standing(offers: Sequence[SealedOffer]) -> dict[str, SealedOffer]:
    """The envelope that counts of each bidder: his last one, unless he withdrew it."""
    last: dict[str, SealedOffer] = {}
    for offer in offers:
        if offer.verdict is SealVerdict.SEALED:
            last[offer.plate] = offer
        elif offer.verdict is SealVerdict.WITHDRAWN:
            last.pop(offer.plate, None)
    return last


def root_of(offers: Sequence[SealedOffer]) -> str:
    """SHA-256 over what was heard in a round, in order: recorded at the close, so that nothing joins it later."""
    digest = sha256()
    for o in offers:
        said = {"n": o.n, "plate": o.plate, "verdict": o.verdict, "commitment": o.commitment, "at": o.received_at,
                "ciphertext": sha256(o.ciphertext).digest() if o.ciphertext else None}  # fmt: skip
        digest.update(sha256(canonical(plain(said))).digest())
    return digest.hexdigest()


def shut(tx: Tx, lot: Lot, row: Session, now: datetime) -> SealedRound | None:
    """Closes the round that takes envelopes when its end has come; the round, or None where nothing has ended."""
    current = sealed_queries.live_round(tx, row.id)
    if current is None or current.state is not RoundState.SEALING or phase_at(row, now) is not Phase.ENDED:
        return None
    keep(row, at(state_of(row), now))
    current.state, current.closed_at = ROUND.after(current.state, "close"), now
    heard = sealed_queries.offers(tx, current.id)
    record(
        tx, None, "seal.close", f"lot/{lot.id}", region=lot.region_code, round=current.number, lot=current.lot_name,
        ended_at=row.end_at,
        n_heard=len(heard), n_standing=len(standing(heard)), root=root_of(heard),
    )  # fmt: skip
    return current


def legible(lot: Lot, read: Content) -> Content:
    """What was read, unless no contract could ever name such a sum."""
    if read.amount_fen is None:
        return read
    total = total_fen(read.amount_fen, lot.price_basis, lot.quantity, lot.months)
    return read if max(read.amount_fen, total) <= MAX_FEN else Content(fault="TOO_LARGE")


def rules_of(row: Session) -> one_shot.Rules:
    """The rules as announced, for the law."""
    return one_shot.Rules(
        row.rules["start_fen"], int(row.rules["requote_rounds"]), one_shot.TieBreak(row.rules["tie_break"])
    )


def envelopes(tx: Tx, rounds: Sequence[SealedRound]) -> list[list[one_shot.Envelope]]:
    """The envelopes that count of each round, in order of arrival, with what was found in them."""
    told = []
    for one in rounds:
        last = sorted(standing(sealed_queries.offers(tx, one.id)).values(), key=lambda o: o.n)
        found = sealed_queries.opened(tx, [o.id for o in last])
        told.append(
            [one_shot.Envelope(o.plate, o.received_at, found[o.id].amount_fen if o.id in found else None) for o in last]
        )
    return told


def judged(row: Session, rounds: Sequence[Sequence[one_shot.Envelope]]) -> one_shot.Result:
    """What the law says of the rounds opened so far; one valid offer is no competition where the notice wants two."""
    result = one_shot.decide(rules_of(row), rounds)
    if result.winner is not None and len(result.ranking) == 1 and row.rules["one_bidder"] == "NEED_TWO":
        return one_shot.Result(result.ranking, result.invalid, reason="NOT_ENOUGH_BIDDERS")
    return result


def final_rounds(tx: Tx, row: Session) -> list[SealedRound]:
    """The rounds whose content is known, in order."""
    done = {RoundState.OPENED, RoundState.REVEALED}
    return [r for r in sealed_queries.rounds(tx, row.id) if r.state in done]


def tied_in(tx: Tx, row: Session, number: int) -> dict[str, int]:
    """Who may quote again in a later round, and the price that each of them stands at."""
    result = judged(row, envelopes(tx, final_rounds(tx, row)[:number]))
    return {plate: fen for plate, fen in result.ranking if plate in result.requote}
