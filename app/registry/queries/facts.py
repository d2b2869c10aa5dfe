"""What a compliance case takes from the registry: sections of the case format, made of rows and never typed twice.

Each returns a dictionary of the section's fields with Python values (date, Decimal, bool, int, str). A fact that the
registry does not know is left out, so that a rule that needs it says it could not be judged.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import or_, select

from app.base.db import Tx
from app.registry.models import (
    Asset,
    BaUnitItem,
    Collective,
    LandRight,
    Lease,
    Mandate,
    Parcel,
    Party,
    PartyMember,
    Resolution,
    Restriction,
)  # fmt: skip
from app.registry.states import CASE_ASSET_KIND, COLLECTIVE_KINDS, PartyKind, RestrictionKind, RightKind

Facts = dict[str, Any]

_LAND_FACTS = (
    "permanent_basic_farmland", "slope_degrees", "soil_class", "soil_pollution_list", "soil_survey_done",
    "public_welfare_forest",
)  # fmt: skip


def _known(facts: Mapping[str, Any]) -> Facts:
    return {name: value for name, value in facts.items() if value is not None}


def _rights_on(tx: Tx, column: Any, ids: Sequence[int]) -> dict[int, list[LandRight]]:
    """Current rights by the parcel or asset that they are held in."""
    by_thing: dict[int, list[LandRight]] = defaultdict(list)
    rows = tx.execute(
        select(column, LandRight)
        .join(LandRight, LandRight.ba_unit_id == BaUnitItem.ba_unit_id)
        .where(column.in_(ids), LandRight.end_lifespan_at.is_(None))
        .order_by(LandRight.id)
    )
    for thing, right in rows:
        by_thing[thing].append(right)
    return by_thing


def _runs(right: LandRight, on: date) -> bool:
    return (right.starts_on is None or right.starts_on <= on) and (right.ends_on is None or on <= right.ends_on)


def parcel_facts(tx: Tx, parcels: Sequence[Parcel], *, on: date, but_for: str | None = None) -> list[Facts]:
    """Section `parcels`, one a parcel. `existing_contracts` are leases that still run on `on` or begin later, without
    those under the contract `but_for`: a lot's own lease is no obstacle to itself.
    """
    ids = [p.id for p in parcels]
    rights = _rights_on(tx, BaUnitItem.parcel_id, ids)
    leases: dict[int, list[Lease]] = defaultdict(list)
    for lease in tx.scalars(
        select(Lease)
        .where(Lease.parcel_id.in_(ids), Lease.head_lease_id.is_(None), Lease.voided_at.is_(None))
        .order_by(Lease.period)
    ):
        if lease.last_day >= on and lease.reference != but_for:
            leases[lease.parcel_id].append(lease)
    return [_parcel(p, rights[p.id], leases[p.id], on) for p in parcels]


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
    rights = _rights_on(tx, BaUnitItem.parcel_id, [p.id for p in parcels])
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
        facts["collective_org_exists"] = party.kind is PartyKind.COLLECTIVE_ECONOMIC_ORGANISATION or _has_collective(
            tx, party.region_code
        )
    return _known(facts)


def _has_collective(tx: Tx, region_code: str) -> bool:
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


def restriction_facts(tx: Tx, parcels: Sequence[Parcel], assets: Sequence[Asset] = ()) -> Facts:
    """Section `restrictions`: what stands on the things themselves or on any current right in them."""
    parcel_ids, asset_ids = [p.id for p in parcels], [a.id for a in assets]
    on_parcels = _rights_on(tx, BaUnitItem.parcel_id, parcel_ids)
    on_assets = _rights_on(tx, BaUnitItem.asset_id, asset_ids)
    right_ids = {r.id for rights in (*on_parcels.values(), *on_assets.values()) for r in rights}
    standing = set(
        tx.scalars(
            select(Restriction.kind).where(
                Restriction.released_at.is_(None),
                or_(
                    Restriction.parcel_id.in_(parcel_ids),
                    Restriction.asset_id.in_(asset_ids),
                    Restriction.right_id.in_(right_ids),
                ),
            )
        )
    )
    proved = [any(r.certificate_no or r.source_document_id for r in on_parcels[i]) for i in parcel_ids]
    proved += [any(r.certificate_no or r.source_document_id for r in on_assets[i]) for i in asset_ids]
    return {
        "disputed": RestrictionKind.DISPUTE in standing,
        "seized": RestrictionKind.SEIZURE in standing,
        "mortgaged": RestrictionKind.MORTGAGE in standing,
        "title_proved": bool(proved) and all(proved),
    }


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


def mandate_facts(mandate: Mandate, *, transferee_party_id: int | None = None) -> Facts:
    """Section `mandate`; elements that the paper does not state are named as missing."""
    given = {
        "agent_name": mandate.agent_party_id,
        "matter": mandate.matter,
        "authority": mandate.authority,
        "term": mandate.valid_from and mandate.valid_to,
        "signature": mandate.signed_on,
    }
    acts_for_itself = None
    if transferee_party_id is not None:
        acts_for_itself = mandate.agent_party_id == transferee_party_id
    return _known(
        {
            "written": mandate.written and mandate.revoked_at is None,
            "missing_elements": [name for name, value in given.items() if not value],
            "valid_from": mandate.valid_from,
            "valid_to": mandate.valid_to,
            "agent_is_transferee": acts_for_itself,
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
