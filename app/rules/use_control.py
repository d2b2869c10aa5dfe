"""用途管制（目录 3.12）。"""

from datetime import date

from app.rules.book import BLOCK, REVIEW, S1, S3, S4, S9, S13, WARN, Answer, Case, Cite, M, Norm, Parcel, Rule, rule
from app.rules.terms import NON_AGRI


@rule(
    "LCL-38-2",
    S4,
    BLOCK,
    message="不得改变土地农业用途",
    cite=Cite("农村土地承包法", "第三十八条第（二）项、第十一条", "未经依法批准不得将承包地用于非农建设"),
    category={"household_land_management", "unallocated_collective_land", "four_wastes"},
)
def farming_use_kept(c: Case) -> Answer:
    """不得改变所有权性质和农业用途，不得破坏生产能力与生态。"""
    return c.land_use.planned not in NON_AGRI


@rule(
    "LAL-37",
    S4,
    BLOCK,
    message="永久基本农田禁止发展林果业和挖塘养鱼",
    cite=Cite("土地管理法", "第三十七条", "禁止占用永久基本农田发展林果业和挖塘养鱼"),
    category={"household_land_management", "unallocated_collective_land", "four_wastes"},
)
def cultivated_land_protected(c: Case, p: Parcel) -> Answer:
    """耕地禁建窑、建坟、擅自建房、挖砂采石采矿取土；永久基本农田禁发展林果业、挖塘养鱼。"""
    return p.land_type != "cultivated" or c.land_use.planned not in {"kiln", "grave", "house_building", "mining_soil"}


@cultivated_land_protected.also(BLOCK)
def cultivated_land_protected_by_permanent_basic_farmland(c: Case, p: Parcel) -> Answer:
    """另看：永久基本农田、拟用途。"""
    return not p.permanent_basic_farmland or c.land_use.planned not in {"orchard_forestry", "fish_pond"}


@rule(
    "LAR-12",
    S4,
    REVIEW,
    message="耕地转其他农用地须经批准",
    cite=Cite("土地管理法实施条例", "第十二条", "严格控制耕地转为林地、草地、园地等其他农用地"),
    category={"household_land_management", "unallocated_collective_land", "four_wastes"},
)
def cultivated_land_stays_cultivated(c: Case, p: Parcel) -> Answer:
    """一般耕地转林地、草地、园地等严格控制。"""
    return (
        p.land_type != "cultivated"
        or p.permanent_basic_farmland
        or c.land_use.planned not in {"orchard_forestry", "fish_pond"}
    )


@rule(
    "FSL-13",
    S9,
    WARN,
    message="请按耕地利用优先序种植",
    cite=Cite("粮食安全保障法", "第十三条", "耕地应当主要用于粮食和棉、油、糖、蔬菜等农产品及饲草饲料生产"),
    category={"household_land_management", "unallocated_collective_land"},
)
def grain_first(c: Case, p: Parcel) -> Answer:
    """耕地主要用于粮棉油糖菜及饲草料；种植用途管控（具体办法由农业农村部定）"""
    return p.land_type != "cultivated" or c.land_use.planned not in {
        "orchard_forestry",
        "fish_pond",
        "livestock",
        "facility_agriculture",
        "agriculture_other",
    }


@rule(
    "LAL-38",
    S13,
    WARN,
    message="禁止闲置、荒芜耕地",
    cite=Cite("土地管理法", "第三十八条", "禁止任何单位和个人闲置、荒芜耕地"),
)
def land_not_left_idle(c: Case) -> Answer:
    """禁止闲置、荒芜耕地。"""
    return not c.performance.idle_cultivated


@rule(
    "LAL-44",
    S3,
    BLOCK,
    message="未办农用地转用审批",
    cite=Cite("土地管理法", "第四十四条", "应当办理农用地转用审批手续"),
    applies=lambda c: c.land_use.conversion_required,
)
def conversion_approved(c: Case) -> Answer:
    """农转建须转用审批；永久基本农田由国务院批准。"""
    return c.land_use.conversion_approved


@rule(
    "EEC-449",
    S1,
    REVIEW,
    message="地块属严格管控类，须核对管控要求",
    cite=Cite("生态环境法典", "第四百四十八条、第四百四十九条", "提出划定特定农产品禁止生产区域的建议"),
    since=date(2026, 8, 15),
)
def strictly_controlled_soil(_: Case, p: Parcel) -> Answer:
    """严格管控类农用地可划定特定农产品禁止生产区域；安全利用类按方案。"""
    return p.soil_class != "strict_control"


@rule(
    "EEC-454",
    S3,
    BLOCK,
    message="地块列入土壤污染管控名录",
    cite=Cite("生态环境法典", "第四百五十四条、第四百五十六条", "不得作为居住、公共管理与公共服务用地"),
    category={"construction_land"},
    applies=lambda c: c.construction.use_changed_to_sensitive,
    since=date(2026, 8, 15),
)
def soil_surveyed_before_sensitive_use(_: Case, p: Parcel) -> Answer:
    """建设用地变更为居住、公共管理与公共服务用地须先做土壤污染状况调查；列入风险管控和修复名录的不得作居住、公共用地。"""
    return p.soil_survey_done


@soil_surveyed_before_sensitive_use.also(BLOCK)
def soil_surveyed_before_sensitive_use_by_soil_pollution_list(_: Case, p: Parcel) -> Answer:
    """另看：列入建设用地土壤污染风险管控和修复名录。"""
    return not p.soil_pollution_list


@rule(
    "WSC-20",
    S4,
    BLOCK,
    message="二十五度以上陡坡地禁止种植农作物",
    cite=Cite("水土保持法", "第二十条", "禁止在二十五度以上陡坡地开垦种植农作物"),
)
def steep_slope_not_tilled(c: Case, p: Parcel) -> Answer:
    """25 度以上陡坡地禁止开垦种农作物。"""
    return p.slope_degrees < 25 or c.land_use.planned not in {"grain", "oil_cotton_sugar_vegetable", "forage"}


@rule(
    "SPPL-54",
    S1,
    REVIEW,
    message="地块属严格管控类，须核对管控要求",
    cite=Cite("土壤污染防治法", "第五十四条"),
    level=M,
    until=date(2026, 8, 14),
)
def strictly_controlled_soil_before_the_code(_: Case, p: Parcel) -> Answer:
    """严格管控类农用地须核对管控要求（2026-08-14 以前；其后为 EEC-449）"""
    return p.soil_class != "strict_control"


@rule(
    "SPPL-61",
    S3,
    BLOCK,
    message="地块未调查或列入土壤污染管控名录",
    cite=Cite("土壤污染防治法", "第五十九条、第六十一条"),
    level=M,
    category={"construction_land"},
    applies=lambda c: c.construction.use_changed_to_sensitive,
    until=date(2026, 8, 14),
)
def soil_surveyed_before_sensitive_use_before_the_code(_: Case, p: Parcel) -> Answer:
    """变更为居住、公共用地前须调查；列入名录的不得用（2026-08-14 以前；其后为 EEC-454）"""
    return p.soil_survey_done


@soil_surveyed_before_sensitive_use_before_the_code.also(BLOCK)
def soil_surveyed_before_sensitive_use_before_the_code_by_soil_pollution_list(_: Case, p: Parcel) -> Answer:
    """另看：列入建设用地土壤污染风险管控和修复名录。"""
    return not p.soil_pollution_list


RULES: tuple[Rule, ...] = (
    farming_use_kept,
    cultivated_land_protected,
    cultivated_land_stays_cultivated,
    grain_first,
    land_not_left_idle,
    conversion_approved,
    strictly_controlled_soil,
    soil_surveyed_before_sensitive_use,
    steep_slope_not_tilled,
    strictly_controlled_soil_before_the_code,
    soil_surveyed_before_sensitive_use_before_the_code,
)

NORMS: tuple[Norm, ...] = ()
