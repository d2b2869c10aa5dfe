"""The words of the ledger of the three kinds (资金、资产、资源), and the life of an import."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from app.base.lifecycle import Lifecycle, Move


class ImportMode(StrEnum):
    """What an import may write: nothing, all or nothing, or the rows without a fault."""

    DRY_RUN = "dry_run"
    WHOLE = "whole"
    PARTIAL = "partial"


class ImportState(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    CHECKED = "checked"
    APPLIED = "applied"
    REFUSED = "refused"
    FAILED = "failed"


IMPORT: Final = Lifecycle(
    "holding_import",
    Move("claim", (ImportState.QUEUED, ImportState.RUNNING), ImportState.RUNNING),
    Move("finish", (ImportState.RUNNING,), ImportState.CHECKED),
    Move("finish", (ImportState.RUNNING,), ImportState.APPLIED),
    Move("finish", (ImportState.RUNNING,), ImportState.REFUSED),
    Move("give_up", (ImportState.RUNNING,), ImportState.FAILED),
)
"""`running` may be claimed again once the process that ran it has not been heard of for a while."""


class Severity(StrEnum):
    """An error keeps its row out; a note says what was read otherwise than it was written."""

    ERROR = "error"
    NOTE = "note"


class AccountKind(StrEnum):
    BASIC = "basic"
    GENERAL = "general"
    SPECIAL = "special"
    CASH = "cash"


class Direction(StrEnum):
    INCOME = "income"
    EXPENSE = "expense"


class UseState(StrEnum):
    OWN_USE = "own_use"
    LET = "let"
    CONTRACTED = "contracted"
    IDLE = "idle"
    WORN_OUT = "worn_out"


class LesseeKind(StrEnum):
    INDIVIDUAL = "individual"
    HOUSEHOLD = "household"
    FAMILY_FARM = "family_farm"
    COOPERATIVE = "cooperative"
    ENTERPRISE = "enterprise"
    OTHER = "other"


PRIVATE_LESSEES: Final = frozenset({LesseeKind.INDIVIDUAL, LesseeKind.HOUSEHOLD})

ACCOUNT_KIND_ZH: Final[Mapping[str, str]] = {
    "basic": "基本存款账户",
    "general": "一般存款账户",
    "special": "专用存款账户",
    "cash": "库存现金",
}
DIRECTION_ZH: Final[Mapping[str, str]] = {"income": "收入", "expense": "支出"}
USE_STATE_ZH: Final[Mapping[str, str]] = {
    "own_use": "自用",
    "let": "出租",
    "contracted": "发包",
    "idle": "闲置",
    "worn_out": "待报废",
}
LESSEE_KIND_ZH: Final[Mapping[str, str]] = {
    "individual": "个人",
    "household": "农户",
    "family_farm": "家庭农场",
    "cooperative": "合作社",
    "enterprise": "企业",
    "other": "其他",
}
ASSET_KIND_ZH: Final[Mapping[str, str]] = {
    "house": "房屋建筑物",
    "factory": "厂房",
    "water_facility": "小型水利设施",
    "equipment": "机械设备",
    "enterprise_equity": "企业股权",
    "equity_share": "集体股份份额",
    "trees": "林木",
    "intellectual_property": "知识产权",
    "other": "其他",
}
LAND_TYPE_ZH: Final[Mapping[str, str]] = {
    "cultivated": "耕地",
    "garden": "园地",
    "forest_land": "林地",
    "grassland": "草地",
    "waste_land": "四荒地",
    "aquaculture_water": "养殖水面",
    "facility_agricultural": "设施农用地",
    "construction": "集体建设用地",
    "homestead": "宅基地",
    "other": "其他",
}


class WarningReason(StrEnum):
    """Why a contract of the ledger counts as not traded on the platform."""

    NO_CERTIFICATE = "no_certificate"
    UNKNOWN_CERTIFICATE = "unknown_certificate"


WARNING_ZH: Final[Mapping[WarningReason, str]] = {
    WarningReason.NO_CERTIFICATE: "未进场交易：合同没有鉴证书编号",
    WarningReason.UNKNOWN_CERTIFICATE: "未进场交易：平台没有签发过这一编号的有效鉴证书",
}
