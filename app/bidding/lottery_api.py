"""The lottery among those at one price: promised before the opening, shown after the close, drawn again by anybody."""

from typing import Annotated

from fastapi import APIRouter

from app.base.actor import Actor
from app.base.db import Tx, transaction
from app.base.errors import NotFound
from app.bidding import live, queries
from app.bidding.actions import lottery
from app.bidding.api import LotId
from app.bidding.lottery_schemas import LotteryOut, NumberIn, PromiseIn, TiedOut
from app.identity.auth import may
from app.identity.permissions import P
from app.listing import queries as listings
from app.web.routes import StrictRoute

router = APIRouter(prefix="/api/v1", route_class=StrictRoute, tags=["bidding 竞价"])

Supervisor = Annotated[Actor, may(P.AUCTION_COSIGN)]


def _out(tx: Tx, lot_id: int) -> LotteryOut:
    row = queries.session(tx, listings.public_lot(tx, lot_id))
    made = queries.lottery(tx, row.id)
    if made is None:
        raise NotFound("本场竞价没有抽签")
    out = LotteryOut.model_validate(made)
    out.tied = [TiedOut(plate=plate, rank=rank) for plate, rank in row.tied]
    return out


@router.get("/lots/{lot_id}/lottery")
def shown(lot_id: LotId) -> LotteryOut:
    """抽签的承诺、揭示与结果。seed = SHA256(log_root‖supervisor_number‖platform_number)，按 SHA256(seed‖号牌) 升序；
    优先权人先行。监督岗没有承诺或逾期未揭示的，seed 没有中间一段。
    """
    with transaction(read_only=True) as tx:
        return _out(tx, lot_id)


@router.post("/lots/{lot_id}/lottery/promise", status_code=201)
def promise(lot_id: LotId, body: PromiseIn, who: Supervisor) -> LotteryOut:
    """监督岗在开场前提交随机数的承诺：自行保管的32字节的 SHA-256。"""
    with transaction() as tx:
        lottery.promise(tx, who, lot_id, body.commitment)
        return _out(tx, lot_id)


@router.post("/lots/{lot_id}/lottery/reveal")
def reveal(lot_id: LotId, body: NumberIn, who: Supervisor) -> LotteryOut:
    """收盘同价后，监督岗揭示随机数；须与承诺相符。"""
    with transaction() as tx:
        lottery.reveal(tx, who, lot_id, bytes.fromhex(body.number))
        out = _out(tx, lot_id)
    live.changed(lot_id)
    return out
