"""Erasure of personal data on request, or when its term is over."""

from typing import Annotated

from fastapi import APIRouter, Path

from app.base.actor import Actor
from app.base.db import transaction
from app.erasure import actions
from app.erasure.schemas import ErasedOut, EraseIn
from app.identity.auth import may
from app.identity.permissions import P
from app.web.routes import StrictRoute

router = APIRouter(prefix="/api/v1", route_class=StrictRoute, tags=["erasure 个人信息删除"])

Id = Annotated[int, Path(ge=1, lt=2**63)]
Eraser = Annotated[Actor, may(P.PERSON_ERASE)]


@router.post("/persons/{person_id}/erase")
def erase_person(person_id: Id, body: EraseIn, who: Eraser) -> ErasedOut:
    """删除一名账号持有人的个人信息；业务记录与全部证明保持不变。"""
    with transaction() as tx:
        return ErasedOut(fields=actions.erase_person(tx, who, person_id, basis=body.basis))


@router.post("/parties/{party_id}/erase")
def erase_party(party_id: Id, body: EraseIn, who: Eraser) -> ErasedOut:
    """删除登记簿中一名没有账号的自然人的个人信息。"""
    with transaction() as tx:
        return ErasedOut(fields=actions.erase_party(tx, who, party_id, basis=body.basis))
