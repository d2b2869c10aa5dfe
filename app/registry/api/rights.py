"""Rights, restrictions, responsibilities and leases: read in one's own regions, recorded with a permission."""

from typing import Annotated

from fastapi import APIRouter, Query

from app.base.actor import Actor
from app.base.db import transaction
from app.base.errors import Invalid
from app.base.paging import Page, key_of
from app.identity.auth import may
from app.identity.permissions import P
from app.registry import actions, queries
from app.registry.api.reading import Cursor, Key, Limit, On, Reader, Recorder, Region, page_of
from app.registry.models import LandRight
from app.registry.schemas import (
    EndLeaseIn,
    LeaseIn,
    LeaseOut,
    ReasonIn,
    ReleaseIn,
    ResponsibilityIn,
    ResponsibilityOut,
    RestrictionIn,
    RestrictionOut,
    RightIn,
    RightOut,
    RightVersionOut,
    SuccessionIn,
)  # fmt: skip
from app.registry.states import RestrictionKind, RightKind
from app.web.routes import StrictRoute

router = APIRouter(prefix="/api/v1", tags=["registry 登记"], route_class=StrictRoute)


@router.get("/rights")
def rights(
    who: Reader,
    region: Region = None,
    kind: RightKind | None = None,
    holder_party_id: Key = None,
    parcel_id: Key = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[RightOut]:
    """权利列表。"""
    with transaction(read_only=True) as tx:
        rows = queries.page_rights(
            tx, seen_by=who, prefix=region, kind=kind, holder_party_id=holder_party_id, parcel_id=parcel_id,
            after=key_of(cursor), limit=limit + 1,
        )  # fmt: skip
    return page_of(rows, limit, RightOut)


@router.post("/rights", status_code=201)
def record_right(body: RightIn, who: Recorder) -> RightOut:
    """登记权利；派生权利不得超出母权利的期限与范围。"""
    with transaction() as tx:
        return RightOut.model_validate(actions.record_right(tx, who, body))


@router.get("/rights/{right_id}")
def right(right_id: int, who: Reader, on: On = None) -> RightOut:
    """权利；on 为过去的一天时，按当日登记状态。"""
    with transaction(read_only=True) as tx:
        now = queries.right(tx, right_id, seen_by=who)
        return RightOut.model_validate(now if on is None else queries.one_as_of(tx, LandRight, right_id, on))


@router.get("/rights/{right_id}/versions")
def right_versions(right_id: int, who: Reader) -> list[RightVersionOut]:
    """权利登记的历次状态，最近的在前（至多一百次）。"""
    with transaction(read_only=True) as tx:
        queries.right(tx, right_id, seen_by=who)
        kept = queries.versions(tx, LandRight, right_id)
    return [RightVersionOut(since=at, right=RightOut.model_validate(r)) for at, r in kept]


@router.get("/rights/{right_id}/chain")
def right_chain(right_id: int, who: Reader) -> list[RightOut]:
    """权利链条：自最初的权利起，逐手至本权利。"""
    with transaction(read_only=True) as tx:
        queries.right(tx, right_id, seen_by=who)
        return [RightOut.model_validate(r) for r in queries.chain(tx, right_id)]


@router.post("/rights/{right_id}/end")
def end_right(right_id: int, body: ReasonIn, who: Recorder) -> RightOut:
    """终止权利；尚有派生权利时不得终止。"""
    with transaction() as tx:
        return RightOut.model_validate(actions.end_right(tx, who, right_id, reason=body.reason))


@router.post("/rights/{right_id}/succeed")
def succeed(right_id: int, body: SuccessionIn, who: Recorder) -> RightOut:
    """登记继承：林地、“四荒”等可由继承人继续；家庭承包耕地不因继承取得。"""
    with transaction() as tx:
        return RightOut.model_validate(actions.succeed(tx, who, right_id, body))


@router.get("/restrictions")
def restrictions(
    who: Reader,
    region: Region = None,
    kind: RestrictionKind | None = None,
    parcel_id: Key = None,
    *,
    standing: bool | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[RestrictionOut]:
    """权利限制列表；standing=true 只列未解除的。"""
    with transaction(read_only=True) as tx:
        rows = queries.page_restrictions(
            tx, seen_by=who, prefix=region, kind=kind, parcel_id=parcel_id, standing=standing, after=key_of(cursor),
            limit=limit + 1,
        )  # fmt: skip
    return page_of(rows, limit, RestrictionOut)


@router.post("/restrictions", status_code=201)
def impose(body: RestrictionIn, who: Annotated[Actor, may(P.RESTRICTION_RECORD)]) -> RestrictionOut:
    """登记限制（查封、争议、居住权、永久基本农田、生态红线、规划等），须有来源；抵押由金融机构另行登记。"""
    if body.kind is RestrictionKind.MORTGAGE:
        raise Invalid("抵押由金融机构在抵押登记中办理", field="kind")
    with transaction() as tx:
        return RestrictionOut.model_validate(actions.impose(tx, who, body))


@router.post("/restrictions/{restriction_id}/release")
def release(restriction_id: int, body: ReleaseIn, who: Annotated[Actor, may(P.RESTRICTION_RECORD)]) -> RestrictionOut:
    """解除限制，须有来源。"""
    with transaction() as tx:
        return RestrictionOut.model_validate(actions.release(tx, who, restriction_id, source=body.source))


@router.get("/responsibilities")
def responsibilities(
    who: Reader,
    region: Region = None,
    bearer_party_id: Key = None,
    parcel_id: Key = None,
    right_id: Key = None,
    *,
    standing: bool | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[ResponsibilityOut]:
    """义务列表；standing=true 只列未终了的。"""
    with transaction(read_only=True) as tx:
        rows = queries.page_responsibilities(
            tx, seen_by=who, prefix=region, bearer_party_id=bearer_party_id, parcel_id=parcel_id, right_id=right_id,
            standing=standing, after=key_of(cursor), limit=limit + 1,
        )  # fmt: skip
    return page_of(rows, limit, ResponsibilityOut)


@router.post("/responsibilities", status_code=201)
def oblige(body: ResponsibilityIn, who: Recorder) -> ResponsibilityOut:
    """登记义务（支付租金、保持耕种、复垦等），须有来源。"""
    with transaction() as tx:
        return ResponsibilityOut.model_validate(actions.oblige(tx, who, body))


@router.post("/responsibilities/{responsibility_id}/release")
def discharge(responsibility_id: int, body: ReleaseIn, who: Recorder) -> ResponsibilityOut:
    """义务终了，须有来源。"""
    with transaction() as tx:
        return ResponsibilityOut.model_validate(actions.discharge(tx, who, responsibility_id, source=body.source))


@router.get("/leases")
def leases(
    who: Reader,
    region: Region = None,
    parcel_id: Key = None,
    holder_party_id: Key = None,
    reference: Annotated[str | None, Query(max_length=80)] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[LeaseOut]:
    """地块占有期间列表。"""
    with transaction(read_only=True) as tx:
        rows = queries.page_leases(
            tx, seen_by=who, prefix=region, parcel_id=parcel_id, holder_party_id=holder_party_id, reference=reference,
            after=key_of(cursor), limit=limit + 1,
        )  # fmt: skip
    return page_of(rows, limit, LeaseOut)


@router.post("/leases", status_code=201)
def grant_lease(body: LeaseIn, who: Recorder) -> list[LeaseOut]:
    """登记既有流转合同的占有期间；同一地块同一日不得有两份。"""
    fields = body.model_dump()
    with transaction() as tx:
        rows = actions.grant_lease(tx, who, fields.pop("parcel_ids"), **fields)
        return [LeaseOut.model_validate(row) for row in rows]


@router.get("/leases/{lease_id}/chain")
def lease_chain(lease_id: int, who: Reader) -> list[LeaseOut]:
    """再流转链条：自首手流转起，逐手至本次。"""
    with transaction(read_only=True) as tx:
        queries.lease(tx, lease_id, seen_by=who)
        return [LeaseOut.model_validate(x) for x in queries.lease_chain(tx, lease_id)]


@router.post("/leases/{lease_id}/end")
def end_lease(lease_id: int, body: EndLeaseIn, who: Recorder) -> LeaseOut:
    """提前终止：占有期间缩短至最后一日。"""
    with transaction() as tx:
        row = actions.end_lease(tx, who, lease_id, last_day=body.last_day, reason=body.reason)
        return LeaseOut.model_validate(row)
