"""Parcels and assets: read in one's own regions as they are or as they were, recorded with a permission."""

from typing import Annotated

from fastapi import APIRouter, Query

from app.base.db import transaction
from app.base.paging import MAX_PAGE, Page, key_of
from app.registry import actions, queries
from app.registry.api.reading import Cursor, Key, Limit, On, Reader, Recorder, Region, page_of
from app.registry.models import Asset, Parcel
from app.registry.schemas import (
    AssetIn,
    AssetOut,
    LeaseOut,
    ParcelChangeIn,
    ParcelDetailOut,
    ParcelIn,
    ParcelOut,
    ParcelVersionOut,
    RestrictionOut,
    RightOut,
)  # fmt: skip
from app.registry.states import AssetKind, LandType
from app.web.routes import StrictRoute

router = APIRouter(prefix="/api/v1", tags=["registry 登记"], route_class=StrictRoute)


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
def parcel(parcel_id: int, who: Reader, on: On = None) -> ParcelDetailOut:
    """地块及其权利、限制与流转期间；on 为过去的一天时，按当日登记状态（现状各至多一百条，余者用列表接口）。"""
    with transaction(read_only=True) as tx:
        now = queries.parcel(tx, parcel_id, seen_by=who)
        if on is None:
            there = now
            rights = queries.page_rights(tx, seen_by=who, parcel_id=parcel_id, limit=MAX_PAGE)
            restrictions = queries.page_restrictions(tx, seen_by=who, parcel_id=parcel_id, limit=MAX_PAGE)
            leases = queries.page_leases(tx, seen_by=who, parcel_id=parcel_id, limit=MAX_PAGE)
        else:
            there = queries.one_as_of(tx, Parcel, parcel_id, on)
            rights = queries.rights_as_of(tx, parcel_id, on)
            restrictions = queries.restrictions_as_of(tx, parcel_id, on)
            leases = queries.leases_as_of(tx, parcel_id, on)
    out = ParcelDetailOut(**ParcelOut.model_validate(there).model_dump())
    out.rights = [RightOut.model_validate(r) for r in rights]
    out.restrictions = [RestrictionOut.model_validate(r) for r in restrictions]
    out.leases = [LeaseOut.model_validate(x) for x in leases]
    return out


@router.post("/parcels/{parcel_id}/amend")
def amend_parcel(parcel_id: int, body: ParcelChangeIn, who: Recorder) -> ParcelOut:
    """变更地块登记：只改给出的事项，须有来源；变更前的登记按日可查。"""
    with transaction() as tx:
        return ParcelOut.model_validate(actions.amend_parcel(tx, who, parcel_id, body))


@router.get("/parcels/{parcel_id}/versions")
def parcel_versions(parcel_id: int, who: Reader) -> list[ParcelVersionOut]:
    """地块登记的历次状态，最近的在前（至多一百次）。"""
    with transaction(read_only=True) as tx:
        queries.parcel(tx, parcel_id, seen_by=who)
        kept = queries.versions(tx, Parcel, parcel_id)
    return [ParcelVersionOut(since=at, parcel=ParcelOut.model_validate(p)) for at, p in kept]


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
def asset(asset_id: int, who: Reader, on: On = None) -> AssetOut:
    """资产；on 为过去的一天时，按当日登记状态。"""
    with transaction(read_only=True) as tx:
        now = queries.asset(tx, asset_id, seen_by=who)
        return AssetOut.model_validate(now if on is None else queries.one_as_of(tx, Asset, asset_id, on))
