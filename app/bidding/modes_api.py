"""Hall, falling price, tender and negotiation: what each takes, and everything that was heard."""

from typing import Annotated, Any

from fastapi import APIRouter, Query

from app.base.actor import Actor
from app.base.db import Tx, transaction
from app.base.errors import NotFound, Refused
from app.base.paging import Page, cursor_of, key_of
from app.bidding import act_queries, live, queries
from app.bidding.act_models import TradeAct
from app.bidding.actions import acts, descending
from app.bidding.actions.acts import Act
from app.bidding.actions.acts_play import play
from app.bidding.actions.fold import ACT_MODES
from app.bidding.api import Key, LotId
from app.bidding.models import Session
from app.bidding.modes_schemas import (
    AcceptIn,
    ActAnswerOut,
    ActOut,
    AgreeIn,
    AmountIn,
    CallIn,
    CounterIn,
    FallingOut,
    MinutesIn,
    NoteIn,
    PanelIn,
    SheetIn,
    TenderIn,
)  # fmt: skip
from app.bidding.states import ACT_TAKEN, ACT_VERDICT_ZH
from app.identity.auth import may
from app.identity.permissions import P
from app.listing import queries as listings
from app.rules.trading.descending import price_at
from app.web.routes import StrictRoute

router = APIRouter(prefix="/api/v1", route_class=StrictRoute, tags=["modes 其他交易方式"])

Recorder = Annotated[Actor, may(P.AUCTION_SCHEDULE)]
Second = Annotated[Actor, may(P.AUCTION_COSIGN)]
Bidder = Annotated[Actor, may(P.BID_PLACE)]


def _answer(tx: Tx, act: TradeAct, *, replayed: bool) -> ActAnswerOut:
    row = tx.get_one(Session, act.session_id)
    said = ActOut.model_validate(act).model_dump()
    return ActAnswerOut(**said, message=ACT_VERDICT_ZH[act.verdict], end_at=row.end_at, replayed=replayed)


def _told(lot_id: int, out: ActAnswerOut) -> ActAnswerOut:
    """The answer once it is durable; a refused act is kept, and its answer is a problem."""
    live.changed(lot_id)
    if out.verdict not in ACT_TAKEN:
        raise Refused(out.message, reason=out.verdict, extra={"act": out.model_dump(mode="json")})
    return out


def _entered(who: Actor, lot_id: int, act: Act) -> ActAnswerOut:
    with transaction() as tx:
        made, replayed = acts.enter(tx, who, lot_id, act)
        out = _answer(tx, made, replayed=replayed)
    return _told(lot_id, out)


def _offered(who: Actor, lot_id: int, act: Act) -> ActAnswerOut:
    with transaction() as tx:
        made, replayed = acts.offer(tx, who, lot_id, act)
        out = _answer(tx, made, replayed=replayed)
    return _told(lot_id, out)


def _body(given: Any, *without: str) -> dict[str, Any]:
    return dict(given.model_dump(mode="json", exclude={*without}))


@router.post("/lots/{lot_id}/hall/calls", status_code=201)
def call_bid(lot_id: LotId, body: CallIn, key: Key, who: Recorder) -> ActAnswerOut:
    """现场竞价：记录员按现场叫价即时录入号牌和金额。"""
    return _entered(who, lot_id, Act("hall", "enter", key, _body(body, "plate"), body.plate))


@router.post("/lots/{lot_id}/hall/bids", status_code=201)
def bid_online(lot_id: LotId, body: AmountIn, key: Key, who: Bidder) -> ActAnswerOut:
    """现场竞价：未到场的竞买人在线报价，与现场叫价同一序列。"""
    return _offered(who, lot_id, Act("hall", "enter", key, _body(body) | {"online": True}))


@router.post("/lots/{lot_id}/hall/strike", status_code=201)
def strike(lot_id: LotId, body: NoteIn, key: Key, who: Recorder) -> ActAnswerOut:
    """现场竞价：更正最近一口录入；录入与更正都保留。"""
    return _entered(who, lot_id, Act("hall", "strike", key, _body(body)))


@router.post("/lots/{lot_id}/hall/call-price", status_code=201)
def call_price(lot_id: LotId, body: NoteIn, key: Key, who: Recorder) -> ActAnswerOut:
    """现场竞价：再次报价（落槌前须三次）。"""
    return _entered(who, lot_id, Act("hall", "call", key, _body(body)))


@router.post("/lots/{lot_id}/hall/hammer", status_code=201)
def hammer(lot_id: LotId, body: NoteIn, key: Key, who: Second) -> ActAnswerOut:
    """现场竞价：由未录入过的监督人员见证落槌；落槌即成交。"""
    return _entered(who, lot_id, Act("hall", "hammer", key, _body(body)))


@router.get("/lots/{lot_id}/falling")
def falling(lot_id: LotId) -> FallingOut:
    """降价现场：此刻的价格，以数据库时钟为准。"""
    with transaction(read_only=True) as tx:
        row = queries.session(tx, listings.public_lot(tx, lot_id))
        if row.rules["mode"] != "descending":
            raise NotFound("本标的不以这种方式交易")
        now = tx.clock()
        played = play(tx, row, descending.CORE)
        second = played.state.falling.second
        price = price_at(descending.rules_of(row), played.running(now)) if second is None else second.best_fen
        return FallingOut(
            lot_id=lot_id, now=now, price_fen=price or 0, leader=None if second is None else second.leader,
            end_at=row.end_at, stopped=played.is_stopped(now),
        )  # fmt: skip


@router.post("/lots/{lot_id}/falling/accept", status_code=201)
def accept(lot_id: LotId, body: AcceptIn, key: Key, who: Bidder) -> ActAnswerOut:
    """降价竞价：以此刻的价格应价；先入锁者得，其后他人可在窗口内加价。"""
    return _offered(who, lot_id, Act("descending", "accept", key, _body(body)))


@router.post("/lots/{lot_id}/falling/counter", status_code=201)
def counter(lot_id: LotId, body: CounterIn, key: Key, who: Bidder) -> ActAnswerOut:
    """降价竞价：首个应价之后加价，每口有效加价重新计满一个限时周期。"""
    return _offered(who, lot_id, Act("descending", "counter", key, _body(body)))


@router.post("/lots/{lot_id}/tender/panel", status_code=201)
def set_panel(lot_id: LotId, body: PanelIn, key: Key, who: Recorder) -> ActAnswerOut:
    """招标：登记评审组（五人以上单数，村集体代表不超过三分之一）。"""
    return _entered(who, lot_id, Act("tender", "panel", key, _body(body)))


@router.post("/lots/{lot_id}/tender/offers", status_code=201)
def open_tender(lot_id: LotId, body: TenderIn, key: Key, who: Recorder) -> ActAnswerOut:
    """招标：录入开标的一份投标与初审否决项。"""
    return _entered(who, lot_id, Act("tender", "offer", key, _body(body, "plate"), body.plate))


@router.post("/lots/{lot_id}/tender/sheets", status_code=201)
def enter_sheet(lot_id: LotId, body: SheetIn, key: Key, who: Recorder) -> ActAnswerOut:
    """招标：录入一名评委的评分表，每份投标每个主观项都须有分。"""
    return _entered(who, lot_id, Act("tender", "sheet", key, _body(body)))


@router.post("/lots/{lot_id}/tender/decide", status_code=201)
def decide(lot_id: LotId, body: NoteIn, key: Key, who: Second) -> ActAnswerOut:
    """招标：由未录入过的监督人员定标，按公告权重汇总排名。"""
    return _entered(who, lot_id, Act("tender", "decide", key, _body(body)))


@router.post("/lots/{lot_id}/talks/offers", status_code=201)
def offer_in_talks(lot_id: LotId, body: AmountIn, key: Key, who: Bidder) -> ActAnswerOut:
    """协商：意向方报价，最后一次有效。"""
    return _offered(who, lot_id, Act("negotiation", "offer", key, _body(body)))


@router.post("/lots/{lot_id}/talks/minutes", status_code=201)
def keep_minutes(lot_id: LotId, body: MinutesIn, key: Key, who: Recorder) -> ActAnswerOut:
    """协商：录入协商组构成和纪要、录音的摘要。"""
    return _entered(who, lot_id, Act("negotiation", "minutes", key, _body(body)))


@router.post("/lots/{lot_id}/talks/agree", status_code=201)
def agree(lot_id: LotId, body: AgreeIn, key: Key, who: Second) -> ActAnswerOut:
    """协商：由未录入过的监督人员确认谈成；成交价为挂牌价与意向报价孰高。"""
    return _entered(who, lot_id, Act("negotiation", "agree", key, {}, body.plate))


@router.get("/lots/{lot_id}/acts")
def all_acts(
    lot_id: LotId,
    cursor: Annotated[str | None, Query(max_length=40)] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 100,
) -> Page[ActOut]:
    """现场、降价的全部行为（含被拒绝的）；招标、协商在结束后公开。"""
    with transaction(read_only=True) as tx:
        row = queries.session(tx, listings.public_lot(tx, lot_id))
        if row.rules["mode"] not in ACT_MODES:
            raise NotFound("本标的不以这种方式交易")
        hidden = row.rules["mode"] in {"tender", "negotiation"} and row.closed_at is None
        found = [] if hidden else act_queries.acts(tx, row.id, after=key_of(cursor) or 0, limit=limit + 1)
    items = [ActOut.model_validate(a) for a in found[:limit]]
    return Page(items=items, next_cursor=cursor_of(items[-1].n) if len(found) > limit else None)
