"""The life of an entry: from application to qualified, or out."""

from enum import StrEnum

from app.base.lifecycle import Lifecycle, Move


class EntryState(StrEnum):
    """报名状态。"""

    APPLIED = "applied"
    QUALIFIED = "qualified"
    UNQUALIFIED = "unqualified"
    WITHDRAWN = "withdrawn"


S = EntryState

ENTRY_STATE_ZH = {
    S.APPLIED: "已报名",
    S.QUALIFIED: "资格审查通过",
    S.UNQUALIFIED: "资格审查未通过",
    S.WITHDRAWN: "已退出",
}

ENTRY: Lifecycle[EntryState] = Lifecycle(
    "报名",
    Move("qualify", (S.APPLIED,), S.QUALIFIED, "县中心初审岗"),
    Move("disqualify", (S.APPLIED,), S.UNQUALIFIED, "县中心初审岗"),
    Move("withdraw", (S.APPLIED, S.QUALIFIED), S.WITHDRAWN, "意向方"),
)
