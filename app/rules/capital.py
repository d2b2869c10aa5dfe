"""工商企业等社会资本流转审查（目录 3.8）。"""

from app.rules.book import BLOCK, HOLD, REVIEW, S3, S9, S11, S13, WARN, Answer, Case, Cite, D, M, Norm, Rule, S, rule
from app.rules.naming import AUTHORITY
from app.rules.terms import given, is_social_capital, rank, required_level, review_days, total_area, wd


@rule(
    "LCL-45",
    S3,
    REVIEW,
    message="林地经营权流转须经林草部门审查",
    cite=Cite("农村土地承包法", "第四十五条", "资格审查、项目审核和风险防范制度"),
    category={"forest"},
    applies=is_social_capital,
)
def forest_capital_reviewed(c: Case) -> Answer:
    """县级以上政府须建立资格审查、项目审核、风险防范制度。"""
    return c.capital_review.forestry_status not in {"none", "pending"}


@rule(
    "LTM-29-SCOPE",
    S3,
    HOLD,
    message="须先办理社会资本流转审批",
    cite=Cite("农村土地经营权流转管理办法", "第二十八条"),
    level=S,
    category={"household_land_management", "unallocated_collective_land", "four_wastes"},
    applies=is_social_capital,
)
def capital_review_applied_for(c: Case) -> Answer:
    """主体：法人、非法人组织、自然人（本集体以外）；许多地方含合作社、家庭农场、个体户；集体内部流转不适用；LTM 程序不含林地、草地（林地依 LCL-45 第3款由林草部门另行规定）"""
    return total_area(c) < c.param.capital_review_min_mu or c.capital_review.status != "not_applied"


@rule(
    "LTM-29-2",
    S3,
    HOLD,
    message="审批材料不全",
    cite=Cite("农村土地经营权流转管理办法", "第二十九条"),
    level=S,
    category={"household_land_management", "unallocated_collective_land", "four_wastes"},
    applies=is_social_capital,
)
def review_papers_complete(c: Case) -> Answer:
    """材料：流转意向协议书、农业经营能力或资质证明、流转项目规划。"""
    return not c.capital_review.missing_materials


@rule(
    "LTM-29-TIER",
    S3,
    HOLD,
    message=lambda c: f"请向{AUTHORITY[required_level(c, total_area(c))]}提出审批申请",
    cite=(),
    level=S,
    category={"household_land_management", "unallocated_collective_land", "four_wastes"},
    applies=is_social_capital,
)
def reviewed_at_the_right_level(c: Case) -> Answer:
    """分级（全国无统一亩数）：例 楚雄州级 1000–2000 亩；马关县级 500–1000 亩或跨乡镇。许昌参数表：tier[乡镇<a, 县 a~b, 市 ≥b]、跨行政区升级、单次/累计口径。"""
    return rank(c.capital_review.level) >= rank(required_level(c, total_area(c)))


@rule(
    "LTM-29-3",
    S3,
    HOLD,
    message="审批期限内，等待审查意见",
    cite=(Cite("农村土地经营权流转管理办法", "第二十九条"), Cite("行政许可法", "第三十二条、第四十二条、第八十二条")),
    level=M,
    category={"household_land_management", "unallocated_collective_land", "four_wastes"},
    applies=(is_social_capital, lambda c: c.capital_review.status == "pending"),
)
def review_under_way(c: Case) -> Answer:
    """审查用途、能力、是否符合产业规划；受理之日起 20 个工作日出意见（列为行政许可：20 工作日，经批准可延 10 工作日；材料不齐 5 工作日内一次告知）"""
    return not given(c.capital_review, "accepted_date")


@rule(
    "LTM-29-NODEF",
    S3,
    HOLD,
    message="尚未取得审批决定",
    cite=(),
    level=D,
    category={"household_land_management", "unallocated_collective_land", "four_wastes"},
    applies=(is_social_capital, lambda c: c.capital_review.status == "pending"),
)
def silence_is_no_approval(c: Case) -> Answer:
    """逾期未决不等于批准。"""
    return wd(c, c.capital_review.accepted_date, c.as_of) <= review_days(c)


@rule(
    "LTM-29-4",
    S9,
    BLOCK,
    message="未取得审批，不得签订流转合同",
    cite=Cite("农村土地经营权流转管理办法", "第二十九条"),
    level=M,
    category={"household_land_management", "unallocated_collective_land", "four_wastes"},
    applies=is_social_capital,
)
def no_contract_before_approval(c: Case) -> Answer:
    """未申请或未通过的不得开展流转 → 签约前必须取得批准文号。"""
    return c.capital_review.status != "rejected"


@no_contract_before_approval.also(BLOCK)
def no_contract_before_approval_by_signed_date(c: Case) -> Answer:
    """另看：末签日（成立日）。"""
    if c.capital_review.status not in {"not_applied", "pending"}:
        return None
    return not given(c.contract, "signed_date")


@no_contract_before_approval.also(BLOCK)
def no_contract_before_approval_by_decision_date(c: Case) -> Answer:
    """另看：决定日、末签日（成立日）。"""
    if c.capital_review.status != "approved":
        return None
    return c.capital_review.decision_date <= c.contract.signed_date


@rule(
    "X-SPLIT",
    S3,
    REVIEW,
    message="疑似拆分规避分级审批",
    cite=(),
    level=D,
    category={"household_land_management", "unallocated_collective_land", "four_wastes"},
    applies=is_social_capital,
)
def not_split_to_avoid_review(c: Case) -> Answer:
    """同一/关联受让方在同村或相邻地块 12 个月内拆分多单，面积合并计级。"""
    return rank(required_level(c, c.capital_review.rolling_area_mu)) <= rank(required_level(c, total_area(c)))


@rule(
    "LCL-45-2",
    S11,
    BLOCK,
    message="管理费须三方协商并书面约定",
    cite=Cite("农村土地承包法", "第四十五条、第三十一条", "本集体经济组织可以收取适量管理费用"),
    category={"household_land_management"},
    applies=lambda c: c.settlement.management_fee_charged,
)
def management_fee_agreed_by_three(c: Case) -> Answer:
    """集体可收适量管理费：仅限社会资本流转；金额方式由集体、承包方、企业三方协商；入集体账。"""
    return is_social_capital(c)


@management_fee_agreed_by_three.also(BLOCK)
def management_fee_agreed_by_three_by_three_party_agreement(c: Case) -> Answer:
    """另看：管理费有集体、承包方、企业三方书面协议。"""
    return c.settlement.three_party_agreement


@rule(
    "LTM-30",
    S9,
    WARN,
    message="建议约定风险保障金",
    cite=Cite("农村土地经营权流转管理办法", "第三十条"),
    level=M,
    category={"household_land_management"},
    applies=lambda c: c.capital_review.high_risk_project,
)
def risk_deposit_suggested(c: Case) -> Answer:
    """风险保障金：整村（组）、面积大、涉及农户多、经营风险高的项目，双方可协商设立（不是强制）；鼓励履约保证保险。"""
    return c.contract.risk_deposit_agreed


@rule(
    "POL-LARGE",
    S13,
    WARN,
    message="已列入大面积流转监测",
    cite=(),
    level=S,
    category={"household_land_management", "unallocated_collective_land"},
)
def large_area_watched(c: Case) -> Answer:
    """长时间、大面积流转纳入风险监测预警。"""
    return total_area(c) < c.param.large_area_mu


RULES: tuple[Rule, ...] = (
    forest_capital_reviewed,
    capital_review_applied_for,
    review_papers_complete,
    reviewed_at_the_right_level,
    review_under_way,
    silence_is_no_approval,
    no_contract_before_approval,
    not_split_to_avoid_review,
    management_fee_agreed_by_three,
    risk_deposit_suggested,
    large_area_watched,
)

NORMS: tuple[Norm, ...] = ()
