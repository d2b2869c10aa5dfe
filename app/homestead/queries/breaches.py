"""Reads of findings of building without approval."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Select, false, or_, select

from app.base.actor import Actor, Role, in_scope
from app.base.db import Tx
from app.homestead.models import HomesteadBreach, HomesteadEvidence
from app.homestead.queries.cases import first, locked
from app.homestead.states import BREACH_OVER, BreachState
from app.registry.models import Party, PartyMember

_PRIVATE = frozenset({Role.HOUSEHOLD, Role.BIDDER, Role.BANK})
_MISSING = "没有这项违法建房线索"


def _oversees(who: Actor) -> ColumnElement[bool]:
    prefixes = {g.prefix for g in who.grants if g.role not in _PRIVATE} & set(who.prefixes)
    if not prefixes:
        return false()
    return or_(*(HomesteadBreach.region_code.startswith(p, autoescape=True) for p in sorted(prefixes)))


def _visible(who: Actor) -> Select[HomesteadBreach]:
    """Officials and clerks those of their regions; a builder his own and his household's."""
    me = select(Party.id).where(Party.person_id == who.person_id)
    house = select(PartyMember.group_party_id).where(
        PartyMember.member_party_id.in_(me), PartyMember.end_lifespan_at.is_(None)
    )
    own = or_(HomesteadBreach.builder_party_id.in_(me), HomesteadBreach.builder_party_id.in_(house))
    return select(HomesteadBreach).where(or_(_oversees(who), own))


def breach(tx: Tx, breach_id: int, *, seen_by: Actor) -> HomesteadBreach:
    """Raises NotFound for whoever neither handles it nor is the builder."""
    return first(tx, _visible(seen_by).where(HomesteadBreach.id == breach_id), _MISSING)


def lock_breach(tx: Tx, breach_id: int, *, seen_by: Actor) -> HomesteadBreach:
    query = select(HomesteadBreach).where(
        HomesteadBreach.id == breach_id, in_scope(HomesteadBreach.region_code, seen_by)
    )
    return first(tx, locked(query), _MISSING)


def page_breaches(
    tx: Tx, who: Actor, *, state: BreachState | None, after: int | None, limit: int
) -> list[HomesteadBreach]:  # fmt: skip
    query = _visible(who).where(HomesteadBreach.id > (after or 0))
    if state is not None:
        query = query.where(HomesteadBreach.state == state)
    return list(tx.scalars(query.order_by(HomesteadBreach.id).limit(limit)))


def evidence(tx: Tx, breach_id: int) -> list[HomesteadEvidence]:
    rows = select(HomesteadEvidence).where(HomesteadEvidence.breach_id == breach_id)
    return list(tx.scalars(rows.order_by(HomesteadEvidence.document_id)))


def open_breaches(tx: Tx, party_ids: Sequence[int], parcel_id: int | None) -> list[int]:
    """The findings about these builders, or on this parcel, that are not over."""
    about: ColumnElement[bool] = HomesteadBreach.builder_party_id.in_(party_ids)
    if parcel_id is not None:
        about = or_(about, HomesteadBreach.parcel_id == parcel_id)
    rows = select(HomesteadBreach.id).where(about, HomesteadBreach.state.not_in(BREACH_OVER))
    return sorted(tx.scalars(rows))


def households_of(tx: Tx, party_id: int) -> list[int]:
    """The households that a person belongs to."""
    rows = select(PartyMember.group_party_id).where(
        PartyMember.member_party_id == party_id, PartyMember.end_lifespan_at.is_(None)
    )
    return sorted(tx.scalars(rows))
