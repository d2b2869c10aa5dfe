"""Members and offices of a collective, the numbers its votes are counted against, and a resolution's voters."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter

from app.base.actor import Actor
from app.base.db import transaction
from app.base.paging import Page, cursor_of, key_of
from app.identity.auth import may
from app.identity.permissions import P
from app.registry import actions, queries
from app.registry.api.reading import Cursor, Limit, On, Reader
from app.registry.models import CollectiveMember, Party
from app.registry.schemas import (
    ElectorateOut,
    LeaveIn,
    MembershipOut,
    MembershipsIn,
    OfficeIn,
    OfficeOut,
    VoterOut,
)  # fmt: skip
from app.web.routes import StrictRoute

router = APIRouter(prefix="/api/v1", tags=["registry 登记"], route_class=StrictRoute)
Decisions = Annotated[Actor, may(P.RESOLUTION_RECORD)]


def _out(row: CollectiveMember, person: Party) -> MembershipOut:
    return MembershipOut(
        id=row.id, collective_party_id=row.collective_party_id, member_party_id=row.member_party_id, name=person.name,
        household_party_id=row.household_party_id, joined_on=row.joined_on, left_on=row.left_on,
        left_because=row.left_because,
    )  # fmt: skip


@router.get("/parties/{party_id}/memberships")
def memberships(
    party_id: int, who: Reader, on: On = None, cursor: Cursor = None, limit: Limit = 50
) -> Page[MembershipOut]:
    """集体成员名册：某日的成员，默认今日。"""
    with transaction(read_only=True) as tx:
        queries.party(tx, party_id, seen_by=who)
        rows = queries.page_members(tx, party_id, on or tx.today(), after=key_of(cursor), limit=limit + 1)
    items = [_out(member, person) for member, person in rows[:limit]]
    return Page(items=items, next_cursor=cursor_of(items[-1].id) if len(rows) > limit else None)


@router.post("/parties/{party_id}/memberships", status_code=201)
def join(party_id: int, body: MembershipsIn, who: Decisions) -> list[int]:
    """登记成员（可一次多人），答以登记编号；一人同时只能是一个集体的成员。"""
    with transaction() as tx:
        return [row.id for row in actions.join(tx, who, party_id, body)]


@router.post("/memberships/{membership_id}/leave")
def leave(membership_id: int, body: LeaveIn, who: Decisions) -> MembershipOut:
    """终止成员身份。"""
    with transaction() as tx:
        row = actions.leave(tx, who, membership_id, body)
        return _out(row, queries.party(tx, row.member_party_id))


@router.get("/parties/{party_id}/offices")
def offices(party_id: int, who: Reader, on: On = None) -> list[OfficeOut]:
    """某日在任的成员代表、理事、监事，默认今日。"""
    with transaction(read_only=True) as tx:
        queries.party(tx, party_id, seen_by=who)
        return [OfficeOut.model_validate(held) for held, _ in queries.officers_on(tx, party_id, on or tx.today())]


@router.post("/parties/{party_id}/offices", status_code=201)
def appoint(party_id: int, body: OfficeIn, who: Decisions) -> OfficeOut:
    """登记任职。"""
    with transaction() as tx:
        return OfficeOut.model_validate(actions.appoint(tx, who, party_id, body))


@router.post("/offices/{office_id}/retire")
def retire(office_id: int, body: LeaveIn, who: Decisions) -> OfficeOut:
    """任职终止。"""
    with transaction() as tx:
        return OfficeOut.model_validate(actions.retire(tx, who, office_id, body))


@router.get("/parties/{party_id}/electorate")
def electorate(party_id: int, who: Reader, on: On = None) -> ElectorateOut:
    """某日的表决基数，由名册与任职推算。"""
    with transaction(read_only=True) as tx:
        queries.party(tx, party_id, seen_by=who)
        day: date = on or tx.today()
        return ElectorateOut(on=day, **queries.electorate(tx, party_id, day))


@router.get("/resolutions/{resolution_id}/voters")
def voters(resolution_id: int, who: Reader) -> list[VoterOut]:
    """到会人及其表决（登记了逐人表决的决议）。"""
    with transaction(read_only=True) as tx:
        queries.resolution(tx, resolution_id, seen_by=who)
        return [VoterOut.model_validate(row) for row in queries.voters(tx, resolution_id)]
