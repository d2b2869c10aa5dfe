"""Contracts: one with its programme, lists, counts, and those of a person's own household."""

from collections.abc import Collection

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import aliased

from app.base.actor import Actor
from app.base.db import Tx
from app.base.errors import NotFound
from app.extension.models import ExtensionContract, ExtensionProgramme
from app.extension.queries.programmes import programme
from app.extension.states import ContractState
from app.registry.models import Party, PartyMember

_FRESH = {"populate_existing": True}


def contract(tx: Tx, contract_id: int, *, seen_by: Actor) -> tuple[ExtensionContract, ExtensionProgramme]:
    """A contract and its programme, both locked, the programme first. Raises NotFound outside the actor's regions."""
    programme_id = tx.scalar(select(ExtensionContract.programme_id).where(ExtensionContract.id == contract_id))
    if programme_id is None:
        raise NotFound("没有这份延包合同")
    of = programme(tx, programme_id, seen_by=seen_by, lock=True)
    return _locked(tx, contract_id), of


def _locked(tx: Tx, contract_id: int) -> ExtensionContract:
    return tx.execute(
        select(ExtensionContract)
        .where(ExtensionContract.id == contract_id)
        .with_for_update()
        .execution_options(**_FRESH)
    ).scalar_one()


def contracts(
    tx: Tx, programme_id: int, *, state: ContractState | None = None, after: int | None = None, limit: int
) -> list[ExtensionContract]:
    query = select(ExtensionContract).where(
        ExtensionContract.programme_id == programme_id, ExtensionContract.id > (after or 0)
    )
    if state is not None:
        query = query.where(ExtensionContract.state == state)
    return list(tx.scalars(query.order_by(ExtensionContract.id).limit(limit)))


def lock_signed(tx: Tx, programme_id: int, ids: Collection[int] | None, *, limit: int) -> list[ExtensionContract]:
    """The contracts of a programme that are named (in whatever state), or the first of those signed; locked in order."""
    query = select(ExtensionContract).where(ExtensionContract.programme_id == programme_id)
    query = (
        query.where(ExtensionContract.state == ContractState.SIGNED)
        if ids is None
        else query.where(ExtensionContract.id.in_(ids))
    )
    return list(
        tx.scalars(query.order_by(ExtensionContract.id).limit(limit).with_for_update().execution_options(**_FRESH))
    )


def counts(tx: Tx, programme_id: int) -> dict[ContractState, int]:
    rows = tx.execute(
        select(ExtensionContract.state, func.count())
        .where(ExtensionContract.programme_id == programme_id)
        .group_by(ExtensionContract.state)
    )
    return dict(rows.all())


def numbered(tx: Tx, programme_id: int) -> int:
    """How many contracts of a programme have a number, voided ones too."""
    return tx.scalar(select(func.count()).where(ExtensionContract.programme_id == programme_id)) or 0


def speaks_for(tx: Tx, household_id: int, person_id: int) -> bool:
    """Whether a person is the household's representative (农户代表)."""
    found = select(PartyMember.id).where(
        PartyMember.group_party_id == household_id,
        PartyMember.member_party_id == person_id,
        PartyMember.end_lifespan_at.is_(None),
        PartyMember.is_representative,
    )
    return tx.scalar(found) is not None


def own_contract(tx: Tx, contract_id: int, *, seen_by: Actor) -> tuple[ExtensionContract, ExtensionProgramme]:
    """As `contract`, for a member of the household itself. Raises NotFound for everybody else."""
    of = tx.scalar(
        select(ExtensionProgramme)
        .join(ExtensionContract, ExtensionContract.programme_id == ExtensionProgramme.id)
        .where(ExtensionContract.id == contract_id, _own(seen_by))
        .with_for_update(of=ExtensionProgramme)
        .execution_options(**_FRESH)
    )
    if of is None:
        raise NotFound("没有这份延包合同")
    return _locked(tx, contract_id), of


def own_contracts(tx: Tx, who: Actor, *, after: int | None, limit: int) -> list[ExtensionContract]:
    """The contracts of the households that this person is a member of."""
    query = select(ExtensionContract).where(_own(who), ExtensionContract.id > (after or 0))
    return list(tx.scalars(query.order_by(ExtensionContract.id).limit(limit)))


def own_party(tx: Tx, who: Actor, household_id: int) -> int | None:
    """The party that this person is in that household."""
    return tx.scalar(
        select(Party.id)
        .join(PartyMember, PartyMember.member_party_id == Party.id)
        .where(
            PartyMember.group_party_id == household_id, PartyMember.end_lifespan_at.is_(None),
            Party.person_id == who.person_id,
        )
        .limit(1)
    )  # fmt: skip


def _own(who: Actor) -> ColumnElement[bool]:
    member, person = aliased(PartyMember), aliased(Party)
    return exists().where(
        member.group_party_id == ExtensionContract.household_party_id,
        member.end_lifespan_at.is_(None),
        member.member_party_id == person.id,
        person.person_id == who.person_id,
    )
