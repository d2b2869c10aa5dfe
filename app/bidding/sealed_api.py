"""Sealed offers: holders and keys, envelopes, shares after the close, receipts where shares are lost, the opening."""

from hashlib import sha256
from typing import Annotated

from fastapi import APIRouter

from app.audit import receipts
from app.audit.canonical import plain
from app.audit.receipts import LogReceipt
from app.base.actor import Actor
from app.base.db import Tx, transaction
from app.base.errors import NotFound, Refused
from app.bidding import live, queries, sealed_queries
from app.bidding.actions import sealed_keys, sealed_offers, sealed_opening
from app.bidding.actions.fold import SEALED_MODE
from app.bidding.actions.sealed_keys import Ceremony, DeliveredShare
from app.bidding.actions.sealed_offers import Envelope
from app.bidding.actions.sealed_opening import Given, Receipt
from app.bidding.actions.sealed_time import phase_at, standing
from app.bidding.api import Key, LotId
from app.bidding.envelope import RULES, THRESHOLD
from app.bidding.sealed_models import SealedOffer, SealedRound
from app.bidding.sealed_schemas import (
    ConfirmIn,
    EnvelopeIn,
    EnvelopeOut,
    GiveIn,
    GivenOut,
    HolderIn,
    HolderOut,
    KeysIn,
    LoseIn,
    OpenedOut,
    OwnShareOut,
    ReceiptIn,
    RoundOut,
    SealedOut,
    ShownOut,
    WithdrawIn,
)  # fmt: skip
from app.bidding.states import ROUND_STATE_ZH, SEAL_VERDICT_ZH, TAKEN, RoundState, SealVerdict
from app.identity.auth import may
from app.identity.permissions import P
from app.listing import queries as listings
from app.qualification import queries as qualification
from app.web.routes import StrictRoute

router = APIRouter(prefix="/api/v1", route_class=StrictRoute, tags=["sealed 密封报价"])

GIVEN_ZH = {
    Given.OPENED: "份额齐备，全部密封报价已开封，私钥已公布",
    Given.WAITING: "份额已收，待另一家",
    Given.NOT_FITTING: "份额已收，但与已收份额合不成本场密钥，请核对或由第三家交出",
    Given.NOT_CLOSED: "截止前任何人不得开封；本次提交未留存，已记入日志",
}


@router.post("/share-holders", status_code=201)
def register_holder(body: HolderIn, who: Annotated[Actor, may(P.SHARE_HOLD)]) -> HolderOut:
    """登记本人保管份额所用的公钥；私钥由本人在本单位生成并保管。"""
    with transaction() as tx:
        made = sealed_keys.register_holder(tx, who, bytes.fromhex(body.public_key))
        return next(h for h in _holders(tx) if h.id == made.id)


@router.get("/share-holders")
def share_holders() -> list[HolderOut]:
    """现任份额保管人：单位与公钥。"""
    with transaction(read_only=True) as tx:
        return _holders(tx)


def _holders(tx: Tx) -> list[HolderOut]:
    return [
        HolderOut(id=h.id, organisation=name, public_key=h.public_key.hex(), registered_at=h.registered_at)
        for h, name in sealed_queries.holders(tx)
    ]


@router.post("/lots/{lot_id}/sealed-keys", status_code=201)
def announce_keys(lot_id: LotId, body: KeysIn, who: Annotated[Actor, may(P.AUCTION_SCHEDULE)]) -> list[RoundOut]:
    """公布本场密封报价的密钥与分给三家的加密份额：首轮一把，每次再报价各一把。"""
    ceremonies = [
        Ceremony(bytes.fromhex(k.public_key), tuple(_share(s.holder_id, s.sealed_share) for s in k.shares))
        for k in body.keys
    ]
    with transaction() as tx:
        made = sealed_keys.announce(tx, who, lot_id, ceremonies)
        out = [_round_out(tx, r) for r in made]
    live.changed(lot_id)
    return out


def _share(holder_id: int, sealed_share: str) -> DeliveredShare:
    number, _, sealed = sealed_share.partition(":")
    return DeliveredShare(holder_id, int(number), bytes.fromhex(sealed))


@router.get("/lots/{lot_id}/sealed")
def sealed(lot_id: LotId) -> SealedOut:
    """密封报价公开信息：公钥与保管单位；开封后有私钥与全部密文，任何人可以重新打开核对。"""
    with transaction(read_only=True) as tx:
        lot = listings.public_lot(tx, lot_id)
        row = queries.session(tx, lot)
        if row.rules["mode"] != SEALED_MODE:
            raise NotFound("本标的不是一次性密封报价")
        rounds = {r.number: _round_out(tx, r) for r in sealed_queries.rounds(tx, row.id)}
        live_one = sealed_queries.live_round(tx, row.id)
        now = tx.clock()
        first = rounds.get(0)
        taking = rounds[live_one.number] if live_one and live_one.state is RoundState.SEALING else None
        if taking is None and first is not None and first.state is RoundState.RESERVE:
            taking = first
        return SealedOut(
            lot_id=lot.id, phase=phase_at(row, now) if rounds else row.phase, opens_at=row.opens_at, end_at=row.end_at,
            now=now, threshold=THRESHOLD, seal_for=taking, rounds=list(rounds.values()),
        )  # fmt: skip


def _round_out(tx: Tx, one: SealedRound) -> RoundOut:
    held = sealed_queries.shares(tx, one.id)
    return RoundOut(
        round=one.number, lot=one.lot_name, rules=RULES, public_key=one.public_key.hex(),
        public_key_sha256=sha256(one.public_key).hexdigest(), state=one.state, state_name=ROUND_STATE_ZH[one.state],
        holders=[name for _, _, name in held],
        confirmed_by=[name for share, _, name in held if share.digest is not None], announced_at=one.announced_at, closed_at=one.closed_at,
        due_at=one.due_at, opened_at=one.opened_at, private_key=one.private_key.hex() if one.private_key else None,
        opened_by=[name for share, _, name in held if share.used], offers=_opened_out(tx, one),
    )  # fmt: skip


def _opened_out(tx: Tx, one: SealedRound) -> list[OpenedOut]:
    """Nothing before the opening, not even how many there are."""
    if one.opened_at is None:
        return []
    offers = sealed_queries.offers(tx, one.id)
    counting = {o.id for o in standing(offers).values()}
    found = sealed_queries.opened(tx, [o.id for o in offers])
    return [
        OpenedOut(
            n=o.n, plate=o.plate, at=o.received_at, lot=one.lot_name, bidder=o.plate, rules=RULES,
            ciphertext=o.ciphertext.hex(), commitment=o.commitment.hex(), counts=o.id in counting,
            amount_fen=found[o.id].amount_fen if o.id in found else None,
            fault=found[o.id].fault if o.id in found else None,
        )
        for o in offers if o.verdict is SealVerdict.SEALED and o.ciphertext and o.commitment
    ]  # fmt: skip


def _answer(lot_id: int, number: int, offer: SealedOffer, log: LogReceipt | None, *, replayed: bool) -> EnvelopeOut:
    return EnvelopeOut(
        lot_id=lot_id, round=number, n=offer.n, plate=offer.plate, verdict=offer.verdict,
        message=SEAL_VERDICT_ZH[offer.verdict], at=offer.received_at, replayed=replayed, log=log,
        commitment=offer.commitment.hex() if offer.commitment else None,
        ciphertext_sha256=sha256(offer.ciphertext).hexdigest() if offer.ciphertext else None,
    )  # fmt: skip


def _put(who: Actor, lot_id: int, envelope: Envelope) -> EnvelopeOut:
    with transaction() as tx:
        offer, heard_in, replayed = sealed_offers.put(tx, who, lot_id, envelope)
        log = receipts.newest(
            tx, f"lot/{lot_id}", ["seal.hear"], round=heard_in.number, n=offer.n, plate=offer.plate,
            at=offer.received_at,
        )  # fmt: skip
        answer = _answer(lot_id, heard_in.number, offer, log, replayed=replayed)
    if offer.verdict not in TAKEN:
        raise Refused(answer.message, reason=offer.verdict, extra={"receipt": answer.model_dump(mode="json")})
    return answer


@router.post("/lots/{lot_id}/sealed-offers", status_code=201)
def seal(lot_id: LotId, body: EnvelopeIn, key: Key, who: Annotated[Actor, may(P.BID_PLACE)]) -> EnvelopeOut:
    """提交密封报价：只交密文与承诺；截止前可再交，最后一份有效；同一幂等键得到同一答复。"""
    return _put(
        who,
        lot_id,
        Envelope(
            key, body.lot, body.bidder, body.rules, bytes.fromhex(body.ciphertext), bytes.fromhex(body.commitment)
        ),
    )


@router.post("/lots/{lot_id}/sealed-offers/withdraw", status_code=201)
def withdraw(lot_id: LotId, body: WithdrawIn, key: Key, who: Annotated[Actor, may(P.BID_PLACE)]) -> EnvelopeOut:
    """撤回本轮已交的密封报价；截止前可再交。"""
    return _put(who, lot_id, Envelope(key, body.lot, body.bidder, body.rules))


@router.get("/lots/{lot_id}/sealed-offers/mine")
def own_offers(lot_id: LotId, who: Annotated[Actor, may(P.BID_PLACE)]) -> list[EnvelopeOut]:
    """本人在本场提交的密封报价与回执。"""
    with transaction(read_only=True) as tx:
        lot = listings.public_lot(tx, lot_id)
        entry = qualification.own(tx, lot, who)
        row = queries.find_session(tx, lot)
        if entry is None or row is None:
            return []
        numbers = {r.id: r.number for r in sealed_queries.rounds(tx, row.id)}
        held = receipts.by_fact(tx, f"lot/{lot_id}", "seal.hear", "at", plate=entry.plate)
        return [
            _answer(lot_id, numbers[o.round_id], o, held.get(plain(o.received_at)), replayed=False)
            for o in sealed_queries.own_offers(tx, row.id, entry.id)
        ]


@router.get("/lots/{lot_id}/sealed-shares/mine")
def own_shares(lot_id: LotId, who: Annotated[Actor, may(P.SHARE_HOLD)]) -> list[OwnShareOut]:
    """交由本人保管的加密份额；用本人的私钥打开。"""
    with transaction(read_only=True) as tx:
        lot = listings.one_lot(tx, lot_id, seen_by=who)
        row = queries.session(tx, lot)
        return [
            OwnShareOut(round=r.number, lot=r.lot_name, sealed_share=f"{s.number}:{s.sealed.hex()}", state=r.state)
            for r in sealed_queries.rounds(tx, row.id)
            for s, holder, _ in sealed_queries.shares(tx, r.id)
            if holder.account_id == who.account_id
        ]


@router.post("/lots/{lot_id}/sealed-shares")
def give_share(lot_id: LotId, body: GiveIn, who: Annotated[Actor, may(P.SHARE_HOLD)]) -> GivenOut:
    """截止后交出份额；两家交齐，全部密封报价一次开封，私钥随即公布。截止前一律拒绝。"""
    number, _, share = body.share.partition(":")
    with transaction() as tx:
        came_to = sealed_opening.give(tx, who, lot_id, body.round, int(number), bytes.fromhex(share))
    if came_to is Given.NOT_CLOSED:
        raise Refused(GIVEN_ZH[came_to], reason=came_to)
    live.changed(lot_id)
    return GivenOut(outcome=came_to, message=GIVEN_ZH[came_to], round=body.round)


@router.post("/lots/{lot_id}/sealed-shares/confirm")
def confirm_share(lot_id: LotId, body: ConfirmIn, who: Annotated[Actor, may(P.SHARE_HOLD)]) -> RoundOut:
    """截止前确认能打开所保管的份额：只交份额的 SHA-256；此后交出的须与之相符。"""
    with transaction() as tx:
        own = sealed_opening.confirm(tx, who, lot_id, body.round, bytes.fromhex(body.digest))
        return _round_out(tx, tx.get_one(SealedRound, own.round_id))


@router.post("/lots/{lot_id}/sealed-shares/lost")
def lose_share(lot_id: LotId, body: LoseIn, who: Annotated[Actor, may(P.SHARE_HOLD)]) -> RoundOut:
    """报告本人保管的份额丢失；截止后两份丢失的，请报价人出示回执。"""
    with transaction() as tx:
        return _round_out(tx, sealed_opening.lose(tx, who, lot_id, body.round, body.note))


@router.post("/lots/{lot_id}/sealed-receipts")
def show_receipt(lot_id: LotId, body: ReceiptIn, who: Annotated[Actor, may(P.BID_PLACE)]) -> ShownOut:
    """份额丢失时出示回执：与截止前的承诺相符的，报价有效。"""
    with transaction() as tx:
        receipt = Receipt(body.lot, body.bidder, body.rules, body.amount_fen, bytes.fromhex(body.nonce))
        number, shown = sealed_opening.reveal(tx, who, lot_id, receipt)
        out = ShownOut(round=number, amount_fen=body.amount_fen, at=shown.at)
    live.changed(lot_id)
    return out
