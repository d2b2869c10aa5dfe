"""The life of an award: from winning to final, or lost."""

from enum import StrEnum

from app.base.lifecycle import Lifecycle, Move
from app.rules.bidding import VERDICT_ZH


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


class RoundState(StrEnum):
    """密封报价轮次。"""

    RESERVE = "reserve"
    SEALING = "sealing"
    CLOSED = "closed"
    REVEALING = "revealing"
    OPENED = "opened"
    REVEALED = "revealed"


R = RoundState

ROUND_STATE_ZH = {
    R.RESERVE: "密钥备用",
    R.SEALING: "收受密封报价",
    R.CLOSED: "截止待开封",
    R.REVEALING: "份额不足，报价人出示回执",
    R.OPENED: "已开封，私钥公布",
    R.REVEALED: "已按回执确定",
}

ROUND: Lifecycle[RoundState] = Lifecycle(
    "密封报价",
    Move("start", (R.RESERVE,), R.SEALING),
    Move("close", (R.SEALING,), R.CLOSED),
    Move("reveal", (R.CLOSED,), R.REVEALING, "两家保管单位，或逾期未开封"),
    Move("open", (R.CLOSED, R.REVEALING), R.OPENED, "两家保管单位"),
    Move("settle", (R.REVEALING,), R.REVEALED),
)


class SealVerdict(StrEnum):
    """What an envelope hears, or the withdrawal of one."""

    SEALED = "SEALED"
    WITHDRAWN = "WITHDRAWN"
    NOT_OPEN = "NOT_OPEN"
    ENDED = "ENDED"
    FROZEN = "FROZEN"
    NOT_QUALIFIED = "NOT_QUALIFIED"
    DEPOSIT_MISSING = "DEPOSIT_MISSING"
    NOT_TIED = "NOT_TIED"
    DUPLICATE = "DUPLICATE"


SEAL_VERDICT_ZH = {
    SealVerdict.SEALED: "密封报价已收存，截止前可改，最后一份有效",
    SealVerdict.WITHDRAWN: "密封报价已撤回",
    SealVerdict.NOT_OPEN: "密封报价尚未开始",
    SealVerdict.ENDED: "密封报价已截止",
    SealVerdict.FROZEN: "竞价已中止，恢复后再报价",
    SealVerdict.NOT_QUALIFIED: "未取得本标的竞价资格",
    SealVerdict.DEPOSIT_MISSING: "保证金未到账",
    SealVerdict.NOT_TIED: "本轮仅并列最高者再次报价",
    SealVerdict.DUPLICATE: "该密文已提交过",
}
TAKEN = frozenset({SealVerdict.SEALED, SealVerdict.WITHDRAWN})

ACT_TAKEN = frozenset({"TAKEN", "ENTERED", "LEADING", "BELOW_RESERVE"})
"""Answers to acts that changed something."""

ACT_VERDICT_ZH: dict[str, str] = {v.value: said for v, said in VERDICT_ZH.items()} | {
    "TAKEN": "已受理",
    "ENTERED": "已录入",
    "FOUR_EYES": "须由未录入过本场记录的另一人办理",
    "HAMMERED": "已落槌",
    "NOTHING_TO_STRIKE": "没有可更正的录入",
    "CALL_THRICE": "落槌前须报价三次",
    "BELOW_RESERVE": "已落槌，未成交",
    "PANEL_STANDS": "评审组已登记，不得更换",
    "PANEL_UNLAWFUL": "评审组须为五人以上单数，村集体代表不超过三分之一",
    "SCORING_BEGUN": "评分已开始，不得再录入投标",
    "OFFER_STANDS": "该号牌的投标已录入",
    "NO_SUCH_JUDGE": "不是评审组成员",
    "SHEET_STANDS": "该评委的评分表已录入",
    "SHEET_NOT_WHOLE": "评分表须对每份投标的每个主观项给分",
    "MARK_OUT_OF_RANGE": "评分超出该项分值",
    "SHEETS_MISSING": "尚有评委未交评分表",
    "NEEDS_DRAW": "各项均相同，须抽签",
    "DECIDED": "已定标",
    "AGREED_ALREADY": "已谈成",
    "NO_OFFER": "该号牌没有报价",
    "TALKS_FAULTY": "协商不符合程序要求",
}
