"""Searches that a supervisor keeps for himself, and exports that are written in the background."""

from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Path, Query
from fastapi.responses import StreamingResponse

from app.base.actor import Actor
from app.base.db import transaction
from app.base.paging import MAX_PAGE, Page, cursor_of, key_of
from app.identity.auth import may
from app.identity.permissions import P
from app.supervision import actions, queries
from app.supervision.api import MEDIA, Paging, events_page
from app.supervision.schemas import (
    AuditExportIn,
    AuditExportOut,
    EventOut,
    ExportFormat,
    SavedSearchIn,
    SavedSearchOut,
    again,
    search_of,
)  # fmt: skip
from app.web.routes import StrictRoute

router = APIRouter(prefix="/api/v1", tags=["supervision 监管"], route_class=StrictRoute)

Supervisor = Annotated[Actor, may(P.AUDIT_READ)]
Key = Annotated[int, Path(ge=1, lt=2**63)]


@router.get("/saved-searches")
def saved_searches(who: Supervisor) -> list[SavedSearchOut]:
    """本人保存的检索方案，至多一百个。"""
    with transaction(read_only=True) as tx:
        return [SavedSearchOut.model_validate(row) for row in queries.saved_all(tx, of=who)]


@router.post("/saved-searches", status_code=201)
def save_search(body: SavedSearchIn, who: Supervisor) -> SavedSearchOut:
    """保存一个检索方案；名称在本人的方案中唯一。"""
    with transaction() as tx:
        return SavedSearchOut.model_validate(actions.save(tx, who, body))


@router.put("/saved-searches/{search_id}")
def change_search(search_id: Key, body: SavedSearchIn, who: Supervisor) -> SavedSearchOut:
    """修改检索方案。"""
    with transaction() as tx:
        return SavedSearchOut.model_validate(actions.change(tx, who, search_id, body))


@router.delete("/saved-searches/{search_id}", status_code=204)
def drop_search(search_id: Key, who: Supervisor) -> None:
    """删除检索方案。"""
    with transaction() as tx:
        actions.drop(tx, who, search_id)


@router.get("/saved-searches/{search_id}/events")
def saved_events(search_id: Key, paging: Annotated[Paging, Query()], who: Supervisor) -> Page[EventOut]:
    """按保存的条件检索审计日志；范围以检索时的职责为准，涉及个人的照常记入日志。"""
    with transaction(read_only=True) as tx:
        search = search_of(again(queries.saved(tx, search_id, of=who).search))
    return events_page(search, who, paging)


@router.get("/audit-exports")
def exports(
    who: Supervisor,
    cursor: Annotated[str | None, Query(max_length=40)] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = 50,
) -> Page[AuditExportOut]:
    """本人的导出任务，最近的在前。"""
    with transaction(read_only=True) as tx:
        rows = queries.exports(tx, of=who, after=key_of(cursor), limit=limit + 1)
        items = [AuditExportOut.model_validate(row) for row in rows[:limit]]
    return Page(items=items, next_cursor=cursor_of(items[-1].id) if len(rows) > limit else None)


@router.post("/audit-exports", status_code=202)
def begin_export(body: AuditExportIn, who: Supervisor) -> AuditExportOut:
    """导出大量审计日志：在后台分批写出，完成后七日内可下载；相同的导出进行中时返回该任务。"""
    with transaction() as tx:
        return AuditExportOut.model_validate(actions.ask_for_export(tx, who, body.search, body.format))


@router.get("/audit-exports/{export_id}")
def export(export_id: Key, who: Supervisor) -> AuditExportOut:
    """导出任务的进度。"""
    with transaction(read_only=True) as tx:
        return AuditExportOut.model_validate(queries.export(tx, export_id, of=who))


@router.get("/audit-exports/{export_id}/file", response_class=StreamingResponse)
def export_file(export_id: Key, who: Supervisor) -> StreamingResponse:
    """下载导出的文件；每次下载记入日志。"""
    with transaction() as tx:
        row = AuditExportOut.model_validate(actions.take(tx, who, export_id))
    form = ExportFormat(row.format)
    return StreamingResponse(
        _pieces(export_id, who), media_type=MEDIA[form],
        headers={
            "content-disposition": f'attachment; filename="audit-events-{row.up_to}.{form}"',
            "content-length": str(row.size),
        },
    )  # fmt: skip


def _pieces(export_id: int, who: Actor) -> Iterator[bytes]:
    with transaction(read_only=True) as tx:
        yield from actions.parts(tx, queries.export(tx, export_id, of=who))
