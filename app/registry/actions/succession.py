"""Death, and what may be inherited: land that a household contracted stays with the household, forest and wastes do not."""

from typing import Any

from sqlalchemy import update

from app.audit.actions import record
from app.base.actor import Actor
from app.base.db import Tx
from app.base.errors import Conflict, Invalid, Refused
from app.base.findings import Outcome
from app.compliance.queries import calendar, overrides
from app.registry import queries
from app.registry.actions.regions import naming
from app.registry.models import CollectiveMember, CollectiveOffice, LandRight, Party, PartyMember
from app.registry.schemas import DeathIn, SuccessionIn
from app.registry.states import LandType, PartyKind, RightKind, SourceKind
from app.rules.book import Step, enforce
from app.rules.catalogue import judge
from app.rules.reading import read_case

_BECAUSE = "死亡"
_CONTRACTED = frozenset({RightKind.CONTRACT_MANAGEMENT_RIGHT, RightKind.LAND_MANAGEMENT_RIGHT})
_OPEN_TO_HEIRS = frozenset(
    {
        RightKind.FOREST_MANAGEMENT_RIGHT, RightKind.TREE_OWNERSHIP, RightKind.TREE_USE_RIGHT,
        RightKind.HOUSE_OWNERSHIP, RightKind.INCOME_SHARE, RightKind.LAND_COMPENSATION, RightKind.TRADEMARK,
        RightKind.PATENT, RightKind.PLANT_VARIETY, RightKind.COPYRIGHT,
    }
)  # fmt: skip


def record_death(tx: Tx, who: Actor | None, party_id: int, body: DeathIn) -> Party:
    """登记死亡: membership of the household, of the collective and every office end with it; shares wait for the heirs.

    Raises Invalid for whoever is no person, or a day before the birth or to come, Conflict the second time.
    """
    person = queries.lock_party(tx, party_id, seen_by=who)
    now = tx.clock()
    if person.kind is not PartyKind.INDIVIDUAL:
        raise Invalid("只有自然人会死亡", field="party_id")
    if person.died_on is not None:
        raise Conflict("该人死亡已登记", reason="DEATH_RECORDED")
    if body.died_on > tx.today() or (person.born_on is not None and body.died_on < person.born_on):
        raise Invalid("死亡日期有误", field="died_on")
    _paper(tx, who, body.source_document_id)
    person.died_on = body.died_on
    tx.flush()
    tx.execute(
        update(PartyMember)
        .where(
            PartyMember.member_party_id == party_id,
            PartyMember.end_lifespan_at.is_(None),
            PartyMember.share_num.is_(None),
        )
        .values(end_lifespan_at=now)
    )
    tx.execute(
        update(CollectiveMember)
        .where(
            CollectiveMember.member_party_id == party_id,
            CollectiveMember.left_on.is_(None),
            CollectiveMember.joined_on <= body.died_on,
        )
        .values(left_on=body.died_on, left_because=_BECAUSE)
    )
    tx.execute(
        update(CollectiveOffice)
        .where(
            CollectiveOffice.holder_party_id == party_id,
            CollectiveOffice.ended_on.is_(None),
            CollectiveOffice.term_start <= body.died_on,
        )
        .values(ended_on=body.died_on, ended_because=_BECAUSE)
    )
    record(
        tx, who, "party.record_death", f"party/{party_id}", region=person.region_code, source_kind=body.source_kind,
        personal={"died_on": body.died_on, "source": body.source}, personal_of=person.person_id,
    )  # fmt: skip
    return person


def _paper(tx: Tx, who: Actor | None, document_id: int | None) -> None:
    if document_id is not None:
        with naming("source_document_id"):
            queries.document(tx, document_id, seen_by=who)


def succeed(tx: Tx, who: Actor | None, right_id: int, body: SuccessionIn) -> LandRight:
    """登记继承: the heir becomes the holder of the same right, so that what was derived from it goes on.

    Raises Refused where a household still lives (it goes on holding, 承包法 16), where the law gives heirs the proceeds
    alone (cultivated land, 承包法 32), where the charter has to say and no paper shows it, or where a right dies with its holder (居住权, 民法典 369).
    """
    right = queries.lock_right(tx, right_id, seen_by=who)
    tx.clock()
    if right.end_lifespan_at is not None:
        raise Conflict("该权利已终止", reason="RIGHT_ENDED")
    with naming("heir_party_id"):
        heir = queries.party(tx, body.heir_party_id, seen_by=who)
    if heir.died_on is not None:
        raise Invalid("继承人已死亡", field="heir_party_id")
    _paper(tx, who, body.source_document_id)
    _vacant(tx, queries.party(tx, right.holder_party_id), heir)
    findings = _judged(tx, right, heir, proved=body.source_document_id is not None)
    before = {"holder": right.holder_party_id, "source": right.source_ref, "source_kind": right.source_kind}
    right.holder_party_id, right.source_kind, right.source_ref = heir.id, SourceKind.SUCCESSION, body.source
    right.source_document_id = body.source_document_id
    tx.flush()
    record(
        tx, who, "right.succeed", f"right/{right_id}", region=right.region_code, before=before,
        after={"holder": heir.id, "source": body.source, "source_kind": SourceKind.SUCCESSION}, findings=findings,
    )  # fmt: skip
    return right


def _vacant(tx: Tx, holder: Party, heir: Party) -> None:
    """Raises Refused unless the holder has died, or all of a household that was registered by its members."""
    if holder.id == heir.id:
        raise Invalid("继承人已是权利人", field="heir_party_id")
    left = queries.living_members(tx, holder)
    if left is None:
        raise Refused("户内成员未登记，无从认定该户已无成员", reason="HOUSEHOLD_UNKNOWN")
    if left:
        raise Refused("户内尚有成员，由该户继续承包，不发生继承", reason="A1-5")


def _category(tx: Tx, right: LandRight) -> str | None:
    """The category that the law judges this succession in; None where no rule of ours does."""
    if right.kind is RightKind.INCOME_SHARE:
        return "equity_share"
    if right.kind not in _CONTRACTED:
        if right.kind in _OPEN_TO_HEIRS:
            return "forest" if right.kind is RightKind.FOREST_MANAGEMENT_RIGHT else None
        reason = "CC-369" if right.kind is RightKind.RIGHT_OF_HABITATION else "NOT_HERITABLE"
        raise Refused("该项权利不得继承", reason=reason)
    parcel_ids, _ = queries.things_of(tx, right.ba_unit_id)
    types = {p.land_type for p in queries.parcels(tx, parcel_ids)}
    if types == {LandType.FOREST_LAND}:
        return "forest"
    if types == {LandType.WASTE_LAND}:
        return "four_wastes"
    return "household_land_management" if right.kind is RightKind.CONTRACT_MANAGEMENT_RIGHT else None


def _judged(tx: Tx, right: LandRight, heir: Party, *, proved: bool) -> list[Any]:
    """What the law says of it. What it leaves to the charter (集体股权) needs a paper that shows how it was decided."""
    category, on = _category(tx, right), tx.today()
    if category is None:
        return []
    document = {
        "as_of": on,
        "step": Step.S14.name,
        "county": right.region_code[:6],
        "category": category,
        **({"method": "inheritance"} if category == "equity_share" else {}),
        "succession": queries.succession_of(tx, right, heir, on),
    }
    parameters = overrides(tx, right.region_code[:6], on)
    case = read_case(queries.as_document(document), parameters=parameters, calendar=calendar(tx))
    findings = list(enforce(judge(case)).findings)
    left_open = [f for f in findings if f.outcome is Outcome.REVIEW]
    if left_open and not proved:
        raise Refused(f"{left_open[0].message}：须附章程或者集体决议", reason=left_open[0].rule_id, findings=findings)
    return findings
