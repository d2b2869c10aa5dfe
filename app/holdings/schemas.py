"""The ledger on the wire."""

from datetime import date, datetime

from pydantic import Field, computed_field

from app.base.wire import Out, PlainDecimal
from app.holdings.states import (
    WARNING_ZH,
    AccountKind,
    Direction,
    ImportMode,
    ImportState,
    LesseeKind,
    Severity,
    UseState,
    WarningReason,
)  # fmt: skip
from app.registry.states import AssetKind, LandType


class CountsOut(Out):
    """一张工作表：读到、有效、示例的行数；写入后另有新增、变更、未变、台账有而文件没有的行数。"""

    read: int
    valid: int
    examples: int
    added: int | None = None
    changed: int | None = None
    unchanged: int | None = None
    absent: int | None = None


class ImportOut(Out):
    """一次导入。`percent` 为进度；结束后看 `state`：checked 已试读，applied 已写入，refused 有问题未写入，failed 中断。"""

    id: int
    region_code: str
    mode: ImportMode
    state: ImportState
    file_name: str
    size: int
    same_as_id: int | None = Field(description="同一文件此前写入本村的那次导入")
    submitted_at: datetime
    percent: int
    n_rows: int
    n_errors: int
    n_notes: int
    summary: dict[str, CountsOut]
    finished_at: datetime | None


class ProblemOut(Out):
    """一个问题：哪张表、哪一行、哪一列、为什么。note 不影响写入。"""

    id: int
    severity: Severity
    code: str
    sheet: str | None
    row_no: int | None
    column_title: str | None
    cell: str | None
    reason: str


class _RowOut(Out):
    id: int
    region_code: str
    owner_party_id: int
    import_id: int
    changed_at: datetime


class AccountOut(_RowOut):
    """账户；账号只显示末四位。"""

    kind: AccountKind
    bank_name: str | None
    account_tail: str
    balance_fen: int | None
    balance_on: date | None
    note: str | None


class EntryOut(_RowOut):
    account_id: int
    voucher_no: str
    entered_on: date
    direction: Direction
    amount_fen: int
    summary: str
    counterparty: str | None


class HoldingAssetOut(_RowOut):
    asset_no: str
    name: str
    kind: AssetKind
    location: str | None
    quantity: PlainDecimal
    unit: str
    book_value_fen: int | None
    net_value_fen: int | None
    acquired_on: date | None
    use_state: UseState
    profitable: bool
    public_welfare: bool | None
    fiscal_funded: bool | None
    attached_to_land: bool | None
    note: str | None
    registry_asset_id: int | None = Field(description="登记资产；项目以此引用资产事实")


class ResourceOut(_RowOut):
    resource_no: str
    name: str
    land_type: LandType
    location: str | None
    area_mu: PlainDecimal
    bound_east: str | None
    bound_south: str | None
    bound_west: str | None
    bound_north: str | None
    use_state: UseState
    parcel_code: str | None
    basic_farmland: bool | None
    note: str | None


class HoldingContractOut(_RowOut):
    """合同；个人和农户的姓名隐去一部分。"""

    contract_no: str
    name: str
    thing_no: str
    lessee_name: str
    lessee_kind: LesseeKind
    signed_on: date
    starts_on: date
    ends_on: date
    quantity: PlainDecimal | None
    rent_fen: int | None
    total_fen: int
    certificate_no: str | None
    note: str | None


class NotTradedOut(Out):
    """未进场线索：一份没有有效鉴证书的合同。"""

    id: int
    owner_name: str
    contract: HoldingContractOut
    reason: WarningReason

    @computed_field  # type: ignore[prop-decorator]  # mypy has no decorators on properties
    @property
    def reason_zh(self) -> str:
        """原因，中文。"""
        return WARNING_ZH[self.reason]
