"""What a completed sale does to the register: the same right goes on under its new holder, the house with its land."""

from collections.abc import Collection

from sqlalchemy import or_, select

from app.audit.actions import record
from app.base.actor import Actor
from app.base.db import Tx
from app.base.errors import Refused
from app.registry import queries
from app.registry.models import Asset, BaUnitItem, LandRight
from app.registry.states import RestrictionKind, RightKind, SourceKind

_WITH_IT = {
    RightKind.HOMESTEAD_USE_RIGHT: RightKind.HOUSE_OWNERSHIP,
    RightKind.HOUSE_OWNERSHIP: RightKind.HOMESTEAD_USE_RIGHT,
}
"""房地一体: who takes the one takes the other."""
_STOPPING = (RestrictionKind.SEIZURE, RestrictionKind.DISPUTE)


def convey(
    tx: Tx,
    who: Actor | None,
    kind: str,
    *,
    parcel_ids: Collection[int],
    asset_ids: Collection[int],
    from_party_id: int,
    to_party_id: int,
    reference: str,
) -> list[LandRight]:
    """登记转让: the rights of this kind that the transferor holds in these things alone, and those assets, change hands.

    `reference` is the contract's number. A right that covers more than was sold stays where it is, for a clerk to
    divide. Raises Refused (RESTRICTED) while a seizure or a dispute stands on what is conveyed.
    """
    parcels = queries.lock_parcels(tx, sorted(parcel_ids)) if parcel_ids else []
    assets = list(tx.scalars(select(Asset).where(Asset.id.in_(asset_ids)).order_by(Asset.id).with_for_update()))
    standing = queries.standing(tx, parcels, assets, _STOPPING)
    if standing:
        raise Refused(
            "标的上有查封或者争议，不得登记转让",
            reason="RESTRICTED",
            extra={"standing": sorted({r.kind for r in standing})},
        )
    held = _held(tx, kind, parcel_ids, asset_ids, from_party_id)
    for right in held:
        before = {"holder": right.holder_party_id, "source": right.source_ref, "source_kind": right.source_kind}
        right.holder_party_id, right.source_kind, right.source_ref = to_party_id, SourceKind.CONTRACT, reference
        right.source_document_id = None
        tx.flush()
        record(
            tx, who, "right.convey", f"right/{right.id}", region=right.region_code, before=before,
            after={"holder": to_party_id, "source": reference, "source_kind": SourceKind.CONTRACT},
        )  # fmt: skip
    if kind == RightKind.ASSET_OWNERSHIP:
        for asset in (a for a in assets if a.owner_party_id == from_party_id):
            asset.owner_party_id = to_party_id
            tx.flush()
            record(
                tx, who, "asset.convey", f"asset/{asset.id}", region=asset.region_code,
                before={"owner": from_party_id}, after={"owner": to_party_id, "source": reference},
            )  # fmt: skip
    return held


def _held(tx: Tx, kind: str, parcel_ids: Collection[int], asset_ids: Collection[int], holder: int) -> list[LandRight]:
    """The rights that lie in these things and in no others, locked in the order of their ids."""
    units = select(BaUnitItem.ba_unit_id).where(
        or_(BaUnitItem.parcel_id.in_(parcel_ids), BaUnitItem.asset_id.in_(asset_ids))
    )
    kinds = [kind, _WITH_IT[RightKind(kind)]] if kind in _WITH_IT else [kind]
    found = tx.scalars(
        select(LandRight)
        .where(
            LandRight.ba_unit_id.in_(units), LandRight.kind.in_(kinds), LandRight.holder_party_id == holder,
            LandRight.end_lifespan_at.is_(None),
        )
        .order_by(LandRight.id)
        .with_for_update()
    ).all()  # fmt: skip
    return [right for right in found if _is_whole(tx, right, parcel_ids, asset_ids)]


def _is_whole(tx: Tx, right: LandRight, parcel_ids: Collection[int], asset_ids: Collection[int]) -> bool:
    parcels, assets = queries.things_of(tx, right.ba_unit_id)
    return set(parcels) <= set(parcel_ids) and set(assets) <= set(asset_ids)
