"""Who holds the contract rights in parcels, and what the registry knows of whoever wants to take them over."""

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from app.base.db import Tx
from app.registry.models import BaUnitItem, LandRight, Parcel, Party, PartyMember
from app.registry.states import PRIVATE_KINDS, RightKind


def households_of(tx: Tx, parcel_ids: Sequence[int], transferor_party_id: int) -> list[tuple[str, Decimal]]:
    """Each household that holds the contract right in some of the parcels, with their area in mu, in order of party id.

    Empty where the transferor holds them himself, or where a parcel is held by nobody: then he is paid as one.
    """
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


def transferee_facts(tx: Tx, party: Party, transferor_party_id: int) -> dict[str, Any]:
    """Section `transferee`, as far as the registry knows it: kind, age, capacity, and whether he is a member of the
    collective that transfers. Who is in its register is; an enterprise never is; else it is not known.
    """
    groups = select(PartyMember.group_party_id).where(
        PartyMember.member_party_id == party.id, PartyMember.end_lifespan_at.is_(None)
    )
    member = tx.scalar(
        select(PartyMember.id)
        .where(
            PartyMember.group_party_id == transferor_party_id, PartyMember.end_lifespan_at.is_(None),
            (PartyMember.member_party_id == party.id) | PartyMember.member_party_id.in_(groups),
        )
        .limit(1)
    )  # fmt: skip
    facts = {
        "party_type": party.kind.value,
        "birth_date": party.born_on,
        "legal_capacity": party.legal_capacity,
        "is_collective_member": True if member else (None if party.kind in PRIVATE_KINDS else False),
    }
    return {name: value for name, value in facts.items() if value is not None}
