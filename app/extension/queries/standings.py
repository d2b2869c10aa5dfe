"""Where every household contract right of a collective stands in a programme, and who holds none."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, and_, case, exists, or_, select
from sqlalchemy.orm import aliased

from app.base.db import Tx
from app.extension.models import ExtensionContract, ExtensionExclusion, ExtensionProgramme
from app.extension.states import ContractState
from app.registry.models import BaUnitItem, CollectiveMember, LandRight, Parcel, Party, PartyMember, Restriction
from app.registry.states import PartyKind, RestrictionKind, RightKind
from app.rules.extension import OWN_TERM

ANOTHER_END = "承包期止日与方案不一致，以合同、权证记载为准"
CARRIED_ON = "已另有延包"
OWN_TERM_LAND = "林地、草地依其原承包期相应延长，不在耕地延包之内"
NO_AFFAIR = frozenset({ANOTHER_END, CARRIED_ON, OWN_TERM_LAND})
"""What is no affair of a programme for this end: contracts that end otherwise, or were carried on before."""


def standing_exclusion(tx: Tx, programme_id: int, right_id: int) -> ExtensionExclusion | None:
    """The exclusion that stands, locked."""
    return tx.scalar(
        select(ExtensionExclusion)
        .where(
            ExtensionExclusion.programme_id == programme_id,
            ExtensionExclusion.right_id == right_id,
            ExtensionExclusion.lifted_at.is_(None),
        )
        .with_for_update()
    )


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one household contract right stands in a programme."""

    right_id: int
    household_party_id: int
    household: str
    contract_id: int | None
    contract_state: ContractState | None
    exclusion_reason: str | None
    exclusion_ground: str | None
    problem: str | None


def of_collective(programme: ExtensionProgramme) -> Any:
    """Rights that this collective gave out: in its own land; where no ownership is registered, to its members' homes."""
    owned, item, other = aliased(LandRight), aliased(BaUnitItem), aliased(BaUnitItem)

    def owner(*conditions: Any) -> Any:
        return exists().where(
            item.ba_unit_id == LandRight.ba_unit_id,
            item.parcel_id == other.parcel_id,
            other.ba_unit_id == owned.ba_unit_id,
            owned.kind == RightKind.LAND_OWNERSHIP,
            owned.end_lifespan_at.is_(None),
            *conditions,
        )

    home = exists().where(
        CollectiveMember.collective_party_id == programme.collective_party_id,
        CollectiveMember.household_party_id == LandRight.holder_party_id,
        CollectiveMember.left_on.is_(None),
    )
    return or_(owner(owned.holder_party_id == programme.collective_party_id), and_(~owner(), home))


def _first_contracts(programme: ExtensionProgramme) -> list[Any]:
    """The living household contracts of the collective that carry no other on, or whose line ends with the old term."""
    return [
        LandRight.kind == RightKind.CONTRACT_MANAGEMENT_RIGHT,
        LandRight.end_lifespan_at.is_(None),
        or_(LandRight.extends_right_id.is_(None), LandRight.ends_on == programme.old_ends_on),
        LandRight.region_code.startswith(programme.region_code, autoescape=True),
        of_collective(programme),
    ]


def standings(
    tx: Tx,
    programme: ExtensionProgramme,
    *,
    right_ids: Sequence[int] | None = None,
    after: int | None = None,
    limit: int | None = None,
) -> list[Standing]:
    """Every household contract right of the collective, by id: its contract, its exclusion, or what is in the way.

    One statement, however many households. Named rights that are not the collective's are left out.
    """
    later, member, person = aliased(LandRight), aliased(PartyMember), aliased(Party)
    carried_on = exists().where(later.extends_right_id == LandRight.id, later.end_lifespan_at.is_(None))
    known = exists().where(member.group_party_id == LandRight.holder_party_id)
    left = exists().where(
        member.group_party_id == LandRight.holder_party_id,
        member.end_lifespan_at.is_(None),
        member.member_party_id == person.id,
        person.died_on.is_(None),
    )
    on_it = [BaUnitItem.ba_unit_id == LandRight.ba_unit_id]
    disputed = exists().where(
        Restriction.kind == RestrictionKind.DISPUTE,
        Restriction.released_at.is_(None),
        or_(
            Restriction.right_id == LandRight.id,
            exists().where(*on_it, BaUnitItem.parcel_id == Restriction.parcel_id),
        ),
    )
    own_term = exists().where(*on_it, BaUnitItem.parcel_id == Parcel.id, Parcel.land_type.in_(OWN_TERM))
    problem = case(
        (LandRight.ends_on.is_(None), "没有登记承包期止日"),
        (LandRight.ends_on != programme.old_ends_on, ANOTHER_END),
        (carried_on, CARRIED_ON),
        (Party.kind != PartyKind.HOUSEHOLD, "承包方不是农户"),
        (and_(known, ~left), "户内已无成员"),
        (disputed, "有未了结的争议"),
        (own_term, OWN_TERM_LAND),
        else_=None,
    )
    query: Select[Any] = (
        select(
            LandRight.id, Party.id, Party.name, ExtensionContract.id, ExtensionContract.state,
            ExtensionExclusion.reason, ExtensionExclusion.ground, problem,
        )
        .join(Party, Party.id == LandRight.holder_party_id)
        .outerjoin(
            ExtensionContract,
            and_(
                ExtensionContract.right_id == LandRight.id,
                ExtensionContract.programme_id == programme.id,
                ExtensionContract.state != ContractState.VOIDED,
            ),
        )
        .outerjoin(
            ExtensionExclusion,
            and_(
                ExtensionExclusion.right_id == LandRight.id,
                ExtensionExclusion.programme_id == programme.id,
                ExtensionExclusion.lifted_at.is_(None),
            ),
        )
        .where(*_first_contracts(programme), LandRight.id > (after or 0))
        .order_by(LandRight.id)
    )  # fmt: skip
    if right_ids is not None:
        query = query.where(LandRight.id.in_(right_ids))
    if limit is not None:
        query = query.limit(limit)
    return [Standing(*row) for row in tx.execute(query)]


def landless(tx: Tx, programme: ExtensionProgramme, *, after: int | None, limit: int) -> list[Party]:
    """Households of the collective's members that hold no household contract right at all, by id."""
    held = exists().where(
        LandRight.holder_party_id == Party.id,
        LandRight.kind == RightKind.CONTRACT_MANAGEMENT_RIGHT,
        LandRight.end_lifespan_at.is_(None),
    )
    belongs = exists().where(
        CollectiveMember.collective_party_id == programme.collective_party_id,
        CollectiveMember.household_party_id == Party.id,
        CollectiveMember.left_on.is_(None),
    )
    query = select(Party).where(
        Party.kind == PartyKind.HOUSEHOLD, Party.end_lifespan_at.is_(None), belongs, ~held, Party.id > (after or 0)
    )
    return list(tx.scalars(query.order_by(Party.id).limit(limit)))
