"""Who holds the contract rights in parcels, and what the registry knows of whoever wants to take them over."""

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import aliased

from app.base.db import Tx
from app.registry.models import BaUnitItem, LandRight, Lease, Parcel, Party, PartyMember
from app.registry.queries.collectives import collectives_of, is_member
from app.registry.states import PRIVATE_KINDS, RightKind


def households_of(tx: Tx, parcel_ids: Sequence[int], transferor_party_id: int) -> list[tuple[str, Decimal]]:
    """Each household that holds the contract right in some of the parcels, with their area in mu, in order of party id.

    Empty where the transferor holds them himself, passes on what he has under leases, or where a parcel is held by
    nobody: then he is paid as one.
    """
    if passes_on(tx, parcel_ids, transferor_party_id):
        return []
    rows = tx.execute(
        select(Party.id, Party.name, Parcel.id, Parcel.area_mu)
        .join(LandRight, LandRight.holder_party_id == Party.id)
        .join(BaUnitItem, BaUnitItem.ba_unit_id == LandRight.ba_unit_id)
        .join(Parcel, Parcel.id == BaUnitItem.parcel_id)
        .where(
            Parcel.id.in_(parcel_ids), LandRight.kind == RightKind.CONTRACT_MANAGEMENT_RIGHT,
            LandRight.end_lifespan_at.is_(None),
        )
        .distinct()
    ).all()  # fmt: skip
    if {parcel for _, _, parcel, _ in rows} != set(parcel_ids) or all(p == transferor_party_id for p, *_ in rows):
        return []
    area: dict[tuple[int, str], Decimal] = defaultdict(Decimal)
    for party_id, name, _, mu in rows:
        area[party_id, name] += mu
    return [(name, mu) for (_, name), mu in sorted(area.items())]


def passes_on(tx: Tx, parcel_ids: Sequence[int], transferor_party_id: int) -> bool:
    """Whether what somebody trades is possession that he has under leases himself (再流转).

    A lease counts while it runs, and afterwards where it was passed on: rent may come late.
    """
    sub = aliased(Lease)
    passed = select(sub.id).where(sub.head_lease_id == Lease.id, sub.voided_at.is_(None)).exists()
    held = select(Lease.parcel_id).where(
        Lease.parcel_id.in_(parcel_ids),
        Lease.holder_party_id == transferor_party_id,
        Lease.voided_at.is_(None),
        or_(func.upper(Lease.period) > tx.today(), passed),
    )
    return set(tx.scalars(held)) == set(parcel_ids)


def _in_group(tx: Tx, party: Party, group_party_id: int) -> bool:
    """Whether a party, or a household that it belongs to, is a member of a group party."""
    groups = select(PartyMember.group_party_id).where(
        PartyMember.member_party_id == party.id, PartyMember.end_lifespan_at.is_(None)
    )
    member = select(PartyMember.id).where(
        PartyMember.group_party_id == group_party_id,
        PartyMember.end_lifespan_at.is_(None),
        (PartyMember.member_party_id == party.id) | PartyMember.member_party_id.in_(groups),
    )
    return tx.scalar(member.limit(1)) is not None


def n_homesteads(tx: Tx, party: Party) -> int:
    """The living homestead rights of a household and its people, or of a person and his households."""
    present = PartyMember.end_lifespan_at.is_(None)
    people = select(PartyMember.member_party_id).where(PartyMember.group_party_id == party.id, present)
    houses = select(PartyMember.group_party_id).where(PartyMember.member_party_id == party.id, present)
    held = select(func.count()).where(
        or_(
            LandRight.holder_party_id == party.id,
            LandRight.holder_party_id.in_(people),
            LandRight.holder_party_id.in_(houses),
        ),
        LandRight.kind == RightKind.HOMESTEAD_USE_RIGHT,
        LandRight.end_lifespan_at.is_(None),
    )
    return tx.execute(held).scalar_one()


def transferee_facts(tx: Tx, party: Party, transferor_party_id: int) -> dict[str, Any]:
    """Section `transferee`, as far as the registry knows it: kind, age, capacity, and whether he is a member of the
    collective that transfers, or that the transferor belongs to. Where it keeps a register, that says so; without one,
    who is in the group party is, an enterprise never is, and of others it is not known. Of people and households, how
    many homesteads they have.
    """
    transferor, on = tx.get_one(Party, transferor_party_id), tx.today()
    member = is_member(tx, collectives_of(tx, transferor, on), party, on)
    if member is None:
        member = _in_group(tx, party, transferor_party_id) or (None if party.kind in PRIVATE_KINDS else False)
    facts = {
        "party_type": party.kind.value,
        "birth_date": party.born_on,
        "legal_capacity": party.legal_capacity,
        "is_collective_member": member,
        "existing_homesteads": n_homesteads(tx, party) if party.kind in PRIVATE_KINDS else None,
    }
    return {name: value for name, value in facts.items() if value is not None}
