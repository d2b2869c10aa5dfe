"""Rights: recorded with their source inside the right they come from, ended, never deleted."""

from datetime import date

from sqlalchemy import Date, cast, func, select

from app.audit.actions import record
from app.base.actor import Actor
from app.base.db import Tx
from app.base.errors import Conflict, Invalid, Refused
from app.registry import queries
from app.registry.actions.regions import naming, within
from app.registry.models import BaUnit, BaUnitItem, LandRight
from app.registry.schemas import RightIn
from app.registry.states import COLLECTIVE_KINDS, PartyKind, RightKind


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
    if body.kind is RightKind.LAND_OWNERSHIP:
        _owner(tx, body)
    if body.certificate_no is not None:
        taken = select(LandRight.id).where(LandRight.certificate_no == body.certificate_no)
        if tx.scalar(taken) is not None:
            raise Conflict("该权证号已登记", field="certificate_no", reason="CERTIFICATE_EXISTS")
    unit_id = _unit(tx, who, body, origin)
    _within_area(tx, body, unit_id, origin)
    fields = {name: value for name, value in dict(body).items() if name not in {"parcel_ids", "asset_ids"}}
    right = LandRight(**fields, ba_unit_id=unit_id, begin_lifespan_at=now)
    tx.add(right)
    tx.flush()
    record(
        tx, who, "right.record", f"right/{right.id}", region=right.region_code,
        kind=right.kind, holder=right.holder_party_id, parent=right.parent_right_id, extends=right.extends_right_id,
        starts_on=right.starts_on, ends_on=right.ends_on, area_mu=right.area_mu, source=right.source_kind,
        certificate_no=right.certificate_no,
        parcels=list(body.parcel_ids), assets=list(body.asset_ids),
    )  # fmt: skip
    return right


def _owner(tx: Tx, body: RightIn) -> None:
    """Land is owned by a collective, and a village committee stands for it only where there is none (政经分离)."""
    holder = queries.party(tx, body.holder_party_id)
    if holder.kind not in COLLECTIVE_KINDS:
        raise Invalid("土地由农民集体所有，权利人须为农民集体", field="holder_party_id")
    if holder.kind is PartyKind.VILLAGE_COMMITTEE and queries.has_collective(tx, holder.region_code):
        raise Invalid("已设立农村集体经济组织的，由其代表集体行使所有权", field="holder_party_id")


def _origin(tx: Tx, who: Actor | None, body: RightIn) -> LandRight | None:
    """The right that this one is derived from or carries on, locked, with term and area checked against it."""
    if body.extends_right_id is not None:
        with naming("extends_right_id"):
            extended = queries.lock_right(tx, body.extends_right_id, seen_by=who)
        if extended.end_lifespan_at is not None or extended.kind is not body.kind:
            raise Invalid("延续的权利须是同类的现有权利", field="extends_right_id")
        above = next((r for r in reversed(queries.chain(tx, extended.id)) if r.parent_right_id is not None), None)
        if above is not None:
            _within_term(tx, queries.right(tx, above.parent_right_id or 0), body)
        return extended
    if body.parent_right_id is None:
        return None
    with naming("parent_right_id"):
        parent = queries.lock_right(tx, body.parent_right_id, seen_by=who)
    if parent.end_lifespan_at is not None:
        raise Invalid("母权利已终止", field="parent_right_id")
    _within_term(tx, parent, body)
    return parent


def _within_term(tx: Tx, parent: LandRight, body: RightIn) -> None:
    if parent.starts_on is not None and body.starts_on is not None and body.starts_on < parent.starts_on:
        raise Invalid(f"派生权利不得早于母权利起始日（{parent.starts_on}）", field="starts_on")
    until = end_of(tx, parent)
    if until is not None and (body.ends_on is None or body.ends_on > until):
        raise Invalid(f"派生权利不得超过母权利的剩余期限（{until}）", field="ends_on")


def _within_area(tx: Tx, body: RightIn, unit_id: int, origin: LandRight | None) -> None:
    """A right covers its unit at most, and what is derived no more than what it is derived from."""
    whole = queries.area_of(tx, unit_id)
    if body.area_mu is not None and (whole is None or body.area_mu > whole):
        raise Invalid(f"面积超过地块面积（{whole or 0}亩）", field="area_mu")
    if origin is None or body.parent_right_id is None:
        return
    covered = origin.area_mu or queries.area_of(tx, origin.ba_unit_id)
    mine = body.area_mu or whole
    if covered is not None and mine is not None and mine > covered:
        raise Invalid(f"派生权利超出母权利的面积（{covered}亩）", field="area_mu")


def end_of(tx: Tx, right: LandRight) -> date | None:
    """The last day of a right, with the contracts that carry it on one after the other; None where it has no end."""
    until: date | None = tx.scalar(select(func.nullif(func.right_until(right.id), cast("infinity", Date), type_=Date)))
    return until


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
