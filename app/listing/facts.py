"""The compliance case of a lot, as far as registry, listing and the act at hand know it. What nobody knows is left out."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from app.base.db import Tx
from app.base.errors import Invalid, Refused
from app.compliance.queries import calendar, overrides
from app.listing import queries
from app.listing.models import Listing, Lot
from app.registry import queries as registry
from app.registry.models import Asset, Parcel, Party
from app.registry.states import PRIVATE_KINDS, ConsentMatter
from app.rules.book import Step
from app.rules.facts import Case
from app.rules.params.tables import COUNTY
from app.rules.reading import read_case


def case_of(
    tx: Tx,
    listing: Listing,
    lot: Lot,
    step: Step,
    *,
    on: date,
    contract_no: str | None = None,
    **sections: Mapping[str, Any],
) -> Case:
    """The case at a step, under the county's parameters: those frozen at the first notice, else those of the day.

    The lot's own contract, where there is one, is no obstacle to itself. Raises Refused where declaration and registry
    contradict each other.
    """
    document = document_of(tx, listing, lot, step, on=on, contract_no=contract_no, **sections)
    frozen = listing.parameters or {}
    own = {k: v for k, v in frozen.items() if k in COUNTY} or overrides(tx, listing.county_code, on)
    try:
        return read_case(document, parameters={k: v for k, v in own.items() if k in COUNTY}, calendar=calendar(tx))
    except Invalid as e:
        raise Refused(f"申报事实与登记事实不一致：{e.detail}", reason="FACTS_CONTRADICT", field=e.field) from e


def document_of(
    tx: Tx,
    listing: Listing,
    lot: Lot,
    step: Step,
    *,
    on: date,
    contract_no: str | None = None,
    **sections: Mapping[str, Any],
) -> dict[str, Any]:
    """The document that `compliance-checks` takes. What the applicant declared comes first, then what the registry
    says overrules it, then the facts of the act itself (`sections`): nobody can declare away what is registered.
    """
    items = queries.items(tx, lot.id)
    parcels = registry.parcels(tx, [i.parcel_id for i in items if i.parcel_id is not None])
    assets = [registry.asset(tx, i.asset_id) for i in items if i.asset_id is not None]
    transferor = registry.party(tx, listing.transferor_party_id)
    known: dict[str, Mapping[str, Any]] = {
        "restrictions": registry.restriction_facts(tx, parcels, assets, on=on),
        **_agreed(tx, listing, transferor, parcels, assets, on),
    }
    known.setdefault("transferor", registry.transferor_facts(tx, transferor, parcels))
    if listing.resolution_id is not None:
        known["resolution"] = registry.resolution_facts(registry.resolution(tx, listing.resolution_id))
    if lot.term_start and lot.term_end:
        known["term"] = {"start": lot.term_start, "end": lot.term_end}
    if len(assets) == 1:
        known["asset"] = registry.asset_facts(assets[0])
    body: dict[str, Any] = {
        "as_of": on,
        "step": step.name,
        "county": listing.county_code,
        "category": listing.category,
        "right": listing.right_kind,
        "method": listing.method,
        "award_mode": listing.award_mode,
    }
    if parcels:
        body["parcels"] = registry.parcel_facts(tx, parcels, on=on, held_by=transferor.id, but_for=contract_no)
    for name in {*listing.declared, *known, *sections}:
        body[name] = {**listing.declared.get(name, {}), **known.get(name, {}), **sections.get(name, {})}
    return {name: registry.as_document(value) for name, value in body.items()}


def _agreed(
    tx: Tx, listing: Listing, transferor: Party, parcels: list[Parcel], assets: list[Asset], on: date
) -> dict[str, Mapping[str, Any]]:
    """Who has agreed to what, as the register has it: each section only where the register knows of it. Who passes a
    lease on sells his own right, and asks the contractors; who has none sells theirs, and needs their mandates.

    Raises Refused for building land under an ecological red line.
    """
    things: list[Parcel] | list[Asset] = parcels or assets
    matter = ConsentMatter.LEASE if listing.method == "lease" else ConsentMatter.TRANSFER
    known: dict[str, Mapping[str, Any]] = {}
    if listing.category in {"household_land_management", "forest"}:
        known["retransfer"] = registry.retransfer_facts(tx, parcels, by=transferor.id, to=None, on=on)
    if known.get("retransfer"):
        known["transferor"] = registry.transferor_facts(tx, transferor, parcels) | {"is_right_holder": True}
    elif listing.category == "household_land_management":
        known["transferor"] = registry.represented_facts(tx, parcels, agent=transferor.id, matter=matter, on=on)
        known["mandate"] = registry.mandate_facts_of(tx, parcels, agent=transferor.id, on=on)
    if listing.category in {"homestead", "idle_house"}:
        known["house"] = registry.house_facts(tx, parcels, assets, on=on)
    if listing.category == "construction_land":
        known["construction"] = registry.construction_facts(tx, parcels)
        lines = registry.red_lined(tx, parcels)
        if lines:
            raise Refused(
                f"地块位于生态保护红线内（{lines[0].source}），不得作为建设用地交易", reason="ECOLOGICAL_RED_LINE"
            )
    if transferor.kind in PRIVATE_KINDS and not known.get("retransfer"):
        given = {giver for giver, _ in registry.consents(tx, matter, things, on=on)}
        known["transferor"] = registry.transferor_facts(tx, transferor, parcels) | registry.household_facts(
            tx, transferor, things, matter, on=on
        )
        known["succession"] = registry.succession_facts(tx, parcels, transferor)
        known["co_ownership"] = registry.owners(tx, transferor.id, consenting=frozenset(given))
    return {name: facts for name, facts in known.items() if facts}
