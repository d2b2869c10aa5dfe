"""The life of a lot, from draft to archive (procedure 1.2–1.4), as one table."""

from enum import StrEnum

from app.base.lifecycle import Lifecycle, Move


class LotState(StrEnum):
    """States by the codes of procedure 1.2."""

    DRAFT = "L00"
    SUBMITTED = "L10"
    TOWN_REVIEW = "L11"
    SUPPLEMENT = "L12"
    REJECTED = "L13"
    RECEIVED = "L20"
    CENTRE_REVIEW = "L21"
    COSIGNING = "L22"
    APPROVED = "L30"
    PREVIEWED = "L31"
    NOTICED = "L40"
    EXTENDED = "L41"
    NOTICE_SUSPENDED = "L42"
    QUALIFYING = "L50"
    SCHEDULED = "L60"
    FREE_BIDDING = "L61"
    TIMED_BIDDING = "L62"
    PRIORITY = "L63"
    SEALED = "L64"
    EVALUATING = "L65"
    NEGOTIATING = "L66"
    FROZEN = "L67"
    WON = "L70"
    RESULT_NOTICED = "L71"
    OBJECTED = "L72"
    AWAITING_CONTRACT = "L73"
    DEFAULTED = "L74"
    FAILED = "L75"
    ANNULLED = "L76"
    SIGNED = "L80"
    PAYING = "L81"
    SETTLED = "L82"
    CERTIFIED = "L85"
    FILED = "L86"
    ARCHIVED = "L90"
    WITHDRAWN = "T1"
    TERMINATED = "T2"


S = LotState

STATE_ZH: dict[LotState, str] = {
    S.DRAFT: "草稿",
    S.SUBMITTED: "已申报",
    S.TOWN_REVIEW: "乡镇初审",
    S.SUPPLEMENT: "补正中",
    S.REJECTED: "不予受理",
    S.RECEIVED: "县中心受理",
    S.CENTRE_REVIEW: "县中心审核",
    S.COSIGNING: "前置会审",
    S.APPROVED: "待公告",
    S.PREVIEWED: "预挂牌",
    S.NOTICED: "挂牌公告中",
    S.EXTENDED: "延牌中",
    S.NOTICE_SUSPENDED: "公告中止",
    S.QUALIFYING: "报名截止·资格审查",
    S.SCHEDULED: "待竞价",
    S.FREE_BIDDING: "自由竞价",
    S.TIMED_BIDDING: "限时竞价",
    S.PRIORITY: "优先权行权",
    S.SEALED: "一次报价",
    S.EVALUATING: "开标评审",
    S.NEGOTIATING: "协商",
    S.FROZEN: "竞价中止",
    S.WON: "竞得待确认",
    S.RESULT_NOTICED: "成交结果公示",
    S.OBJECTED: "异议处理",
    S.AWAITING_CONTRACT: "公示期满·待签约",
    S.DEFAULTED: "竞得人违约",
    S.FAILED: "流标",
    S.ANNULLED: "结果撤销·重新组织",
    S.SIGNED: "已签约",
    S.PAYING: "价款结算中",
    S.SETTLED: "已结算·待鉴证",
    S.CERTIFIED: "已鉴证",
    S.FILED: "备案登记衔接",
    S.ARCHIVED: "已归档",
    S.WITHDRAWN: "撤回",
    S.TERMINATED: "终止",
}

STAY: dict[LotState, int] = {
    S.TOWN_REVIEW: 2,
    S.SUPPLEMENT: 10,
    S.RECEIVED: 1,
    S.CENTRE_REVIEW: 3,
    S.COSIGNING: 20,
    S.APPROVED: 2,
    S.QUALIFYING: 2,
    S.SCHEDULED: 5,
    S.WON: 2,
    S.OBJECTED: 5,
    S.AWAITING_CONTRACT: 5,
    S.FAILED: 10,
    S.SIGNED: 3,
    S.PAYING: 3,
    S.SETTLED: 3,
    S.CERTIFIED: 10,
    S.FILED: 10,
}
"""Default stay in working days before a warning; the county's parameter set may say otherwise. Late is never yes."""

REJECT_REASONS = ("TITLE_DISPUTED", "SEIZED", "NO_RESOLUTION", "UNLAWFUL_USE", "RULE_BLOCKED", "NOT_ELIGIBLE")
SUSPEND_REASONS = ("TITLE_OBJECTION", "JUDICIAL_NOTICE", "MATERIAL_ERROR", "PARTY_REQUEST")
TERMINATE_REASONS = (
    "SEIZED",
    "TITLE_DISPUTE_PROVEN",
    "PLANNING_CHANGED",
    "COLLUSION",
    "FORCE_MAJEURE",
    "TRANSFEROR_DEFAULT",
)
FREEZE_REASONS = ("SYSTEM_FAILURE", "ATTACK", "COLLUSION_SUSPECTED", "JUDICIAL_NOTICE")
FAIL_REASONS = (
    "NO_ENTRY",
    "NOT_ENOUGH_BIDDERS",
    "NO_BID",
    "BELOW_RESERVE",
    "ALL_CANDIDATES_GAVE_UP",
    "ALL_REJECTED",
    "NOT_FINISHED",
)
DEFAULT_REASONS = ("NOT_CONFIRMED", "NOT_SIGNED", "NOT_PAID", "FALSE_MATERIAL", "COLLUSION")
UPHOLD_REASONS = ("BIDDER_NOT_ELIGIBLE", "PROCEDURE_VIOLATED", "COLLUSION", "SUBJECT_WRONG")
WITHDRAW_REASONS = ("TRANSFEROR_REQUEST", "SUPPLEMENT_OVERDUE")

REASON_ZH: dict[str, str] = {
    "TITLE_DISPUTED": "权属存在争议",
    "SEIZED": "标的被查封",
    "NO_RESOLUTION": "未履行民主决策程序",
    "UNLAWFUL_USE": "用途不符合规定",
    "RULE_BLOCKED": "平台规则不允许",
    "NOT_ELIGIBLE": "主体资格不符",
    "TITLE_OBJECTION": "收到权属异议",
    "JUDICIAL_NOTICE": "收到司法或纪检通知",
    "MATERIAL_ERROR": "公告重大信息有误",
    "PARTY_REQUEST": "当事人申请",
    "TITLE_DISPUTE_PROVEN": "权属争议坐实",
    "PLANNING_CHANGED": "政策或规划变化",
    "COLLUSION": "查实串通",
    "FORCE_MAJEURE": "不可抗力",
    "TRANSFEROR_DEFAULT": "转出方违约",
    "SYSTEM_FAILURE": "系统故障",
    "ATTACK": "系统受攻击",
    "COLLUSION_SUSPECTED": "串标线索",
    "NO_ENTRY": "无人报名",
    "NOT_ENOUGH_BIDDERS": "合格意向方不足",
    "NO_BID": "无有效报价",
    "BELOW_RESERVE": "未达保留价",
    "ALL_CANDIDATES_GAVE_UP": "竞得人及全部候补放弃",
    "ALL_REJECTED": "评审全部否决",
    "NOT_FINISHED": "场次未在公告的最迟时刻前完成",
    "NOT_CONFIRMED": "逾期未确认成交",
    "NOT_SIGNED": "逾期未签约",
    "NOT_PAID": "逾期未付款",
    "FALSE_MATERIAL": "提供虚假材料",
    "BIDDER_NOT_ELIGIBLE": "受让方不具备资格",
    "PROCEDURE_VIOLATED": "严重违反程序",
    "SUBJECT_WRONG": "标的信息严重失实",
    "TRANSFEROR_REQUEST": "转出方申请撤回",
    "SUPPLEMENT_OVERDUE": "逾期未补正，视为撤回",
}

_BEFORE_NOTICE = (
    S.DRAFT, S.SUBMITTED, S.TOWN_REVIEW, S.SUPPLEMENT, S.RECEIVED, S.CENTRE_REVIEW, S.COSIGNING, S.APPROVED, S.PREVIEWED,
)  # fmt: skip
_LIVE_AFTER_NOTICE = (
    S.NOTICED, S.EXTENDED, S.NOTICE_SUSPENDED, S.QUALIFYING, S.SCHEDULED, S.SEALED, S.EVALUATING, S.NEGOTIATING, S.FROZEN, S.OBJECTED,
    S.FAILED,
)  # fmt: skip

LOT: Lifecycle[LotState] = Lifecycle(
    "标的",
    Move("submit", (S.DRAFT,), S.SUBMITTED, "转出方", documents=("application", "title_proof", "price_basis")),
    Move("supplement", (S.SUPPLEMENT,), S.SUBMITTED, "转出方"),
    Move("take", (S.SUBMITTED,), S.TOWN_REVIEW, "乡镇服务站"),
    Move("prereview", (S.TOWN_REVIEW,), S.RECEIVED, "乡镇服务站", documents=("site_photo",)),
    Move("accept", (S.RECEIVED,), S.CENTRE_REVIEW, "县中心受理岗"),
    Move("review", (S.CENTRE_REVIEW,), S.CENTRE_REVIEW, "县中心初审岗"),
    Move("approve", (S.CENTRE_REVIEW,), S.APPROVED, "县中心复核岗"),
    Move("approve", (S.CENTRE_REVIEW,), S.COSIGNING, "县中心复核岗"),
    Move("cosign", (S.COSIGNING,), S.APPROVED, "监管部门", documents=("cosign_opinion",)),
    Move("return", (S.TOWN_REVIEW, S.CENTRE_REVIEW, S.COSIGNING), S.SUPPLEMENT, "审核岗"),
    Move("reject", (S.TOWN_REVIEW, S.RECEIVED, S.CENTRE_REVIEW), S.REJECTED, "审核岗", reasons=REJECT_REASONS),
    Move("withdraw", _BEFORE_NOTICE, S.WITHDRAWN, "转出方", reasons=WITHDRAW_REASONS),
    Move("preview", (S.APPROVED,), S.PREVIEWED, "县中心"),
    Move("publish", (S.APPROVED, S.PREVIEWED), S.NOTICED, "县中心"),
    Move("amend", (S.NOTICED,), S.NOTICED, "县中心", documents=("amendment_resolution",)),
    Move("suspend", (S.NOTICED, S.EXTENDED), S.NOTICE_SUSPENDED, "县中心", reasons=SUSPEND_REASONS),
    Move("resume", (S.NOTICE_SUSPENDED,), S.NOTICED, "县中心"),
    Move("terminate", _LIVE_AFTER_NOTICE, S.TERMINATED, "县中心", reasons=TERMINATE_REASONS),
    Move("close_entry", (S.NOTICED, S.EXTENDED), S.QUALIFYING),
    Move("extend", (S.QUALIFYING,), S.EXTENDED),
    Move("fail", (S.QUALIFYING, S.FREE_BIDDING, S.TIMED_BIDDING, S.SEALED, S.PRIORITY, S.EVALUATING, S.NEGOTIATING, S.DEFAULTED),
         S.FAILED, reasons=FAIL_REASONS),
    Move("schedule", (S.QUALIFYING,), S.SCHEDULED, "县中心竞价岗"),
    Move("negotiate", (S.QUALIFYING,), S.NEGOTIATING, "县中心"),
    Move("open", (S.SCHEDULED,), S.FREE_BIDDING),
    Move("evaluate", (S.SCHEDULED,), S.EVALUATING),
    Move("seal", (S.SCHEDULED,), S.SEALED),
    Move("time", (S.FREE_BIDDING,), S.TIMED_BIDDING),
    Move("ask", (S.FREE_BIDDING, S.TIMED_BIDDING, S.SEALED), S.PRIORITY),
    Move("freeze", (S.FREE_BIDDING, S.TIMED_BIDDING, S.SEALED), S.FROZEN, "竞价岗与监督岗", reasons=FREEZE_REASONS),
    Move("unfreeze", (S.FROZEN,), S.FREE_BIDDING, "竞价岗与监督岗"),
    Move("unfreeze", (S.FROZEN,), S.TIMED_BIDDING, "竞价岗与监督岗"),
    Move("unfreeze", (S.FROZEN,), S.SEALED, "竞价岗与监督岗"),
    Move("win", (S.FREE_BIDDING, S.TIMED_BIDDING, S.SEALED, S.PRIORITY, S.EVALUATING, S.NEGOTIATING, S.QUALIFYING), S.WON),
    Move("confirm", (S.WON,), S.RESULT_NOTICED, "竞得人"),
    Move("object", (S.RESULT_NOTICED,), S.OBJECTED, "利害关系人"),
    Move("dismiss", (S.OBJECTED,), S.RESULT_NOTICED, "县中心"),
    Move("uphold", (S.OBJECTED,), S.ANNULLED, "县中心", reasons=UPHOLD_REASONS),
    Move("uphold", (S.OBJECTED,), S.WON, "县中心", reasons=UPHOLD_REASONS),
    Move("end_publicity", (S.RESULT_NOTICED,), S.AWAITING_CONTRACT),
    Move("default", (S.WON, S.AWAITING_CONTRACT, S.PAYING), S.DEFAULTED, "县中心", reasons=DEFAULT_REASONS),
    Move("pass_on", (S.DEFAULTED,), S.WON, "县中心"),
    Move("annul", (S.DEFAULTED,), S.ANNULLED, "县中心", reasons=DEFAULT_REASONS),
    Move("relist", (S.FAILED, S.ANNULLED), S.APPROVED, "转出方", documents=("relisting_resolution",)),
    Move("sign", (S.AWAITING_CONTRACT,), S.SIGNED, "双方", documents=("contract",)),
    Move("bill", (S.SIGNED,), S.PAYING),
    Move("settle", (S.PAYING,), S.SETTLED, "县中心财务岗"),
    Move("certify", (S.SETTLED,), S.CERTIFIED, "鉴证岗与分管"),
    Move("file", (S.CERTIFIED,), S.FILED),
    Move("archive", (S.FILED,), S.ARCHIVED, "县中心档案岗"),
)  # fmt: skip

BIDDING_STATES = frozenset({S.FREE_BIDDING, S.TIMED_BIDDING, S.SEALED})
FINAL_STATES = frozenset({S.REJECTED, S.WITHDRAWN, S.TERMINATED, S.ARCHIVED})
PUBLIC_STATES = frozenset(S) - set(_BEFORE_NOTICE) - {S.REJECTED, S.WITHDRAWN} | {S.PREVIEWED}
"""What the public may see: everything from the preview on."""
