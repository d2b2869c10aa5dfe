"""再流转、解除、撂荒（目录 3.10）。"""

from app.rules.book import (
    BLOCK,
    HOLD,
    PASS,
    REVIEW,
    S1,
    S13,
    S14,
    S15,
    WARN,
    Answer,
    Case,
    Cite,
    Norm,
    Parcel,
    Rule,
    V,
    rule,
)
from app.rules.terms import COLLECTIVE, add_months, add_years, in_time, overlaps


@rule(
    "LCL-46",
    S14,
    BLOCK,
    message="再流转未取得承包农户书面同意",
    cite=Cite("农村土地承包法", "第四十六条", "经承包方书面同意，并向本集体经济组织备案"),
    category={"household_land_management"},
)
def household_consents_to_retransfer(c: Case) -> Answer:
    """再流转：承包方（原农户）书面同意 + 向集体备案；每一手都要；上一手受让方同意不能替代；逐户逐地块。"""
    return c.retransfer.parcels_consented >= c.retransfer.parcels_total


@household_consents_to_retransfer.also(BLOCK)
def household_consents_to_retransfer_by_consent_form(c: Case) -> Answer:
    """另看：同意形式。"""
    if c.retransfer.consent_form in {"oral", "silence"}:
        return BLOCK
    return REVIEW if c.retransfer.consent_form == "unverified_screenshot" else PASS


@household_consents_to_retransfer.also(HOLD)
def household_consents_to_retransfer_by_collective_filed(c: Case) -> Answer:
    """另看：已向本集体经济组织备案。"""
    return c.retransfer.collective_filed


@rule(
    "SPC-FR-8",
    S14,
    BLOCK,
    message="再流转未取得承包农户书面同意",
    cite=Cite(
        "最高人民法院关于审理森林资源民事纠纷案件适用法律若干问题的解释", "第八条", "擅自再流转林地经营权为由，请求解除"
    ),
    category={"forest"},
)
def forest_household_consents_to_retransfer(c: Case) -> Answer:
    """林地擅自再流转：承包方可解除收回。"""
    return c.retransfer.parcels_consented >= c.retransfer.parcels_total


@forest_household_consents_to_retransfer.also(BLOCK)
def forest_household_consents_to_retransfer_by_consent_form(c: Case) -> Answer:
    """另看：同意形式。"""
    if c.retransfer.consent_form in {"oral", "silence"}:
        return BLOCK
    return REVIEW if c.retransfer.consent_form == "unverified_screenshot" else PASS


@rule(
    "CC-716-718",
    S14,
    BLOCK,
    message="转租未经出租人同意",
    cite=Cite("民法典", "第七百一十六条、第七百一十八条", "但是在六个月内未提出异议的，视为出租人同意转租"),
    category={"idle_house", "collective_asset", "water_facility", "farm_equipment"},
)
def lessor_consents_to_sublease(c: Case) -> Answer:
    """（房屋、设备）转租须出租人同意；出租人知道后 6 个月不异议视为同意——不得套用到 LCL-46 的书面同意。"""
    return c.retransfer.lessor_response != "objected"


@lessor_consents_to_sublease.also(BLOCK)
def lessor_consents_to_sublease_by_lessor_known_date(c: Case) -> Answer:
    """另看：出租人知道转租日。"""
    if c.retransfer.lessor_response != "silent":
        return None
    return not in_time(c, c.as_of, add_months(c.retransfer.lessor_known_date, 6))


@rule(
    "LCL-42",
    S15,
    BLOCK,
    message="不符合法定单方解除情形",
    cite=Cite("农村土地承包法", "第四十二条", "弃耕抛荒连续两年以上"),
    category={"household_land_management"},
    applies=lambda c: c.termination.by == "contractor",
)
def contractor_ends_only_on_legal_grounds(c: Case) -> Answer:
    """承包方不得单方解除，除非受让方：擅改农业用途；弃耕抛荒连续 2 年以上；严重损害土地/生态；其他严重违约。"""
    return c.termination.ground not in {"rent_arrears", "higher_price", "other"}


@contractor_ends_only_on_legal_grounds.also(BLOCK)
def contractor_ends_only_on_legal_grounds_by_abandonment_start(c: Case) -> Answer:
    """另看：弃耕起始日。"""
    if c.termination.ground != "abandonment":
        return None
    return c.as_of >= add_years(c.termination.abandonment_start, 2)


@rule(
    "LCL-27",
    S1,
    BLOCK,
    message="承包期内不得收回农户承包地另行流转",
    cite=(
        Cite("农村土地承包法", "第二十七条、第三十一条、第五十七条"),
        Cite(
            "最高人民法院关于审理涉及农村土地承包纠纷案件适用法律问题的解释", "第六条", "承包期内，发包方不得收回承包地"
        ),
    ),
    category={"household_land_management", "unallocated_collective_land", "four_wastes", "forest"},
    applies=(lambda c: c.transferor.party_type in COLLECTIVE, lambda c: c.method != "cultivation_on_behalf"),
)
def contracted_land_not_taken_back(_: Case, p: Parcel) -> Answer:
    """承包期内发包方不得收回承包地；撂荒、进城落户、外嫁均不是收回理由。"""
    return not p.household_contract_in_force


@rule(
    "FSL-16",
    S1,
    PASS,
    message="可采用代耕代种方式",
    cite=Cite("粮食安全保障法", "第十六条", "家庭承包的发包方可以依法通过组织代耕代种等形式将撂荒地用于农业生产"),
    applies=(lambda c: c.transferor.party_type in COLLECTIVE, lambda c: c.method == "cultivation_on_behalf"),
)
def collective_may_cultivate_on_behalf(_: Case) -> Answer:
    """撂荒地：发包方可组织代耕代种（不转移经营权）"""
    return PASS


@rule(
    "LCL-30",
    S1,
    BLOCK,
    message="交回承包地须提前半年书面通知",
    cite=(
        Cite("农村土地承包法", "第三十条"),
        Cite(
            "最高人民法院关于审理涉及农村土地承包纠纷案件适用法律问题的解释",
            "第十条",
            "应当提前半年以书面形式通知发包方",
        ),
    ),
)
def surrendered_half_a_year_ahead(c: Case) -> Answer:
    """自愿交回承包地须提前半年书面通知，不合程序不得认定自愿；交回后承包期内不得再要地。"""
    return c.surrender.written


@surrendered_half_a_year_ahead.also(BLOCK)
def surrendered_half_a_year_ahead_by_return_date(c: Case) -> Answer:
    """另看：交回日、通知发包方日。"""
    if c.surrender.return_date < add_months(c.surrender.notice_date, 6):
        return BLOCK
    return WARN if c.surrender.return_date == add_months(c.surrender.notice_date, 6) else PASS


@rule(
    "SPC-LC-19",
    S1,
    BLOCK,
    message="该地块存在有效合同，不得重复流转",
    cite=Cite(
        "最高人民法院关于审理涉及农村土地承包纠纷案件适用法律问题的解释",
        "第十九条",
        "已经依法登记的承包方，取得土地经营权",
    ),
    category={"unallocated_collective_land", "four_wastes"},
)
def not_contracted_twice(c: Case, p: Parcel) -> Answer:
    """一地多包（其他方式承包）：登记在先→生效在先→合法占有。"""
    return not overlaps(c, p)


@rule(
    "CC-564-565",
    S15,
    HOLD,
    message="解除权已逾期或未通知对方",
    cite=Cite("民法典", "第五百六十四条、第五百六十五条", "合同自通知到达对方时解除"),
)
def ended_in_time_and_by_notice(c: Case) -> Answer:
    """约定/法定解除权：未定期限自知道事由起 1 年；解除自通知到达生效。"""
    return in_time(c, c.as_of, add_years(c.termination.known_date, 1))


@ended_in_time_and_by_notice.also(HOLD)
def ended_in_time_and_by_notice_by_notice_delivered(c: Case) -> Answer:
    """另看：解除通知已到达对方。"""
    return c.termination.notice_delivered


@rule(
    "CC-722",
    S15,
    HOLD,
    message="须先催告并给予合理期限",
    cite=Cite("民法典", "第七百二十二条", "承租人逾期不支付的，出租人可以解除合同"),
    category={"construction_land", "idle_house", "collective_asset", "water_facility", "farm_equipment"},
    applies=lambda c: c.termination.ground == "rent_arrears",
)
def rent_demanded_first(c: Case) -> Answer:
    """欠租：先催告给合理期限，逾期才可解除。"""
    return c.termination.demand_made


@rent_demanded_first.also(HOLD)
def rent_demanded_first_by_grace_end(c: Case) -> Answer:
    """另看：催告给予的期限届满日。"""
    if not c.termination.demand_made:
        return None
    return c.as_of > c.termination.grace_end


@rule(
    "CC-725",
    S1,
    WARN,
    message="标的带租约转让",
    cite=Cite("民法典", "第七百二十五条", "不影响租赁合同的效力"),
    applies=(lambda c: c.tenancy.exists, lambda c: c.method in {"sale", "assignment"}),
)
def sale_does_not_break_lease(c: Case) -> Answer:
    """租赁期内所有权变动不破租赁（出租前已抵押/查封的除外，SPC-HL-14）"""
    return not c.tenancy.exists


@rule(
    "CC-734-1",
    S15,
    WARN,
    message="合同已届满，请续签或交还",
    cite=Cite("民法典", "第七百三十四条", "原租赁合同继续有效，但是租赁期限为不定期"),
)
def holding_over(c: Case) -> Answer:
    """期满继续使用且无异议→不定期租赁。"""
    return not c.tenancy.holding_over


@rule(
    "LCL-43",
    S13,
    HOLD,
    message="建设附属设施须承包方同意",
    cite=Cite("农村土地承包法", "第四十三条", "经承包方同意，受让方可以依法投资改良土壤"),
    category={"household_land_management"},
    applies=lambda c: c.performance.builds_facility,
)
def facility_with_consent(c: Case) -> Answer:
    """受让方投资改良、建附属配套设施须承包方同意，按约定补偿。"""
    return c.performance.contractor_consents_facility


RULES: tuple[Rule, ...] = (
    household_consents_to_retransfer,
    forest_household_consents_to_retransfer,
    lessor_consents_to_sublease,
    contractor_ends_only_on_legal_grounds,
    contracted_land_not_taken_back,
    collective_may_cultivate_on_behalf,
    surrendered_half_a_year_ahead,
    not_contracted_twice,
    ended_in_time_and_by_notice,
    rent_demanded_first,
    sale_does_not_break_lease,
    holding_over,
    facility_with_consent,
)

NORMS: tuple[Norm, ...] = (
    Norm(
        "LCL-64",
        "承包方合理期限内不解除的，发包方有权要求终止",
        "履约监管中，承包方不解除的，发包方可以提出终止。",
        Cite("农村土地承包法", "第六十四条", "发包方有权要求终止土地经营权流转合同"),
        V,
    ),
)
