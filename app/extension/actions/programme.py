"""A programme's way: drafted, voted by two thirds, publicised, approved by the town, filed with the county, closed."""

from datetime import date, timedelta
from typing import Any

from app.audit.actions import record
from app.base.actor import Actor
from app.base.days import beijing_day
from app.base.db import Tx
from app.base.errors import Conflict, Invalid, Refused
from app.base.findings import Finding
from app.compliance.queries import parameters
from app.extension import queries
from app.extension.models import ExtensionExclusion, ExtensionProgramme
from app.extension.states import PROGRAMME, ContractState, Ground, ProgrammeState
from app.registry import actions as registry_actions
from app.registry import queries as registry
from app.registry.actions.regions import naming
from app.registry.states import COLLECTIVE_KINDS, Matter
from app.rules.book import RULEBOOK_VERSION
from app.rules.extension import extended_term

CATEGORY = "household_contract_right"
MOST_MISSING = 50
"""How many households are named in one refusal; the list of all is at `/households`."""


def draft(tx: Tx, who: Actor, *, collective_party_id: int, title: str, old_ends_on: date) -> ExtensionProgramme:
    """拟订延包方案 of a collective for the contracts that end on one day. Conflict while another one is under way."""
    with naming("collective_party_id"):
        collective = registry.lock_party(tx, collective_party_id, seen_by=who)
    now = tx.clock()
    if collective.kind not in COLLECTIVE_KINDS:
        raise Invalid("该主体不是农村集体经济组织、村民委员会或村民小组", field="collective_party_id")
    if queries.live(tx, collective.id, old_ends_on) is not None:
        raise Conflict("该集体这一到期日的延包方案正在办理", reason="PROGRAMME_EXISTS", field="collective_party_id")
    starts_on, ends_on = extended_term(old_ends_on)
    row = ExtensionProgramme(
        region_code=collective.region_code, collective_party_id=collective.id, title=title, old_ends_on=old_ends_on,
        state=ProgrammeState.DRAFT, starts_on=starts_on, ends_on=ends_on, drafted_by_person=who.person_id,
        drafted_at=now,
    )  # fmt: skip
    tx.add(row)
    tx.flush()
    record(
        tx, who, "extension.draft", f"extension/{row.id}", region=row.region_code, after={"state": row.state},
        collective=collective.id, old_ends_on=old_ends_on, starts_on=starts_on, ends_on=ends_on,
    )  # fmt: skip
    return row


def vote(tx: Tx, who: Actor, programme_id: int, *, resolution_id: int) -> ExtensionProgramme:
    """表决通过: the assembly's resolution on contracting land, with two thirds of all members (农村集体经济组织法 27)."""
    row = queries.programme(tx, programme_id, seen_by=who, lock=True)
    target = PROGRAMME.after(row.state, "vote")
    tx.clock()
    resolution, findings = registry_actions.carried(
        tx, who, resolution_id, party_id=row.collective_party_id, matter=Matter.LAND_CONTRACTING, category=CATEGORY
    )
    row.resolution_id = resolution.id
    _move(tx, who, row, "vote", target, findings=findings, resolution=resolution.id, yes=resolution.yes)
    return row


def publicise(tx: Tx, who: Actor, programme_id: int) -> ExtensionProgramme:
    """公示: from today on, for as many natural days as the county's parameter says."""
    row = queries.programme(tx, programme_id, seen_by=who, lock=True)
    target = PROGRAMME.after(row.state, "publicise")
    today = beijing_day(tx.clock())
    days = parameters(tx, row.region_code[:6], CATEGORY, today)["village_publicity_natural_days"]
    row.publicised_on, row.publicity_until = today, today + timedelta(days=days)
    _move(tx, who, row, "publicise", target, until=row.publicity_until)
    return row


def return_(tx: Tx, who: Actor, programme_id: int, *, reason: str) -> ExtensionProgramme:
    """退回: the town sends it back to be drafted and voted again."""
    row = queries.programme(tx, programme_id, seen_by=who, lock=True)
    target = PROGRAMME.after(row.state, "return")
    tx.clock()
    row.reason, row.resolution_id, row.publicised_on, row.publicity_until = reason, None, None, None
    _move(tx, who, row, "return", target, reason=reason)
    return row


def approve(tx: Tx, who: Actor, programme_id: int, *, number: str) -> ExtensionProgramme:
    """乡镇批准 after the publicity is over, by another person than the one who drafted it."""
    row = queries.programme(tx, programme_id, seen_by=who, lock=True)
    target = PROGRAMME.after(row.state, "approve")
    today = beijing_day(tx.clock())
    if row.publicity_until is None or today <= row.publicity_until:
        raise Refused(f"公示期至 {row.publicity_until}，尚未届满", reason="PUBLICITY_RUNS")
    if who.person_id == row.drafted_by_person:
        raise Refused("批准人不得是拟订人", reason="SAME_PERSON")
    row.approval_no, row.approved_by_person, row.reason = number, who.person_id, None
    _move(tx, who, row, "approve", target, number=number)
    return row


def file(tx: Tx, who: Actor, programme_id: int, *, number: str) -> ExtensionProgramme:
    """报县备案, by which contracts may be made."""
    row = queries.programme(tx, programme_id, seen_by=who, lock=True)
    target = PROGRAMME.after(row.state, "file")
    tx.clock()
    if who.person_id == row.approved_by_person:
        raise Refused("备案人不得是批准人", reason="SAME_PERSON")
    row.filing_no, row.filed_by_person = number, who.person_id
    _move(tx, who, row, "file", target, number=number)
    return row


def close(tx: Tx, who: Actor, programme_id: int) -> ExtensionProgramme:
    """办结, when every household has its contract in effect or is excluded with a reason. Refused naming the others."""
    row = queries.programme(tx, programme_id, seen_by=who, lock=True)
    target = PROGRAMME.after(row.state, "close")
    tx.clock()
    ends_now = [
        s for s in queries.standings(tx, row) if s.contract_id is not None or s.problem not in queries.NO_AFFAIR
    ]
    left = [s for s in ends_now if s.contract_state is not ContractState.EFFECTIVE and s.exclusion_reason is None]
    if left:
        missing = [{"right_id": s.right_id, "household_party_id": s.household_party_id} for s in left[:MOST_MISSING]]
        raise Refused(
            f"尚有 {len(left)} 户未延包，也未列明缘由", reason="HOUSEHOLDS_LEFT",
            extra={"n_left": len(left), "missing": missing},
        )  # fmt: skip
    effective = sum(s.contract_state is ContractState.EFFECTIVE for s in ends_now)
    _move(tx, who, row, "close", target, n_effective=effective, n_excluded=len(ends_now) - effective)
    return row


def withdraw(tx: Tx, who: Actor, programme_id: int, *, reason: str) -> ExtensionProgramme:
    """撤回方案, as long as no contract could be made under it."""
    row = queries.programme(tx, programme_id, seen_by=who, lock=True)
    target = PROGRAMME.after(row.state, "withdraw")
    tx.clock()
    row.reason = reason
    _move(tx, who, row, "withdraw", target, reason=reason)
    return row


def exclude(
    tx: Tx, who: Actor, programme_id: int, *, right_id: int, ground: Ground, reason: str, document_id: int | None = None
) -> ExtensionExclusion:
    """列为暂不延包, with its reason. Conflict for a right that is listed already, or whose contract stands."""
    row = queries.programme(tx, programme_id, seen_by=who, lock=True)
    now = tx.clock()
    _open(row)
    found = queries.standings(tx, row, right_ids=[right_id])
    if not found:
        raise Invalid("不是本集体发包的家庭承包合同", field="right_id")
    if found[0].exclusion_reason is not None:
        raise Conflict("已列为暂不延包", reason="EXCLUDED_ALREADY", field="right_id")
    if found[0].contract_id is not None:
        raise Conflict("已有延包合同，须先作废", reason="CONTRACT_EXISTS", field="right_id")
    if document_id is not None:
        with naming("document_id"):
            registry.document(tx, document_id, seen_by=who)
    exclusion = ExtensionExclusion(
        programme_id=row.id, right_id=right_id, ground=ground, reason=reason, document_id=document_id, recorded_at=now
    )
    tx.add(exclusion)
    tx.flush()
    record(
        tx, who, "extension.exclude", f"extension/{row.id}", region=row.region_code, right=right_id, ground=ground,
        household=found[0].household_party_id, reason=reason,
    )  # fmt: skip
    return exclusion


def lift(tx: Tx, who: Actor, programme_id: int, *, right_id: int, reason: str) -> ExtensionExclusion:
    """取消暂不延包: the reason has gone; it stays on record that it stood."""
    row = queries.programme(tx, programme_id, seen_by=who, lock=True)
    now = tx.clock()
    _open(row)
    exclusion = queries.standing_exclusion(tx, row.id, right_id)
    if exclusion is None:
        raise Conflict("没有列为暂不延包", reason="NOT_EXCLUDED", field="right_id")
    exclusion.lifted_at, exclusion.lifted_because = now, reason
    tx.flush()
    record(tx, who, "extension.lift", f"extension/{row.id}", region=row.region_code, right=right_id, reason=reason)
    return exclusion


def _open(row: ExtensionProgramme) -> None:
    if not PROGRAMME.verbs(row.state):
        raise Conflict("方案已办结或者撤回", reason="PROGRAMME_ENDED", extra={"state": row.state})


def _move(
    tx: Tx,
    who: Actor,
    row: ExtensionProgramme,
    verb: str,
    target: ProgrammeState,
    *,
    findings: tuple[Finding, ...] = (),
    **facts: Any,
) -> None:
    before, row.state = row.state, target
    tx.flush()
    record(
        tx, who, f"extension.{verb}", f"extension/{row.id}", region=row.region_code, before={"state": before},
        after={"state": target}, findings=findings, rulebook=RULEBOOK_VERSION if findings else None, **facts,
    )  # fmt: skip
