"""Registry routes: read in one's own regions, record with a permission, download what one may see."""

from typing import Annotated, Any

from fastapi import APIRouter, File, Form, Query, Response, UploadFile

from app.base.actor import Actor
from app.base.db import Tx, transaction
from app.base.errors import NotFound
from app.base.paging import MAX_PAGE, Page, cursor_of, key_of
from app.base.wire import RegionCode, Text
from app.identity.auth import may
from app.identity.permissions import P
from app.registry import actions, queries
from app.registry.models import Party
from app.registry.schemas import (
    AssetIn, AssetOut, CollectiveIn, CollectiveOut, DocumentOut, EndLeaseIn, LeaseIn, LeaseOut, MandateIn, MandateOut,
    MemberOut, MembersIn, ParcelDetailOut, ParcelIn, ParcelOut, PartyDetailOut, PartyIn, PartyOut, Prefix, ReasonIn,
    RegionOut, ReleaseIn, ResolutionIn, ResolutionOut, RestrictionIn, RestrictionOut, RightIn, RightOut, Token,
    UnmaskIn, UnmaskOut,
)  # fmt: skip
from app.registry.states import EXTENSION, AssetKind, LandType, PartyKind, RegionLevel, RestrictionKind, RightKind
from app.web.routes import StrictRoute

router = APIRouter(prefix="/api/v1", tags=["registry 登记"], route_class=StrictRoute)

Cursor = Annotated[str | None, Query(max_length=40)]
Limit = Annotated[int, Query(ge=1, le=MAX_PAGE)]
Key = Annotated[int | None, Query(ge=1, lt=2**63)]
Region = Annotated[Prefix | None, Query(description="行政区划代码前缀")]
Reader = Annotated[Actor, may(P.REGISTRY_READ)]
Recorder = Annotated[Actor, may(P.REGISTRY_RECORD)]


def _page(rows: list[Any], limit: int, shape: Any) -> Page[Any]:
    """`rows` are asked for with one more than `limit`: that one says there is another page."""
    shown = [shape.model_validate(row) for row in rows[:limit]]
    return Page(items=shown, next_cursor=cursor_of(shown[-1].id) if len(rows) > limit else None)


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
    return _page(rows, limit, PartyOut)


@router.post("/parties", status_code=201)
def record_party(body: PartyIn, who: Recorder) -> PartyOut:
    """登记主体。"""
    with transaction() as tx:
        return PartyOut.model_validate(actions.record_party(tx, who, body))


def _detail(tx: Tx, party: Party) -> PartyDetailOut:
    out = PartyDetailOut(**PartyOut.model_validate(party).model_dump())
    collective = queries.collective(tx, party.id)
    if collective is not None:
        out.collective = CollectiveOut.model_validate(collective)
    out.members = [
        MemberOut(
            party_id=p.id, name=p.name, share_num=m.share_num, share_den=m.share_den, relation=m.relation,
            is_representative=m.is_representative,
        )
        for m, p in queries.members(tx, party.id)
    ]  # fmt: skip
    return out


@router.get("/parties/{party_id}")
def party(party_id: int, who: Reader) -> PartyDetailOut:
    """主体、其成员与集体登记事项。"""
    with transaction(read_only=True) as tx:
        return _detail(tx, queries.party(tx, party_id, seen_by=who))


@router.put("/parties/{party_id}/members")
def record_members(party_id: int, body: MembersIn, who: Recorder) -> PartyDetailOut:
    """登记共有人或户内成员（全量）。"""
    with transaction() as tx:
        actions.record_members(tx, who, party_id, body)
        return _detail(tx, queries.party(tx, party_id, seen_by=who))


@router.put("/parties/{party_id}/collective")
def record_collective(party_id: int, body: CollectiveIn, who: Recorder) -> CollectiveOut:
    """登记集体的层级、登记证书状态与表决基数。"""
    with transaction() as tx:
        return CollectiveOut.model_validate(actions.record_collective(tx, who, party_id, body))


@router.post("/parties/{party_id}/unmask")
def unmask(party_id: int, body: UnmaskIn, who: Annotated[Actor, may(P.PERSON_UNMASK)]) -> UnmaskOut:
    """查看完整号码：须写明理由，查看本身记入审计日志。"""
    with transaction() as tx:
        value = actions.unmask(tx, who, party_id, field=body.field, reason=body.reason)
    return UnmaskOut(field=body.field, value=value)


@router.get("/parcels")
def parcels(
    who: Reader,
    region: Region = None,
    land_type: LandType | None = None,
    parcel_code: Annotated[str | None, Query(max_length=40)] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[ParcelOut]:
    """地块列表。"""
    with transaction(read_only=True) as tx:
        rows = queries.page_parcels(
            tx, seen_by=who, prefix=region, land_type=land_type, parcel_code=parcel_code, after=key_of(cursor),
            limit=limit + 1,
        )  # fmt: skip
    return _page(rows, limit, ParcelOut)


@router.post("/parcels", status_code=201)
def record_parcel(body: ParcelIn, who: Recorder) -> ParcelOut:
    """登记地块。"""
    with transaction() as tx:
        return ParcelOut.model_validate(actions.record_parcel(tx, who, body))


@router.get("/parcels/{parcel_id}")
def parcel(parcel_id: int, who: Reader) -> ParcelDetailOut:
    """地块及其权利、限制与流转期间（各至多一百条，余者用列表接口）。"""
    with transaction(read_only=True) as tx:
        out = ParcelDetailOut(**ParcelOut.model_validate(queries.parcel(tx, parcel_id, seen_by=who)).model_dump())
        rights = queries.page_rights(tx, seen_by=who, parcel_id=parcel_id, limit=MAX_PAGE)
        restrictions = queries.page_restrictions(tx, seen_by=who, parcel_id=parcel_id, limit=MAX_PAGE)
        leases = queries.page_leases(tx, seen_by=who, parcel_id=parcel_id, limit=MAX_PAGE)
    out.rights = [RightOut.model_validate(r) for r in rights]
    out.restrictions = [RestrictionOut.model_validate(r) for r in restrictions]
    out.leases = [LeaseOut.model_validate(x) for x in leases]
    return out


@router.get("/assets")
def assets(
    who: Reader,
    region: Region = None,
    kind: AssetKind | None = None,
    owner_party_id: Key = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[AssetOut]:
    """资产列表。"""
    with transaction(read_only=True) as tx:
        rows = queries.page_assets(
            tx, seen_by=who, prefix=region, kind=kind, owner_party_id=owner_party_id, after=key_of(cursor),
            limit=limit + 1,
        )  # fmt: skip
    return _page(rows, limit, AssetOut)


@router.post("/assets", status_code=201)
def record_asset(body: AssetIn, who: Recorder) -> AssetOut:
    """登记资产。"""
    with transaction() as tx:
        return AssetOut.model_validate(actions.record_asset(tx, who, body))


@router.get("/assets/{asset_id}")
def asset(asset_id: int, who: Reader) -> AssetOut:
    """资产。"""
    with transaction(read_only=True) as tx:
        return AssetOut.model_validate(queries.asset(tx, asset_id, seen_by=who))


@router.get("/rights")
def rights(
    who: Reader,
    region: Region = None,
    kind: RightKind | None = None,
    holder_party_id: Key = None,
    parcel_id: Key = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[RightOut]:
    """权利列表。"""
    with transaction(read_only=True) as tx:
        rows = queries.page_rights(
            tx, seen_by=who, prefix=region, kind=kind, holder_party_id=holder_party_id, parcel_id=parcel_id,
            after=key_of(cursor), limit=limit + 1,
        )  # fmt: skip
    return _page(rows, limit, RightOut)


@router.post("/rights", status_code=201)
def record_right(body: RightIn, who: Recorder) -> RightOut:
    """登记权利；派生权利不得超出母权利的期限与范围。"""
    with transaction() as tx:
        return RightOut.model_validate(actions.record_right(tx, who, body))


@router.get("/rights/{right_id}")
def right(right_id: int, who: Reader) -> RightOut:
    """权利。"""
    with transaction(read_only=True) as tx:
        return RightOut.model_validate(queries.right(tx, right_id, seen_by=who))


@router.post("/rights/{right_id}/end")
def end_right(right_id: int, body: ReasonIn, who: Recorder) -> RightOut:
    """终止权利；尚有派生权利时不得终止。"""
    with transaction() as tx:
        return RightOut.model_validate(actions.end_right(tx, who, right_id, reason=body.reason))


@router.get("/restrictions")
def restrictions(
    who: Reader,
    region: Region = None,
    kind: RestrictionKind | None = None,
    parcel_id: Key = None,
    standing: bool | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[RestrictionOut]:
    """权利限制列表；standing=true 只列未解除的。"""
    with transaction(read_only=True) as tx:
        rows = queries.page_restrictions(
            tx, seen_by=who, prefix=region, kind=kind, parcel_id=parcel_id, standing=standing, after=key_of(cursor),
            limit=limit + 1,
        )  # fmt: skip
    return _page(rows, limit, RestrictionOut)


@router.post("/restrictions", status_code=201)
def impose(body: RestrictionIn, who: Annotated[Actor, may(P.RESTRICTION_RECORD)]) -> RestrictionOut:
    """登记限制（查封、争议、抵押、居住权等），须有来源。"""
    with transaction() as tx:
        return RestrictionOut.model_validate(actions.impose(tx, who, body))


@router.post("/restrictions/{restriction_id}/release")
def release(
    restriction_id: int, body: ReleaseIn, who: Annotated[Actor, may(P.RESTRICTION_RECORD)]
) -> RestrictionOut:
    """解除限制，须有来源。"""
    with transaction() as tx:
        return RestrictionOut.model_validate(actions.release(tx, who, restriction_id, source=body.source))


@router.get("/leases")
def leases(
    who: Reader,
    region: Region = None,
    parcel_id: Key = None,
    holder_party_id: Key = None,
    reference: Annotated[str | None, Query(max_length=80)] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[LeaseOut]:
    """地块占有期间列表。"""
    with transaction(read_only=True) as tx:
        rows = queries.page_leases(
            tx, seen_by=who, prefix=region, parcel_id=parcel_id, holder_party_id=holder_party_id, reference=reference,
            after=key_of(cursor), limit=limit + 1,
        )  # fmt: skip
    return _page(rows, limit, LeaseOut)


@router.post("/leases", status_code=201)
def grant_lease(body: LeaseIn, who: Recorder) -> list[LeaseOut]:
    """登记既有流转合同的占有期间；同一地块同一日不得有两份。"""
    fields = body.model_dump()
    with transaction() as tx:
        rows = actions.grant_lease(tx, who, fields.pop("parcel_ids"), **fields)
        return [LeaseOut.model_validate(row) for row in rows]


@router.post("/leases/{lease_id}/end")
def end_lease(lease_id: int, body: EndLeaseIn, who: Recorder) -> LeaseOut:
    """提前终止：占有期间缩短至最后一日。"""
    with transaction() as tx:
        row = actions.end_lease(tx, who, lease_id, last_day=body.last_day, reason=body.reason)
        return LeaseOut.model_validate(row)


@router.get("/resolutions")
def resolutions(
    who: Reader, region: Region = None, party_id: Key = None, cursor: Cursor = None, limit: Limit = 50
) -> Page[ResolutionOut]:
    """集体决议列表。"""
    with transaction(read_only=True) as tx:
        rows = queries.page_resolutions(
            tx, seen_by=who, prefix=region, party_id=party_id, after=key_of(cursor), limit=limit + 1
        )
    return _page(rows, limit, ResolutionOut)


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
    return _page(rows, limit, MandateOut)


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
def revoke_mandate(
    mandate_id: int, body: ReasonIn, who: Annotated[Actor, may(P.RESOLUTION_RECORD)]
) -> MandateOut:
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
        rows = queries.page_documents(
            tx, seen_by=who, prefix=region, kind=kind, after=key_of(cursor), limit=limit + 1
        )
    return _page(rows, limit, DocumentOut)


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
