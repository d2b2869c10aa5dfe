"""Parcels, assets, rights, restrictions and leases: read in one's own regions, recorded with a permission."""

from typing import Annotated

from fastapi import APIRouter, Query

from app.base.actor import Actor
from app.base.db import transaction
from app.base.paging import MAX_PAGE, Page, key_of
from app.identity.auth import may
from app.identity.permissions import P
from app.registry import actions, queries
from app.registry.api.reading import Cursor, Key, Limit, Reader, Recorder, Region, page_of
from app.registry.schemas import (
    AssetIn,
    AssetOut,
    EndLeaseIn,
    LeaseIn,
    LeaseOut,
    ParcelDetailOut,
    ParcelIn,
    ParcelOut,
    ReasonIn,
    ReleaseIn,
    RestrictionIn,
    RestrictionOut,
    RightIn,
    RightOut,
)  # fmt: skip
from app.registry.states import AssetKind, LandType, RestrictionKind, RightKind
from app.web.routes import StrictRoute

router = APIRouter(route_class=StrictRoute)


@router.get("/parcels")
def parcels(
    who: Reader,
    region: Region = None,
    land_type: LandType | None = None,
    parcel_code: Annotated[str | None, Query(max_length=40)] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[ParcelOut]:
    """地块列表。"""
    with transaction(read_only=True) as tx:
        rows = queries.page_parcels(
            tx, seen_by=who, prefix=region, land_type=land_type, parcel_code=parcel_code, after=key_of(cursor),
            limit=limit + 1,
        )  # fmt: skip
    return page_of(rows, limit, ParcelOut)


@router.post("/parcels", status_code=201)
def record_parcel(body: ParcelIn, who: Recorder) -> ParcelOut:
    """登记地块。"""
    with transaction() as tx:
        return ParcelOut.model_validate(actions.record_parcel(tx, who, body))


@router.get("/parcels/{parcel_id}")
def parcel(parcel_id: int, who: Reader) -> ParcelDetailOut:
    """地块及其权利、限制与流转期间（各至多一百条，余者用列表接口）。"""
    with transaction(read_only=True) as tx:
        out = ParcelDetailOut(**ParcelOut.model_validate(queries.parcel(tx, parcel_id, seen_by=who)).model_dump())
        rights = queries.page_rights(tx, seen_by=who, parcel_id=parcel_id, limit=MAX_PAGE)
        restrictions = queries.page_restrictions(tx, seen_by=who, parcel_id=parcel_id, limit=MAX_PAGE)
        leases = queries.page_leases(tx, seen_by=who, parcel_id=parcel_id, limit=MAX_PAGE)
    out.rights = [RightOut.model_validate(r) for r in rights]
    out.restrictions = [RestrictionOut.model_validate(r) for r in restrictions]
    out.leases = [LeaseOut.model_validate(x) for x in leases]
    return out


@router.get("/assets")
def assets(
    who: Reader,
    region: Region = None,
    kind: AssetKind | None = None,
    owner_party_id: Key = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[AssetOut]:
    """资产列表。"""
    with transaction(read_only=True) as tx:
        rows = queries.page_assets(
            tx, seen_by=who, prefix=region, kind=kind, owner_party_id=owner_party_id, after=key_of(cursor),
            limit=limit + 1,
        )  # fmt: skip
    return page_of(rows, limit, AssetOut)


@router.post("/assets", status_code=201)
def record_asset(body: AssetIn, who: Recorder) -> AssetOut:
    """登记资产。"""
    with transaction() as tx:
        return AssetOut.model_validate(actions.record_asset(tx, who, body))


@router.get("/assets/{asset_id}")
def asset(asset_id: int, who: Reader) -> AssetOut:
    """资产。"""
    with transaction(read_only=True) as tx:
        return AssetOut.model_validate(queries.asset(tx, asset_id, seen_by=who))


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
def right(right_id: int, who: Reader) -> RightOut:
    """权利。"""
    with transaction(read_only=True) as tx:
        return RightOut.model_validate(queries.right(tx, right_id, seen_by=who))


@router.post("/rights/{right_id}/end")
def end_right(right_id: int, body: ReasonIn, who: Recorder) -> RightOut:
    """终止权利；尚有派生权利时不得终止。"""
    with transaction() as tx:
        return RightOut.model_validate(actions.end_right(tx, who, right_id, reason=body.reason))


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
    """登记限制（查封、争议、抵押、居住权等），须有来源。"""
    with transaction() as tx:
        return RestrictionOut.model_validate(actions.impose(tx, who, body))


@router.post("/restrictions/{restriction_id}/release")
def release(restriction_id: int, body: ReleaseIn, who: Annotated[Actor, may(P.RESTRICTION_RECORD)]) -> RestrictionOut:
    """解除限制，须有来源。"""
    with transaction() as tx:
        return RestrictionOut.model_validate(actions.release(tx, who, restriction_id, source=body.source))


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


@router.post("/leases/{lease_id}/end")
def end_lease(lease_id: int, body: EndLeaseIn, who: Recorder) -> LeaseOut:
    """提前终止：占有期间缩短至最后一日。"""
    with transaction() as tx:
        row = actions.end_lease(tx, who, lease_id, last_day=body.last_day, reason=body.reason)
        return LeaseOut.model_validate(row)
