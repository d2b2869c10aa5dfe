"""The supervisors' view of the audit log."""

from typing import Annotated

from fastapi import APIRouter, Path, Query
from fastapi.responses import StreamingResponse

from app.audit import queries as audit
from app.audit.actions import verify_chain
from app.audit.models import AuditEvent
from app.audit.queries import Search
from app.base.actor import Actor
from app.base.db import transaction
from app.base.errors import NotFound
from app.base.paging import MAX_PAGE, Page, cursor_of, key_of
from app.base.wire import In
from app.identity.auth import may
from app.identity.permissions import P
from app.supervision import actions, queries
from app.supervision.acts import act_zh, sentence
from app.supervision.schemas import (
    BrokenOut,
    ChainOut,
    EventOut,
    ExportFormat,
    MomentOut,
    OneSubject,
    Order,
    PersonalOut,
    SearchIn,
    search_of,
)  # fmt: skip
from app.web.routes import StrictRoute

router = APIRouter(prefix="/api/v1", tags=["supervision 监管"], route_class=StrictRoute)


MEDIA = {ExportFormat.CSV: "text/csv; charset=utf-8", ExportFormat.JSONL: "application/x-ndjson"}


class Paging(In):
    """次序与分页。"""

    order: Annotated[Order, Query(strict=False)] = Order.NEWEST
    cursor: Annotated[str | None, Query(max_length=40)] = None
    limit: Annotated[int, Query(strict=False, ge=1, le=MAX_PAGE)] = 50


class SearchQuery(SearchIn, Paging):
    """检索条件与分页。"""


class ExportQuery(SearchIn):
    """检索条件与格式。"""

    format: Annotated[ExportFormat, Query(strict=False)] = ExportFormat.CSV


@router.get("/audit-events")
def events(asked: Annotated[SearchQuery, Query()], who: Annotated[Actor, may(P.AUDIT_READ)]) -> Page[EventOut]:
    """检索审计日志：按对象、行为人、组织、行为、区划、规则、结论、请求号、期间；竞价结束前不显示报名与缴款。"""
    return events_page(search_of(asked), who, asked)


def events_page(search: Search, who: Actor, paging: Paging) -> Page[EventOut]:
    """A page of what is found; a search about people is itself recorded."""
    personal = actions.is_personal(search)
    with transaction(read_only=not personal) as tx:
        if personal:
            actions.note_search(tx, who, search)
        found = audit.page(
            tx, search, seen_by=who, limit=paging.limit + 1, after=key_of(paging.cursor),
            oldest_first=paging.order is Order.OLDEST, also=[queries.unsealed()],
        )  # fmt: skip
    items = [EventOut.model_validate(event) for event in found[: paging.limit]]
    return Page(items=items, next_cursor=cursor_of(items[-1].id) if len(found) > paging.limit else None)


@router.get("/audit-events/export", response_class=StreamingResponse)
def export(asked: Annotated[ExportQuery, Query()], who: Annotated[Actor, may(P.AUDIT_READ)]) -> StreamingResponse:
    """导出审计日志（CSV 或 JSON Lines）；导出本身记入日志。"""
    search = search_of(asked)
    with transaction() as tx:
        up_to = actions.begin_export(tx, who, search, form=asked.format)
    found = actions.exported(who, search, up_to=up_to)
    name = f"audit-events-{up_to}.{asked.format}"
    return StreamingResponse(
        actions.lines(found, asked.format), media_type=MEDIA[asked.format],
        headers={"content-disposition": f'attachment; filename="{name}"'},
    )  # fmt: skip


@router.post("/audit-events/{event_id}/open-personal")
def open_personal(
    event_id: Annotated[int, Path(ge=1, lt=2**63)], who: Annotated[Actor, may(P.AUDIT_READ)]
) -> list[PersonalOut]:
    """查看一条事件所承诺的个人字段及其盐，查看本身记入日志；已删除的不再可见，承诺与证明仍在。"""
    with transaction() as tx:
        return actions.open_personal(tx, who, event_id)


@router.get("/subjects/{kind}/{subject_id}/timeline")
def timeline(
    kind: Annotated[str, Path(pattern=r"^[a-z][a-z_-]{0,29}$")],
    subject_id: Annotated[str, Path(pattern=r"^[A-Za-z0-9._-]{1,48}$")],
    who: Annotated[Actor, may(P.AUDIT_READ)],
    cursor: Annotated[str | None, Query(max_length=40)] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = 50,
) -> Page[MomentOut]:
    """一个对象的经过，自始至今，每步一句话。"""
    after = key_of(cursor)
    search = Search(subject=f"{kind}/{subject_id}")
    personal = actions.is_personal(search)
    with transaction(read_only=not personal) as tx:
        if personal:
            actions.note_search(tx, who, search)
        found = audit.page(
            tx, search, seen_by=who, limit=limit + 1, after=after, oldest_first=True,
            also=[queries.unsealed()],
        )  # fmt: skip
        names = queries.names(tx, (e.account_id for e in found if e.account_id is not None))
    if not found and after is None:
        raise NotFound
    items = [_moment(event, names) for event in found[:limit]]
    return Page(items=items, next_cursor=cursor_of(found[limit - 1].id) if len(found) > limit else None)


def _moment(event: AuditEvent, names: dict[int, str]) -> MomentOut:
    who = "系统" if event.account_id is None else names.get(event.account_id, f"账号{event.account_id}")
    if event.client_id is not None:
        who += "（通过应用）"
    return MomentOut(
        seq=event.seq, at=event.at, act=event.act, act_zh=act_zh(event.act), who=who, sentence=sentence(event, who),
        verdict=event.verdict, rule_ids=event.rule_ids,
    )  # fmt: skip


@router.post("/audit-events/verify-chain")
def verify(subject: Annotated[OneSubject, Query()], who: Annotated[Actor, may(P.AUDIT_READ)]) -> ChainOut:
    """复算一个对象的哈希链，指出第一条不成立的记录。"""
    with transaction(read_only=True) as tx:
        if not audit.is_seen(tx, subject, seen_by=who, also=[queries.unsealed()]):
            raise NotFound
        checked, broken = verify_chain(tx, subject)
    said = None if broken is None else BrokenOut.model_validate(broken)
    return ChainOut(subject=subject, intact=broken is None, checked=checked, broken=said)
