"""A household applies to build, and takes it back."""

import psycopg.errors as pg
from sqlalchemy.exc import IntegrityError

from app.audit.actions import record
from app.base.actor import Actor
from app.base.db import Tx
from app.base.errors import Conflict, Invalid, NotFound, Refused
from app.homestead import queries
from app.homestead.actions.breaches import unbreached
from app.homestead.actions.judging import judged, unburdened
from app.homestead.actions.moves import advance, due
from app.homestead.models import HomesteadCase, HomesteadMember
from app.homestead.schemas import HomesteadIn
from app.homestead.states import HOMESTEAD, BuildReason, HomesteadState
from app.registry import queries as registry
from app.registry.actions.regions import naming
from app.registry.models import LandRight, Party
from app.registry.states import PartyKind, RightKind
from app.rules.book import RULEBOOK_VERSION


def apply(tx: Tx, who: Actor, body: HomesteadIn) -> HomesteadCase:
    """申请建房 by the household's representative himself, or entered by the town with the signed paper.

    Raises NotFound for a household that is no concern of the actor, Invalid naming the field, Refused with the findings
    where the law forbids it (A6-1 to A6-4), Conflict while the household has an application that is not over.
    """
    household, representative = _household(tx, who, body)
    now = tx.clock()
    today = tx.today()
    if queries.open_of(tx, household.id) is not None:
        raise _taken()
    collectives = registry.collectives_of(tx, household, today) or queries.collectives_in(tx, household.region_code)
    if len(collectives) != 1:
        raise Refused("无从认定该户所属的集体", reason="NO_COLLECTIVE", field="household_party_id")
    _people(tx, body, household)
    old = _old(tx, body, household)
    unbreached(tx, household.id, None)
    findings = judged(
        tx, household, collectives[0], region_code=household.region_code, representative=representative,
        residence=next(m.residence for m in body.members if m.member_party_id == representative.id),
        area_m2=body.requested_m2, area_class=body.area_class, old_right_id=old.id if old else None,
        lost_without_fault=body.loss_document_id is not None, on=today,
    )  # fmt: skip
    row = HomesteadCase(
        region_code=household.region_code, state=HomesteadState.APPLIED, since_on=today,
        due_on=due(tx, HomesteadState.APPLIED, today), reason=body.reason, collective_party_id=collectives[0],
        household_party_id=household.id, representative_party_id=representative.id,
        old_right_id=old.id if old else None, requested_m2=body.requested_m2, area_class=body.area_class,
        document_id=body.document_id, loss_document_id=body.loss_document_id, applied_at=now,
        applied_by_person=who.person_id,
    )  # fmt: skip
    tx.add(row)
    try:
        tx.flush()
    except IntegrityError as e:  # another of the household was quicker by a moment
        if isinstance(e.orig, pg.UniqueViolation):
            raise _taken() from e
        raise
    tx.add_all(
        HomesteadMember(case_id=row.id, member_party_id=m.member_party_id, residence=m.residence) for m in body.members
    )
    tx.flush()
    record(
        tx, who, "homestead.apply", f"homestead/{row.id}", region=row.region_code, after={"state": row.state},
        findings=findings, rulebook=RULEBOOK_VERSION, household=household.id, reason=row.reason, old_right=row.old_right_id,
        requested_m2=row.requested_m2, area_class=row.area_class, members=len(body.members),
        loss_document=body.loss_document_id,
    )  # fmt: skip
    return row


def _taken() -> Conflict:
    return Conflict("该户已有未办结的建房申请", reason="CASE_EXISTS", field="household_party_id")


def _household(tx: Tx, who: Actor, body: HomesteadIn) -> tuple[Party, Party]:
    with naming("household_party_id"):
        household = registry.party(tx, body.household_party_id)
    if household.kind is not PartyKind.HOUSEHOLD:
        raise Invalid("宅基地以户为单位申请，须为农户", field="household_party_id")
    with naming("representative_party_id"):
        representative = registry.party(tx, body.representative_party_id)
    for field, key in (("document_id", body.document_id), ("loss_document_id", body.loss_document_id)):
        if key is not None:
            with naming(field):
                registry.document(tx, key, seen_by=who)
    if who.is_official:
        if not who.sees(household.region_code):
            raise NotFound("没有这户农户，或者不在您的范围内")
        if body.document_id is None:
            raise Invalid("代为登记的，须附农户签字的申请书", field="document_id")
    elif representative.person_id != who.person_id:
        raise Invalid("须由户代表本人申请", field="representative_party_id")
    if not queries.speaks_for(tx, household.id, representative.id):
        raise NotFound("没有这户农户，或者您不是该户代表")
    if not registry.is_capable(representative, tx.today()):
        raise Invalid("户代表须为完全民事行为能力人", field="representative_party_id")
    return household, representative


def _people(tx: Tx, body: HomesteadIn, household: Party) -> None:
    """Everybody named belongs to the household, once, and its representative is among them."""
    ids = [m.member_party_id for m in body.members]
    if len(set(ids)) != len(ids):
        raise Invalid("同一成员重复", field="members")
    known = set(queries.people_of(tx, household.id))
    for i, each in enumerate(ids):
        if each not in known:
            raise Invalid("不是该户成员", field=f"members[{i}].member_party_id")
    if body.representative_party_id not in ids:
        raise Invalid("须列明户代表本人", field="members")


def _old(tx: Tx, body: HomesteadIn, household: Party) -> LandRight | None:
    """The household's own homestead that is rebuilt, extended or left."""
    if (body.reason is BuildReason.NEW) != (body.old_right_id is None):
        raise Invalid("新建的不填原宅基地，翻建、扩建、迁建的须填", field="old_right_id")
    if body.old_right_id is None:
        return None
    with naming("old_right_id"):
        right = registry.right(tx, body.old_right_id)
    if (
        right.kind is not RightKind.HOMESTEAD_USE_RIGHT
        or right.end_lifespan_at is not None
        or right.holder_party_id != household.id
    ):
        raise Invalid("须为该户现有的宅基地使用权", field="old_right_id")
    unburdened(tx, right, field="old_right_id")
    return right


def withdraw(tx: Tx, who: Actor, case_id: int, *, reason: str, document_id: int | None = None) -> HomesteadCase:
    """撤回 by anybody of the household, before the building has begun; by the town on a signed paper."""
    row, mine = queries.lock_own(tx, case_id, seen_by=who)
    target = HOMESTEAD.after(row.state, "withdraw")
    if not mine:
        if not who.is_official:
            raise NotFound("没有这份建房申请")
        if document_id is None:
            raise Invalid("代为登记撤回的，须附农户签字的材料", field="document_id")
    if document_id is not None:
        with naming("document_id"):
            registry.document(tx, document_id, seen_by=who)
    return advance(
        tx, who, row, "withdraw", target, set_={"note": reason}, reason=reason, document=document_id
    )  # fmt: skip
