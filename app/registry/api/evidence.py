"""Resolutions, mandates and documents: recorded, read, and downloaded by those who may see them."""

from typing import Annotated

from fastapi import APIRouter, File, Form, Query, Response, UploadFile

from app.base.actor import Actor
from app.base.db import transaction
from app.base.errors import NotFound
from app.base.paging import Page, key_of
from app.base.wire import RegionCode, Text
from app.identity.auth import may
from app.identity.permissions import P
from app.registry import actions, queries
from app.registry.api.reading import Cursor, Key, Limit, Reader, Region, page_of
from app.registry.schemas import (
    DocumentOut,
    MandateIn,
    MandateOut,
    ReasonIn,
    ResolutionIn,
    ResolutionOut,
    Token,
)  # fmt: skip
from app.registry.states import EXTENSION
from app.web.routes import StrictRoute

router = APIRouter(prefix="/api/v1", tags=["registry 登记"], route_class=StrictRoute)


@router.get("/resolutions")
def resolutions(
    who: Reader, region: Region = None, party_id: Key = None, cursor: Cursor = None, limit: Limit = 50
) -> Page[ResolutionOut]:
    """集体决议列表。"""
    with transaction(read_only=True) as tx:
        rows = queries.page_resolutions(
            tx, seen_by=who, prefix=region, party_id=party_id, after=key_of(cursor), limit=limit + 1
        )
    return page_of(rows, limit, ResolutionOut)


@router.post("/resolutions", status_code=201)
def record_resolution(body: ResolutionIn, who: Annotated[Actor, may(P.RESOLUTION_RECORD)]) -> ResolutionOut:
    """登记决议；未给出的应到人数取自集体登记。"""
    with transaction() as tx:
        return ResolutionOut.model_validate(actions.record_resolution(tx, who, body))


@router.get("/resolutions/{resolution_id}")
def resolution(resolution_id: int, who: Reader) -> ResolutionOut:
    """决议。"""
    with transaction(read_only=True) as tx:
        return ResolutionOut.model_validate(queries.resolution(tx, resolution_id, seen_by=who))


@router.get("/mandates")
def mandates(
    who: Reader, region: Region = None, party_id: Key = None, cursor: Cursor = None, limit: Limit = 50
) -> Page[MandateOut]:
    """委托书列表；party_id 为委托人或受托人。"""
    with transaction(read_only=True) as tx:
        rows = queries.page_mandates(
            tx, seen_by=who, prefix=region, party_id=party_id, after=key_of(cursor), limit=limit + 1
        )
    return page_of(rows, limit, MandateOut)


@router.post("/mandates", status_code=201)
def record_mandate(body: MandateIn, who: Annotated[Actor, may(P.RESOLUTION_RECORD)]) -> MandateOut:
    """登记委托书。"""
    with transaction() as tx:
        return MandateOut.model_validate(actions.record_mandate(tx, who, body))


@router.get("/mandates/{mandate_id}")
def mandate(mandate_id: int, who: Reader) -> MandateOut:
    """委托书。"""
    with transaction(read_only=True) as tx:
        return MandateOut.model_validate(queries.mandate(tx, mandate_id, seen_by=who))


@router.post("/mandates/{mandate_id}/revoke")
def revoke_mandate(mandate_id: int, body: ReasonIn, who: Annotated[Actor, may(P.RESOLUTION_RECORD)]) -> MandateOut:
    """撤回委托。"""
    with transaction() as tx:
        return MandateOut.model_validate(actions.revoke_mandate(tx, who, mandate_id, reason=body.reason))


@router.get("/documents")
def documents(
    who: Reader, region: Region = None, kind: Annotated[Token | None, Query()] = None, cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[DocumentOut]:  # fmt: skip
    """材料列表。"""
    with transaction(read_only=True) as tx:
        rows = queries.page_documents(tx, seen_by=who, prefix=region, kind=kind, after=key_of(cursor), limit=limit + 1)
    return page_of(rows, limit, DocumentOut)


@router.post("/documents", status_code=201)
def record_document(
    who: Annotated[Actor, may(P.DOCUMENT_RECORD)],
    region_code: Annotated[RegionCode, Form()],
    kind: Annotated[Token, Form()],
    title: Annotated[Text, Form()],
    reference: Annotated[Text | None, Form()] = None,
    file: Annotated[UploadFile | None, File(description="PDF、PNG 或 JPEG，不超过一百万字节")] = None,
) -> DocumentOut:
    """提交材料：上传文件，或写明存放处。"""
    content = file.file.read(actions.MAX_DOCUMENT + 1) if file is not None else None
    with transaction() as tx:
        document = actions.record_document(
            tx, who, region_code=region_code, kind=kind, title=title, content=content, reference=reference
        )
        return DocumentOut.model_validate(document)


@router.get("/documents/{document_id}")
def document(document_id: int, who: Reader) -> DocumentOut:
    """材料的说明。"""
    with transaction(read_only=True) as tx:
        return DocumentOut.model_validate(queries.document(tx, document_id, seen_by=who))


@router.get("/documents/{document_id}/body", response_class=Response)
def body(document_id: int, who: Reader) -> Response:
    """下载材料原件。"""
    with transaction(read_only=True) as tx:
        row = queries.document(tx, document_id, seen_by=who)
        content = queries.body_of(tx, document_id)
    if content is None or row.media_type is None:
        raise NotFound("该材料没有上传原件")
    name = f"document-{document_id}.{EXTENSION[row.media_type]}"
    return Response(
        content, media_type=row.media_type.value, headers={"content-disposition": f'attachment; filename="{name}"'}
    )
