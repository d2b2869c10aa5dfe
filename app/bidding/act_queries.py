"""Reads of acts in the modes that are no ladder."""

from datetime import datetime

from sqlalchemy import func, select

from app.base.db import Tx
from app.bidding.act_models import TradeAct
from app.bidding.models import Session
from app.bidding.queries import on_the_ladder
from app.listing.models import Lot
from app.listing.states import LotState
from app.rules.bidding import Phase

RUNNING = (LotState.SCHEDULED, LotState.FREE_BIDDING, LotState.EVALUATING, LotState.NEGOTIATING)


def acts(tx: Tx, session_id: int, *, after: int = 0, limit: int | None = None) -> list[TradeAct]:
    """What was heard, in order."""
    return list(
        tx.scalars(
            select(TradeAct)
            .where(TradeAct.session_id == session_id, TradeAct.n > after)
            .order_by(TradeAct.n)
            .limit(limit)
        )
    )


def n_acts(tx: Tx, session_id: int) -> int:
    return tx.execute(
        select(func.coalesce(func.max(TradeAct.n), 0)).where(TradeAct.session_id == session_id)
    ).scalar_one()


def act_by_key(tx: Tx, session_id: int, account_id: int, key: str) -> TradeAct | None:
    return tx.scalar(
        select(TradeAct).where(
            TradeAct.session_id == session_id, TradeAct.account_id == account_id, TradeAct.key == key
        )
    )


def due(tx: Tx, now: datetime, *, limit: int) -> list[int]:
    """Lots in these modes whose session has something to do by now; the lots are locked."""
    return list(
        tx.scalars(
            select(Lot.id)
            .join(Session, (Session.lot_id == Lot.id) & (Session.round_no == Lot.round_no))
            .where(
                Session.end_at <= now,
                Session.closed_at.is_(None),
                Session.phase != Phase.FROZEN,
                ~on_the_ladder(),
                Session.rules["mode"].astext != "one_shot",
                Lot.state.in_(RUNNING),
            )
            .order_by(Lot.id)
            .limit(limit)
            .with_for_update(skip_locked=True, of=Lot)
        )
    )
