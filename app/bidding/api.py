"""The auction: scheduling, offers, what everybody sees, pauses, priority, replay."""

from typing import Annotated

from fastapi import APIRouter, Header, Path, Query, Request

from app.audit import receipts
from app.audit.canonical import plain
from app.audit.receipts import LogReceipt
from app.base.actor import Actor
from app.base.db import Tx, transaction
from app.base.errors import Refused
from app.base.money import total_fen
from app.base.paging import Page, cursor_of, key_of
from app.bidding import live, queries
from app.bidding.actions import pause, priority, replay
from app.bidding.actions.fold import state_of
from app.bidding.actions.place import Asked, PlaceBid
from app.bidding.actions.schedule import schedule
from app.bidding.lane import Lane
from app.bidding.models import Bid
from app.bidding.schemas import (
    AnswerIn,
    AskOut,
    BidIn,
    BidOut,
    InterruptionOut,
    PauseIn,
    ReceiptOut,
    ReplayOut,
    SessionOut,
)  # fmt: skip
from app.identity.auth import may
from app.identity.permissions import P
from app.listing import queries as listings
from app.listing.actions.law import answer_if_parked
from app.listing.api import lot_out
from app.listing.schemas import LotOut
from app.qualification import queries as qualification
from app.rules.bidding import VERDICT_ZH, Verdict, at
from app.web.routes import StrictRoute

router = APIRouter(prefix="/api/v1", route_class=StrictRoute, tags=["bidding 竞价"])

LotId = Annotated[int, Path(ge=1, lt=2**63)]
Key = Annotated[str, Header(alias="Idempotency-Key", pattern=r"^[A-Za-z0-9._-]{8,64}$")]


@router.post("/lots/{lot_id}/schedule")
def schedule_auction(lot_id: LotId, who: Annotated[Actor, may(P.AUCTION_SCHEDULE)]) -> LotOut:
    """资格审查完毕后排定场次；不足两家的按公告的单一报名处理。"""
    with transaction() as tx:
        lot = schedule(tx, who, lot_id)
        out = lot_out(lot)
    answer_if_parked([lot])
    return out


def _receipt(lot_id: int, bid: Bid, log: LogReceipt | None, *, replayed: bool) -> ReceiptOut:
    return ReceiptOut(
        lot_id=lot_id, n=bid.n, seq=bid.seq, plate=bid.plate, amount_fen=bid.amount_fen, verdict=bid.verdict,
        message=VERDICT_ZH[bid.verdict], at=bid.at, end_at=bid.end_at_after, replayed=replayed, log=log,
    )  # fmt: skip


@router.post("/lots/{lot_id}/bids", status_code=201)
async def bid(
    request: Request, lot_id: LotId, body: BidIn, key: Key, who: Annotated[Actor, may(P.BID_PLACE)]
) -> ReceiptOut:
    """报价：以入锁后的服务器时间为准；同一幂等键得到同一答复。"""
    lane: Lane = request.app.state.lane
    heard = await lane.ask(Asked(who, lot_id, PlaceBid(key, body.amount_fen, body.confirm_fen, body.expected_seq)))
    receipt = _receipt(lot_id, heard.bid, heard.log, replayed=heard.replayed)
    if heard.bid.verdict not in {Verdict.LEADING, Verdict.AGREED}:
        raise Refused(receipt.message, reason=heard.bid.verdict, extra={"receipt": receipt.model_dump(mode="json")})
    return receipt


@router.get("/lots/{lot_id}/auction")
def auction(lot_id: LotId) -> SessionOut:
    """竞价现场：号牌、金额、时间；不显示身份。"""
    with transaction(read_only=True) as tx:
        return _session_out(tx, lot_id)


def _session_out(tx: Tx, lot_id: int) -> SessionOut:
    lot = listings.public_lot(tx, lot_id)
    row = queries.session(tx, lot)
    now = tx.clock()
    state = at(state_of(row), now)
    outage = queries.open_outage(tx, row.id)
    best = state.best_fen
    return SessionOut(
        lot_id=lot.id, round_no=row.round_no, phase=state.phase, opens_at=row.opens_at, end_at=state.end_at, now=now,
        seq=state.seq, best_fen=best, leader=state.leader, tied=[plate for plate, _ in state.tied],
        best_total_fen=None if best is None else total_fen(best, lot.price_basis, lot.quantity, lot.months),
        next_fen=lot.start_fen if best is None else best + (lot.step_fen if state.rules.rising else -lot.step_fen),
        rules=row.rules,
        interruption=None if outage is None else InterruptionOut.model_validate(outage),
    )  # fmt: skip


def live_state(tx: Tx, lot_id: int) -> str:
    """What watchers are sent: the auction as everybody sees it, without the rules, which do not change."""
    return _session_out(tx, lot_id).model_dump_json(exclude={"rules"})


@router.get("/lots/{lot_id}/auction/stream", response_class=live.EventStream)
async def stream(
    request: Request,
    lot_id: LotId,
    last_event_id: Annotated[str | None, Header(max_length=40, pattern=r"^[0-9.]*$")] = None,
) -> live.EventStream:
    """竞价现场的实时推送（SSE）：提交之后才发布，每条都是最新状态；断线以 Last-Event-ID 续看，错过的以最新一条补齐。"""
    return live.EventStream(await request.app.state.live.watch(lot_id, last_id=last_event_id))


@router.get("/lots/{lot_id}/bids")
def bids(
    lot_id: LotId,
    cursor: Annotated[str | None, Query(max_length=40)] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 100,
) -> Page[BidOut]:
    """全部报价（含被拒绝的），按受理先后。"""
    with transaction(read_only=True) as tx:
        row = queries.session(tx, listings.public_lot(tx, lot_id))
        rows = queries.bids(tx, row.id, after=key_of(cursor) or 0, limit=limit + 1)
    items = [BidOut.model_validate(b) for b in rows[:limit]]
    return Page(items=items, next_cursor=cursor_of(items[-1].n) if len(rows) > limit else None)


@router.get("/lots/{lot_id}/bids/mine")
def own_bids(lot_id: LotId, who: Annotated[Actor, may(P.BID_PLACE)]) -> list[ReceiptOut]:
    """本人在本场的报价与回执。"""
    with transaction(read_only=True) as tx:
        lot = listings.public_lot(tx, lot_id)
        entry = qualification.own(tx, lot, who)
        row = queries.find_session(tx, lot)
        found = queries.own_bids(tx, row.id, entry.id) if row and entry else []
        held = receipts.by_fact(tx, f"lot/{lot_id}", "bid.hear", "at", plate=entry.plate) if entry and found else {}
    return [_receipt(lot_id, b, held.get(plain(b.at)), replayed=False) for b in found]


@router.post("/lots/{lot_id}/freeze", status_code=202)
def freeze(lot_id: LotId, body: PauseIn, who: Annotated[Actor, may(P.AUCTION_FREEZE)]) -> LotOut:
    """申请竞价中止；监管岗会签后生效。"""
    with transaction() as tx:
        pause.ask(tx, who, lot_id, "freeze", reason=body.reason_code, note=body.note)
        return lot_out(listings.one_lot(tx, lot_id, seen_by=who))


@router.post("/lots/{lot_id}/unfreeze", status_code=202)
def unfreeze(lot_id: LotId, body: PauseIn, who: Annotated[Actor, may(P.AUCTION_FREEZE)]) -> LotOut:
    """申请恢复竞价；监管岗会签后生效，剩余时间如数归还。"""
    with transaction() as tx:
        pause.ask(tx, who, lot_id, "unfreeze", reason=None, note=body.note)
        return lot_out(listings.one_lot(tx, lot_id, seen_by=who))


@router.post("/lots/{lot_id}/cosign-pause")
def cosign_pause(lot_id: LotId, who: Annotated[Actor, may(P.AUCTION_COSIGN)]) -> LotOut:
    """会签竞价中止或恢复。"""
    with transaction() as tx:
        pause.cosign(tx, who, lot_id)
        lot = lot_out(listings.one_lot(tx, lot_id, seen_by=who))
    live.changed(lot_id)
    return lot


@router.get("/lots/{lot_id}/asks/mine")
def own_asks(lot_id: LotId, who: Annotated[Actor, may(P.BID_PLACE)]) -> list[AskOut]:
    """向本人发出的优先权询问。"""
    with transaction(read_only=True) as tx:
        return [AskOut.model_validate(a) for a in priority.own(tx, who, lot_id)]


@router.post("/asks/{ask_id}/answer")
def answer(ask_id: LotId, body: AnswerIn, who: Annotated[Actor, may(P.BID_PLACE)]) -> AskOut:
    """答复优先权询问；逾期未答视为放弃。"""
    with transaction() as tx:
        return AskOut.model_validate(priority.answer(tx, who, ask_id, agree=body.agree, counter_fen=body.counter_fen))


@router.get("/lots/{lot_id}/replay")
def show_replay(lot_id: LotId) -> ReplayOut:
    """复算：由规则版本与报价记录重新算出竞得人和价格，与公示结果核对。"""
    with transaction(read_only=True) as tx:
        return ReplayOut(**replay.recompute(tx, lot_id))
