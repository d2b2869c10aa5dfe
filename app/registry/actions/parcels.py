"""Parcels and assets."""

from sqlalchemy import select

from app.audit.actions import record
from app.base.actor import Actor
from app.base.db import Tx
from app.base.errors import Conflict, Invalid
from app.registry import queries
from app.registry.actions.regions import naming, within
from app.registry.models import Asset, Parcel
from app.registry.schemas import AssetIn, ParcelChangeIn, ParcelIn


def record_parcel(tx: Tx, who: Actor | None, body: ParcelIn) -> Parcel:
    """登记地块。 Raises NotFound outside the actor's regions, Conflict where the code is taken."""
    within(tx, who, body.region_code)
    now = tx.clock()
    if tx.scalar(select(Parcel.id).where(Parcel.parcel_code == body.parcel_code)) is not None:
        raise Conflict("该地块代码已登记", field="parcel_code", reason="PARCEL_EXISTS")
    # dict() keeps Decimal and enum members, where model_dump() would write them for the wire
    fields = {name: value for name, value in dict(body).items() if name != "box"}
    parcel = Parcel(**fields, **(dict(body.box) if body.box else {}), begin_lifespan_at=now)
    tx.add(parcel)
    tx.flush()
    record(
        tx, who, "parcel.record", f"parcel/{parcel.id}", region=parcel.region_code,
        parcel_code=parcel.parcel_code, area_mu=parcel.area_mu, land_type=parcel.land_type,
    )  # fmt: skip
    return parcel


def amend_parcel(tx: Tx, who: Actor | None, parcel_id: int, body: ParcelChangeIn) -> Parcel:
    """变更地块登记 by a source that is kept in the log; what was registered before stays readable by day.

    Raises Conflict for a parcel that has ended, Invalid for an area that rights or their sources already exceed.
    """
    parcel = queries.lock_parcels(tx, [parcel_id], seen_by=who)[0]
    tx.clock()
    if parcel.end_lifespan_at is not None:
        raise Conflict("该地块登记已终止", reason="PARCEL_ENDED")
    if body.source_document_id is not None:
        with naming("source_document_id"):
            queries.document(tx, body.source_document_id, seen_by=who)
    changes = {
        name: getattr(body, name)
        for name in body.model_fields_set
        if name not in {"source_kind", "source", "source_document_id"}
    }
    before = {name: getattr(parcel, name) for name in changes}
    for name, value in changes.items():
        setattr(parcel, name, value)
    tx.flush()
    if "area_mu" in changes and queries.overfull(tx, parcel_id):
        raise Invalid("面积小于其上已登记权利的面积", field="area_mu")
    record(
        tx, who, "parcel.amend", f"parcel/{parcel.id}", region=parcel.region_code, before=before, after=changes,
        source=body.source, source_kind=body.source_kind,
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
    asset = Asset(**dict(body), begin_lifespan_at=now)
    tx.add(asset)
    tx.flush()
    record(
        tx, who, "asset.record", f"asset/{asset.id}", region=asset.region_code,
        asset_no=asset.asset_no, kind=asset.kind, quantity=asset.quantity, owner=asset.owner_party_id,
    )  # fmt: skip
    return asset
