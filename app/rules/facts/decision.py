"""民主决策、审批、公告、竞价、成交与优先权的事实。"""

from typing import Annotated

from app.rules.facts.section import Area, Day, Section, Text, Yuan, section
from app.rules.facts.words import (
    AuctionMissingContent,
    Body,
    CapitalReviewForestryStatus,
    CapitalReviewMissingMaterials,
    LotKind,
    Matter,
    NoticeKind,
    PlanItem,
    PlanReportMissingPreconditions,
    PlanReportOpinion,
    PriorityBasis,
    PriorityClaimShareTransferCause,
    ProcurementSubcontracting,
    ResolutionAttendanceBasis,
    ReviewLevel,
    ReviewStatus,
)


@section
class Resolution(Section):
    """民主决策"""

    body: Annotated[Body, "决策机构"]
    matter: Annotated[Matter, "决议事项"]
    notice_date: Annotated[Day, "会议通知日"]
    meeting_date: Annotated[Day, "会议日"]
    special_circumstances: Annotated[bool, "特殊情况（村组法：不适用提前十日）"] = False
    eligible: Annotated[int, "分母人数"]
    reps_total: Annotated[int, "全体成员代表/村民代表数"]
    board_total: Annotated[int, "全体理事数"]
    attended: Annotated[int, "到会人数"]
    yes: Annotated[int, "同意票数"]
    attendance_basis: Annotated[ResolutionAttendanceBasis, "参会口径 个人/户代表"] = "individuals"
    women_reps: Annotated[int, "妇女代表数"]
    households_total: Annotated[int, "总户数"]
    reps_term_end: Annotated[Day, "代表任期止"]
    improper_proxies: Annotated[int, "不合规代理数"]
    party_study_done: Annotated[bool, "已经党组织前置研究"]
    party_study_date: Annotated[Day, "党组织研究日"]
    minutes_filed: Annotated[bool, "会议记录已归档"]
    publicised: Annotated[bool, "决议已公示"]
    intent_agreement: Annotated[bool, "已签意向协议（社会资本+集体土地）"]
    charter_threshold_met: Annotated[bool, "达到章程/地方规定的决策门槛"]
    discriminates_women: Annotated[bool, "决议含侵害妇女权益条件"]


@section
class TownshipApproval(Section):
    """乡镇批准"""

    granted: Annotated[bool, "乡（镇）人民政府已批准"]
    date: Annotated[Day, "批准日"]


@section
class CapitalReview(Section):
    """社会资本审查"""

    status: Annotated[ReviewStatus, "审批状态 未申请/待决定/批准/不予批准"]
    missing_materials: Annotated[tuple[CapitalReviewMissingMaterials, ...], "缺少的申请材料 意向协议/能力证明/项目规划"]
    level: Annotated[ReviewLevel, "受理/批准层级"]
    accepted_date: Annotated[Day, "受理日"]
    decision_date: Annotated[Day, "决定日"]
    extended: Annotated[bool, "经批准延长10个工作日"] = False
    rolling_area_mu: Annotated[Area, "同一/关联受让方12个月内同村或相邻地块合计面积（含本单）"]
    forestry_status: Annotated[CapitalReviewForestryStatus, "林草部门办法下的审查 未办理/办理中/通过/依办法无需办理"]
    high_risk_project: Annotated[bool, "整村/大面积/多户/高风险项目"]


@section
class PlanReport(Section):
    """入市方案报送"""

    missing_preconditions: Annotated[
        tuple[PlanReportMissingPreconditions, ...], "缺少的前置文件 规划条件/产业准入/环保要求"
    ]
    missing_items: Annotated[tuple[PlanItem, ...], "方案缺少的内容"]
    submitted_date: Annotated[Day, "报送市县人民政府日"]
    received_date: Annotated[Day, "市县收到日"]
    opinion: Annotated[PlanReportOpinion, "市县意见 未提/无意见/修改意见"]
    opinion_date: Annotated[Day, "意见日"]
    revised: Annotated[bool, "已按意见修改"]


@section
class Announcement(Section):
    """公告"""

    kind: Annotated[NoticeKind, "公告类型 一般/农户小额/流拍重挂"] = "standard"
    title: Annotated[Text, "公告标题"]
    start_date: Annotated[Day, "公告发布日"]
    end_date: Annotated[Day, "公告截止日"]
    priority_deadline_stated: Annotated[bool, "公告载明优先权主张期限"]
    priority_deadline: Annotated[Day, "优先权主张截止日"]
    regional_restriction: Annotated[bool, "报名条件含地域/身份排斥（法定优先权以外）"]
    discriminates_women: Annotated[bool, "条件侵害妇女权益"]
    contract_plan_publicity_days: Annotated[int, "承包方案公示天数"]


@section
class Auction(Section):
    """拍卖/招拍挂/竞价"""

    announcement_date: Annotated[Day, "拍卖（招拍挂）公告日"]
    date: Annotated[Day, "拍卖（开标、挂牌开始）日"]
    display_days: Annotated[int, "标的展示天数"]
    listing_days: Annotated[int, "挂牌天数"]
    missing_content: Annotated[tuple[AuctionMissingContent, ...], "拍卖公告缺项 时间地点/标的/展示/手续"]
    reserve_price_yuan: Annotated[Yuan, "保留价"]
    highest_bid_yuan: Annotated[Yuan, "最高报价"]
    bid_withdrawn: Annotated[bool, "竞买人撤回应价并被接受"]


@section
class Award(Section):
    """成交"""

    date: Annotated[Day, "成交确认日"]
    notice_date: Annotated[Day, "中标通知书发出日"]
    amount_yuan: Annotated[Yuan, "成交总价（合同标的额）"]
    unit_price_yuan: Annotated[Yuan, "成交单价（元/亩·年或元/年）"]
    term_months: Annotated[int, "成交期限（月）"]
    first_payment_date: Annotated[Day, "首期付款日"]


@section
class ResultNotice(Section):
    """成交公示"""

    start_date: Annotated[Day, "公示发布日"]
    end_date: Annotated[Day, "公示截止日"]
    open_objections: Annotated[int, "未处理完毕的异议数"]


@section
class PriorityClaim(Section):
    """优先权主张"""

    basis: Annotated[PriorityBasis, "优先权基础 成员优先/经营权续约/承租人优先购买/承租人优先承租/按份共有人"]
    competing_bases: Annotated[tuple[PriorityBasis, ...], "并存的其他优先权"]
    claimant_is_member: Annotated[bool, "主张人为本集体成员"]
    claimant_is_winner: Annotated[bool, "主张人即成交受让方"] = False
    claim_date: Annotated[Day, "主张日"]
    unit_price_yuan: Annotated[Yuan, "主张单价"]
    term_months: Annotated[int, "主张期限（月）"]
    first_payment_date: Annotated[Day, "主张首期付款日"]
    written_notice_given: Annotated[bool, "流转前已书面公示优先权主张期限"] = True
    use_start_date: Annotated[Day, "受让方开始使用日"]
    notice_served_date: Annotated[Day, "通知送达日"]
    notice_period_days: Annotated[int, "通知载明的行使期（日）"]
    knowledge_date: Annotated[Day, "知道同等条件日（未通知时）"]
    right_transfer_date: Annotated[Day, "权属转移日（知悉日无法确定时）"]
    share_transfer_cause: Annotated[PriorityClaimShareTransferCause, "份额变动原因 转让/继承/遗赠/共有人之间"] = "sale"
    infringed: Annotated[bool, "已有效主张而仍与他人签约"]


@section
class Lot(Section):
    """标段"""

    kind: Annotated[LotKind, "工程/货物/服务"]
    estimate_yuan: Annotated[Yuan, "估算价"]


@section
class Procurement(Section):
    """采购/建设项目"""

    budget_funds_yuan: Annotated[Yuan, "使用的预算资金"]
    total_investment_yuan: Annotated[Yuan, "项目总投资"]
    lots: Annotated[tuple[Lot, ...], "同一项目的标段"]
    estimate_yuan: Annotated[Yuan, "本次招标项目估算价（投标保证金基数）"]
    plan_decided: Annotated[bool, "建设承包方案已经村民会议（授权代表会议）决定"]
    doc_issue_date: Annotated[Day, "招标文件开始发出日"]
    doc_sale_days: Annotated[int, "招标文件发售天数"]
    clarification_date: Annotated[Day, "最后一次澄清修改日"]
    bid_deadline: Annotated[Day, "投标截止日"]
    bidders: Annotated[int, "投标人数"]
    late_bid_accepted: Annotated[bool, "接收逾时投标"]
    opened_early: Annotated[bool, "开标前开启"]
    related_bidders: Annotated[bool, "投标人与招标人有利害关系或彼此同一负责人/控股管理"]
    evaluation_report_date: Annotated[Day, "收到评标报告日"]
    candidates_notice_start: Annotated[Day, "中标候选人公示起"]
    candidates_notice_end: Annotated[Day, "中标候选人公示止"]
    open_objections: Annotated[int, "未答复异议数"]
    award_decided_date: Annotated[Day, "确定中标人日"]
    report_date: Annotated[Day, "招标情况书面报告日"]
    subcontracting: Annotated[ProcurementSubcontracting, "分包/转让 无/非主体非关键/主体关键/转让或肢解"]
