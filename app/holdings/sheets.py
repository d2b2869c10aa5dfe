"""The workbook as data: its sheets, their columns, and what each column takes. Template, import and export read this."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from app.holdings.states import (
    ACCOUNT_KIND_ZH,
    ASSET_KIND_ZH,
    DIRECTION_ZH,
    LAND_TYPE_ZH,
    LESSEE_KIND_ZH,
    USE_STATE_ZH,
)  # fmt: skip


class Kind(StrEnum):
    """How a cell is read. `code` is a number somebody has given out, `account` a bank account kept sealed."""

    TEXT = "text"
    CODE = "code"
    OWNER = "owner"
    ACCOUNT = "account"
    MONEY = "money"
    DECIMAL = "decimal"
    DAY = "day"
    CHOICE = "choice"
    FLAG = "flag"


@dataclass(frozen=True, slots=True)
class Column:
    """`title` on the sheet, `name` in the table; `scale` is the decimals a `decimal` may have, `sample` one example."""

    title: str
    name: str
    kind: Kind
    sample: str
    required: bool = False
    width: int = 14
    note: str = ""
    choices: Mapping[str, str] = field(default_factory=dict)
    size: int = 200
    scale: int = 4


@dataclass(frozen=True, slots=True)
class Sheet:
    """`key` is what tells one row from another: the same key again changes the row it made before."""

    title: str
    table: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]

    @property
    def code(self) -> Column:
        """The column in which an example row says that it is one."""
        return next(c for c in self.columns if c.kind is Kind.CODE or c.name == "account_no")


_OWNER = Column(
    "权属单位", "owner_party_id", Kind.OWNER, "（在下拉列表中选择）", required=True, width=28,
    note="村集体经济组织与村民委员会分别填写，账户分设（政经分离）",
)  # fmt: skip
_NOTE = Column("备注", "note", Kind.TEXT, "", width=24)


def _account(note: str) -> Column:
    return Column("银行账号", "account_no", Kind.ACCOUNT, "示例6228480000000000", required=True, width=24, note=note)


ACCOUNTS: Final = Sheet(
    "账户", "holding_account",
    (
        _account("请设为文本格式；库存现金填“现金”"),
        _OWNER,
        Column("账户类型", "kind", Kind.CHOICE, "基本存款账户", required=True, choices=ACCOUNT_KIND_ZH),
        Column("开户银行", "bank_name", Kind.TEXT, "演示银行许昌支行", width=24),
        Column("账面余额（元）", "balance_fen", Kind.MONEY, "120000.00"),
        Column("余额日期", "balance_on", Kind.DAY, "2025-12-31"),
        _NOTE,
    ),
    ("account_digest",),
)  # fmt: skip
ENTRIES: Final = Sheet(
    "资金", "holding_entry",
    (
        Column(
            "凭证号", "voucher_no", Kind.CODE, "示例记-2025-001", required=True, width=18,
            note="同一账户内不重复；一凭证多笔的在后面加“-1”“-2”",
        ),
        _OWNER,
        _account("须是“账户”表或台账中该权属单位的账户"),
        Column("记账日期", "entered_on", Kind.DAY, "2025-03-01", required=True),
        Column("收支", "direction", Kind.CHOICE, "收入", required=True, choices=DIRECTION_ZH),
        Column("金额（元）", "amount_fen", Kind.MONEY, "5000.00", required=True),
        Column("摘要", "summary", Kind.TEXT, "演示：机动地租金", required=True, width=30),
        Column("对方单位", "counterparty", Kind.TEXT, "演示合作社", width=24),
    ),
    ("account_digest", "voucher_no"),
)  # fmt: skip
ASSETS: Final = Sheet(
    "资产", "holding_asset",
    (
        Column("资产编号", "asset_no", Kind.CODE, "示例ZC-001", required=True, width=18, size=40),
        _OWNER,
        Column("资产名称", "name", Kind.TEXT, "演示厂房", required=True, width=24),
        Column("资产类别", "kind", Kind.CHOICE, "厂房", required=True, choices=ASSET_KIND_ZH),
        Column("坐落", "location", Kind.TEXT, "村部东侧", width=24),
        Column("数量", "quantity", Kind.DECIMAL, "320", required=True),
        Column("计量单位", "unit", Kind.TEXT, "平方米", required=True, size=10),
        Column("原值（元）", "book_value_fen", Kind.MONEY, "350000"),
        Column("净值（元）", "net_value_fen", Kind.MONEY, "210000"),
        Column("取得日期", "acquired_on", Kind.DAY, "2016-05-01"),
        Column("使用状况", "use_state", Kind.CHOICE, "闲置", required=True, choices=USE_STATE_ZH),
        Column("经营性", "profitable", Kind.FLAG, "是", required=True),
        Column("公益性", "public_welfare", Kind.FLAG, "否"),
        Column("财政资金形成", "fiscal_funded", Kind.FLAG, "否"),
        Column("附着于土地", "attached_to_land", Kind.FLAG, "是"),
        _NOTE,
    ),
    ("owner_party_id", "asset_no"),
)  # fmt: skip
RESOURCES: Final = Sheet(
    "资源", "holding_resource",
    (
        Column("资源编号", "resource_no", Kind.CODE, "示例ZY-001", required=True, width=18, size=40),
        _OWNER,
        Column("资源名称", "name", Kind.TEXT, "演示机动地", required=True, width=24),
        Column("资源类别", "land_type", Kind.CHOICE, "耕地", required=True, choices=LAND_TYPE_ZH),
        Column("坐落", "location", Kind.TEXT, "村西", width=24),
        Column("面积（亩）", "area_mu", Kind.DECIMAL, "54.5", required=True),
        Column("东至", "bound_east", Kind.TEXT, "路", size=100),
        Column("南至", "bound_south", Kind.TEXT, "渠", size=100),
        Column("西至", "bound_west", Kind.TEXT, "沟", size=100),
        Column("北至", "bound_north", Kind.TEXT, "路", size=100),
        Column("使用状况", "use_state", Kind.CHOICE, "发包", required=True, choices=USE_STATE_ZH),
        Column("地块代码", "parcel_code", Kind.CODE, "", width=24, size=40),
        Column("永久基本农田", "basic_farmland", Kind.FLAG, "否"),
        _NOTE,
    ),
    ("owner_party_id", "resource_no"),
)  # fmt: skip
CONTRACTS: Final = Sheet(
    "合同", "holding_contract",
    (
        Column("合同编号", "contract_no", Kind.CODE, "示例HT-001", required=True, width=18),
        _OWNER,
        Column("合同名称", "name", Kind.TEXT, "演示机动地承包合同", required=True, width=28),
        Column(
            "标的编号", "thing_no", Kind.CODE, "示例ZY-001", required=True, width=18, size=40,
            note="“资产”或“资源”表中该权属单位的编号",
        ),
        Column("承租方", "lessee_name", Kind.TEXT, "演示合作社", required=True, width=24),
        Column("承租方性质", "lessee_kind", Kind.CHOICE, "合作社", required=True, choices=LESSEE_KIND_ZH),
        Column("签订日期", "signed_on", Kind.DAY, "2025-08-01", required=True),
        Column("起始日期", "starts_on", Kind.DAY, "2025-10-01", required=True),
        Column("终止日期", "ends_on", Kind.DAY, "2030-09-30", required=True),
        Column("面积或数量", "quantity", Kind.DECIMAL, "54.5"),
        Column("年租金（元）", "rent_fen", Kind.MONEY, "43600"),
        Column("合同总额（元）", "total_fen", Kind.MONEY, "218000", required=True),
        Column(
            "鉴证书编号", "certificate_no", Kind.CODE, "", width=22, size=30,
            note="进场交易取得的鉴证书；留空的合同列入未进场线索",
        ),
        _NOTE,
    ),
    ("owner_party_id", "contract_no"),
)  # fmt: skip

SHEETS: Final = (ACCOUNTS, ENTRIES, ASSETS, RESOURCES, CONTRACTS)
"""In the order in which they are read: a later sheet names rows of an earlier one."""
EXAMPLE: Final = "示例"
"""What the first column of an example row begins with; such rows are skipped and counted."""
CASH: Final = "现金"
NOTES: Final = "填表说明"
LISTS: Final = "选项"
"""Sheets of the template that hold no ledger."""
