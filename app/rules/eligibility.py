"""主体资格（目录 3.1）。"""

from app.rules.book import BLOCK, HOLD, REVIEW, S0, S1, S4, S5, Answer, Case, Cite, D, M, Norm, Rule, rule
from app.rules.terms import all_owners_consent, capable


@rule(
    "CC-17-20",
    S0,
    BLOCK,
    message="参与人须为完全民事行为能力人或由法定代理人办理",
    cite=Cite(
        "民法典", "第十七条至第二十条、第一百四十四条、第一百四十五条", "八周岁以上的未成年人为限制民事行为能力人"
    ),
)
def able_to_act(c: Case) -> Answer:
    """自然人须 ≥18 周岁且完全行为能力；16–17 周岁以自己劳动收入为主要生活来源视同；8–17 须法定代理人同意/追认；<8 由法定代理人代理。"""
    return capable(c, c.transferor)


@able_to_act.also(BLOCK)
def able_to_act_by_birth_date(c: Case) -> Answer:
    """另看：出生日期（自然人）。"""
    return capable(c, c.transferee)


@rule(
    "CC-165",
    S1,
    BLOCK,
    message="委托书要素不全或已过期",
    cite=Cite("民法典", "第一百六十五条", "应当载明代理人的姓名或者名称、代理事项、权限和期限"),
)
def mandate_complete_and_valid(c: Case) -> Answer:
    """代办须书面委托书：代理人姓名/名称、事项、权限、期限、委托人签章；过期即无权。"""
    return not c.mandate.missing_elements


@mandate_complete_and_valid.also(BLOCK)
def mandate_complete_and_valid_by_valid_from(c: Case) -> Answer:
    """另看：委托期起。"""
    return c.as_of >= c.mandate.valid_from


@mandate_complete_and_valid.also(BLOCK)
def mandate_complete_and_valid_by_valid_to(c: Case) -> Answer:
    """另看：委托期止。"""
    return c.as_of <= c.mandate.valid_to


@rule(
    "LTM-8",
    S1,
    BLOCK,
    message="未取得承包农户书面委托，不得代为流转",
    cite=Cite("农村土地经营权流转管理办法", "第八条"),
    level=M,
    category={"household_land_management"},
    applies=lambda c: not c.transferor.is_right_holder,
)
def listed_by_the_household_or_its_agent(c: Case) -> Answer:
    """无承包方书面委托，任何组织个人（含村委会）无权决定流转其土地经营权。"""
    return c.mandate.written


@rule(
    "CC-168",
    S5,
    BLOCK,
    message="受托人不得与本人交易，须提供委托人同意",
    cite=Cite("民法典", "第一百六十八条", "代理人不得以被代理人的名义与自己实施民事法律行为"),
)
def no_dealing_with_oneself(c: Case) -> Answer:
    """受托人不得自己承租所代理土地，不得双方代理（被代理人同意/追认除外）"""
    return not c.mandate.agent_is_transferee or c.mandate.principal_consents


@no_dealing_with_oneself.also(BLOCK)
def no_dealing_with_oneself_by_agent_acts_for_both(c: Case) -> Answer:
    """另看：受托人双方代理、被代理人同意/追认上述行为。"""
    return not c.mandate.agent_acts_for_both or c.mandate.principal_consents


@rule(
    "LCL-60",
    S1,
    HOLD,
    message="存在非自愿投诉，暂停交易",
    cite=Cite("农村土地承包法", "第六十条", "该互换、转让或者流转无效"),
    category={"household_land_management", "household_contract_right"},
)
def of_free_will(c: Case) -> Answer:
    """强迫流转无效；政府不得下指标推动流转。"""
    return not c.transferor.coercion_complaint


@of_free_will.also(HOLD)
def of_free_will_by_voluntary_declaration(c: Case) -> Answer:
    """另看：有自愿声明。"""
    return c.transferor.voluntary_declaration


@rule(
    "LCL-16",
    S1,
    HOLD,
    message="签字人非承包方代表，请提交户内推选书",
    cite=(
        Cite("农村土地承包法", "第十六条、第二十四条"),
        Cite(
            "最高人民法院关于审理涉及农村土地承包纠纷案件适用法律问题的解释",
            "第四条",
            "农户内家庭成员依法平等享有承包土地的各项权益",
        ),
    ),
    category={"household_land_management", "household_contract_right"},
)
def signed_for_the_household(c: Case) -> Answer:
    """承包方是农户不是个人；户内成员平等享有权益。签字人按：权证记载人→承包合同签名人→户内推选人。"""
    return c.transferor.signatory_is_representative


@rule(
    "X-HH-ALL",
    S1,
    HOLD,
    message="缺少家庭成员同意书",
    cite=(),
    level=D,
    applies=lambda c: c.transferor.party_type == "household",
)
def household_consents(c: Case) -> Answer:
    """入股、转让承包经营权、抵押等处分性行为要求户内全体成年成员同意书；承包地出租至少户代表签字+成员知情；共有农房出租须全体共有人同意书。"""
    if c.category not in {"household_land_management", "household_contract_right", "forest"} or c.method not in {
        "equity_contribution",
        "assignment",
        "mortgage",
    }:
        return None
    return c.transferor.all_adult_members_consent


@household_consents.also(HOLD)
def household_consents_by_members_informed(c: Case) -> Answer:
    """另看：户内成员知情。"""
    if c.category != "household_land_management" or c.method != "lease":
        return None
    return c.transferor.members_informed


@household_consents.also(HOLD)
def household_consents_by_x(c: Case) -> Answer:
    """另看：。"""
    if c.category != "idle_house" or c.method not in {
        "lease",
        "equity_contribution",
        "joint_operation",
        "entrusted_operation",
    }:
        return None
    return all_owners_consent(c)


@rule(
    "LCL-38-4",
    S5,
    BLOCK,
    message="受让方未证明农业经营能力或资质",
    cite=Cite("农村土地承包法", "第三十八条第（四）项", "受让方须有农业经营能力或者资质"),
    category={"household_land_management", "unallocated_collective_land", "four_wastes", "forest"},
)
def able_to_farm(c: Case) -> Answer:
    """受让方须有农业经营能力或资质（A1–A4）"""
    return c.transferee.has_agricultural_capacity


@rule(
    "AUC-22-30",
    S5,
    BLOCK,
    message="转出方、拍卖人及其工作人员不得竞买",
    cite=Cite("拍卖法", "第二十二条、第三十条", "委托人不得参与竞买，也不得委托他人代为竞买"),
    applies=lambda c: c.award_mode == "auction",
)
def no_bidding_in_ones_own_auction(c: Case) -> Answer:
    """拍卖：拍卖人及工作人员不得竞买；委托人不得竞买或委托他人竞买。"""
    return c.transferee.auction_conflict == "none"


@rule(
    "FCR-9",
    S4,
    REVIEW,
    message="报名条件含地域限制，请说明法律依据",
    cite=Cite("公平竞争审查条例", "第九条", "设置歧视性要求"),
)
def open_to_outsiders(c: Case) -> Answer:
    """除法定优先权外，不得设置“仅限本地企业”等排斥外地经营者条件。"""
    return not c.announcement.regional_restriction


@rule(
    "WRL-56",
    S1,
    BLOCK,
    message="条件侵害妇女合法权益",
    cite=(
        Cite("妇女权益保障法", "第五十五条、第五十六条"),
        Cite("农村集体经济组织法", "第八条"),
        Cite("农村土地承包法", "第三十一条", "户无男性等为由，侵害妇女在农村集体经济组织中的各项权益"),
    ),
)
def women_not_excluded(c: Case) -> Answer:
    """决议/条件不得以妇女未婚、结婚、离婚、丧偶、户无男性为由排除；权证应列全户内妇女。"""
    return not c.resolution.discriminates_women


@women_not_excluded.also(BLOCK)
def women_not_excluded_by_discriminates_women(c: Case) -> Answer:
    """另看：条件侵害妇女权益。"""
    return not c.announcement.discriminates_women


RULES: tuple[Rule, ...] = (
    able_to_act,
    mandate_complete_and_valid,
    listed_by_the_household_or_its_agent,
    no_dealing_with_oneself,
    of_free_will,
    signed_for_the_household,
    household_consents,
    able_to_farm,
    no_bidding_in_ones_own_auction,
    open_to_outsiders,
    women_not_excluded,
)

NORMS: tuple[Norm, ...] = (
    Norm(
        "X-AGE-MAX",
        "不得硬编码年龄上限（个别地方规则写 70 周岁，无上位法依据）",
        "报名与准入不设年龄上限；行为能力由 CC-17-20 判断。",
        Cite("平台规则"),
        D,
    ),
)
