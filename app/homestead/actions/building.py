"""From the drawings to the register: staked out, checked stage by stage, verified by measure, registered as one."""

from app.base.actor import Actor
from app.base.db import Tx
from app.base.errors import Conflict, Invalid, Refused
from app.homestead import queries
from app.homestead.actions.breaches import unbreached
from app.homestead.actions.judging import mu_of, unburdened
from app.homestead.actions.moves import advance
from app.homestead.actions.visits import visited
from app.homestead.models import HomesteadCase
from app.homestead.schemas import CheckIn, VerifyIn, VisitIn
from app.homestead.states import BUILDING_STAGES, HOMESTEAD, Stage
from app.registry import actions as registry_actions
from app.registry import queries as registry
from app.registry.actions.regions import naming
from app.registry.models import LandRight
from app.registry.schemas import RightIn
from app.registry.states import RightKind, SourceKind


def _in_force(tx: Tx, row: HomesteadCase) -> None:
    """The tick may come late; the day is what counts."""
    if row.valid_until is not None and tx.today() > row.valid_until:
        raise Refused(f"批准书有效期至 {row.valid_until}，已失效", reason="PERMIT_EXPIRED")


def review(tx: Tx, who: Actor, case_id: int, *, document_id: int) -> HomesteadCase:
    """图纸审查。"""
    row = queries.lock(tx, case_id, seen_by=who)
    target = HOMESTEAD.after(row.state, "review")
    _in_force(tx, row)
    with naming("document_id"):
        registry.document(tx, document_id, seen_by=who)
    return advance(
        tx, who, row, "review", target, set_={"drawings_document_id": document_id}, document=document_id
    )  # fmt: skip


def stake(tx: Tx, who: Actor, case_id: int, body: VisitIn) -> HomesteadCase:
    """开工前到场放线。"""
    row = queries.lock(tx, case_id, seen_by=who)
    target = HOMESTEAD.after(row.state, "stake")
    _in_force(tx, row)
    visited(tx, who, row, Stage.STAKING, body, passed=True)
    return advance(tx, who, row, "stake", target, visited_on=body.visited_on)


def check(tx: Tx, who: Actor, case_id: int, body: CheckIn) -> HomesteadCase:
    """分段检查 in order: foundation, structure, roof. What failed is put right and seen again before the next one."""
    row = queries.lock(tx, case_id, seen_by=who)
    target = HOMESTEAD.after(row.state, "check")
    if target is not row.state:
        _in_force(tx, row)
    done = queries.passed(tx, row.id)
    awaited = next((s for s in BUILDING_STAGES if s not in done), None)
    if body.stage is not awaited:
        raise Invalid(f"应检查的阶段：{awaited or '无'}", field="stage")
    visited(tx, who, row, body.stage, body, passed=body.passed)
    return advance(
        tx, who, row, "check", target, stage=body.stage, passed=body.passed, visited_on=body.visited_on
    )  # fmt: skip


def complete(tx: Tx, who: Actor, case_id: int) -> HomesteadCase:
    """农户报竣工, when every stage has passed."""
    row, mine = queries.lock_own(tx, case_id, seen_by=who)
    target = HOMESTEAD.after(row.state, "complete")
    if not mine and not who.is_official:
        raise Refused("由农户或者乡镇报竣工", reason="NOT_YOUR_ACT")
    missing = [s for s in BUILDING_STAGES if s not in queries.passed(tx, row.id)]
    if missing:
        raise Refused("分段检查尚未全部合格", reason="STAGES_MISSING", extra={"missing": missing})
    return advance(tx, who, row, "complete", target)


def verify(tx: Tx, who: Actor, case_id: int, body: VerifyIn) -> HomesteadCase:
    """竣工验收到场: what was measured is no more than what was approved."""
    row = queries.lock(tx, case_id, seen_by=who)
    target = HOMESTEAD.after(row.state, "verify")
    if row.approved_m2 is None or body.measured_m2 > row.approved_m2:
        raise Refused(
            f"实测面积超过批准面积（{row.approved_m2}平方米），验收不合格", reason="OVER_APPROVED", field="measured_m2"
        )
    visited(tx, who, row, Stage.VERIFICATION, body, passed=True)
    today = tx.today()
    town = row.region_code[:9]
    number = f"宅验字第{town}{today.year}{registry.next_number(tx, f'homestead verification {town}'):05d}号"
    return advance(
        tx, who, row, "verify", target, number=number, measured_m2=body.measured_m2, floor_m2=body.floor_m2,
        set_={
            "measured_m2": body.measured_m2, "floor_m2": body.floor_m2, "verified_on": today,
            "verified_by_person": who.person_id, "verification_no": number,
        },
    )  # fmt: skip


def register(tx: Tx, who: Actor, case_id: int, *, certificate_no: str) -> HomesteadCase:
    """房地一体登记: the homestead right by measure and the ownership of the house on it, under one certificate.

    What the household had before ends by the same act. Not by whoever verified. Raises Refused where it has meanwhile
    come to another homestead, or a restriction stands on the old one.
    """
    row = queries.lock(tx, case_id, seen_by=who)
    target = HOMESTEAD.after(row.state, "register")
    if who.person_id == row.verified_by_person:
        raise Refused("登记人不得是验收人", reason="SAME_PERSON")
    for each in sorted({row.household_party_id, *queries.people_of(tx, row.household_party_id)}):
        registry.lock_party(tx, each)
    if queries.homesteads_of(
        tx, [row.household_party_id, *queries.people_of(tx, row.household_party_id)], but_for=row.old_right_id
    ):
        raise Refused("农村村民一户只能拥有一处宅基地", reason="A6-3", field="household_party_id")
    if row.measured_m2 is None or row.parcel_id is None or row.approval_no is None:
        raise Conflict("尚未验收", reason="ILLEGAL_TRANSITION", extra={"state": row.state})
    registry.lock_parcels(tx, [row.parcel_id])
    unbreached(tx, row.household_party_id, row.parcel_id)
    if row.old_right_id is not None:
        _end_old(tx, who, row, row.old_right_id)
    today = tx.today()
    land = registry_actions.record_right(
        tx, who,
        RightIn(
            kind=RightKind.HOMESTEAD_USE_RIGHT, region_code=row.region_code, holder_party_id=row.household_party_id,
            parcel_ids=[row.parcel_id], area_mu=mu_of(row.measured_m2), starts_on=today, certificate_no=certificate_no,
            source_kind=SourceKind.ADMINISTRATIVE_DECISION, source_ref=row.approval_no, signed_on=row.approved_on,
        ),
    )  # fmt: skip
    house = registry_actions.record_right(
        tx, who,
        RightIn(
            kind=RightKind.HOUSE_OWNERSHIP, region_code=row.region_code, holder_party_id=row.household_party_id,
            parent_right_id=land.id, area_mu=land.area_mu, starts_on=today, source_kind=SourceKind.CERTIFICATE, source_ref=certificate_no,
        ),
    )  # fmt: skip
    return advance(
        tx, who, row, "register", target, right=land.id, house=house.id, old_right=row.old_right_id,
        certificate_no=certificate_no,
        set_={"right_id": land.id, "house_right_id": house.id, "registered_by_person": who.person_id},
    )  # fmt: skip


def _end_old(tx: Tx, who: Actor, row: HomesteadCase, right_id: int) -> None:
    old: LandRight = registry.lock_right(tx, right_id, seen_by=who)
    if old.end_lifespan_at is not None or old.holder_party_id != row.household_party_id:
        raise Conflict("原宅基地使用权已变更", reason="HOLDER_CHANGED")
    unburdened(tx, old, field="old_right_id")
    reason = f"建房换发（homestead/{row.id}）"
    for each in (*queries.houses_on(tx, old), old):
        registry_actions.end_right(tx, who, each.id, reason=reason)
