"""What the law says of a household that wants a homestead: on the facts of the register, never on what it types."""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from app.base.db import Tx
from app.base.errors import Refused
from app.base.findings import Finding, Outcome
from app.compliance.queries import calendar, overrides
from app.homestead import queries
from app.homestead.states import AreaClass, Residence
from app.registry import queries as registry
from app.registry.models import LandRight, Party
from app.rules.book import Step, enforce
from app.rules.catalogue import judge
from app.rules.reading import read_case

MU_PER_M2 = Decimal("0.0015")
_GRID = Decimal("0.0001")


def mu_of(m2: Decimal) -> Decimal:
    """Square metres in mu, to the four places of the register."""
    return (m2 * MU_PER_M2).quantize(_GRID, ROUND_HALF_UP)


def judged(
    tx: Tx,
    household: Party,
    collective_id: int,
    *,
    region_code: str,
    representative: Party,
    residence: Residence,
    area_m2: Decimal,
    area_class: AreaClass,
    old_right_id: int | None,
    lost_without_fault: bool,
    on: date,
) -> tuple[Finding, ...]:
    """Judges who may have a homestead (A6-1, A6-2), one household one homestead and its area (A6-3), and no second one
    after the first was sold, let or given away (A6-4). Raises Refused with the findings.

    Who speaks for the household is himself a member: townspeople and retired officials get none in another's name.
    To be given a homestead is to acquire one: the norms are those of acquiring it from another household.
    """
    members = [registry.is_member(tx, [collective_id], p, on) for p in (household, representative)]
    if None in members:
        raise Refused("本集体没有成员名册，无从认定申请资格", reason="NO_REGISTER", field="household_party_id")
    people = [household.id, *queries.people_of(tx, household.id)]
    disposed = not lost_without_fault and (queries.gave_up(tx, people) or queries.lets(tx, people, on))
    common: dict[str, Any] = {
        "as_of": on, "county": region_code[:6], "category": "homestead", "right": "homestead_use_right",
        "transferee": {
            "party_type": household.kind.value, "is_collective_member": all(members),
            "is_urban_resident": residence is not Residence.VILLAGER,
            "existing_homesteads": len(queries.homesteads_of(tx, people, but_for=old_right_id)),
        },
        "homestead": {
            "area_m2": area_m2, "area_class": area_class.value, "reapplication_after_disposal": disposed,
            "forced": False, "settlement_condition": False,
        },
    }  # fmt: skip
    parameters = overrides(tx, region_code[:6], on)
    found: list[Finding] = []
    for step, method in ((Step.S1, "withdrawal"), (Step.S5, "assignment")):
        document = registry.as_document({**common, "step": step.name, "method": method})
        case = read_case(document, parameters=parameters, calendar=calendar(tx))
        judgment = enforce(judge(case, only=frozenset({step})))
        held = judgment.of(Outcome.HOLD)
        if held:
            said = "；".join(f.message for f in held)
            raise Refused(f"申请条件尚不齐备：{said}", reason=held[0].rule_id, findings=judgment.findings)
        found += judgment.findings
    return tuple(found)


def unburdened(tx: Tx, right: LandRight, *, field: str) -> None:
    """Raises Refused while a seizure, a dispute or a mortgage stands on the homestead that is to be replaced."""
    parcel_ids, _ = registry.things_of(tx, right.ba_unit_id)
    facts = registry.restriction_facts(tx, registry.parcels(tx, parcel_ids))
    standing = [name for name in ("disputed", "seized", "mortgaged") if facts[name]]
    if standing:
        raise Refused("原宅基地上有查封、争议或者抵押", reason="RESTRICTED", field=field, extra={"standing": standing})
