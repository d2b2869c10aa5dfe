"""What time does: due days that could not be known before, warnings about late steps, approvals that run out."""

from sqlalchemy import select

from app.audit.actions import record
from app.base.actor import Actor
from app.base.db import Tx
from app.base.errors import Conflict
from app.compliance.queries import calendar
from app.homestead import queries
from app.homestead.actions.moves import advance, due
from app.homestead.models import HomesteadBreach, HomesteadCase, HomesteadWarning
from app.homestead.states import HOMESTEAD, BreachState, HomesteadState, limit_of

BATCH = 100


def date_due(tx: Tx) -> int:
    """Gives a due day to steps that reach into a year whose working days were not published then. Safe to repeat."""
    published = max(calendar(tx).years, default=0)
    stepping = [
        s for s in (*HomesteadState, *BreachState) if (found := limit_of(s, tx.today())) and found.unit == "workdays"
    ]
    dated = 0
    rows: list[HomesteadCase | HomesteadBreach] = [
        *queries.undated_cases(tx, stepping, published, limit=BATCH),
        *queries.undated_breaches(tx, stepping, published, limit=BATCH),
    ]
    for row in rows:
        row.due_on = due(tx, row.state, row.since_on)
        tx.flush()
        if row.due_on is not None:
            dated += 1
            act, subject = _named(row, "date")
            record(tx, None, act, subject, region=row.region_code, due_on=row.due_on)
    return dated


def _named(row: HomesteadCase | HomesteadBreach, verb: str) -> tuple[str, str]:
    kind = "breach" if isinstance(row, HomesteadBreach) else "homestead"
    return f"{kind}.{verb}", f"{kind}/{row.id}"


def warn_due(tx: Tx) -> int:
    """Warns the supervisors of each step that is late, once for each stay in a state. Safe to repeat."""
    today = tx.today()
    late: list[HomesteadCase | HomesteadBreach] = [
        *queries.overdue_cases(tx, today, limit=BATCH),
        *queries.overdue_breaches(tx, today, limit=BATCH),
    ]
    for row in late:
        _warn(tx, row)
    return len(late)


def _warn(tx: Tx, row: HomesteadCase | HomesteadBreach) -> None:
    limit = limit_of(row.state, row.since_on)
    about = {"breach_id" if isinstance(row, HomesteadBreach) else "case_id": row.id}
    tx.add(
        HomesteadWarning(
            region_code=row.region_code, state=row.state, since_on=row.since_on, due_on=row.due_on,
            basis=limit.basis if limit else "通知书载明的期限", raised_at=tx.clock(), **about,
        )
    )  # fmt: skip
    tx.flush()
    act, subject = _named(row, "warn")
    record(tx, None, act, subject, region=row.region_code, state=row.state, due_on=row.due_on)


def expire_due(tx: Tx) -> int:
    """Approvals under which nothing was begun in time lapse. Safe to repeat."""
    rows = queries.lapsed(tx, tx.today(), limit=BATCH)
    for row in rows:
        target = HOMESTEAD.after(row.state, "expire")
        advance(tx, None, row, "expire", target, valid_until=row.valid_until, set_={"note": "批准后未按期开工"})
    return len(rows)


def handle(tx: Tx, who: Actor, warning_id: int, *, handling: str) -> HomesteadWarning:
    """处置预警, once."""
    row = queries.lock_warning(tx, warning_id, seen_by=who)
    now = tx.clock()
    if row.handled_at is not None:
        raise Conflict("该预警已处置", reason="HANDLED")
    row.handled_at, row.handled_by_person, row.handling = now, who.person_id, handling
    tx.flush()
    kind, table, key = (
        ("homestead", HomesteadCase, row.case_id) if row.case_id else ("breach", HomesteadBreach, row.breach_id)
    )
    tx.scalar(select(table.id).where(table.id == key).with_for_update())
    record(
        tx, who, f"{kind}.handle", f"{kind}/{key}", region=row.region_code, warning=row.id, handling=handling
    )  # fmt: skip
    return row
