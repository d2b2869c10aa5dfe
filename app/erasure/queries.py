"""What still binds a person to the platform: offices, rights, trades and the years that their papers are kept."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import exists, func, or_, select

from app.base.actor import Actor, Role, in_scope
from app.base.db import Tx
from app.base.errors import NotFound
from app.deal.models import Objection
from app.identity.models import Account, Person, RoleGrant
from app.listing.models import Listing, Lot
from app.listing.states import FINAL_STATES
from app.qualification.models import Entry
from app.registry.models import CollectiveMember, LandRight, Party, PartyMember
from app.registry.states import PartyKind

_OWN_ROLES = (Role.BIDDER, Role.HOUSEHOLD)


def lock_party(tx: Tx, party_id: int, *, seen_by: Actor) -> Party:
    """The natural person of the register, locked; NotFound outside the actor's regions and for any other party."""
    row = tx.scalar(
        select(Party)
        .where(Party.id == party_id, Party.kind == PartyKind.INDIVIDUAL, in_scope(Party.region_code, seen_by))
        .with_for_update()
    )
    if row is None:
        raise NotFound
    return row


def lock_person(tx: Tx, person_id: int) -> Person:
    """The person, locked; raises NotFound."""
    row = tx.get(Person, person_id, with_for_update=True)
    if row is None:
        raise NotFound
    return row


def parties_of(tx: Tx, person: Person) -> Sequence[Party]:
    """The person as a party, wherever he is registered, locked in id order."""
    same = or_(Party.person_id == person.id, Party.id_number_digest == person.id_number_digest)
    return tx.scalars(
        select(Party).where(same, Party.kind == PartyKind.INDIVIDUAL).order_by(Party.id).with_for_update()
    ).all()


def accounts_of(tx: Tx, person_id: int) -> Sequence[Account]:
    return tx.scalars(
        select(Account).where(Account.person_id == person_id).order_by(Account.id).with_for_update()
    ).all()


def has_office(tx: Tx, person_id: int) -> bool:
    """Whether the person holds or ever held an office: whoever acted for an authority stands in its papers."""
    held = select(RoleGrant.id).join(Account, Account.id == RoleGrant.account_id)
    return bool(
        tx.scalar(select(exists(held.where(Account.person_id == person_id, RoleGrant.role.not_in(_OWN_ROLES)))))
    )


def has_right(tx: Tx, parties: Sequence[int]) -> bool:
    """Whether one of the parties holds a current right, belongs to a collective or to a group that does."""
    holds = exists(
        select(LandRight.id).where(LandRight.holder_party_id.in_(parties), LandRight.end_lifespan_at.is_(None))
    )
    belongs = exists(
        select(CollectiveMember.id).where(
            CollectiveMember.member_party_id.in_(parties), CollectiveMember.left_on.is_(None)
        )
    )
    joined = exists(
        select(PartyMember.id).where(PartyMember.member_party_id.in_(parties), PartyMember.end_lifespan_at.is_(None))
    )
    return bool(tx.scalar(select(or_(holds, belongs, joined))))


def has_open_trade(tx: Tx, person_id: int | None, parties: Sequence[int]) -> bool:
    """Whether a lot that one of them offers or has entered is not at its end."""
    running = Lot.state.not_in(FINAL_STATES)
    offered = select(Lot.id).join(Listing, Listing.id == Lot.listing_id)
    entered = select(Lot.id).join(Entry, Entry.lot_id == Lot.id)
    theirs = or_(Entry.party_id.in_(parties), Entry.person_id == person_id)
    return bool(
        tx.scalar(
            select(
                or_(
                    exists(offered.where(Listing.transferor_party_id.in_(parties), running)),
                    exists(entered.where(theirs, running)),
                )
            )
        )
    )


def last_trade_at(tx: Tx, person_id: int | None, parties: Sequence[int]) -> datetime | None:
    """When the last lot that concerned them came to its end."""
    lots = or_(
        Lot.id.in_(select(Entry.lot_id).where(or_(Entry.party_id.in_(parties), Entry.person_id == person_id))),
        Lot.listing_id.in_(select(Listing.id).where(Listing.transferor_party_id.in_(parties))),
        Lot.id.in_(select(Objection.lot_id).where(Objection.person_id == person_id)),
    )
    return tx.scalar(select(func.max(Lot.state_since)).where(lots))
