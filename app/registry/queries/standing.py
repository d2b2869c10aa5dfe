"""What stands in the way of a trade: restrictions on things and on the rights in them, as a compliance case reads them."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import or_, select

from app.base.db import Tx
from app.registry.models import Asset, BaUnitItem, Parcel, Restriction
from app.registry.queries.agreements import consents, mortgagees
from app.registry.queries.rights_on import rights_on
from app.registry.states import ConsentMatter, RestrictionKind, RightKind

Facts = dict[str, Any]
_PROVED = frozenset({RestrictionKind.PERMANENT_BASIC_FARMLAND, RestrictionKind.SOIL_POLLUTION_REGISTER})


def standing(
    tx: Tx, parcels: Sequence[Parcel], assets: Sequence[Asset] = (), kinds: Iterable[RestrictionKind] | None = None
) -> list[Restriction]:
    """Restrictions not released, on the things themselves or on any current right in them."""
    parcel_ids, asset_ids = [p.id for p in parcels], [a.id for a in assets]
    held = (rights_on(tx, BaUnitItem.parcel_id, parcel_ids), rights_on(tx, BaUnitItem.asset_id, asset_ids))
    right_ids = {r.id for each in held for rights in each.values() for r in rights}
    query = select(Restriction).where(
        Restriction.released_at.is_(None),
        or_(
            Restriction.parcel_id.in_(parcel_ids),
            Restriction.asset_id.in_(asset_ids),
            Restriction.right_id.in_(right_ids),
        ),
    )
    if kinds is not None:
        query = query.where(Restriction.kind.in_(list(kinds)))
    return list(tx.scalars(query.order_by(Restriction.id)))


def restriction_facts(
    tx: Tx, parcels: Sequence[Parcel], assets: Sequence[Asset] = (), *, on: date | None = None
) -> Facts:
    """Section `restrictions`. A mortgagee is told where his consent to the transfer of each thing is recorded (CC-406)."""
    parcel_ids, asset_ids = [p.id for p in parcels], [a.id for a in assets]
    on_parcels = rights_on(tx, BaUnitItem.parcel_id, parcel_ids)
    on_assets = rights_on(tx, BaUnitItem.asset_id, asset_ids)
    stands = standing(tx, parcels, assets)
    kinds = {r.kind for r in stands}
    proved = [any(r.certificate_no or r.source_document_id for r in on_parcels[i]) for i in parcel_ids]
    proved += [any(r.certificate_no or r.source_document_id for r in on_assets[i]) for i in asset_ids]
    facts = {
        "disputed": RestrictionKind.DISPUTE in kinds,
        "seized": RestrictionKind.SEIZURE in kinds,
        "mortgaged": RestrictionKind.MORTGAGE in kinds,
        "title_proved": bool(proved) and all(proved),
    }
    banks = mortgagees(tx, {r.right_id for r in stands if r.kind is RestrictionKind.MORTGAGE and r.right_id})
    if banks:
        things: Sequence[Parcel | Asset] = (*parcels, *assets)
        day = on or tx.today()
        told = [{giver for giver, _ in consents(tx, ConsentMatter.TRANSFER, [thing], on=day)} for thing in things]
        facts["mortgagee_notified"] = all(bank in givers for bank in banks for givers in told)
    return facts


def registered_facts(tx: Tx, parcels: Sequence[Parcel]) -> dict[int, Facts]:
    """What registers outside say of the land itself, by parcel: it overrules what the parcel's own record says."""
    found: dict[int, Facts] = {}
    for restriction in standing(tx, parcels, kinds=_PROVED):
        if restriction.parcel_id is not None:
            name = (
                "permanent_basic_farmland"
                if restriction.kind is RestrictionKind.PERMANENT_BASIC_FARMLAND
                else "soil_pollution_list"
            )
            found.setdefault(restriction.parcel_id, {})[name] = True
    return found


def house_facts(tx: Tx, parcels: Sequence[Parcel], assets: Sequence[Asset], *, on: date) -> Facts:
    """Of section `house`: a right of habitation, and whether who dwells there has agreed to a letting (CC-369)."""
    things: Sequence[Parcel | Asset] = (*parcels, *assets)
    dwellers = {
        r.beneficiary_party_id for r in standing(tx, parcels, assets, kinds=[RestrictionKind.RIGHT_OF_HABITATION])
    }
    for column, ids in ((BaUnitItem.parcel_id, [p.id for p in parcels]), (BaUnitItem.asset_id, [a.id for a in assets])):
        for rights in rights_on(tx, column, ids).values():
            dwellers |= {r.holder_party_id for r in rights if r.kind is RightKind.RIGHT_OF_HABITATION}
    if not dwellers:
        return {"habitation_right": False}
    agreed = {giver for thing in things for giver, _ in consents(tx, ConsentMatter.HOUSE_LEASE, [thing], on=on)}
    return {"habitation_right": True, "habitation_lease_agreed": dwellers <= agreed}


def construction_facts(tx: Tx, parcels: Sequence[Parcel]) -> Facts:
    """Of section `construction`: the planned use where one plan governs all parcels, and whether ownership is registered."""
    facts: Facts = {}
    uses = {r.planning_use for r in standing(tx, parcels, kinds=[RestrictionKind.PLANNING_USE]) if r.planning_use}
    if len(uses) == 1:
        facts["planning_use"] = uses.pop().value
    rights = rights_on(tx, BaUnitItem.parcel_id, [p.id for p in parcels])
    if parcels:
        facts["ownership_registered"] = all(
            any(r.kind is RightKind.LAND_OWNERSHIP and r.certificate_no for r in rights[p.id]) for p in parcels
        )
    return facts


def red_lined(tx: Tx, parcels: Sequence[Parcel]) -> list[Restriction]:
    """Ecological red lines (生态保护红线) that lie over these parcels: no building land is traded inside one."""
    return standing(tx, parcels, kinds=[RestrictionKind.ECOLOGICAL_RED_LINE])
