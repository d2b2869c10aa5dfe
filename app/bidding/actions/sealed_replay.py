"""Recomputing a sealed session from what is stored: every envelope opened again with the published key."""

from typing import Any

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from app.base.db import Tx
from app.bidding import envelope, sealed_queries
from app.bidding.actions.sealed_time import final_rounds, judged, legible, root_of, standing
from app.bidding.envelope import RULES, Content, Place
from app.bidding.models import Session
from app.bidding.sealed_models import OpenedOffer, SealedOffer, SealedRound
from app.bidding.states import TAKEN, RoundState, SealVerdict
from app.listing.models import Lot
from app.rules.trading import one_shot


def outcome(tx: Tx, lot: Lot, row: Session) -> dict[str, Any]:
    """Winner and price by the law, before anybody's priority was asked for, and what contradicts the records."""
    wrong: list[str] = []
    rounds = []
    for one in final_rounds(tx, row):
        _sealed_since(tx, one, wrong)
        read = _again(tx, lot, one, wrong)
        last = sorted(standing(sealed_queries.offers(tx, one.id)).values(), key=lambda o: o.n)
        rounds.append([one_shot.Envelope(o.plate, o.received_at, read[o.id].amount_fen) for o in last])
    result = judged(row, rounds)
    return {
        "rule_version": RULES,
        "winner": result.winner,
        "price_fen": result.price_fen,
        "seq": row.seq,
        "ended_at": row.end_at,
        "contradictions": wrong,
    }


def _sealed_since(tx: Tx, one: SealedRound, wrong: list[str]) -> None:
    """Holds what was heard in a round against the digest that the log took at its close."""
    offers = sealed_queries.offers(tx, one.id)
    logged = sealed_queries.logged_close(tx, one)
    if logged is None or root_of(offers[: logged["n_heard"]]) != logged["root"]:
        wrong.append(f"第{one.number}轮的密封报价与截止时日志所记摘要不符")
    elif any(o.verdict in TAKEN for o in offers[logged["n_heard"] :]):
        wrong.append(f"第{one.number}轮在截止后收受了密封报价")


def _again(tx: Tx, lot: Lot, one: SealedRound, wrong: list[str]) -> dict[int, Content]:
    """What each envelope holds, by its id; where the records say otherwise, that is noted."""
    offers = [o for o in sealed_queries.offers(tx, one.id) if o.verdict is SealVerdict.SEALED]
    stored = sealed_queries.opened(tx, [o.id for o in offers])
    if one.private_key is not None:
        public = X25519PrivateKey.from_private_bytes(one.private_key).public_key().public_bytes_raw()
        if public != one.public_key:
            wrong.append(f"第{one.number}轮公布的私钥与公告的公钥不符")
    found: dict[int, Content] = {}
    for offer in offers:
        place = Place(one.lot_name, offer.plate)
        found[offer.id] = legible(lot, _read(one, place, offer, stored.get(offer.id)))
        said = stored.get(offer.id)
        counts = one.state is RoundState.OPENED or said is not None
        if counts and (said is None or (said.amount_fen, said.fault) != (
            found[offer.id].amount_fen, found[offer.id].fault
        )):  # fmt: skip
            wrong.append(f"第{one.number}轮第{offer.n}份密封报价与记录不符")
    return found


def _read(one: SealedRound, place: Place, offer: SealedOffer, stored: OpenedOffer | None) -> Content:
    committed = offer.commitment or b""
    if one.private_key is not None:
        return envelope.content(one.private_key, place, offer.ciphertext or b"", committed)
    if stored is None or stored.amount_fen is None or stored.nonce is None:
        return Content(fault="NOT_REVEALED")
    if envelope.is_committed(place, stored.amount_fen, stored.nonce, committed):
        return Content(stored.amount_fen, stored.nonce)
    return Content(fault="NOT_AS_COMMITTED")
