"""Reads of applications of exit, and of what the registry knows of the right that is given back."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import ColumnElement, Select, false, func, or_, select

from app.base.actor import Actor, Role, in_scope
from app.base.db import Tx
from app.base.errors import NotFound
from app.exit.models import ExitApplication, ExitConsent
from app.exit.states import ExitKind, ExitState
from app.registry.models import BaUnitItem, LandRight, Lease, Party, PartyMember
from app.registry.states import RightKind

_PRIVATE = frozenset({Role.HOUSEHOLD, Role.BIDDER, Role.BANK})


def _oversees(who: Actor) -> ColumnElement[bool]:
    """The regions of whoever handles applications: an official, or the clerk of the collective."""
    prefixes = {g.prefix for g in who.grants if g.role not in _PRIVATE} & set(who.prefixes)
    if not prefixes:
        return false()
    return or_(*(ExitApplication.region_code.startswith(p, autoescape=True) for p in sorted(prefixes)))


def _own(who: Actor) -> ColumnElement[bool]:
    """Applications that this person speaks for, or agreed to as a member of the household."""
    me = select(Party.id).where(Party.person_id == who.person_id)
    agreed = select(ExitConsent.application_id).where(ExitConsent.member_party_id.in_(me))
    return or_(ExitApplication.representative_party_id.in_(me), ExitApplication.id.in_(agreed))


def visible(who: Actor) -> Select[ExitApplication]:
    return select(ExitApplication).where(or_(_oversees(who), _own(who)))


def one(tx: Tx, application_id: int, *, seen_by: Actor) -> ExitApplication:
    """Raises NotFound for whoever neither handles it nor belongs to it."""
    return _first(tx, visible(seen_by).where(ExitApplication.id == application_id))


def lock(tx: Tx, application_id: int, *, seen_by: Actor) -> ExitApplication:
    """As `one`, locked, for whoever handles it in his regions."""
    query = select(ExitApplication).where(
        ExitApplication.id == application_id, in_scope(ExitApplication.region_code, seen_by)
    )
    return _first(tx, query.with_for_update().execution_options(populate_existing=True))


def lock_own(tx: Tx, application_id: int, *, seen_by: Actor) -> tuple[ExitApplication, bool]:
    """As `one`, locked, and whether the actor belongs to the household himself."""
    query = visible(seen_by).where(ExitApplication.id == application_id)
    row = _first(tx, query.with_for_update().execution_options(populate_existing=True))
    mine = tx.scalar(select(ExitApplication.id).where(ExitApplication.id == application_id, _own(seen_by)))
    return row, mine is not None


def _first(tx: Tx, query: Select[ExitApplication]) -> ExitApplication:
    row: ExitApplication | None = tx.scalar(query)
    if row is None:
        raise NotFound("没有这份退出申请")
    return row


def page(
    tx: Tx, who: Actor, *, kind: ExitKind | None, state: ExitState | None, after: int | None, limit: int
) -> list[ExitApplication]:
    query = visible(who).where(ExitApplication.id > (after or 0))
    if kind is not None:
        query = query.where(ExitApplication.kind == kind)
    if state is not None:
        query = query.where(ExitApplication.state == state)
    return list(tx.scalars(query.order_by(ExitApplication.id).limit(limit)))


def consents(tx: Tx, application_id: int) -> list[ExitConsent]:
    rows = select(ExitConsent).where(ExitConsent.application_id == application_id)
    return list(tx.scalars(rows.order_by(ExitConsent.member_party_id)))


def open_for(tx: Tx, right_id: int) -> ExitApplication | None:
    """The application for this right that was neither withdrawn nor declined."""
    return tx.scalar(
        select(ExitApplication).where(
            ExitApplication.right_id == right_id,
            ExitApplication.state.not_in((ExitState.WITHDRAWN, ExitState.DECLINED)),
        )
    )


def representative_of(tx: Tx, holder: Party, person_id: int) -> bool:
    """Whether this party speaks for the holder: himself, or the household's representative."""
    if holder.id == person_id:
        return True
    found = select(PartyMember.id).where(
        PartyMember.group_party_id == holder.id, PartyMember.member_party_id == person_id,
        PartyMember.end_lifespan_at.is_(None), PartyMember.is_representative,
    )  # fmt: skip
    return tx.scalar(found) is not None


def owners_of(tx: Tx, parcel_ids: Sequence[int]) -> list[int]:
    """The collectives that own these parcels."""
    rows = (
        select(LandRight.holder_party_id)
        .join(BaUnitItem, BaUnitItem.ba_unit_id == LandRight.ba_unit_id)
        .where(
            BaUnitItem.parcel_id.in_(parcel_ids), LandRight.kind == RightKind.LAND_OWNERSHIP,
            LandRight.end_lifespan_at.is_(None),
        )
        .distinct()
    )  # fmt: skip
    return sorted(tx.scalars(rows))


def line(tx: Tx, right: LandRight) -> list[LandRight]:
    """A right and the living contracts that carry it on, the last first."""
    found = [right]
    while True:
        later = tx.scalar(
            select(LandRight).where(LandRight.extends_right_id == found[0].id, LandRight.end_lifespan_at.is_(None))
        )
        if later is None:
            return found
        found.insert(0, later)


def houses(tx: Tx, right: LandRight, parcel_ids: Sequence[int]) -> list[LandRight]:
    """The living ownership of houses on a homestead: derived from its right, or held in its land."""
    on_it = select(BaUnitItem.ba_unit_id).where(BaUnitItem.parcel_id.in_(parcel_ids))
    rows = select(LandRight).where(
        LandRight.kind == RightKind.HOUSE_OWNERSHIP,
        LandRight.end_lifespan_at.is_(None),
        or_(LandRight.parent_right_id == right.id, LandRight.ba_unit_id.in_(on_it)),
    )
    return list(tx.scalars(rows.order_by(LandRight.id.desc())))


def last_lease(tx: Tx, parcel_ids: Sequence[int], on: date) -> date | None:
    """The last day of possession under any lease of these parcels that goes on on a day or begins later."""
    rows = select(Lease).where(
        Lease.parcel_id.in_(parcel_ids), Lease.voided_at.is_(None), func.upper(Lease.period) > on
    )
    return max((lease.last_day for lease in tx.scalars(rows)), default=None)
