"""集体经营性建设用地使用权（目录 4.4）。"""

from app.rules.book import BLOCK, HOLD, PASS, REVIEW, S1, S3, S4, WARN, Answer, Case, Cite, M, Norm, Parcel, Rule, rule
from app.rules.naming import PLAN_ITEMS, named
from app.rules.terms import wd


@rule(
    "A5-1",
    S1,
    BLOCK,
    message="地块未经所有权登记或非经营性用途",
    cite=Cite("土地管理法实施条例", "第三十八条", "且已依法办理土地所有权登记的集体经营性建设用地"),
    category={"construction_land"},
    applies=lambda c: c.construction.market_stage == "primary",
)
def owned_registered_and_commercial(c: Case) -> Answer:
    """国土空间规划为工业、商业等经营性用途，且已办所有权登记。"""
    return c.construction.ownership_registered


@owned_registered_and_commercial.also(BLOCK)
def owned_registered_and_commercial_by_planning_use(c: Case) -> Answer:
    """另看：国土空间规划用途。"""
    return c.construction.planning_use not in {"public_service", "agricultural", "homestead", "other_non_operational"}


@rule(
    "A5-2",
    S3,
    HOLD,
    message="缺少规划条件或产业准入、环保要求",
    cite=Cite("土地管理法实施条例", "第三十九条", "提出产业准入和生态环境保护要求"),
    category={"construction_land"},
    applies=lambda c: c.construction.market_stage == "primary",
)
def conditions_obtained(c: Case) -> Answer:
    """有自然资源部门规划条件、产业准入和生态环保要求。"""
    return not c.plan_report.missing_preconditions


@rule(
    "A5-3",
    S3,
    HOLD,
    message=lambda c: f"入市方案缺少：{named(c.plan_report.missing_items, *PLAN_ITEMS)}",
    cite=Cite("土地管理法实施条例", "第四十条", "使用期限、交易方式、入市价格、集体收益分配安排等内容"),
    category={"construction_land"},
    applies=lambda c: c.construction.market_stage == "primary",
)
def plan_complete(c: Case) -> Answer:
    """方案须含：界址、面积、用途、规划条件、产业准入和环保要求、使用期限、交易方式、入市价格、集体收益分配安排。"""
    return not c.plan_report.missing_items


@rule(
    "A5-4",
    S3,
    HOLD,
    message="报送市县政府未满十个工作日",
    cite=Cite("土地管理法实施条例", "第四十条", "在出让、出租前不少于十个工作日报市、县人民政府"),
    category={"construction_land"},
    applies=lambda c: c.construction.market_stage == "primary",
)
def plan_reported_ten_working_days_ahead(c: Case) -> Answer:
    """出让/出租前 ≥10 个工作日报市县政府。"""
    if wd(c, c.plan_report.submitted_date, c.announcement.start_date) < 10:
        return HOLD
    return WARN if wd(c, c.plan_report.submitted_date, c.announcement.start_date) == 10 else PASS


@rule(
    "A5-5",
    S3,
    REVIEW,
    message="须按市县政府意见修改方案",
    cite=Cite("土地管理法实施条例", "第四十条", "应当在收到方案后五个工作日内提出修改意见"),
    category={"construction_land"},
    applies=(lambda c: c.construction.market_stage == "primary", lambda c: c.plan_report.opinion == "modify"),
)
def plan_revised_as_asked(c: Case) -> Answer:
    """市县 5 工作日内提修改意见则须修改；逾期意见法无明文后果→REVIEW，不得默认通过。"""
    return wd(c, c.plan_report.received_date, c.plan_report.opinion_date) <= 5


@plan_revised_as_asked.also(HOLD)
def plan_revised_as_asked_by_revised(c: Case) -> Answer:
    """另看：已按意见修改。"""
    if wd(c, c.plan_report.received_date, c.plan_report.opinion_date) > 5:
        return None
    return c.plan_report.revised


@rule(
    "A5-8",
    S4,
    REVIEW,
    message="有两个以上意向人，应公开竞价",
    cite=Cite("民法典", "第三百四十七条", "同一土地有两个以上意向用地者的"),
    category={"construction_land"},
    applies=lambda c: c.award_mode == "negotiation",
)
def several_interested_compete(c: Case) -> Answer:
    """方式：招标、拍卖、挂牌或协议；经营性用地且 ≥2 意向者用协议→REVIEW（参照 CC-347）"""
    return c.construction.interested_parties < 2


@rule(
    "A5-11",
    S1,
    BLOCK,
    message="集体经营性建设用地不得用于商品住房",
    cite=Cite("厅字〔2022〕34号"),
    level=M,
    category={"construction_land"},
)
def no_commodity_housing(c: Case) -> Answer:
    """商品住宅用途。"""
    return c.construction.planning_use != "commodity_housing"


@rule(
    "A5-14",
    S1,
    BLOCK,
    message="标的存在限制转让情形",
    cite=Cite("城市房地产管理法", "第三十八条", "共有房地产，未经其他共有人书面同意的"),
    category={"construction_land"},
)
def free_of_restrictions(c: Case) -> Answer:
    """查封、共有人未书面同意、权属争议、无证不得转让。"""
    return not c.restrictions.disputed


@free_of_restrictions.also(BLOCK)
def free_of_restrictions_by_seized(c: Case) -> Answer:
    """另看：被查封、扣押、监管。"""
    return not c.restrictions.seized


@free_of_restrictions.also(BLOCK)
def free_of_restrictions_by_co_owners_consent(c: Case) -> Answer:
    """另看：其他共有人书面同意。"""
    if c.construction.market_stage != "secondary":
        return None
    return c.construction.co_owners_consent


@free_of_restrictions.also(BLOCK)
def free_of_restrictions_by_certificate_held(c: Case) -> Answer:
    """另看：持有不动产权证。"""
    if c.construction.market_stage != "secondary":
        return None
    return c.construction.certificate_held


@rule(
    "A5-15",
    S3,
    HOLD,
    message="入股联营用地未经批准",
    cite=Cite("土地管理法", "第六十条", "以土地使用权入股、联营等形式共同举办企业的"),
    category={"construction_land"},
    applies=(
        lambda c: c.construction.market_stage == "primary",
        lambda c: c.method in {"equity_contribution", "joint_operation"},
    ),
)
def joint_venture_land_approved(c: Case) -> Answer:
    """集体以土地使用权入股、联营办企业：须县级以上自然资源部门申请批准。"""
    return c.construction.lal60_approved


@rule(
    "A5-17",
    S1,
    BLOCK,
    message="农用地不得用于非农建设入市",
    cite=Cite("土地管理法", "第八十二条", "擅自将农民集体所有的土地通过出让、转让使用权或者出租等方式用于非农业建设"),
    category={"construction_land"},
)
def construction_land_only(_: Case, p: Parcel) -> Answer:
    """擅自将集体土地出让/转让/出租用于非农建设：责令改正、没收、罚款。"""
    return p.land_type == "construction"


RULES: tuple[Rule, ...] = (
    owned_registered_and_commercial,
    conditions_obtained,
    plan_complete,
    plan_reported_ten_working_days_ahead,
    plan_revised_as_asked,
    several_interested_compete,
    no_commodity_housing,
    free_of_restrictions,
    joint_venture_land_approved,
    construction_land_only,
)

NORMS: tuple[Norm, ...] = ()
