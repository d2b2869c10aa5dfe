"""The law at work on a lot: judged on the registry's facts at each step; what it forbids, parks, or leaves to a person."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import select

from app.audit.actions import record
from app.base.actor import Actor, in_scope
from app.base.days import beijing_day
from app.base.db import Tx
from app.base.errors import Conflict, NotFound, Refused
from app.base.findings import Finding, Outcome
from app.base.findings import said as kept
from app.listing.actions.moves import allowed
from app.listing.facts import case_of
from app.listing.models import Listing, Lot, ReviewCase
from app.listing.states import LOT
from app.rules.book import RULEBOOK_VERSION, Step, enforce
from app.rules.catalogue import judge
from app.rules.terms import given


def settled_by_law(
    tx: Tx,
    who: Actor | None,
    listing: Listing,
    lot: Lot,
    step: Step,
    *,
    now: datetime,
    verb: str,
    contract_no: str | None = None,
    **sections: dict[str, Any],
) -> Sequence[Finding]:
    """Judges the lot as it stands, with the facts of the act at hand. Returns what was found, PASS left out. Passing a
    lease on (再流转) is judged as such from the first step on: nobody bids for what the contractors may yet refuse.

    Raises Conflict where the table does not allow the verb. BLOCK raises Refused with all findings. HOLD, and REVIEW
    that no person has accepted yet, park the lot: `lot.held` says what is missing, the caller leaves the state as it is.
    """
    if verb in LOT.all_verbs():
        allowed(lot, verb)  # what the table does not allow is not judged, and parks nothing
    on = beijing_day(now)
    case = case_of(tx, listing, lot, step, on=on, contract_no=contract_no, **sections)
    judgment = judge(case)
    if given(case.retransfer, "prior_end") and step < Step.S14:
        passing_on = case_of(tx, listing, lot, Step.S14, on=on, contract_no=contract_no, **sections)
        more = judge(passing_on, only=frozenset({Step.S14})).findings
        judgment = replace(judgment, findings=(*judgment.findings, *more))
    enforce(judgment)
    said = [f for f in judgment.findings if f.outcome is not Outcome.PASS]
    holds = [f for f in said if f.outcome is Outcome.HOLD]
    holds += [f for f in said if f.outcome is Outcome.REVIEW and not _accepted(tx, lot, f, step, now)]
    lot.held = kept(holds)
    if holds:
        record(
            tx, who, "lot.hold", f"lot/{lot.id}", region=lot.region_code, findings=holds, rulebook=RULEBOOK_VERSION,
            verb=verb, step=step.name,
        )  # fmt: skip
    return said


def parked(lot: Lot) -> bool:
    """Whether the law holds the lot where it is."""
    return bool(lot.held)


def _accepted(tx: Tx, lot: Lot, finding: Finding, step: Step, now: datetime) -> bool:
    """Whether a person has accepted what this rule leaves to a person; the first time, it goes into the queue."""
    case = tx.scalar(
        select(ReviewCase).where(
            ReviewCase.lot_id == lot.id, ReviewCase.rule_id == finding.rule_id, ReviewCase.step == step.name
        )
    )
    if case is None:
        tx.add(
            ReviewCase(
                lot_id=lot.id,
                region_code=lot.region_code,
                rule_id=finding.rule_id,
                step=step.name,
                message=finding.message,
                citation=finding.citation,
                opened_at=now,
            )
        )
        tx.flush()
        return False
    return case.decision == "accept"


def decide(tx: Tx, who: Actor, case_id: int, *, decision: str, reason: str) -> ReviewCase:
    """A person's answer to what a rule left open, with its reason. Raises Conflict the second time."""
    case = tx.scalar(
        select(ReviewCase).where(ReviewCase.id == case_id, in_scope(ReviewCase.region_code, who)).with_for_update()
    )
    if case is None:
        raise NotFound("没有这项待判断事项")
    if case.decision is not None:
        raise Conflict("已作出决定", extra={"state": case.decision})
    now = tx.clock()
    case.decision, case.reason = decision, reason
    case.decided_by_person, case.decided_at = who.person_id, now
    record(
        tx, who, "review.decide", f"review-case/{case.id}", region=case.region_code,
        lot=case.lot_id, rule=case.rule_id, decision=decision, reason=reason,
    )  # fmt: skip
    return case


def answer_if_parked(lots: Sequence[Lot]) -> None:
    """Tells the caller, once the parking is committed, what is missing. Raises Refused with reason HOLD."""
    held = [item | {"lot_id": lot.id} for lot in lots for item in lot.held]
    if held:
        raise Refused(
            "事项已暂存，待补正或待判断：" + "；".join(h["message"] for h in held), reason="HOLD", extra={"held": held}
        )
