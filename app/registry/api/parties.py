"""Divisions for everybody; parties, their members and collectives in one's own regions."""

from typing import Annotated

from fastapi import APIRouter, Query

from app.base.actor import Actor
from app.base.db import Tx, transaction
from app.base.paging import Page, cursor_of, key_of
from app.base.wire import RegionCode
from app.identity.auth import may
from app.identity.permissions import P
from app.registry import actions, queries
from app.registry.api.reading import Cursor, Limit, On, Reader, Recorder, Region, page_of
from app.registry.models import Collective, Party, PartyMember
from app.registry.schemas import (
    CollectiveIn,
    CollectiveOut,
    DeathIn,
    MemberOut,
    MembersIn,
    PartyDetailOut,
    PartyIn,
    PartyOut,
    RegionOut,
    UnmaskIn,
    UnmaskOut,
)  # fmt: skip
from app.registry.states import PartyKind, RegionLevel
from app.web.routes import StrictRoute

router = APIRouter(prefix="/api/v1", tags=["registry 登记"], route_class=StrictRoute)


@router.get("/regions")
def regions(
    parent: Annotated[RegionCode | None, Query()] = None,
    level: RegionLevel | None = None,
    prefix: Region = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Page[RegionOut]:
    """行政区划，按代码排序；公开。"""
    with transaction(read_only=True) as tx:
        rows = queries.page_regions(
            tx, parent=parent, level=level, prefix=prefix, after=key_of(cursor), limit=limit + 1
        )
    items = [RegionOut.model_validate(r) for r in rows[:limit]]
    return Page(items=items, next_cursor=cursor_of(int(items[-1].code)) if len(rows) > limit else None)


@router.get("/parties")
def parties(
    who: Reader,
    region: Region = None,
    kind: PartyKind | None = None,
    credit_code: Annotated[str | None, Query(max_length=18)] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[PartyOut]:
    """权利主体列表；号码只以掩码出现。"""
    with transaction(read_only=True) as tx:
        rows = queries.page_parties(
            tx, seen_by=who, prefix=region, kind=kind, credit_code=credit_code, after=key_of(cursor), limit=limit + 1
        )
    return page_of(rows, limit, PartyOut)


@router.post("/parties", status_code=201)
def record_party(body: PartyIn, who: Recorder) -> PartyOut:
    """登记主体。"""
    with transaction() as tx:
        return PartyOut.model_validate(actions.record_party(tx, who, body))


def _detail(party: Party, collective: Collective | None, members: list[tuple[PartyMember, Party]]) -> PartyDetailOut:
    out = PartyDetailOut(**PartyOut.model_validate(party).model_dump())
    if collective is not None:
        out.collective = CollectiveOut.model_validate(collective)
    out.members = [
        MemberOut(
            party_id=p.id, name=p.name, share_num=m.share_num, share_den=m.share_den, relation=m.relation,
            is_representative=m.is_representative,
        )
        for m, p in members
    ]  # fmt: skip
    return out


def _now(tx: Tx, party: Party) -> PartyDetailOut:
    return _detail(party, queries.collective(tx, party.id), queries.members(tx, party.id))


@router.get("/parties/{party_id}")
def party(party_id: int, who: Reader, on: On = None) -> PartyDetailOut:
    """主体、其成员与集体登记事项；on 为过去的一天时，按当日登记状态。"""
    with transaction(read_only=True) as tx:
        now = queries.party(tx, party_id, seen_by=who)
        if on is None:
            return _now(tx, now)
        then = queries.one_as_of(tx, Party, party_id, on)
        registered = queries.as_of(tx, Collective, [party_id], on)
        return _detail(then, registered[0] if registered else None, queries.members_as_of(tx, party_id, on))


@router.put("/parties/{party_id}/members")
def record_members(party_id: int, body: MembersIn, who: Recorder) -> PartyDetailOut:
    """登记共有人或户内成员（全量）。"""
    with transaction() as tx:
        actions.record_members(tx, who, party_id, body)
        return _now(tx, queries.party(tx, party_id, seen_by=who))


@router.put("/parties/{party_id}/collective")
def record_collective(party_id: int, body: CollectiveIn, who: Recorder) -> CollectiveOut:
    """登记集体的层级、登记证书状态与表决基数。"""
    with transaction() as tx:
        return CollectiveOut.model_validate(actions.record_collective(tx, who, party_id, body))


@router.post("/parties/{party_id}/death")
def record_death(party_id: int, body: DeathIn, who: Recorder) -> PartyOut:
    """登记死亡：户内、集体成员身份与任职随之终止。"""
    with transaction() as tx:
        return PartyOut.model_validate(actions.record_death(tx, who, party_id, body))


@router.post("/parties/{party_id}/unmask")
def unmask(party_id: int, body: UnmaskIn, who: Annotated[Actor, may(P.PERSON_UNMASK)]) -> UnmaskOut:
    """查看完整号码：须写明理由，查看本身记入审计日志。"""
    with transaction() as tx:
        value = actions.unmask(tx, who, party_id, field=body.field, reason=body.reason)
    return UnmaskOut(field=body.field, value=value)
