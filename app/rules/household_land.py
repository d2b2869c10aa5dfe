"""农户承包地土地经营权（目录 4.1）。"""

from app.rules.book import BLOCK, HOLD, S1, S9, S13, Answer, Case, Cite, D, M, Norm, Parcel, Rule, rule
from app.rules.terms import contains, overlaps


@rule(
    "A1-1",
    S1,
    BLOCK,
    message="承包地不得买卖",
    cite=Cite("农村土地承包法", "第四条", "承包地不得买卖"),
    category={"household_land_management", "household_contract_right"},
)
def contracted_land_not_sold(c: Case) -> Answer:
    """标的只能是土地经营权；出现“买断/永久转让/卖地”。"""
    return c.method != "sale"


@contracted_land_not_sold.also(BLOCK)
def contracted_land_not_sold_by_title(c: Case) -> Answer:
    """另看：公告标题。"""
    return not contains(c.announcement.title, "买断", "永久转让", "卖地")


@rule(
    "A1-2",
    S1,
    HOLD,
    message="缺少承包合同或权属证明",
    cite=Cite("农村土地承包法", "第九条、第二十三条", "承包方自承包合同生效时取得土地承包经营权"),
    category={"household_land_management"},
)
def contract_in_force(_: Case, p: Parcel) -> Answer:
    """转出方须有生效承包合同（权证非必要条件：经营权自合同生效取得）"""
    return p.contract_signed


@rule("A1-3", S1, BLOCK, message="该地块在所选期间已流转", cite=(), level=D, category={"household_land_management"})
def parcel_free_in_the_term(c: Case, p: Parcel) -> Answer:
    """地块代码唯一；同一地块在期内不得有重叠有效流转。"""
    return not overlaps(c, p)


@rule(
    "A1-4",
    S9,
    HOLD,
    message="请约定征收补偿归属",
    cite=Cite(
        "最高人民法院关于审理涉及农村土地承包纠纷案件适用法律问题的解释", "第二十条", "青苗补偿费归实际投入人所有"
    ),
    category={"household_land_management"},
)
def compensation_clause(c: Case) -> Answer:
    """流转不改变承包关系；征收补偿：青苗归实际投入人、附着物归所有人（另有约定除外）"""
    return {"expropriation_compensation"}.isdisjoint(c.contract.missing_items)


@rule(
    "A1-5",
    S1,
    BLOCK,
    message="耕地承包不因继承取得，申请人无流转权",
    cite=Cite("农村土地承包法", "第三十二条、第十六条", "承包人应得的承包收益，依照继承法的规定继承"),
    category={"household_land_management"},
)
def farmland_not_inherited(c: Case) -> Answer:
    """耕地家庭承包不继承：户内还有成员→户继续承包；绝户→继承人只得承包收益，不得挂牌剩余期。"""
    return c.succession.applicant_is_household_member


@rule(
    "A1-6",
    S9,
    HOLD,
    message="入股协议须约定解散时土地退回",
    cite=Cite("农村土地经营权流转管理办法", "第十六条"),
    level=M,
    category={"household_land_management"},
    applies=lambda c: c.method == "equity_contribution",
)
def shares_return_the_land(c: Case) -> Answer:
    """入股：公司/合作社解散时入股土地应退回原承包方；可优先股。"""
    return {"equity_dissolution_return"}.isdisjoint(c.contract.missing_items)


@rule(
    "A1-7",
    S9,
    HOLD,
    message="请约定农田水利设施运维主体",
    cite=Cite("农田水利条例", "第十八条", "应当同时明确该土地上农田水利工程的运行维护主体"),
    category={"household_land_management"},
)
def irrigation_clause(c: Case) -> Answer:
    """流转须同时明确该地农田水利工程运维主体。"""
    return {"irrigation_maintenance"}.isdisjoint(c.contract.missing_items)


@rule("A1-8", S13, HOLD, message="设施农业用地须备案", cite=(), level=M, category={"household_land_management"})
def facility_land_filed(c: Case) -> Answer:
    """设施农业用地：农业设施建设另需备案（自然资规〔2019〕4号），不得建永久性非农建筑。"""
    if c.land_use.planned != "facility_agriculture":
        return None
    return c.land_use.facility_filed


RULES: tuple[Rule, ...] = (
    contracted_land_not_sold,
    contract_in_force,
    parcel_free_in_the_term,
    compensation_clause,
    farmland_not_inherited,
    shares_return_the_land,
    irrigation_clause,
    facility_land_filed,
)

NORMS: tuple[Norm, ...] = ()
