"""What a compliance case takes from the registry: sections of the case format, made of rows and never typed twice.

Each returns a dictionary of the section's fields with Python values (date, Decimal, bool, int, str). A fact that the
registry does not know is left out, so that a rule that needs it says it could not be judged.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import select

from app.base.db import Tx
from app.registry.models import (
    Asset,
    BaUnitItem,
    Collective,
    LandRight,
    Lease,
    Parcel,
    Party,
    PartyMember,
    Resolution,
)  # fmt: skip
from app.registry.queries.rights_on import rights_on
from app.registry.queries.standing import registered_facts
from app.registry.states import CASE_ASSET_KIND, COLLECTIVE_KINDS, PartyKind, RightKind

Facts = dict[str, Any]

_LAND_FACTS = (
    "permanent_basic_farmland", "slope_degrees", "soil_class", "soil_pollution_list", "soil_survey_done",
    "public_welfare_forest",
)  # fmt: skip


def as_document(value: Any) -> Any:
    """Days, decimals and words as the case format writes them."""
    if isinstance(value, Mapping):
        return {name: as_document(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [as_document(item) for item in value]
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, date):
        return value.isoformat()
    return format(value.normalize(), "f") if isinstance(value, Decimal) else value


def _known(facts: Mapping[str, Any]) -> Facts:
    return {name: value for name, value in facts.items() if value is not None}


def _runs(right: LandRight, on: date) -> bool:
    return (right.starts_on is None or right.starts_on <= on) and (right.ends_on is None or on <= right.ends_on)


def parcel_facts(
    tx: Tx, parcels: Sequence[Parcel], *, on: date, but_for: str | None = None, held_by: int | None = None
) -> list[Facts]:
    """Section `parcels`, one a parcel. `existing_contracts` are leases that still run on `on` or begin later, without
    those under the contract `but_for`: a lot's own lease is no obstacle to itself. Where `held_by` has the lease and
    passes it on, what stands in the way are the subleases of it.
    """
    ids = [p.id for p in parcels]
    rights = rights_on(tx, BaUnitItem.parcel_id, ids)
    outside = registered_facts(tx, parcels)
    heads: dict[int, list[Lease]] = defaultdict(list)
    subs: dict[int | None, list[Lease]] = defaultdict(list)
    for lease in tx.scalars(
        select(Lease).where(Lease.parcel_id.in_(ids), Lease.voided_at.is_(None)).order_by(Lease.period)
    ):
        if lease.last_day >= on and lease.reference != but_for:
            if lease.head_lease_id is None:
                heads[lease.parcel_id].append(lease)
            else:
                subs[lease.head_lease_id].append(lease)
    facts = []
    for parcel in parcels:
        own = [x for x in heads[parcel.id] if held_by is not None and x.holder_party_id == held_by]
        in_the_way = [x for x in heads[parcel.id] if x not in own] + [sub for x in own for sub in subs[x.id]]
        facts.append(_parcel(parcel, rights[parcel.id], in_the_way, on) | outside.get(parcel.id, {}))
    return facts


def _parcel(parcel: Parcel, rights: Sequence[LandRight], leases: Sequence[Lease], on: date) -> Facts:
    contracts = [r for r in rights if r.kind is RightKind.CONTRACT_MANAGEMENT_RIGHT]
    first = [r for r in contracts if r.extends_right_id is None]
    extended = [r for r in contracts if r.extends_right_id is not None]
    return _known(
        {
            "parcel_code": parcel.parcel_code,
            "area_mu": parcel.area_mu,
            "land_type": parcel.land_type.value,
            "township_code": parcel.region_code[:9] if len(parcel.region_code) >= len("411002001") else None,
            "county_code": parcel.region_code[:6],
            "contract_signed": bool(contracts),
            "contract_start": min((r.starts_on for r in first if r.starts_on), default=None),
            "contract_end": min((r.ends_on for r in first if r.ends_on), default=None),
            "extension_signed": bool(extended),
            "extension_start": min((r.starts_on for r in extended if r.starts_on), default=None),
            "extension_end": min((r.ends_on for r in extended if r.ends_on), default=None),
            "household_contract_in_force": any(_runs(r, on) for r in contracts),
            "registered": any(r.certificate_no for r in rights),
            "existing_contracts": [{"start": x.starts_on, "end": x.last_day} for x in leases],
            **{name: getattr(parcel, name) for name in _LAND_FACTS},
        }
    )


def transferor_facts(tx: Tx, party: Party, parcels: Sequence[Parcel]) -> Facts:
    """Section `transferor`, as far as the registry knows it: kind, age, capacity, level, and whose the land is."""
    own = tx.get(Collective, party.id)
    rights = rights_on(tx, BaUnitItem.parcel_id, [p.id for p in parcels])
    owner_ids = {r.holder_party_id for rs in rights.values() for r in rs if r.kind is RightKind.LAND_OWNERSHIP}
    levels = set(tx.scalars(select(Collective.level).where(Collective.party_id.in_(owner_ids)))) if owner_ids else set()
    holds = [any(r.holder_party_id == party.id for r in rights[p.id]) for p in parcels]
    facts: Facts = {
        "party_type": party.kind.value,
        "birth_date": party.born_on,
        "legal_capacity": party.legal_capacity,
        "level": own.level.value if own else None,
        "owner_level": levels.pop().value if len(levels) == 1 else None,
        "is_right_holder": all(holds) if holds else None,
    }
    if party.kind is PartyKind.COLLECTIVE_ECONOMIC_ORGANISATION:
        facts["registration_valid"] = own.registration_valid if own else None
    if party.kind in COLLECTIVE_KINDS:
        facts["collective_org_exists"] = party.kind is PartyKind.COLLECTIVE_ECONOMIC_ORGANISATION or has_collective(
            tx, party.region_code
        )
    return _known(facts)


def has_collective(tx: Tx, region_code: str) -> bool:
    """Whether a collective economic organisation is registered in this very division."""
    return (
        tx.scalar(
            select(Party.id)
            .where(
                Party.region_code == region_code,
                Party.kind == PartyKind.COLLECTIVE_ECONOMIC_ORGANISATION,
                Party.end_lifespan_at.is_(None),
            )
            .limit(1)
        )
        is not None
    )


def asset_facts(asset: Asset) -> Facts:
    """Section `asset`."""
    return _known(
        {
            "kind": CASE_ASSET_KIND.get(asset.kind, "other"),
            "public_welfare": asset.public_welfare,
            "in_ledger": asset.in_ledger,
            "fiscal_funded": asset.fiscal_funded,
        }
    )


_RESOLUTION = (
    "special_circumstances", "eligible", "reps_total", "board_total", "attended", "yes", "women_reps",
    "households_total", "improper_proxies", "party_study_done", "minutes_filed", "publicised", "intent_agreement",
    "charter_threshold_met", "discriminates_women",
)  # fmt: skip


def resolution_facts(resolution: Resolution) -> Facts:
    """Section `resolution`."""
    return _known(
        {
            "body": resolution.body.value,
            "matter": resolution.matter.value,
            "notice_date": resolution.notice_on,
            "meeting_date": resolution.meeting_on,
            "attendance_basis": resolution.attendance_basis.value,
            "reps_term_end": resolution.reps_term_end_on,
            "party_study_date": resolution.party_study_on,
            **{name: getattr(resolution, name) for name in _RESOLUTION},
        }
    )


def members(tx: Tx, group_party_id: int) -> list[tuple[PartyMember, Party]]:
    """The present members of a group party."""
    rows = tx.execute(
        select(PartyMember, Party)
        .join(Party, Party.id == PartyMember.member_party_id)
        .where(PartyMember.group_party_id == group_party_id, PartyMember.end_lifespan_at.is_(None))
        .order_by(PartyMember.id)
    )
    return [(member, party) for member, party in rows]


def owners(tx: Tx, group_party_id: int, *, consenting: frozenset[int] = frozenset()) -> Facts:
    """Section `co_ownership`: a group's members as co-owners; `consenting` are the party ids of those who agree."""
    present = members(tx, group_party_id)
    if not present:
        return {}
    by_share = present[0][0].share_num is not None
    return {
        "kind": "by_share" if by_share else "joint",
        "owners": [
            _known({"consents": m.member_party_id in consenting, "share_num": m.share_num, "share_den": m.share_den})
            for m, _ in present
        ],
    }
