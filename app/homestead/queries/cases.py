"""Reads of applications to build, and of what the registry knows of the household that applies."""

from collections.abc import Sequence
from datetime import date
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, false, func, or_, select
from sqlalchemy.orm import aliased

from app.base.actor import Actor, Role, in_scope
from app.base.db import Model, Tx
from app.base.errors import NotFound
from app.homestead.models import (
    HomesteadCase,
    HomesteadMember,
    HomesteadObjection,
    HomesteadVisit,
)  # fmt: skip
from app.homestead.states import OVER, HomesteadState, Stage
from app.registry.models import BaUnitItem, LandRight, Lease, Party, PartyMember
from app.registry.states import PartyKind, RightKind

_PRIVATE = frozenset({Role.HOUSEHOLD, Role.BIDDER, Role.BANK})
_M = TypeVar("_M", bound=Model)
_MISSING = "没有这份建房申请"


def _oversees(who: Actor) -> ColumnElement[bool]:
    """The regions of whoever handles applications: an official, or the clerk of the collective."""
    prefixes = {g.prefix for g in who.grants if g.role not in _PRIVATE} & set(who.prefixes)
    if not prefixes:
        return false()
    return or_(*(HomesteadCase.region_code.startswith(p, autoescape=True) for p in sorted(prefixes)))


def _own(who: Actor) -> ColumnElement[bool]:
    """Applications that this person speaks for, or belongs to as a member of the household."""
    me = select(Party.id).where(Party.person_id == who.person_id)
    named = select(HomesteadMember.case_id).where(HomesteadMember.member_party_id.in_(me))
    return or_(HomesteadCase.representative_party_id.in_(me), HomesteadCase.id.in_(named))


def visible(who: Actor) -> Select[HomesteadCase]:
    return select(HomesteadCase).where(or_(_oversees(who), _own(who)))


def one(tx: Tx, case_id: int, *, seen_by: Actor) -> HomesteadCase:
    """Raises NotFound for whoever neither handles it nor belongs to it."""
    return first(tx, visible(seen_by).where(HomesteadCase.id == case_id), _MISSING)


def lock(tx: Tx, case_id: int, *, seen_by: Actor) -> HomesteadCase:
    """As `one`, locked, for whoever handles it in his regions."""
    query = select(HomesteadCase).where(HomesteadCase.id == case_id, in_scope(HomesteadCase.region_code, seen_by))
    return first(tx, locked(query), _MISSING)


def lock_own(tx: Tx, case_id: int, *, seen_by: Actor) -> tuple[HomesteadCase, bool]:
    """As `one`, locked, and whether the actor belongs to the household himself."""
    row = first(tx, locked(visible(seen_by).where(HomesteadCase.id == case_id)), _MISSING)
    mine = tx.scalar(select(HomesteadCase.id).where(HomesteadCase.id == case_id, _own(seen_by)))
    return row, mine is not None


def lock_publicised(tx: Tx, case_id: int, *, seen_by: Actor) -> HomesteadCase:
    """An application whose publicity anybody of the village may object to."""
    query = select(HomesteadCase).where(
        HomesteadCase.id == case_id, in_scope(HomesteadCase.region_code, seen_by),
        HomesteadCase.publicised_on.is_not(None),
    )  # fmt: skip
    return first(tx, locked(query), _MISSING)


def publicised(tx: Tx, who: Actor, *, after: int | None, limit: int) -> list[tuple[HomesteadCase, str]]:
    """Applications in publicity in the actor's regions, each with the household's name."""
    query = (
        select(HomesteadCase, Party.name)
        .join(Party, Party.id == HomesteadCase.household_party_id)
        .where(
            HomesteadCase.state == HomesteadState.PUBLICISED, in_scope(HomesteadCase.region_code, who),
            HomesteadCase.id > (after or 0),
        )
    )  # fmt: skip
    return [(row, name) for row, name in tx.execute(query.order_by(HomesteadCase.id).limit(limit))]


def lock_objection(tx: Tx, case_id: int, objection_id: int) -> HomesteadObjection:
    query = select(HomesteadObjection).where(
        HomesteadObjection.id == objection_id, HomesteadObjection.case_id == case_id
    )
    return first(tx, locked(query), "没有这项异议")


def locked(query: Select[_M]) -> Select[_M]:
    """The same rows, held until the transaction ends, as they are once the lock is granted."""
    return query.with_for_update().execution_options(populate_existing=True)


def first(tx: Tx, query: Select[_M], missing: str) -> _M:
    """The row, or NotFound with what is missing."""
    row: _M | None = tx.scalar(query)
    if row is None:
        raise NotFound(missing)
    return row


def page(tx: Tx, who: Actor, *, state: HomesteadState | None, after: int | None, limit: int) -> list[HomesteadCase]:
    query = visible(who).where(HomesteadCase.id > (after or 0))
    if state is not None:
        query = query.where(HomesteadCase.state == state)
    return list(tx.scalars(query.order_by(HomesteadCase.id).limit(limit)))


def members(tx: Tx, case_id: int) -> list[HomesteadMember]:
    rows = select(HomesteadMember).where(HomesteadMember.case_id == case_id)
    return list(tx.scalars(rows.order_by(HomesteadMember.member_party_id)))


def visits(tx: Tx, case_id: int) -> list[HomesteadVisit]:
    rows = select(HomesteadVisit).where(HomesteadVisit.case_id == case_id)
    return list(tx.scalars(rows.order_by(HomesteadVisit.id)))


def passed(tx: Tx, case_id: int) -> set[Stage]:
    """The stages that have passed a visit."""
    return {v.stage for v in visits(tx, case_id) if v.passed}


def objections(tx: Tx, case_id: int) -> list[HomesteadObjection]:
    rows = select(HomesteadObjection).where(HomesteadObjection.case_id == case_id)
    return list(tx.scalars(rows.order_by(HomesteadObjection.id)))


def open_of(tx: Tx, household_id: int) -> int | None:
    """The id of the household's application that is not over yet."""
    return tx.scalar(
        select(HomesteadCase.id).where(
            HomesteadCase.household_party_id == household_id, HomesteadCase.state.not_in(OVER)
        )
    )


def open_on(tx: Tx, parcel_id: int) -> int | None:
    """The id of the application for this parcel that is not over yet."""
    return tx.scalar(
        select(HomesteadCase.id).where(HomesteadCase.parcel_id == parcel_id, HomesteadCase.state.not_in(OVER))
    )


def people_of(tx: Tx, household_id: int) -> list[int]:
    """The present members of a household."""
    rows = select(PartyMember.member_party_id).where(
        PartyMember.group_party_id == household_id, PartyMember.end_lifespan_at.is_(None)
    )
    return sorted(tx.scalars(rows))


def speaks_for(tx: Tx, household_id: int, party_id: int) -> bool:
    found = select(PartyMember.id).where(
        PartyMember.group_party_id == household_id, PartyMember.member_party_id == party_id,
        PartyMember.end_lifespan_at.is_(None), PartyMember.is_representative,
    )  # fmt: skip
    return tx.scalar(found) is not None


def collectives_in(tx: Tx, region_code: str) -> list[int]:
    """The collective economic organisations of a village."""
    rows = select(Party.id).where(
        Party.region_code == region_code, Party.kind == PartyKind.COLLECTIVE_ECONOMIC_ORGANISATION,
        Party.end_lifespan_at.is_(None),
    )  # fmt: skip
    return sorted(tx.scalars(rows))


def homesteads_of(tx: Tx, party_ids: Sequence[int], *, but_for: int | None) -> list[int]:
    """The living homestead rights of these parties, without the one that the application is about."""
    rows = select(LandRight.id).where(
        LandRight.holder_party_id.in_(party_ids), LandRight.kind == RightKind.HOMESTEAD_USE_RIGHT,
        LandRight.end_lifespan_at.is_(None), LandRight.id != (but_for or 0),
    )  # fmt: skip
    return sorted(tx.scalars(rows))


def gave_up(tx: Tx, party_ids: Sequence[int]) -> bool:
    """Whether they had a homestead that ended, other than by being replaced in an application that was registered."""
    replaced = select(HomesteadCase.old_right_id).where(
        HomesteadCase.state == HomesteadState.REGISTERED, HomesteadCase.old_right_id.is_not(None)
    )
    rows = select(LandRight.id).where(
        LandRight.holder_party_id.in_(party_ids), LandRight.kind == RightKind.HOMESTEAD_USE_RIGHT,
        LandRight.end_lifespan_at.is_not(None), LandRight.id.not_in(replaced),
    )  # fmt: skip
    return tx.scalar(rows.limit(1)) is not None


def lets(tx: Tx, party_ids: Sequence[int], on: date) -> bool:
    """Whether a homestead or house of theirs is let to somebody on a day or later."""
    own = aliased(LandRight)
    derived = select(LandRight.id).join(own, own.id == LandRight.parent_right_id).where(
        LandRight.kind == RightKind.HOUSE_LEASE_RIGHT, LandRight.end_lifespan_at.is_(None),
        own.holder_party_id.in_(party_ids),
    )  # fmt: skip
    let = (
        select(Lease.id)
        .join(BaUnitItem, BaUnitItem.parcel_id == Lease.parcel_id)
        .join(LandRight, LandRight.ba_unit_id == BaUnitItem.ba_unit_id)
        .where(
            LandRight.kind == RightKind.HOMESTEAD_USE_RIGHT, LandRight.end_lifespan_at.is_(None),
            LandRight.holder_party_id.in_(party_ids), Lease.voided_at.is_(None), func.upper(Lease.period) > on,
        )
    )  # fmt: skip
    return tx.scalar(derived.limit(1)) is not None or tx.scalar(let.limit(1)) is not None


def houses_on(tx: Tx, right: LandRight) -> list[LandRight]:
    """The living ownership of houses derived from a homestead right, the last one first."""
    rows = select(LandRight).where(
        LandRight.parent_right_id == right.id, LandRight.kind == RightKind.HOUSE_OWNERSHIP,
        LandRight.end_lifespan_at.is_(None),
    )  # fmt: skip
    return list(tx.scalars(rows.order_by(LandRight.id.desc())))


def owners_of(tx: Tx, parcel_id: int) -> set[int]:
    """The collectives that own a parcel."""
    return set(tx.scalars(_rights_in(parcel_id, RightKind.LAND_OWNERSHIP)))


def users_of(tx: Tx, parcel_id: int) -> set[int]:
    """Who holds a homestead right in a parcel."""
    return set(tx.scalars(_rights_in(parcel_id, RightKind.HOMESTEAD_USE_RIGHT)))


def _rights_in(parcel_id: int, kind: RightKind) -> Select[Any]:
    return (
        select(LandRight.holder_party_id)
        .join(BaUnitItem, BaUnitItem.ba_unit_id == LandRight.ba_unit_id)
        .where(BaUnitItem.parcel_id == parcel_id, LandRight.kind == kind, LandRight.end_lifespan_at.is_(None))
    )
