"""Ledger routes: workbooks in and out, the ledger itself, and the contracts that passed the platform by."""

from collections.abc import Iterator
from typing import IO, Annotated, Any, Final
from urllib.parse import quote

from fastapi import APIRouter, File, Form, Query, UploadFile
from fastapi.responses import StreamingResponse

from app.base.actor import Actor
from app.base.db import transaction
from app.base.masking import mask_name
from app.base.paging import MAX_PAGE, Page, cursor_of, key_of
from app.base.wire import RegionCode
from app.holdings import actions, queries
from app.holdings.models import (
    HoldingAccount,
    HoldingAsset,
    HoldingContract,
    HoldingEntry,
    HoldingResource,
)  # fmt: skip
from app.holdings.schemas import (
    AccountOut,
    EntryOut,
    HoldingAssetOut,
    HoldingContractOut,
    ImportOut,
    NotTradedOut,
    ProblemOut,
    ResourceOut,
)  # fmt: skip
from app.holdings.states import PRIVATE_LESSEES, ImportMode
from app.identity.auth import may
from app.identity.permissions import P
from app.registry.schemas import Prefix
from app.web.routes import StrictRoute

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
BLOCK: Final = 65_536

router = APIRouter(prefix="/api/v1", tags=["holdings 三资台账"], route_class=StrictRoute)

Reader = Annotated[Actor, may(P.HOLDING_READ)]
Recorder = Annotated[Actor, may(P.HOLDING_RECORD)]
Region = Annotated[Prefix | None, Query(description="行政区划代码前缀")]
Village = Annotated[RegionCode, Query(description="村代码，12 位")]
Owner = Annotated[int | None, Query(ge=1, lt=2**63, description="权属单位")]
Cursor = Annotated[str | None, Query(max_length=40)]
Limit = Annotated[int, Query(ge=1, le=MAX_PAGE)]


def _sent(book: IO[bytes], name: str) -> StreamingResponse:
    def blocks() -> Iterator[bytes]:
        with book:
            while block := book.read(BLOCK):
                yield block

    shown = f"attachment; filename=\"ledger.xlsx\"; filename*=UTF-8''{quote(name)}"
    return StreamingResponse(blocks(), media_type=XLSX, headers={"content-disposition": shown})


@router.get("/holding-template", response_class=StreamingResponse)
def template(region_code: Village, who: Recorder) -> StreamingResponse:
    """下载本村的台账模板：填表说明、下拉列表、每表一行示例。"""
    with transaction(read_only=True) as tx:
        book = actions.template(tx, who, region_code=region_code)
    return _sent(book, f"三资台账模板-{region_code}.xlsx")


@router.get("/holding-export", response_class=StreamingResponse)
def export(region_code: Village, who: Recorder) -> StreamingResponse:
    """导出本村台账，格式与导入相同；含完整账号，导出记入日志。"""
    with transaction() as tx:
        book = actions.export(tx, who, region_code=region_code)
    return _sent(book, f"三资台账-{region_code}.xlsx")


@router.post("/holding-imports", status_code=202, max_body_size=actions.MAX_FILE + 100_000)
def submit(
    who: Recorder,
    region_code: Annotated[RegionCode, Form(description="村代码，12 位")],
    file: Annotated[UploadFile, File(description="按模板填写的 .xlsx，不超过一千二百万字节")],
    mode: Annotated[ImportMode, Form(description="dry_run 只试读；whole 全部无误才写入；partial 写入无误的行")] = (
        ImportMode.DRY_RUN
    ),
) -> ImportOut:
    """导入台账：收下文件，排队读取；进度与结果看这次导入。"""
    content = file.file.read(actions.MAX_FILE + 1)
    with transaction() as tx:
        made = actions.submit(
            tx, who, region_code=region_code, mode=mode, file_name=file.filename or "", content=content
        )
        return ImportOut.model_validate(made)


@router.get("/holding-imports")
def imports(who: Reader, region: Region = None, cursor: Cursor = None, limit: Limit = 50) -> Page[ImportOut]:
    """导入记录，新的在前。"""
    with transaction(read_only=True) as tx:
        rows = queries.page_imports(tx, seen_by=who, prefix=region, after=key_of(cursor), limit=limit + 1)
    items = [ImportOut.model_validate(row) for row in rows[:limit]]
    return Page(items=items, next_cursor=cursor_of(items[-1].id) if len(rows) > limit else None)


@router.get("/holding-imports/{import_id}")
def one_import(import_id: int, who: Reader) -> ImportOut:
    """一次导入的进度与结果。"""
    with transaction(read_only=True) as tx:
        return ImportOut.model_validate(queries.one_import(tx, import_id, seen_by=who))


@router.get("/holding-imports/{import_id}/problems")
def problems(import_id: int, who: Reader, cursor: Cursor = None, limit: Limit = 100) -> Page[ProblemOut]:
    """一次导入发现的问题，按表、行、列；最多列出五千个，总数在导入记录中。"""
    with transaction(read_only=True) as tx:
        queries.one_import(tx, import_id, seen_by=who)
        rows = queries.problems(tx, import_id, after=key_of(cursor), limit=limit + 1)
    items = [ProblemOut.model_validate(row) for row in rows[:limit]]
    return Page(items=items, next_cursor=cursor_of(items[-1].id) if len(rows) > limit else None)


@router.get("/holding-accounts")
def accounts(
    who: Reader, region: Region = None, owner_party_id: Owner = None, cursor: Cursor = None, limit: Limit = 50
) -> Page[AccountOut]:
    """账户：村集体经济组织与村民委员会各自的账户。"""
    return _page(HoldingAccount, AccountOut, who, region, owner_party_id, cursor, limit)


@router.get("/holding-entries")
def entries(
    who: Reader, region: Region = None, owner_party_id: Owner = None, cursor: Cursor = None, limit: Limit = 50
) -> Page[EntryOut]:
    """资金：账户收支明细。"""
    return _page(HoldingEntry, EntryOut, who, region, owner_party_id, cursor, limit)


@router.get("/holding-assets")
def assets(
    who: Reader, region: Region = None, owner_party_id: Owner = None, cursor: Cursor = None, limit: Limit = 50
) -> Page[HoldingAssetOut]:
    """资产台账。"""
    return _page(HoldingAsset, HoldingAssetOut, who, region, owner_party_id, cursor, limit)


@router.post("/holding-assets/{holding_asset_id}/register", status_code=201)
def register(holding_asset_id: int, who: Annotated[Actor, may(P.REGISTRY_RECORD)]) -> HoldingAssetOut:
    """把台账资产登记为可交易资产；项目由此引用资产事实，不再由申请人填写。"""
    with transaction() as tx:
        return HoldingAssetOut.model_validate(actions.register(tx, who, holding_asset_id))


@router.get("/holding-resources")
def resources(
    who: Reader, region: Region = None, owner_party_id: Owner = None, cursor: Cursor = None, limit: Limit = 50
) -> Page[ResourceOut]:
    """资源台账。"""
    return _page(HoldingResource, ResourceOut, who, region, owner_party_id, cursor, limit)


@router.get("/holding-contracts")
def contracts(
    who: Reader, region: Region = None, owner_party_id: Owner = None, cursor: Cursor = None, limit: Limit = 50
) -> Page[HoldingContractOut]:
    """合同台账。"""
    found = _page(HoldingContract, HoldingContractOut, who, region, owner_party_id, cursor, limit)
    return Page(items=[_masked(c) for c in found.items], next_cursor=found.next_cursor)


@router.get("/holding-warnings")
def not_traded(
    who: Annotated[Actor, may(P.WARNING_READ)], region: Region = None, cursor: Cursor = None, limit: Limit = 50
) -> Page[NotTradedOut]:
    """未进场线索：台账合同没有鉴证书编号，或者平台没有签发过该编号的有效鉴证书。"""
    with transaction(read_only=True) as tx:
        rows = queries.not_traded(tx, seen_by=who, prefix=region, after=key_of(cursor), limit=limit + 1)
        names = queries.names_of(tx, [row.owner_party_id for row, _ in rows])
    items = [
        NotTradedOut.model_validate(
            {
                "id": row.id, "owner_name": names[row.owner_party_id], "reason": reason,
                "contract": _masked(HoldingContractOut.model_validate(row)),
            }
        )
        for row, reason in rows[:limit]
    ]  # fmt: skip
    return Page(items=items, next_cursor=cursor_of(items[-1].id) if len(rows) > limit else None)


def _masked(contract: HoldingContractOut) -> HoldingContractOut:
    if contract.lessee_kind in PRIVATE_LESSEES:
        contract.lessee_name = mask_name(contract.lessee_name)
    return contract


def _page(
    table: Any, shape: Any, who: Actor, region: str | None, owner: int | None, cursor: str | None, limit: int
) -> Page[Any]:
    with transaction(read_only=True) as tx:
        rows = queries.page(tx, table, seen_by=who, prefix=region, owner=owner, after=key_of(cursor), limit=limit + 1)
    items = [shape.model_validate(row) for row in rows[:limit]]
    return Page(items=items, next_cursor=cursor_of(items[-1].id) if len(rows) > limit else None)
