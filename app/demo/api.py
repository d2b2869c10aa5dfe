"""The demonstration's own routes; a plain installation does not have them."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from app.base.actor import Actor
from app.base.db import transaction
from app.base.wire import In, Out
from app.demo import clock
from app.identity.auth import may
from app.identity.permissions import P
from app.web.routes import StrictRoute

router = APIRouter(prefix="/api/v1/demo", route_class=StrictRoute, tags=["demo 演示"])


class ClockIn(In):
    to: Annotated[datetime, Field(strict=False)]


class ClockOut(Out):
    """The platform's time, and real time."""

    now: datetime
    real: datetime


@router.get("/clock")
def show() -> ClockOut:
    """演示环境的平台时间。"""
    with transaction(read_only=True) as tx:
        return ClockOut(now=tx.clock(), real=tx.wall_clock())


@router.post("/clock")
def advance(body: ClockIn, who: Annotated[Actor, may(P.CALENDAR_LOAD)]) -> ClockOut:
    """把演示环境的时钟拨到将来的某一时刻，到期事项随即处理完毕。"""
    clock.move_to(body.to)
    return show()
