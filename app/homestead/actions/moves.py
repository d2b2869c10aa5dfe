"""The one way an application changes its state: with its due day, and its event."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from app.audit.actions import record
from app.base.actor import Actor
from app.base.db import Tx
from app.base.findings import Finding
from app.compliance.queries import calendar
from app.homestead.models import HomesteadCase
from app.homestead.states import BreachState, HomesteadState, limit_of
from app.rules.book import RULEBOOK_VERSION


def due(tx: Tx, state: HomesteadState | BreachState, since: date) -> date | None:
    """The last day for the step that leaves a state; None without a limit, and while the year is not published.

    How long an approval holds is no step: it lapses by its own day, `valid_until`.
    """
    limit = limit_of(state, since)
    return None if limit is None or limit.unit == "years" else limit.due(since, calendar(tx))


def advance(
    tx: Tx,
    who: Actor | None,
    row: HomesteadCase,
    verb: str,
    target: HomesteadState,
    *,
    findings: Sequence[Finding] = (),
    set_: dict[str, Any] | None = None,
    **facts: Any,
) -> HomesteadCase:
    """Writes the target that the table gave together with the columns that go with it, and records it."""
    today = tx.today()
    due_on = due(tx, target, today)
    before = row.state
    for name, value in (set_ or {}).items():
        setattr(row, name, value)
    if target is not before:
        row.state, row.since_on, row.due_on = target, today, due_on
    tx.flush()
    record(
        tx, who, f"homestead.{verb}", f"homestead/{row.id}", region=row.region_code, before={"state": before},
        after={"state": target}, findings=findings, rulebook=RULEBOOK_VERSION if findings else None, **facts,
    )  # fmt: skip
    return row
