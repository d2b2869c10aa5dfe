"""Parcels and assets."""

from sqlalchemy import select

from app.audit.actions import record
from app.base.actor import Actor
from app.base.db import Tx
from app.base.errors import Conflict
from app.registry import queries
from app.registry.actions.regions import naming, within
from app.registry.models import Asset, Parcel
from app.registry.schemas import AssetIn, ParcelIn


def record_parcel(tx: Tx, who: Actor | None, body: ParcelIn) -> Parcel:
    """登记地块。 Raises NotFound outside the actor's regions, Conflict where the code is taken."""
    within(tx, who, body.region_code)
    now = tx.clock()
    if tx.scalar(select(Parcel.id).where(Parcel.parcel_code == body.parcel_code)) is not None:
        raise Conflict("该地块代码已登记", field="parcel_code", reason="PARCEL_EXISTS")
    box = body.box.model_dump() if body.box else {}
    parcel = Parcel(**body.model_dump(exclude={"box"}), **box, begin_lifespan_at=now)
    tx.add(parcel)
    tx.flush()
    record(
        tx, who, "parcel.record", f"parcel/{parcel.id}", region=parcel.region_code,
        parcel_code=parcel.parcel_code, area_mu=parcel.area_mu, land_type=parcel.land_type,
    )  # fmt: skip
    return parcel


def record_asset(tx: Tx, who: Actor | None, body: AssetIn) -> Asset:
    """登记资产。 Raises NotFound outside the actor's regions, Conflict where the number is taken."""
    within(tx, who, body.region_code)
    now = tx.clock()
    with naming("owner_party_id"):
        queries.party(tx, body.owner_party_id, seen_by=who)
    if tx.scalar(select(Asset.id).where(Asset.asset_no == body.asset_no)) is not None:
        raise Conflict("该资产编号已登记", field="asset_no", reason="ASSET_EXISTS")
    asset = Asset(**body.model_dump(), begin_lifespan_at=now)
    tx.add(asset)
    tx.flush()
    record(
        tx, who, "asset.record", f"asset/{asset.id}", region=asset.region_code,
        asset_no=asset.asset_no, kind=asset.kind, quantity=asset.quantity, owner=asset.owner_party_id,
    )  # fmt: skip
    return asset
