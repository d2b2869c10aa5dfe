"""Building without approval: found on evidence, stopped, put right or decided, and closed, by different people."""

from datetime import date
from typing import Any

from app.audit.actions import record
from app.base.actor import Actor
from app.base.db import Tx
from app.base.errors import Invalid, Refused
from app.homestead import queries
from app.homestead.actions.moves import due
from app.homestead.models import HomesteadBreach, HomesteadEvidence
from app.homestead.schemas import BreachIn
from app.homestead.states import BREACH, BreachState
from app.registry import queries as registry
from app.registry.actions.regions import naming, within
from app.registry.states import PRIVATE_KINDS


def find(tx: Tx, who: Actor, body: BreachIn) -> HomesteadBreach:
    """登记线索 on photographs that the platform itself knows by their bytes.

    The builder's households are locked: a registration of the same moment comes before or after, never beside.
    """
    within(tx, who, body.region_code)
    with naming("builder_party_id"):
        builder = registry.party(tx, body.builder_party_id)
    if builder.kind not in PRIVATE_KINDS:
        raise Invalid("当事人须为农户或者个人", field="builder_party_id")
    for each in sorted({builder.id, *queries.households_of(tx, builder.id)}):
        registry.lock_party(tx, each)
    if body.parcel_id is not None:
        with naming("parcel_id"):
            registry.lock_parcels(tx, [body.parcel_id], seen_by=who)
    now = tx.clock()
    today = tx.today()
    if body.found_on > today:
        raise Invalid("发现日尚未到来", field="found_on")
    digests = _digests(tx, who, body.document_ids)
    row = HomesteadBreach(
        region_code=body.region_code, state=BreachState.FOUND, since_on=today, due_on=due(tx, BreachState.FOUND, today),
        kind=body.kind, builder_party_id=builder.id, parcel_id=body.parcel_id, place=body.place, area_m2=body.area_m2,
        found_on=body.found_on, found_by_person=who.person_id, description=body.description, recorded_at=now,
    )  # fmt: skip
    tx.add(row)
    tx.flush()
    tx.add_all(HomesteadEvidence(breach_id=row.id, document_id=d, sha256=digest) for d, digest in digests.items())
    tx.flush()
    record(
        tx, who, "breach.find", f"breach/{row.id}", region=row.region_code, after={"state": row.state}, kind=row.kind,
        builder=row.builder_party_id, parcel=row.parcel_id, area_m2=row.area_m2, found_on=row.found_on,
        evidence=[digest.hex() for digest in digests.values()],
    )  # fmt: skip
    return row


def _digests(tx: Tx, who: Actor, document_ids: list[int]) -> dict[int, bytes]:
    if len(set(document_ids)) != len(document_ids):
        raise Invalid("同一材料重复", field="document_ids")
    found: dict[int, bytes] = {}
    for i, each in enumerate(document_ids):
        with naming(f"document_ids[{i}]"):
            document = registry.document(tx, each, seen_by=who)
        if document.sha256 is None:
            raise Invalid("须为上传到平台的照片或者文件", field=f"document_ids[{i}]")
        found[each] = document.sha256
    return found


def _advance(
    tx: Tx,
    who: Actor,
    row: HomesteadBreach,
    verb: str,
    target: BreachState,
    *,
    set_: dict[str, Any] | None = None,
    due_on: date | None = None,
    **facts: Any,
) -> HomesteadBreach:
    """Writes the target that the table gave with its columns and due day, and records it."""
    today = tx.today()
    until = due_on or due(tx, target, today)
    before = row.state
    for name, value in (set_ or {}).items():
        setattr(row, name, value)
    if target is not before:
        row.state, row.since_on, row.due_on = target, today, until
    tx.flush()
    record(
        tx, who, f"breach.{verb}", f"breach/{row.id}", region=row.region_code, before={"state": before},
        after={"state": target}, **facts,
    )  # fmt: skip
    return row


def _number(tx: Tx, row: HomesteadBreach, word: str) -> str:
    county = row.region_code[:6]
    return f"{word}字第{county}{tx.today().year}{registry.next_number(tx, f'{word} {county}'):05d}号"


def stop(tx: Tx, who: Actor, breach_id: int) -> HomesteadBreach:
    """责令停止建设 (土地管理法 83: 必须立即停止施工)."""
    row = queries.lock_breach(tx, breach_id, seen_by=who)
    target = BREACH.after(row.state, "stop")
    number = _number(tx, row, "停建")
    return _advance(
        tx, who, row, "stop", target, set_={"stop_no": number, "stopped_on": tx.today()}, number=number
    )  # fmt: skip


def require(tx: Tx, who: Actor, breach_id: int, *, until: date) -> HomesteadBreach:
    """责令限期改正 to a day that lies ahead."""
    row = queries.lock_breach(tx, breach_id, seen_by=who)
    target = BREACH.after(row.state, "require")
    if until <= tx.today():
        raise Invalid("改正期限须晚于今日", field="until")
    number = _number(tx, row, "限改")
    return _advance(
        tx, who, row, "require", target, due_on=until, set_={"require_no": number, "correct_until": until},
        number=number, until=until,
    )  # fmt: skip


def recheck(tx: Tx, who: Actor, breach_id: int, *, corrected: bool, note: str) -> HomesteadBreach:
    """复查: put right, or not yet, which leaves the decision open."""
    row = queries.lock_breach(tx, breach_id, seen_by=who)
    wanted = BreachState.CORRECTED if corrected else BreachState.CORRECTING
    target = BREACH.after(row.state, "recheck", to=wanted)
    return _advance(tx, who, row, "recheck", target, corrected=corrected, note=note)


def decide(tx: Tx, who: Actor, breach_id: int, *, decision: str) -> HomesteadBreach:
    """处理决定 (土地管理法 78) of the county. Not by whoever found it, and not before the time for putting it right is over."""
    row = queries.lock_breach(tx, breach_id, seen_by=who)
    target = BREACH.after(row.state, "decide")
    today = tx.today()
    if who.person_id == row.found_by_person:
        raise Refused("决定人不得是发现人", reason="SAME_PERSON")
    if row.correct_until is not None and today <= row.correct_until:
        raise Refused(f"改正期限至 {row.correct_until}，尚未届满", reason="CORRECTION_RUNS")
    number = _number(tx, row, "宅处")
    return _advance(
        tx, who, row, "decide", target, number=number,
        set_={
            "decision_no": number, "decision": decision, "decided_on": today, "decided_by_person": who.person_id,
        },
    )  # fmt: skip


def close(tx: Tx, who: Actor, breach_id: int, *, outcome: str) -> HomesteadBreach:
    """结案, by somebody who neither found it nor decided it."""
    return _over(tx, who, breach_id, "close", outcome)


def dismiss(tx: Tx, who: Actor, breach_id: int, *, reason: str) -> HomesteadBreach:
    """线索不成立, said by another than who found it."""
    return _over(tx, who, breach_id, "dismiss", reason)


def _over(tx: Tx, who: Actor, breach_id: int, verb: str, outcome: str) -> HomesteadBreach:
    row = queries.lock_breach(tx, breach_id, seen_by=who)
    target = BREACH.after(row.state, verb)
    if who.person_id in {row.found_by_person, row.decided_by_person}:
        raise Refused("结案人不得是发现人或者决定人", reason="SAME_PERSON")
    return _advance(
        tx, who, row, verb, target, outcome=outcome,
        set_={"outcome": outcome, "closed_on": tx.today(), "closed_by_person": who.person_id},
    )  # fmt: skip


def unbreached(tx: Tx, household_id: int, parcel_id: int | None) -> None:
    """Raises Refused while a finding about the household, one of its people or the parcel is not over."""
    people = [household_id, *queries.people_of(tx, household_id)]
    found = queries.open_breaches(tx, people, parcel_id)
    if found:
        raise Refused(
            "有未结案的违法建房线索，结案前不予办理", reason="BREACH_OPEN", field="household_party_id",
            extra={"breach_ids": found},
        )  # fmt: skip
