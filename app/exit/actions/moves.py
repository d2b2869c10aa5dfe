"""The one way an application changes its state, and what must be so whenever a right is given back."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from app.audit.actions import record
from app.base.actor import Actor
from app.base.db import Tx
from app.base.errors import Conflict, Refused
from app.base.findings import Finding
from app.exit import queries
from app.exit.models import ExitApplication
from app.exit.states import ExitKind, ExitState
from app.registry import queries as registry
from app.registry.models import LandRight
from app.rules.book import RULEBOOK_VERSION


def advance(
    tx: Tx,
    who: Actor,
    row: ExitApplication,
    verb: str,
    target: ExitState,
    *,
    findings: Sequence[Finding] = (),
    **facts: Any,
) -> ExitApplication:
    """Writes the target that the table gave, and records it with what the law said."""
    before, row.state = row.state, target
    tx.flush()
    record(
        tx, who, f"exit.{verb}", f"exit/{row.id}", region=row.region_code, before={"state": before},
        after={"state": target}, findings=findings, rulebook=RULEBOOK_VERSION if findings else None, **facts,
    )  # fmt: skip
    return row


def free(tx: Tx, kind: ExitKind, right: LandRight, on: date) -> None:
    """Raises Conflict for a right that has ended, Refused while somebody else's right hangs on it on that day."""
    if right.end_lifespan_at is not None:
        raise Conflict("该权利已终止", reason="RIGHT_ENDED", field="right_id")
    parcel_ids, _ = registry.things_of(tx, right.ba_unit_id)
    if kind is ExitKind.CONTRACT_RIGHT:
        until = queries.last_lease(tx, parcel_ids, on)
        if until is not None:
            raise Refused(f"承包地尚在流转，至 {until}", reason="LEASE_RUNS", field="return_on")
    if kind is ExitKind.HOMESTEAD:
        others = [h for h in queries.houses(tx, right, parcel_ids) if h.holder_party_id != right.holder_party_id]
        if others:
            raise Refused("宅基地上的房屋属他人所有", reason="HOUSE_OF_ANOTHER", field="right_id")
