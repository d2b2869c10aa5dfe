"""Who is left of a holder, and what a case takes of a succession."""

from datetime import date
from typing import Any

from sqlalchemy import or_, select

from app.base.db import Tx
from app.registry.models import BaUnitItem as Item
from app.registry.models import LandRight, Parcel, Party, PartyMember
from app.registry.queries.collectives import is_member
from app.registry.queries.rights_on import rights_on
from app.registry.states import PartyKind, RightKind

Facts = dict[str, Any]


def living_members(tx: Tx, holder: Party) -> list[int] | None:
    """Who of a holder is left: of a household its living members, of anybody else himself while he lives.

    None for a household of which no member was ever registered.
    """
    if holder.kind is not PartyKind.HOUSEHOLD:
        return [holder.id] if holder.died_on is None else []
    rows = tx.execute(
        select(Party.id, PartyMember.end_lifespan_at, Party.died_on)
        .join(PartyMember, PartyMember.member_party_id == Party.id)
        .where(PartyMember.group_party_id == holder.id)
    ).all()
    if not rows:
        return None
    return [member for member, ended, died in rows if ended is None and died is None]


def succession_of(tx: Tx, right: LandRight, heir: Party, on: date) -> Facts:
    """Section `succession` of an heir to a right whose holder is no more."""
    facts: Facts = {
        "no_household_member_left": True,
        "applicant_is_household_member": False,
        "applicant_is_heir": True,
    }
    owners = set(
        tx.scalars(
            select(LandRight.holder_party_id)
            .join(Item, Item.ba_unit_id == LandRight.ba_unit_id)
            .where(
                LandRight.kind.in_([RightKind.LAND_OWNERSHIP, RightKind.ASSET_OWNERSHIP]),
                LandRight.end_lifespan_at.is_(None),
                or_(
                    Item.parcel_id.in_(select(Item.parcel_id).where(Item.ba_unit_id == right.ba_unit_id)),
                    Item.asset_id.in_(select(Item.asset_id).where(Item.ba_unit_id == right.ba_unit_id)),
                ),
            )
        )
    )
    member = is_member(tx, owners, heir, on)
    if member is not None:
        facts["heir_is_member"] = member
    return facts


def succession_facts(tx: Tx, parcels: list[Parcel], transferor: Party) -> Facts:
    """Section `succession` where somebody lists land whose registered household or person is no more (承包法 32).

    Empty where the holder lives, or is the one who lists.
    """
    rights = rights_on(tx, Item.parcel_id, [p.id for p in parcels])
    holders = {
        r.holder_party_id for each in rights.values() for r in each if r.kind is RightKind.CONTRACT_MANAGEMENT_RIGHT
    }
    vacant = [living_members(tx, tx.get_one(Party, h)) == [] for h in holders - {transferor.id}]
    if not vacant or not any(vacant):
        return {}
    return {"no_household_member_left": True, "applicant_is_household_member": False}
