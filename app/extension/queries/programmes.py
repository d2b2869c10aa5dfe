"""Programmes: one, a page, the one that is under way, and what ends when."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import exists, func, select
from sqlalchemy.orm import aliased

from app.base.actor import Actor, in_scope
from app.base.db import Tx
from app.base.errors import NotFound
from app.extension.models import ExtensionExclusion, ExtensionProgramme
from app.extension.states import ProgrammeState
from app.registry.models import LandRight
from app.registry.states import RightKind

_FRESH = {"populate_existing": True}


def programme(tx: Tx, programme_id: int, *, seen_by: Actor, lock: bool = False) -> ExtensionProgramme:
    """Raises NotFound, also outside the actor's regions."""
    query = select(ExtensionProgramme).where(
        ExtensionProgramme.id == programme_id, in_scope(ExtensionProgramme.region_code, seen_by)
    )
    row = tx.scalar(query.with_for_update().execution_options(**_FRESH) if lock else query)
    if row is None:
        raise NotFound("没有这个延包方案")
    return row


def page(
    tx: Tx, who: Actor, *, state: ProgrammeState | None, collective: int | None, after: int | None, limit: int
) -> list[ExtensionProgramme]:
    query = select(ExtensionProgramme).where(in_scope(ExtensionProgramme.region_code, who))
    if state is not None:
        query = query.where(ExtensionProgramme.state == state)
    if collective is not None:
        query = query.where(ExtensionProgramme.collective_party_id == collective)
    return list(
        tx.scalars(query.where(ExtensionProgramme.id > (after or 0)).order_by(ExtensionProgramme.id).limit(limit))
    )


def live(tx: Tx, collective_id: int, old_ends_on: date) -> ExtensionProgramme | None:
    """The programme of this collective for this end that is under way."""
    return tx.scalar(
        select(ExtensionProgramme).where(
            ExtensionProgramme.collective_party_id == collective_id,
            ExtensionProgramme.old_ends_on == old_ends_on,
            ExtensionProgramme.state.not_in((ProgrammeState.WITHDRAWN, ProgrammeState.CLOSED)),
        )
    )


@dataclass(frozen=True, slots=True)
class Outlook:
    """How far the contracts of one division that end on one day have been carried on."""

    region_code: str
    ends_on: date
    n_contracts: int
    n_carried_on: int
    n_excluded: int


def outlook(tx: Tx, who: Actor, *, until: date, prefix: str | None) -> list[Outlook]:
    """Household contracts that end by a day, by village and day of ending, the next first; at most 1,000 rows."""
    later = aliased(LandRight)
    carried_on = exists().where(later.extends_right_id == LandRight.id, later.end_lifespan_at.is_(None))
    excluded = exists().where(ExtensionExclusion.right_id == LandRight.id, ExtensionExclusion.lifted_at.is_(None))
    query = select(
        LandRight.region_code, LandRight.ends_on, func.count(), func.count().filter(carried_on),
        func.count().filter(excluded, ~carried_on),
    ).where(
        LandRight.kind == RightKind.CONTRACT_MANAGEMENT_RIGHT, LandRight.end_lifespan_at.is_(None),
        LandRight.ends_on <= until, in_scope(LandRight.region_code, who),
    )  # fmt: skip
    if prefix is not None:
        query = query.where(LandRight.region_code.startswith(prefix, autoescape=True))
    query = query.group_by(LandRight.region_code, LandRight.ends_on)
    rows = tx.execute(query.order_by(LandRight.ends_on, LandRight.region_code).limit(1000))
    return [Outlook(region, ends_on, *counts) for region, ends_on, *counts in rows if ends_on is not None]
