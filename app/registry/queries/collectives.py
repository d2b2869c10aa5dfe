"""Who belongs to a collective on a day, and the numbers that its votes are counted against: derived, never typed."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select

from app.base.actor import Actor
from app.base.days import add_years
from app.base.db import Tx
from app.base.errors import NotFound
from app.registry.models import (
    CollectiveMember,
    CollectiveOffice,
    Party,
    ResolutionVoter,
)  # fmt: skip
from app.registry.states import COLLECTIVE_KINDS, LegalCapacity, Office, PartyKind, Sex

Facts = dict[str, Any]
OF_AGE = 18


def _present(on: date) -> ColumnElement[bool]:
    return and_(
        CollectiveMember.joined_on <= on, or_(CollectiveMember.left_on.is_(None), CollectiveMember.left_on > on)
    )


def is_capable(person: Party, on: date) -> bool:
    """Whether a person has full capacity on a day (民法典 17、18): of age, alive, and not declared otherwise.

    A person whose birth is not registered counts as of age.
    """
    return (
        person.legal_capacity is LegalCapacity.FULL
        and (person.died_on is None or on < person.died_on)
        and (person.born_on is None or add_years(person.born_on, OF_AGE) <= on)
    )


def has_register(tx: Tx, collective_id: int) -> bool:
    """Whether members of this collective were ever registered here."""
    any_ = select(CollectiveMember.id).where(CollectiveMember.collective_party_id == collective_id).limit(1)
    return tx.scalar(any_) is not None


def members_on(tx: Tx, collective_id: int, on: date) -> list[tuple[CollectiveMember, Party]]:
    """The members of a collective on a day, the dead left out."""
    rows = tx.execute(
        select(CollectiveMember, Party)
        .join(Party, Party.id == CollectiveMember.member_party_id)
        .where(
            CollectiveMember.collective_party_id == collective_id,
            _present(on),
            or_(Party.died_on.is_(None), Party.died_on > on),
        )
        .order_by(CollectiveMember.id)
    )
    return [(member, party) for member, party in rows]


def page_members(
    tx: Tx, collective_id: int, on: date, *, after: int | None = None, limit: int = 50
) -> list[tuple[CollectiveMember, Party]]:
    """A page of the members on a day."""
    rows = tx.execute(
        select(CollectiveMember, Party)
        .join(Party, Party.id == CollectiveMember.member_party_id)
        .where(CollectiveMember.collective_party_id == collective_id, _present(on), CollectiveMember.id > (after or 0))
        .order_by(CollectiveMember.id)
        .limit(limit)
    )
    return [(member, party) for member, party in rows]


def officers_on(
    tx: Tx, collective_id: int, on: date, office: Office | None = None
) -> list[tuple[CollectiveOffice, Party]]:
    """Who holds an office on a day: also beyond its term, as long as nobody has ended it."""
    query = (
        select(CollectiveOffice, Party)
        .join(Party, Party.id == CollectiveOffice.holder_party_id)
        .where(
            CollectiveOffice.collective_party_id == collective_id,
            CollectiveOffice.term_start <= on,
            or_(CollectiveOffice.ended_on.is_(None), CollectiveOffice.ended_on > on),
            or_(Party.died_on.is_(None), Party.died_on > on),
        )
        .order_by(CollectiveOffice.id)
    )
    if office is not None:
        query = query.where(CollectiveOffice.office == office)
    return [(held, party) for held, party in tx.execute(query)]


def electorate(tx: Tx, collective_id: int, on: date) -> Facts:
    """The numbers of a collective on a day, each only where the register knows it (农村集体经济组织法 27、28).

    `members_full_capacity` and `households_total` from the members, `reps_total`, `women_reps`, `reps_term_end_on` and
    `board_total` from the offices. Women are counted where the sex of each representative is known.
    """
    facts: Facts = {}
    if has_register(tx, collective_id):
        present = members_on(tx, collective_id, on)
        facts["members_full_capacity"] = sum(is_capable(person, on) for _, person in present)
        facts["households_total"] = len({m.household_party_id or -m.id for m, _ in present})
    reps = officers_on(tx, collective_id, on, Office.REPRESENTATIVE)
    if reps:
        facts["reps_total"] = len(reps)
        facts["reps_term_end_on"] = min(held.term_end for held, _ in reps)
        if all(person.sex for _, person in reps):
            facts["women_reps"] = sum(person.sex is Sex.FEMALE for _, person in reps)
    council = officers_on(tx, collective_id, on, Office.COUNCIL)
    if council:
        facts["board_total"] = len(council)
    return facts


def is_member(tx: Tx, collective_ids: Iterable[int], party: Party, on: date) -> bool | None:
    """Whether a person, or one of a household, is a member of one of these; None where none of them keeps a register."""
    keepers = [c for c in collective_ids if has_register(tx, c)]
    if not keepers:
        return None
    column = (
        CollectiveMember.household_party_id if party.kind is PartyKind.HOUSEHOLD else CollectiveMember.member_party_id
    )
    found = select(func.count()).where(
        CollectiveMember.collective_party_id.in_(keepers), _present(on), column == party.id
    )
    return bool(tx.scalar(found))


def collectives_of(tx: Tx, party: Party, on: date) -> list[int]:
    """The collectives that a person or somebody of a household is a member of on a day; a collective itself."""
    if party.kind in COLLECTIVE_KINDS:
        return [party.id]
    column = (
        CollectiveMember.household_party_id if party.kind is PartyKind.HOUSEHOLD else CollectiveMember.member_party_id
    )
    found = select(CollectiveMember.collective_party_id).where(column == party.id, _present(on)).distinct()
    return sorted(tx.scalars(found))


def lock_membership(tx: Tx, membership_id: int, *, seen_by: Actor | None = None) -> CollectiveMember:
    """Raises NotFound, also outside the actor's regions."""
    row = tx.scalar(select(CollectiveMember).where(CollectiveMember.id == membership_id).with_for_update())
    if row is None or (seen_by is not None and not seen_by.sees(row.region_code)):
        raise NotFound("没有这项成员登记")
    return row


def lock_office(tx: Tx, office_id: int, *, seen_by: Actor | None = None) -> CollectiveOffice:
    """Raises NotFound, also outside the actor's regions."""
    row = tx.scalar(select(CollectiveOffice).where(CollectiveOffice.id == office_id).with_for_update())
    if row is None or (seen_by is not None and not seen_by.sees(row.region_code)):
        raise NotFound("没有这项任职登记")
    return row


def voters(tx: Tx, resolution_id: int) -> list[ResolutionVoter]:
    """Everybody who attended, with the vote."""
    rows = select(ResolutionVoter).where(ResolutionVoter.resolution_id == resolution_id)
    return list(tx.scalars(rows.order_by(ResolutionVoter.voter_party_id)))
