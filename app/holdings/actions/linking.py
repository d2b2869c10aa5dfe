"""An asset of the ledger becomes one of the registry, so that a listing takes its facts from there."""

from sqlalchemy import select

from app.audit.actions import record
from app.base.actor import Actor
from app.base.db import Tx
from app.base.errors import Conflict
from app.holdings import queries
from app.holdings.models import HoldingAsset
from app.registry import actions as registry
from app.registry.models import Asset
from app.registry.schemas import AssetIn


def register(tx: Tx, who: Actor, holding_asset_id: int) -> HoldingAsset:
    """台账资产登记: links the row to the registry's asset of the same number, or makes that from the row's facts.

    Raises Conflict for a row that is linked, or whose number is another owner's asset in the registry.
    """
    row = queries.lock_asset(tx, holding_asset_id, seen_by=who)
    tx.clock()
    if row.registry_asset_id is not None:
        raise Conflict("该台账资产已关联登记资产", reason="HOLDING_LINKED", extra={"asset_id": row.registry_asset_id})
    asset = tx.scalar(select(Asset).where(Asset.asset_no == row.asset_no).with_for_update())
    if asset is not None and asset.owner_party_id != row.owner_party_id:
        raise Conflict("该编号已登记为另一权属单位的资产", reason="ASSET_EXISTS", field="asset_no")
    made = asset is None
    if asset is None:
        asset = registry.record_asset(
            tx, who,
            AssetIn(
                asset_no=row.asset_no, kind=row.kind, name=row.name, region_code=row.region_code,
                owner_party_id=row.owner_party_id, quantity=row.quantity, unit=row.unit,
                book_value_fen=row.book_value_fen, in_ledger=True, public_welfare=row.public_welfare,
                fiscal_funded=row.fiscal_funded, attached_to_land=row.attached_to_land,
            ),
        )  # fmt: skip
    row.registry_asset_id = asset.id
    tx.flush()
    record(
        tx, who, "holding.register", f"holding_asset/{row.id}", region=row.region_code,
        asset=asset.id, asset_no=row.asset_no, made=made,
    )  # fmt: skip
    return row
