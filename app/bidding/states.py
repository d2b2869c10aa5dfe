"""The life of an award: from winning to final, or lost."""

from enum import StrEnum

from app.base.lifecycle import Lifecycle, Move


class AwardState(StrEnum):
    """成交状态。"""

    PENDING = "pending"
    CONFIRMED = "confirmed"
    FINAL = "final"
    DEFAULTED = "defaulted"
    CANCELLED = "cancelled"


S = AwardState

AWARD_STATE_ZH = {
    S.PENDING: "竞得待确认",
    S.CONFIRMED: "已确认·公示中",
    S.FINAL: "公示期满",
    S.DEFAULTED: "违约",
    S.CANCELLED: "已撤销",
}

AWARD: Lifecycle[AwardState] = Lifecycle(
    "成交",
    Move("confirm", (S.PENDING,), S.CONFIRMED, "竞得人"),
    Move("finish", (S.CONFIRMED,), S.FINAL),
    Move("default", (S.PENDING, S.FINAL), S.DEFAULTED, "县中心"),
    Move("cancel", (S.PENDING, S.CONFIRMED), S.CANCELLED, "县中心"),
)
