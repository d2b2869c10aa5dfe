"""The one way a lot changes its state: by the table, with its documents, reason, deadline and audit event."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from app.audit.actions import record
from app.base.actor import Actor
from app.base.days import Undetermined, beijing_day
from app.base.db import Tx
from app.base.errors import Invalid, Refused
from app.base.findings import Finding
from app.compliance.queries import calendar
from app.listing.models import ListingDocument, Lot, LotDuty
from app.listing.states import LOT, REASON_ZH, STAY, LotState
from app.rules.book import RULEBOOK_VERSION

DOCUMENT_ZH = {
    "application": "转出申请书",
    "title_proof": "权属证明",
    "price_basis": "底价及作价依据",
    "site_photo": "现场踏勘照片",
    "cosign_opinion": "会签意见",
    "amendment_resolution": "同意变更公告的决议",
    "relisting_resolution": "同意重新挂牌的决议",
}


def move(
    tx: Tx,
    who: Actor | None,
    lot: Lot,
    verb: str,
    *,
    now: datetime,
    to: LotState | None = None,
    reason: str | None = None,
    note: str | None = None,
    findings: Sequence[Finding] | None = None,
    **facts: Any,
) -> Lot:
    """Takes a locked lot along one row of the table and records it.

    Raises Conflict from another state, Invalid without a reason code that the row asks for, Refused where a document
    is missing. The deadline of the new state is counted in working days; in a year whose calendar is not published it
    is reported as undetermined. `findings` are what the law said of the act, None where it was not asked.
    """
    before = lot.state
    target = LOT.after(before, verb, to=to)
    row = LOT.move(before, verb, target)
    if row.reasons and reason not in row.reasons:
        raise Invalid(f"须给出公开原因码：{'、'.join(row.reasons)}", field="reason_code")
    require_documents(tx, lot.listing_id, row.documents)
    lot.state, lot.state_since = target, now
    lot.reason_code, lot.reason_text = reason, note or (REASON_ZH.get(reason) if reason else None)
    lot.held = []
    set_due(tx, lot, now)
    record(
        tx,
        who,
        f"lot.{verb}",
        f"lot/{lot.id}",
        region=lot.region_code,
        before={"state": before},
        after={"state": target},
        findings=findings or (),
        rulebook=None if findings is None else RULEBOOK_VERSION,
        reason=reason,
        due_on=lot.due_on,
        **facts,
    )
    return lot


def set_due(tx: Tx, lot: Lot, now: datetime) -> None:
    """The day by which the lot should have left its state."""
    stay = STAY.get(lot.state)
    lot.due_on, lot.due_undetermined = None, False
    if stay is not None:
        try:
            lot.due_on = calendar(tx).add_workdays(beijing_day(now), stay)
        except Undetermined:
            lot.due_undetermined = True


def allowed(lot: Lot, verb: str) -> None:
    """Raises Conflict with the present state where the table does not know the verb from here; for acts that look at
    more than the state before they move.
    """
    if verb not in LOT.verbs(lot.state):
        LOT.after(lot.state, verb)


def require_documents(tx: Tx, listing_id: int, kinds: Sequence[str]) -> None:
    """All missing ones at once (一次性告知). `contract` is looked after by whoever signs it."""
    wanted = [k for k in kinds if k in DOCUMENT_ZH]
    if not wanted:
        return
    there = set(tx.scalars(select(ListingDocument.kind).where(ListingDocument.listing_id == listing_id)))
    missing = [k for k in wanted if k not in there]
    if missing:
        raise Refused(
            "缺少材料：" + "、".join(DOCUMENT_ZH[k] for k in missing),
            reason="DOCUMENT_MISSING",
            extra={"missing_documents": missing},
        )


DUTY_ZH = {
    "apply": "申报",
    "prereview": "乡镇初审",
    "accept": "受理",
    "review": "初审",
    "approve": "复核",
    "auction": "竞价",
    "cashier": "财务",
    "certify": "鉴证",
    "supervise": "监管",
}


def take_duty(tx: Tx, who: Actor, lot: Lot, duty: str, *, now: datetime) -> None:
    """Notes that this natural person does this duty on the lot. Raises Refused if he did another one (procedure 4.2)."""
    done = set(tx.scalars(select(LotDuty.duty).where(LotDuty.lot_id == lot.id, LotDuty.person_id == who.person_id)))
    other = done - {duty}
    if other:
        raise Refused(
            f"同一标的的不同岗位不得由同一人担任：您已办理{'、'.join(DUTY_ZH[d] for d in sorted(other))}",
            reason="SEPARATION_OF_DUTIES",
        )
    if duty not in done:
        tx.add(LotDuty(lot_id=lot.id, duty=duty, person_id=who.person_id, at=now))
        tx.flush()
