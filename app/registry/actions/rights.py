"""Rights and restrictions: recorded with their source, ended or released, never deleted."""

from datetime import date

from sqlalchemy import func, select

from app.audit.actions import record
from app.base.actor import Actor
from app.base.db import Tx
from app.base.errors import Conflict, Invalid, Refused
from app.registry import queries
from app.registry.actions.regions import naming, within
from app.registry.models import BaUnit, BaUnitItem, LandRight, Restriction
from app.registry.schemas import RestrictionIn, RightIn


def record_right(tx: Tx, who: Actor | None, body: RightIn) -> LandRight:
    """登记权利。 A derived right lies in its parent's parcels and term; an 延包 contract names the one it carries on.

    Raises NotFound outside the actor's regions, Invalid naming the field, Conflict where the certificate is taken.
    """
    within(tx, who, body.region_code)
    origin = _origin(tx, who, body)
    now = tx.clock()
    for field, read in (("holder_party_id", queries.party), ("source_document_id", queries.document)):
        key = getattr(body, field)
        if key is not None:
            with naming(field):
                read(tx, key, seen_by=who)
    if body.certificate_no is not None:
        taken = select(LandRight.id).where(LandRight.certificate_no == body.certificate_no)
        if tx.scalar(taken) is not None:
            raise Conflict("该权证号已登记", field="certificate_no", reason="CERTIFICATE_EXISTS")
    right = LandRight(
        **body.model_dump(exclude={"parcel_ids", "asset_ids"}),
        ba_unit_id=_unit(tx, who, body, origin),
        begin_lifespan_at=now,
    )
    tx.add(right)
    tx.flush()
    record(
        tx, who, "right.record", f"right/{right.id}", region=right.region_code,
        kind=right.kind, holder=right.holder_party_id, parent=right.parent_right_id, extends=right.extends_right_id,
        starts_on=right.starts_on, ends_on=right.ends_on, certificate_no=right.certificate_no,
        parcels=list(body.parcel_ids), assets=list(body.asset_ids),
    )  # fmt: skip
    return right


def _origin(tx: Tx, who: Actor | None, body: RightIn) -> LandRight | None:
    """The right that this one is derived from or carries on, locked, with the term checked against it."""
    if body.extends_right_id is not None:
        with naming("extends_right_id"):
            extended = queries.lock_right(tx, body.extends_right_id, seen_by=who)
        if extended.end_lifespan_at is not None or extended.kind is not body.kind:
            raise Invalid("延续的权利须是同类的现有权利", field="extends_right_id")
        return extended
    if body.parent_right_id is None:
        return None
    with naming("parent_right_id"):
        parent = queries.lock_right(tx, body.parent_right_id, seen_by=who)
    if parent.end_lifespan_at is not None:
        raise Invalid("母权利已终止", field="parent_right_id")
    if parent.starts_on is not None and body.starts_on is not None and body.starts_on < parent.starts_on:
        raise Invalid(f"派生权利不得早于母权利起始日（{parent.starts_on}）", field="starts_on")
    until = end_of(tx, parent)
    if until is not None and (body.ends_on is None or body.ends_on > until):
        raise Invalid(f"派生权利不得超过母权利的剩余期限（{until}）", field="ends_on")
    return parent


def end_of(tx: Tx, right: LandRight) -> date | None:
    """The last day of a right, with the contract that carries it on; None where it has no end."""
    if right.ends_on is None:
        return None
    carried = tx.execute(
        select(func.max(LandRight.ends_on), func.bool_or(LandRight.ends_on.is_(None))).where(
            LandRight.extends_right_id == right.id, LandRight.end_lifespan_at.is_(None)
        )
    ).one()
    until, endless = carried
    if endless:
        return None
    return max(right.ends_on, until) if until is not None else right.ends_on


def _unit(tx: Tx, who: Actor | None, body: RightIn, origin: LandRight | None) -> int:
    """The unit that the right is held in: the origin's where nothing else is named, else a new one of these things."""
    if not body.parcel_ids and not body.asset_ids:
        if origin is None:
            raise Invalid("须给出地块或资产", field="parcel_ids")
        return origin.ba_unit_id
    for i, parcel_id in enumerate(body.parcel_ids):
        with naming(f"parcel_ids[{i}]"):
            queries.parcel(tx, parcel_id, seen_by=who)
    for i, asset_id in enumerate(body.asset_ids):
        with naming(f"asset_ids[{i}]"):
            queries.asset(tx, asset_id, seen_by=who)
    if origin is not None:
        parcels, assets = queries.things_of(tx, origin.ba_unit_id)
        if not set(body.parcel_ids) <= set(parcels):
            raise Invalid("派生权利超出母权利的地块范围", field="parcel_ids")
        if not set(body.asset_ids) <= set(assets):
            raise Invalid("派生权利超出母权利的资产范围", field="asset_ids")
    unit = BaUnit(region_code=body.region_code, begin_lifespan_at=tx.clock())
    tx.add(unit)
    tx.flush()
    tx.add_all(BaUnitItem(ba_unit_id=unit.id, parcel_id=p) for p in body.parcel_ids)
    tx.add_all(BaUnitItem(ba_unit_id=unit.id, asset_id=a) for a in body.asset_ids)
    return unit.id


def end_right(tx: Tx, who: Actor | None, right_id: int, *, reason: str) -> LandRight:
    """Ends a right's life in the register. Raises Conflict if it has ended, Refused while a derived right lives."""
    right = queries.lock_right(tx, right_id, seen_by=who)
    now = tx.clock()
    if right.end_lifespan_at is not None:
        raise Conflict("该权利已终止", reason="RIGHT_ENDED")
    living = select(LandRight.id).where(
        (LandRight.parent_right_id == right_id) | (LandRight.extends_right_id == right_id),
        LandRight.end_lifespan_at.is_(None),
    )
    if tx.scalar(living.limit(1)) is not None:
        raise Refused("尚有派生权利或者延包合同存续，须先终止", reason="DERIVED_RIGHT_LIVES")
    right.end_lifespan_at, right.end_reason = now, reason
    tx.flush()
    record(tx, who, "right.end", f"right/{right_id}", region=right.region_code, reason=reason)
    return right


def impose(tx: Tx, who: Actor | None, body: RestrictionIn) -> Restriction:
    """登记限制 on a parcel, an asset or a right, with its source. Raises NotFound outside the actor's regions."""
    if body.parcel_id is not None:
        region = queries.parcel(tx, body.parcel_id, seen_by=who).region_code
    elif body.asset_id is not None:
        region = queries.asset(tx, body.asset_id, seen_by=who).region_code
    else:
        region = queries.right(tx, body.right_id or 0, seen_by=who).region_code
    for field, read in (("beneficiary_party_id", queries.party), ("source_document_id", queries.document)):
        key = getattr(body, field)
        if key is not None:
            with naming(field):
                read(tx, key, seen_by=who)
    restriction = Restriction(**body.model_dump(), region_code=region, imposed_at=tx.clock())
    tx.add(restriction)
    tx.flush()
    record(
        tx, who, "restriction.impose", f"restriction/{restriction.id}", region=region,
        kind=restriction.kind, parcel=body.parcel_id, asset=body.asset_id, right=body.right_id, source=body.source,
    )  # fmt: skip
    return restriction


def release(tx: Tx, who: Actor | None, restriction_id: int, *, source: str) -> Restriction:
    """解除限制, by its own source. Raises Conflict if it was released before."""
    restriction = queries.lock_restriction(tx, restriction_id, seen_by=who)
    now = tx.clock()
    if restriction.released_at is not None:
        raise Conflict("该限制已解除", reason="RESTRICTION_RELEASED", extra={"state": "released"})
    restriction.released_at, restriction.release_source = now, source
    tx.flush()
    record(
        tx, who, "restriction.release", f"restriction/{restriction_id}", region=restriction.region_code, source=source
    )
    return restriction
