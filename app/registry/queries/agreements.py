"""What a compliance case takes from consents, mandates, filings and mortgages: counted household by parcel, never typed."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import or_, select

from app.base.db import Tx
from app.registry.models import (
    Asset,
    BaUnitItem,
    Consent,
    Filing,
    LandRight,
    Lease,
    Mandate,
    Mortgage,
    Parcel,
    Party,
    PartyMember,
    Restriction,
)  # fmt: skip
from app.registry.queries.collectives import is_capable
from app.registry.states import ConsentForm, ConsentMatter, PartyKind, RightKind

Facts = dict[str, Any]
_STRENGTH = list(ConsentForm)
WRITTEN = frozenset({ConsentForm.PAPER, ConsentForm.VERIFIED_DATA_MESSAGE})


def contractors(tx: Tx, parcel_ids: Iterable[int], on: date) -> dict[int, list[int]]:
    """The households that hold a parcel under a household contract which runs on that day, by parcel."""
    rows = tx.execute(
        select(BaUnitItem.parcel_id, LandRight.holder_party_id)
        .join(LandRight, LandRight.ba_unit_id == BaUnitItem.ba_unit_id)
        .where(
            BaUnitItem.parcel_id.in_(list(parcel_ids)),
            LandRight.kind == RightKind.CONTRACT_MANAGEMENT_RIGHT,
            LandRight.end_lifespan_at.is_(None),
            or_(LandRight.starts_on.is_(None), LandRight.starts_on <= on),
            or_(LandRight.ends_on.is_(None), LandRight.ends_on >= on),
        )
        .order_by(LandRight.id)
    )
    found: dict[int, list[int]] = defaultdict(list)
    for parcel_id, holder in rows:
        if parcel_id is not None and holder not in found[parcel_id]:
            found[parcel_id].append(holder)
    return found


def consents(
    tx: Tx, matter: ConsentMatter, things: Sequence[Parcel | Asset], *, on: date, to: int | None = None
) -> dict[tuple[int, int], ConsentForm]:
    """The strongest consent that holds on a day, by (giver, parcel or asset). One for another receiver does not count."""
    column = Consent.asset_id if things and isinstance(things[0], Asset) else Consent.parcel_id
    rows = tx.execute(
        select(Consent.giver_party_id, column, Consent.form).where(
            Consent.matter == matter,
            column.in_([thing.id for thing in things]),
            Consent.withdrawn_at.is_(None),
            Consent.given_on <= on,
            or_(Consent.valid_to.is_(None), Consent.valid_to >= on),
            or_(Consent.to_party_id.is_(None), Consent.to_party_id == to),
        )
    )
    found: dict[tuple[int, int], ConsentForm] = {}
    for giver, thing, form in rows:
        key = (giver, int(thing or 0))
        if key not in found or _STRENGTH.index(form) < _STRENGTH.index(found[key]):
            found[key] = form
    return found


def filed(tx: Tx, matter: ConsentMatter, things: Sequence[Parcel | Asset], *, by: int, on: date) -> bool:
    """Whether each of these things was filed with the collective for this matter by this party."""
    column = Filing.asset_id if things and isinstance(things[0], Asset) else Filing.parcel_id
    ids = {thing.id for thing in things}
    rows = tx.scalars(
        select(column).where(
            Filing.matter == matter, column.in_(ids), Filing.filed_by_party_id == by, Filing.filed_on <= on
        )
    )
    return bool(ids) and set(rows) == ids


def adults_of(tx: Tx, household_ids: Iterable[int], on: date) -> dict[int, list[int]]:
    """The members of households who decide with them: of age and of full capacity; of age where no birth is known."""
    rows = tx.execute(
        select(PartyMember.group_party_id, Party)
        .join(Party, PartyMember.member_party_id == Party.id)
        .where(PartyMember.group_party_id.in_(list(household_ids)), PartyMember.end_lifespan_at.is_(None))
        .order_by(Party.id)
    )
    grown: dict[int, list[int]] = defaultdict(list)
    for household, person in rows:
        if is_capable(person, on):
            grown[household].append(person.id)
    return grown


def _agreed(grown: Sequence[int], ids: Iterable[int], given: Mapping[tuple[int, int], ConsentForm]) -> Facts:
    wanted = [(member, thing) for thing in ids for member in grown]
    return {
        "all_adult_members_consent": all(given.get(key) in WRITTEN for key in wanted),
        "members_informed": all(key in given for key in wanted),
    }


def household_facts(
    tx: Tx, party: Party, things: Sequence[Parcel | Asset], matter: ConsentMatter, *, on: date
) -> Facts:
    """Of section `transferor`: whether every grown member of the household has agreed in writing, or knows."""
    grown = adults_of(tx, [party.id], on)[party.id] if party.kind is PartyKind.HOUSEHOLD else []
    if not grown or not things:
        return {}
    return _agreed(grown, [thing.id for thing in things], consents(tx, matter, things, on=on))


def leases_of(tx: Tx, parcel_ids: Iterable[int], *, holder: int, on: date) -> dict[int, Lease]:
    """The lease, by parcel, under which somebody has possession on a day or later: the last hand where he has several."""
    held: dict[int, Lease] = {}
    for lease in tx.scalars(
        select(Lease)
        .where(Lease.parcel_id.in_(list(parcel_ids)), Lease.holder_party_id == holder, Lease.voided_at.is_(None))
        .order_by(Lease.id)
    ):
        if lease.last_day >= on:
            held[lease.parcel_id] = lease
    return held


def represented_facts(tx: Tx, parcels: Sequence[Parcel], *, agent: int, matter: ConsentMatter, on: date) -> Facts:
    """Section `transferor` where somebody lists the land of households for them: the transferor is the households.

    Empty where no mandate says so: who lists contracted land without one acts for himself, and is judged as that.
    """
    used, _ = mandates_for(tx, parcels, agent=agent, on=on)
    if not used:
        return {}
    land: dict[int, list[int]] = defaultdict(list)
    for parcel_id, holders in contractors(tx, [p.id for p in parcels], on).items():
        for holder in holders:
            land[holder].append(parcel_id)
    facts: Facts = {"party_type": PartyKind.HOUSEHOLD.value, "is_right_holder": False}
    grown, given = adults_of(tx, land, on), consents(tx, matter, parcels, on=on)
    if all(grown.get(holder) for holder in land):
        said = [_agreed(grown[holder], ids, given) for holder, ids in land.items()]
        facts |= {name: all(each[name] for each in said) for name in said[0]}
    return facts


def retransfer_facts(tx: Tx, parcels: Sequence[Parcel], *, by: int, to: int | None, on: date) -> Facts:
    """Section `retransfer` for who holds these parcels under leases: consents counted household by parcel (LCL-46).

    Empty where `by` does not hold a lease of every parcel. The consent of the hand before is never counted.
    """
    ids = [p.id for p in parcels]
    held = leases_of(tx, ids, holder=by, on=on)
    if not ids or set(held) != set(ids):
        return {}
    facts: Facts = {"prior_end": min(lease.last_day for lease in held.values())}
    households = contractors(tx, ids, on)
    pairs = [(holder, p) for p in ids for holder in households.get(p, [])]
    if not pairs:
        return facts
    given = consents(tx, ConsentMatter.RETRANSFER, parcels, on=on, to=to)
    forms = [given[pair] for pair in pairs if pair in given]
    facts |= {
        "parcels_total": len(pairs),
        "parcels_consented": len(forms),
        "collective_filed": filed(tx, ConsentMatter.RETRANSFER, parcels, by=by, on=on),
    }
    if forms:
        facts["consent_form"] = max(forms, key=_STRENGTH.index).value
    return facts


@dataclass(frozen=True)
class Gap:
    """A household whose mandate for a parcel is missing, or was not given in writing."""

    parcel_id: int
    household_party_id: int
    reason: str


def _mandates(tx: Tx, agent: int, principals: Iterable[int]) -> dict[int, list[Mandate]]:
    found: dict[int, list[Mandate]] = defaultdict(list)
    for mandate in tx.scalars(
        select(Mandate)
        .where(
            Mandate.principal_party_id.in_(list(principals)),
            or_(Mandate.agent_party_id == agent, Mandate.agent_party_id.is_(None)),
            Mandate.revoked_at.is_(None),
        )
        .order_by(Mandate.id)
    ):
        found[mandate.principal_party_id].append(mandate)
    return found


def _runs(mandate: Mandate, on: date) -> bool:
    return (mandate.valid_from is None or mandate.valid_from <= on) and (
        mandate.valid_to is None or on <= mandate.valid_to
    )


def mandates_for(
    tx: Tx, parcels: Sequence[Parcel], *, agent: int, on: date
) -> tuple[list[Mandate], list[Gap]]:  # fmt: skip
    """For each household and parcel the mandate that covers it on the day, and where there is none.

    The agent's own land needs none. Of several, one that runs comes before one that does not, the latest first.
    """
    households = contractors(tx, [p.id for p in parcels], on)
    by_principal = _mandates(tx, agent, {h for each in households.values() for h in each})
    used: dict[int, Mandate] = {}
    gaps = []
    for parcel in parcels:
        for holder in households.get(parcel.id, []):
            if holder == agent:
                continue
            covering = [m for m in by_principal[holder] if m.parcel_ids is None or parcel.id in m.parcel_ids]
            covering.sort(key=lambda m: (_runs(m, on), m.id))
            if not covering:
                gaps.append(Gap(parcel.id, holder, "没有委托书"))
            elif not covering[-1].written:
                gaps.append(Gap(parcel.id, holder, "委托不是书面"))
            else:
                used[covering[-1].id] = covering[-1]
                if not _runs(covering[-1], on):
                    gaps.append(Gap(parcel.id, holder, "委托书不在有效期内"))
    return list(used.values()), gaps


def mandate_facts_of(
    tx: Tx, parcels: Sequence[Parcel], *, agent: int, on: date, transferee_party_id: int | None = None
) -> Facts:
    """Section `mandate` of all the households of a lot together; empty where none of the land is under contract."""
    used, gaps = mandates_for(tx, parcels, agent=agent, on=on)
    if not used and not gaps:
        return {}
    facts: Facts = {"written": not any(gap.reason != "委托书不在有效期内" for gap in gaps)}
    said = [mandate_facts(m, transferee_party_id=transferee_party_id) for m in used]
    if said:
        facts["missing_elements"] = sorted({e for each in said for e in each["missing_elements"]})
    for name, choose in (("valid_from", max), ("valid_to", min)):
        days = [each[name] for each in said if name in each]
        if days:
            facts[name] = choose(days)
    if transferee_party_id is not None:
        facts["agent_is_transferee"] = agent == transferee_party_id
    return facts


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
    facts = {
        "written": mandate.written and mandate.revoked_at is None,
        "missing_elements": [name for name, value in given.items() if not value],
        "valid_from": mandate.valid_from,
        "valid_to": mandate.valid_to,
        "agent_is_transferee": acts_for_itself,
    }
    return {name: value for name, value in facts.items() if value is not None}


def mortgagees(tx: Tx, right_ids: Iterable[int]) -> list[int]:
    """The banks whose mortgages of these rights still stand."""
    return list(
        tx.scalars(
            select(Mortgage.mortgagee_party_id)
            .join(Restriction, Restriction.id == Mortgage.restriction_id)
            .where(Mortgage.right_id.in_(list(right_ids)), Restriction.released_at.is_(None))
            .distinct()
        )
    )


def mortgage_exists(tx: Tx, mortgagee_party_id: int, contract_no: str, right_id: int) -> bool:
    """Whether this bank's contract on this right is registered, released ones too."""
    same = select(Mortgage.restriction_id).where(
        Mortgage.mortgagee_party_id == mortgagee_party_id,
        Mortgage.contract_no == contract_no,
        Mortgage.right_id == right_id,
    )
    return tx.scalar(same) is not None
