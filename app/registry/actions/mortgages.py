"""Mortgages: registered by the bank, judged by the law on the consents and filings that are in the register."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from app.audit.actions import record
from app.base.actor import Actor
from app.base.db import Tx
from app.base.errors import Conflict, Invalid, Refused
from app.base.findings import Finding, Outcome
from app.compliance.queries import calendar, overrides
from app.registry import queries
from app.registry.actions.regions import naming
from app.registry.actions.restrictions import impose, release
from app.registry.models import Asset, LandRight, Mortgage, Parcel, Party, Restriction
from app.registry.schemas import MortgageIn, RestrictionIn
from app.registry.states import (
    AssetKind,
    ConsentMatter,
    LandType,
    PartyKind,
    RestrictionKind,
    RightKind,
    SourceKind,
)  # fmt: skip
from app.rules.book import Step, enforce
from app.rules.catalogue import judge
from app.rules.reading import read_case

_COLLATERAL: Mapping[RightKind, tuple[str, str]] = {
    RightKind.LAND_OWNERSHIP: ("other", "land_ownership"),
    RightKind.CONTRACT_MANAGEMENT_RIGHT: ("household_land_management", "land_management_right"),
    RightKind.LAND_MANAGEMENT_RIGHT: ("unallocated_collective_land", "land_management_right"),
    RightKind.FOREST_MANAGEMENT_RIGHT: ("forest", "land_management_right"),
    RightKind.CONSTRUCTION_LAND_USE_RIGHT: ("construction_land", "construction_land_use_right"),
    RightKind.HOMESTEAD_USE_RIGHT: ("homestead", "homestead_use_right"),
    RightKind.HOUSE_OWNERSHIP: ("homestead", "building"),
    RightKind.INCOME_SHARE: ("equity_share", "income_share"),
    RightKind.TRADEMARK: ("intellectual_property", "intellectual_property"),
    RightKind.PATENT: ("intellectual_property", "intellectual_property"),
    RightKind.PLANT_VARIETY: ("intellectual_property", "intellectual_property"),
    RightKind.COPYRIGHT: ("intellectual_property", "intellectual_property"),
}
"""Category and collateral of a right, in the words of the case format."""


def _category(links: Sequence[LandRight], right: LandRight, parcels: Sequence[Parcel], assets: Sequence[Asset]) -> Any:
    if right.kind is RightKind.LAND_MANAGEMENT_RIGHT:
        if any(r.kind is RightKind.CONTRACT_MANAGEMENT_RIGHT for r in links):
            return "household_land_management", "land_management_right"
        if all(p.land_type is LandType.WASTE_LAND for p in parcels):
            return "four_wastes", "land_management_right"
    if assets and right.kind not in _COLLATERAL:
        if any(a.public_welfare for a in assets):
            return "collective_asset", "public_facility"
        built = all(a.kind in {AssetKind.HOUSE, AssetKind.FACTORY} for a in assets)
        return "collective_asset", "building" if built else "movable"
    if right.kind not in _COLLATERAL:
        raise Refused("该类权利不能在本平台办理抵押登记", reason="NOT_A_COLLATERAL")
    return _COLLATERAL[right.kind]


def _case(tx: Tx, right: LandRight, mortgagor: Party, on: date) -> dict[str, Any]:
    """The compliance case of mortgaging this right, all of it from the register."""
    parcel_ids, asset_ids = queries.things_of(tx, right.ba_unit_id)
    parcels, assets = queries.parcels(tx, parcel_ids), [queries.asset(tx, a) for a in asset_ids]
    things: Sequence[Parcel | Asset] = parcels or assets
    links = queries.chain(tx, right.id)
    category, collateral = _category(links, right, parcels, assets)
    households = {h for each in queries.contractors(tx, parcel_ids, on).values() for h in each}
    given = queries.consents(tx, ConsentMatter.MORTGAGE, things, on=on)
    owed = [(h, p) for p, each in queries.contractors(tx, parcel_ids, on).items() for h in each]
    filed = queries.filed(tx, ConsentMatter.MORTGAGE, things, by=mortgagor.id, on=on)
    document: dict[str, Any] = {
        "as_of": on,
        "step": Step.S14.name,
        "county": right.region_code[:6],
        "category": category,
        "method": "mortgage",
        "transferor": queries.transferor_facts(tx, mortgagor, parcels)
        | queries.household_facts(tx, mortgagor, things, ConsentMatter.MORTGAGE, on=on),
        "restrictions": queries.restriction_facts(tx, parcels, assets, on=on),
        "mortgage": {
            "collateral": collateral,
            "guarantor": "contractor"
            if mortgagor.id in households
            else "land_transferee"
            if owed
            else mortgagor.kind.value,
            "creditor_type": "financial_institution",
            "contractor_consent_written": all(given.get(pair) in queries.WRITTEN for pair in owed),
            "issuer_filed": filed,
            "registered": True,
        },
    }
    if category == "construction_land":
        document["construction"] = {"market_stage": "secondary", "owner_notified": filed}
        document["contract"] = {"written": True}
    if parcels:
        document["parcels"] = queries.parcel_facts(tx, parcels, on=on)
    made: dict[str, Any] = queries.as_document(document)
    return made


def _settled(tx: Tx, document: dict[str, Any], county: str, on: date) -> list[Finding]:
    """What the law says. BLOCK raises Refused; what would be held elsewhere is not registered here either."""
    case = read_case(document, parameters=overrides(tx, county, on), calendar=calendar(tx))
    judgment = enforce(judge(case))
    open_ = [f for f in judgment.findings if f.outcome in {Outcome.HOLD, Outcome.REVIEW}]
    if open_:
        raise Refused(
            "登记条件尚不齐备：" + "；".join(f.message for f in open_),
            reason=open_[0].rule_id,
            findings=judgment.findings,
        )
    return [f for f in judgment.findings if f.outcome is not Outcome.PASS]


def _bank(tx: Tx, who: Actor | None, party_id: int) -> Party:
    with naming("mortgagee_party_id"):
        bank = queries.party(tx, party_id)
    if who is not None and (bank.organisation_id is None or bank.organisation_id != who.organisation_id):
        raise Invalid("抵押权人须为登记机构本身", field="mortgagee_party_id")
    if bank.kind not in {PartyKind.ENTERPRISE, PartyKind.OTHER_ORGANISATION}:
        raise Invalid("抵押权人须为金融机构", field="mortgagee_party_id")
    return bank


def register_mortgage(tx: Tx, who: Actor | None, body: MortgageIn) -> Mortgage:
    """登记抵押（融资担保）of a right, by the bank that lends. The household's written consents, grown member by grown
    member, and the filing with the collective are looked up.

    Raises NotFound outside the bank's regions, Invalid for another's bank, Refused with the findings where the law or
    a missing paper stands against it, Conflict where this contract is registered already.
    """
    right = queries.lock_right(tx, body.right_id, seen_by=who)
    now = tx.clock()
    if right.end_lifespan_at is not None:
        raise Conflict("该权利已终止", reason="RIGHT_ENDED")
    bank = _bank(tx, who, body.mortgagee_party_id)
    mortgagor = queries.party(tx, right.holder_party_id)
    if body.debtor_party_id is not None:
        with naming("debtor_party_id"):
            queries.party(tx, body.debtor_party_id)
    if queries.mortgage_exists(tx, bank.id, body.contract_no, right.id):
        raise Conflict("该抵押合同已登记", field="contract_no", reason="MORTGAGE_EXISTS")
    on = tx.today()
    findings = _settled(tx, _case(tx, right, mortgagor, on), right.region_code[:6], on)
    restriction = impose(
        tx, who, RestrictionIn(
            kind=RestrictionKind.MORTGAGE, right_id=right.id, beneficiary_party_id=None, source_kind=SourceKind.CONTRACT,
            source=f"抵押合同 {body.contract_no}", source_document_id=body.document_id,
        ),
    )  # fmt: skip
    restriction.beneficiary_party_id = bank.id
    mortgage = Mortgage(
        restriction_id=restriction.id, region_code=right.region_code, right_id=right.id,
        mortgagor_party_id=mortgagor.id, mortgagee_party_id=bank.id,
        debtor_party_id=body.debtor_party_id or mortgagor.id, contract_no=body.contract_no, debt_fen=body.debt_fen,
        debt_from=body.debt_from, debt_to=body.debt_to,
        registered_by_account=None if who is None else who.account_id, registered_at=now,
    )  # fmt: skip
    tx.add(mortgage)
    tx.flush()
    record(
        tx, who, "mortgage.register", f"restriction/{restriction.id}", region=right.region_code, right=right.id,
        mortgagee=bank.id, mortgagor=mortgagor.id, debt_fen=body.debt_fen, contract_no=body.contract_no,
        findings=findings,
    )  # fmt: skip
    return mortgage


def release_mortgage(tx: Tx, who: Actor | None, restriction_id: int, *, source: str) -> tuple[Mortgage, Restriction]:
    """注销抵押, by the bank whose it is. Raises NotFound for another's, Conflict the second time."""
    mortgage = queries.mortgage(tx, restriction_id, seen_by=who)
    return mortgage, release(tx, who, restriction_id, source=source)
