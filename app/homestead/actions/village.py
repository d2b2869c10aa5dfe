"""What the collective does: it deliberates, publicises, answers objections, and reports to the town."""

from datetime import timedelta

from app.audit.actions import record
from app.base.actor import Actor
from app.base.db import Tx
from app.base.errors import Conflict, Refused
from app.compliance.queries import parameters
from app.homestead import queries
from app.homestead.actions.moves import advance
from app.homestead.models import HomesteadCase, HomesteadObjection
from app.homestead.states import HOMESTEAD, HomesteadState
from app.registry import actions as registry_actions
from app.registry.states import Matter


def deliberate(tx: Tx, who: Actor, case_id: int, *, resolution_id: int) -> HomesteadCase:
    """集体讨论通过, by a resolution of two thirds on homesteads. Not entered by whoever applied."""
    row = queries.lock(tx, case_id, seen_by=who)
    target = HOMESTEAD.after(row.state, "deliberate")
    if who.person_id == row.applied_by_person:
        raise Refused("办理人不得是申请人", reason="SAME_PERSON")
    resolution, findings = registry_actions.carried(
        tx, who, resolution_id, party_id=row.collective_party_id, matter=Matter.HOMESTEAD_USE, category="homestead"
    )
    return advance(
        tx, who, row, "deliberate", target, findings=findings, resolution=resolution.id,
        set_={"resolution_id": resolution.id, "deliberated_by_person": who.person_id},
    )  # fmt: skip


def decline(tx: Tx, who: Actor, case_id: int, *, reason: str) -> HomesteadCase:
    """集体不同意，或者公示异议成立。"""
    row = queries.lock(tx, case_id, seen_by=who)
    target = HOMESTEAD.after(row.state, "decline")
    return advance(tx, who, row, "decline", target, set_={"note": reason}, reason=reason)


def publicise(tx: Tx, who: Actor, case_id: int) -> HomesteadCase:
    """公示 from today, for as many natural days as the county's parameter says; the first day does not count."""
    row = queries.lock(tx, case_id, seen_by=who)
    target = HOMESTEAD.after(row.state, "publicise")
    today = tx.today()
    days = parameters(tx, row.region_code[:6], "homestead", today)["village_publicity_natural_days"]
    until = today + timedelta(days=days)
    return advance(
        tx, who, row, "publicise", target, set_={"publicised_on": today, "publicity_until": until}, until=until
    )  # fmt: skip


def object_(tx: Tx, who: Actor, case_id: int, *, content: str) -> HomesteadObjection:
    """提出异议 by anybody of the village while the publicity runs."""
    row = queries.lock_publicised(tx, case_id, seen_by=who)
    now = tx.clock()
    if row.state is not HomesteadState.PUBLICISED or row.publicity_until is None or tx.today() > row.publicity_until:
        raise Conflict("公示期已过", reason="PUBLICITY_OVER", extra={"state": row.state})
    filed = HomesteadObjection(case_id=row.id, content=content, filed_at=now, filed_by_person=who.person_id)
    tx.add(filed)
    tx.flush()
    record(tx, who, "homestead.object", f"homestead/{row.id}", region=row.region_code, objection=filed.id)
    return filed


def answer(tx: Tx, who: Actor, case_id: int, objection_id: int, *, answer: str, upheld: bool) -> HomesteadObjection:
    """答复异议. One that is upheld keeps the application in the village: it is declined, never submitted."""
    row = queries.lock(tx, case_id, seen_by=who)
    filed = queries.lock_objection(tx, row.id, objection_id)
    now = tx.clock()
    if filed.answered_at is not None:
        raise Conflict("该异议已答复", reason="ANSWERED")
    if who.person_id == filed.filed_by_person:
        raise Refused("答复人不得是异议人", reason="SAME_PERSON")
    filed.answer, filed.upheld, filed.answered_at, filed.answered_by_person = answer, upheld, now, who.person_id
    tx.flush()
    record(
        tx, who, "homestead.answer", f"homestead/{row.id}", region=row.region_code, objection=filed.id, upheld=upheld
    )  # fmt: skip
    return filed


def submit(tx: Tx, who: Actor, case_id: int) -> HomesteadCase:
    """报乡镇 after the publicity, with every objection answered and none upheld."""
    row = queries.lock(tx, case_id, seen_by=who)
    target = HOMESTEAD.after(row.state, "submit")
    if row.publicity_until is None or tx.today() <= row.publicity_until:
        raise Refused(f"公示期至 {row.publicity_until}，尚未届满", reason="PUBLICITY_RUNS")
    filed = queries.objections(tx, row.id)
    if any(o.answered_at is None for o in filed):
        raise Refused("尚有异议未答复", reason="OBJECTION_OPEN")
    if any(o.upheld for o in filed):
        raise Refused("异议成立，不能报批", reason="OBJECTION_UPHELD")
    return advance(tx, who, row, "submit", target, objections=len(filed))
