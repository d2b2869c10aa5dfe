"""Reads of what is late: steps without a due day, steps past it, approvals that ran out, and the warnings."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import extract, select

from app.base.actor import Actor, in_scope
from app.base.db import Tx
from app.homestead.models import HomesteadBreach, HomesteadCase, HomesteadWarning
from app.homestead.queries.cases import first, locked
from app.homestead.states import BREACH_OVER, NOT_BEGUN, OVER


def undated_cases(tx: Tx, states: Sequence[str], before_year: int, *, limit: int) -> list[HomesteadCase]:
    """Applications without a due day, though the working days of the year after their own are published by now."""
    query = select(HomesteadCase).where(
        HomesteadCase.due_on.is_(None), HomesteadCase.state.in_(states),
        extract("year", HomesteadCase.since_on) < before_year,
    )  # fmt: skip
    return list(tx.scalars(query.order_by(HomesteadCase.id).limit(limit).with_for_update(skip_locked=True)))


def undated_breaches(tx: Tx, states: Sequence[str], before_year: int, *, limit: int) -> list[HomesteadBreach]:
    """As `undated_cases`, of findings."""
    query = select(HomesteadBreach).where(
        HomesteadBreach.due_on.is_(None), HomesteadBreach.state.in_(states),
        extract("year", HomesteadBreach.since_on) < before_year,
    )  # fmt: skip
    return list(tx.scalars(query.order_by(HomesteadBreach.id).limit(limit).with_for_update(skip_locked=True)))


def overdue_cases(tx: Tx, today: date, *, limit: int) -> list[HomesteadCase]:
    """Applications past the due day of the state that they are in, of which nobody was warned yet."""
    warned = select(HomesteadWarning.id).where(
        HomesteadWarning.case_id == HomesteadCase.id, HomesteadWarning.state == HomesteadCase.state,
        HomesteadWarning.since_on == HomesteadCase.since_on,
    )  # fmt: skip
    query = select(HomesteadCase).where(
        HomesteadCase.due_on < today, HomesteadCase.state.not_in(OVER), ~warned.exists()
    )
    return list(tx.scalars(query.order_by(HomesteadCase.id).limit(limit).with_for_update(skip_locked=True)))


def overdue_breaches(tx: Tx, today: date, *, limit: int) -> list[HomesteadBreach]:
    """As `overdue_cases`, of findings."""
    warned = select(HomesteadWarning.id).where(
        HomesteadWarning.breach_id == HomesteadBreach.id, HomesteadWarning.state == HomesteadBreach.state,
        HomesteadWarning.since_on == HomesteadBreach.since_on,
    )  # fmt: skip
    query = select(HomesteadBreach).where(
        HomesteadBreach.due_on < today, HomesteadBreach.state.not_in(BREACH_OVER), ~warned.exists()
    )
    return list(tx.scalars(query.order_by(HomesteadBreach.id).limit(limit).with_for_update(skip_locked=True)))


def lapsed(tx: Tx, today: date, *, limit: int) -> list[HomesteadCase]:
    """Approved, not begun, and past the day until which the approval holds."""
    query = select(HomesteadCase).where(HomesteadCase.valid_until < today, HomesteadCase.state.in_(NOT_BEGUN))
    return list(tx.scalars(query.order_by(HomesteadCase.id).limit(limit).with_for_update(skip_locked=True)))


def warnings(tx: Tx, who: Actor, *, open_only: bool, after: int | None, limit: int) -> list[HomesteadWarning]:
    query = select(HomesteadWarning).where(
        in_scope(HomesteadWarning.region_code, who), HomesteadWarning.id > (after or 0)
    )
    if open_only:
        query = query.where(HomesteadWarning.handled_at.is_(None))
    return list(tx.scalars(query.order_by(HomesteadWarning.id).limit(limit)))


def lock_warning(tx: Tx, warning_id: int, *, seen_by: Actor) -> HomesteadWarning:
    query = select(HomesteadWarning).where(
        HomesteadWarning.id == warning_id, in_scope(HomesteadWarning.region_code, seen_by)
    )
    return first(tx, locked(query), "没有这项预警")
