"""What the town does before anything is built: it accepts, visits the site, permits, and approves, by different people."""

from decimal import Decimal

from app.base.actor import Actor
from app.base.db import Tx
from app.base.errors import Conflict, Invalid, Refused
from app.base.findings import Finding
from app.compliance.queries import calendar
from app.homestead import queries
from app.homestead.actions.breaches import unbreached
from app.homestead.actions.judging import judged, mu_of
from app.homestead.actions.moves import advance
from app.homestead.actions.visits import visited
from app.homestead.models import HomesteadCase
from app.homestead.schemas import InspectIn
from app.homestead.states import HOMESTEAD, AreaClass, Stage, limit_of
from app.registry import queries as registry
from app.registry.actions.regions import naming
from app.registry.states import LandType


def accept(tx: Tx, who: Actor, case_id: int) -> HomesteadCase:
    """乡镇受理。"""
    row = queries.lock(tx, case_id, seen_by=who)
    return advance(tx, who, row, "accept", HOMESTEAD.after(row.state, "accept"))


def reject(tx: Tx, who: Actor, case_id: int, *, reason: str) -> HomesteadCase:
    """乡镇不予批准，书面说明理由。"""
    row = queries.lock(tx, case_id, seen_by=who)
    target = HOMESTEAD.after(row.state, "reject")
    return advance(tx, who, row, "reject", target, set_={"note": reason}, reason=reason)


def inspect(tx: Tx, who: Actor, case_id: int, body: InspectIn) -> HomesteadCase:
    """批前踏勘 and joint review: the parcel, its class of area, and that nothing of the land stands in the way."""
    row = queries.lock(tx, case_id, seen_by=who)
    target = HOMESTEAD.after(row.state, "inspect")
    _site(tx, who, row, body.parcel_id)
    unbreached(tx, row.household_party_id, body.parcel_id)
    findings = _rejudged(tx, row, body.area_class, row.requested_m2)
    visited(tx, who, row, Stage.SITE, body, passed=True)
    return advance(
        tx, who, row, "inspect", target, findings=findings, parcel=body.parcel_id, visited_on=body.visited_on,
        set_={"parcel_id": body.parcel_id, "area_class": body.area_class, "inspected_by_person": who.person_id},
    )  # fmt: skip


def _site(tx: Tx, who: Actor, row: HomesteadCase, parcel_id: int) -> None:
    """Raises Invalid naming `parcel_id`, or Refused, for land on which no house of this household may stand."""
    with naming("parcel_id"):
        parcel = registry.lock_parcels(tx, [parcel_id], seen_by=who)[0]
    if parcel.end_lifespan_at is not None or not parcel.region_code.startswith(row.region_code):
        raise Invalid("须为本村现有地块", field="parcel_id")
    if parcel.land_type is not LandType.HOMESTEAD:
        raise Invalid("地块地类须为宅基地；占用农用地的，先办理农用地转用", field="parcel_id")
    if mu_of(row.requested_m2) > parcel.area_mu:
        raise Invalid(f"申请面积超过地块面积（{parcel.area_mu}亩）", field="parcel_id")
    if row.collective_party_id not in queries.owners_of(tx, parcel.id):
        raise Invalid("地块不属于本集体所有", field="parcel_id")
    if queries.users_of(tx, parcel.id) - {row.household_party_id}:
        raise Invalid("地块上已有他户的宅基地使用权", field="parcel_id")
    other = queries.open_on(tx, parcel.id)
    if other is not None and other != row.id:
        raise Conflict("该地块已有未办结的建房申请", reason="PARCEL_TAKEN", field="parcel_id")
    facts = registry.parcel_facts(tx, [parcel], on=tx.today())[0]
    if facts.get("permanent_basic_farmland"):
        raise Refused("不得占用永久基本农田建住宅", reason="LAL-62", field="parcel_id")
    if registry.red_lined(tx, [parcel]):
        raise Refused("地块在生态保护红线内", reason="ECOLOGICAL_RED_LINE", field="parcel_id")
    stands = registry.restriction_facts(tx, [parcel])
    if stands["disputed"] or stands["seized"]:
        raise Refused("地块有争议或者被查封", reason="RESTRICTED", field="parcel_id")


def _rejudged(tx: Tx, row: HomesteadCase, area_class: AreaClass, area_m2: Decimal) -> tuple[Finding, ...]:
    """The law once more, on what the register says today."""
    residence = next(
        m.residence for m in queries.members(tx, row.id) if m.member_party_id == row.representative_party_id
    )
    return judged(
        tx, registry.party(tx, row.household_party_id), row.collective_party_id, region_code=row.region_code,
        representative=registry.party(tx, row.representative_party_id), residence=residence, area_m2=area_m2,
        area_class=area_class, old_right_id=row.old_right_id, lost_without_fault=row.loss_document_id is not None,
        on=tx.today(),
    )  # fmt: skip


def permit(tx: Tx, who: Actor, case_id: int) -> HomesteadCase:
    """核发乡村建设规划许可证. Not by whoever visited the site."""
    row = queries.lock(tx, case_id, seen_by=who)
    target = HOMESTEAD.after(row.state, "permit")
    if who.person_id == row.inspected_by_person:
        raise Refused("许可人不得是踏勘人", reason="SAME_PERSON")
    today = tx.today()
    town = row.region_code[:9]
    number = f"乡字第{town}{today.year}{registry.next_number(tx, f'planning permit {town}'):05d}号"
    return advance(
        tx, who, row, "permit", target, number=number,
        set_={"permit_no": number, "permitted_on": today, "permitted_by_person": who.person_id},
    )  # fmt: skip


def approve(tx: Tx, who: Actor, case_id: int, *, approved_m2: Decimal) -> HomesteadCase:
    """核发宅基地批准书, for no more than was asked for. Not by whoever visited the site or permitted.

    Judged once more: since it applied, the household may have come to a homestead otherwise.
    """
    row = queries.lock(tx, case_id, seen_by=who)
    target = HOMESTEAD.after(row.state, "approve")
    if who.person_id in {row.inspected_by_person, row.permitted_by_person}:
        raise Refused("批准人不得是踏勘人或者许可人", reason="SAME_PERSON")
    if approved_m2 > row.requested_m2:
        raise Invalid(f"批准面积不得超过申请面积（{row.requested_m2}平方米）", field="approved_m2")
    unbreached(tx, row.household_party_id, row.parcel_id)
    findings = _rejudged(tx, row, row.area_class, approved_m2)
    today = tx.today()
    limit = limit_of(target, today)
    town = row.region_code[:9]
    number = f"宅批字第{town}{today.year}{registry.next_number(tx, f'homestead approval {town}'):05d}号"
    until = limit.due(today, calendar(tx)) if limit else None
    return advance(
        tx, who, row, "approve", target, findings=findings, number=number, approved_m2=approved_m2, valid_until=until,
        set_={
            "approval_no": number, "approved_on": today, "approved_by_person": who.person_id,
            "approved_m2": approved_m2, "valid_until": until,
        },
    )  # fmt: skip
