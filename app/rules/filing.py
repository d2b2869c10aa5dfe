"""备案与登记（目录 3.7）。"""

from app.rules.book import BLOCK, HOLD, PASS, S1, S10, S12, WARN, Answer, Case, Cite, Norm, Rule, S, V, rule
from app.rules.terms import at_least_years


@rule(
    "LCL-36",
    S10,
    WARN,
    message="请向发包方办理流转备案",
    cite=(
        Cite("农村土地承包法", "第三十六条"),
        Cite(
            "最高人民法院关于审理涉及农村土地承包纠纷案件适用法律问题的解释",
            "第十四条",
            "仅以该土地经营权流转合同未报其备案为由，请求确认合同无效的，不予支持",
        ),
    ),
    category={"household_land_management"},
)
def filed_with_the_issuer(c: Case) -> Answer:
    """A1 流转向发包方备案；未备案不影响合同效力。"""
    return c.filing.issuer_filed


@rule(
    "LTM-21",
    S10,
    WARN,
    message="发包方应及时备案并报乡镇",
    cite=Cite("农村土地经营权流转管理办法", "第二十一条"),
    level=S,
    category={"household_land_management"},
)
def reported_to_the_township(c: Case) -> Answer:
    """发包方收到流转、再流转、担保应办备案并报乡镇。"""
    return c.filing.township_reported


@rule(
    "LCL-34",
    S1,
    BLOCK,
    message="未经发包方同意或受让方非本集体农户",
    cite=(
        Cite("农村土地承包法", "第三十四条"),
        Cite(
            "最高人民法院关于审理涉及农村土地承包纠纷案件适用法律问题的解释",
            "第十三条",
            "未经发包方同意，转让其土地承包经营权的，转让合同无效",
        ),
    ),
    category={"household_contract_right"},
    applies=lambda c: c.method == "assignment",
)
def assignment_with_consent_and_within(c: Case) -> Answer:
    """承包经营权转让须发包方同意；未同意则合同无效（发包方无法定理由不同意或拖延除外）；受让=本集体农户。"""
    return c.filing.issuer_consent


@assignment_with_consent_and_within.also(BLOCK)
def assignment_with_consent_and_within_by_is_collective_member(c: Case) -> Answer:
    """另看：本集体经济组织成员（户）。"""
    return c.transferee.is_collective_member


@rule(
    "LCL-33",
    S1,
    BLOCK,
    message="互换仅限同一集体经济组织",
    cite=Cite("农村土地承包法", "第三十三条", "对属于同一集体经济组织的土地的土地承包经营权进行互换"),
    category={"household_contract_right"},
    applies=lambda c: c.method == "exchange",
)
def exchange_within_the_collective(c: Case) -> Answer:
    """互换：同一集体、承包方之间、向发包方备案。"""
    return c.transferee.is_collective_member


@exchange_within_the_collective.also(WARN)
def exchange_within_the_collective_by_issuer_filed(c: Case) -> Answer:
    """另看：已向发包方备案。"""
    return c.filing.issuer_filed


def _registrable(c: Case) -> bool:
    """流转期限五年以上（恰满五年在内）。"""
    return at_least_years(c.term.start, c.term.end, 5)


@rule(
    "LCL-41",
    S12,
    PASS,
    message="流转期限五年以上的可申请登记",
    cite=(Cite("农村土地承包法", "第四十一条"), Cite("民法典", "第三百四十一条", "土地经营权流转期限为五年以上的")),
    category={"household_land_management", "unallocated_collective_land", "four_wastes"},
    shows={"registrable": _registrable},
)
def registrable_from_five_years(c: Case) -> Answer:
    """流转期 ≥5 年可申请土地经营权登记；不登记不得对抗善意第三人。"""
    _registrable(c)  # asked so that what it lacks is named
    return PASS


@rule(
    "S-18",
    S12,
    HOLD,
    message="缺少承包方书面同意或集体备案材料",
    cite=(),
    level=S,
    category={"household_land_management"},
    applies=lambda c: c.filing.registration_requested,
)
def papers_for_registering_a_retransfer(c: Case) -> Answer:
    """再流转转移登记须提交承包方书面同意 +（耕地水域滩涂）集体备案材料。"""
    return c.filing.contractor_consent_attached


@papers_for_registering_a_retransfer.also(HOLD)
def papers_for_registering_a_retransfer_by_collective_filing_attached(c: Case) -> Answer:
    """另看：登记材料附集体备案材料。"""
    return c.filing.collective_filing_attached


@rule(
    "LAR-41a",
    S10,
    HOLD,
    message="合同未报自然资源部门备案",
    cite=Cite("土地管理法实施条例", "第四十一条", "并报市、县人民政府自然资源主管部门备案"),
    category={"construction_land"},
)
def filed_with_natural_resources(c: Case) -> Answer:
    """A5 合同报市/县自然资源部门备案。"""
    return c.filing.natural_resources_filed


@rule(
    "CC-355",
    S12,
    HOLD,
    message="须办理不动产登记，房地一并处分",
    cite=Cite("民法典", "第三百五十五条至第三百五十七条", "附着于该土地上的建筑物、构筑物及其附属设施一并处分"),
    category={"construction_land"},
)
def building_and_land_registered_together(c: Case) -> Answer:
    """A5 使用权及地上建筑登记；转让等须变更登记；房地一体处分。"""
    return c.filing.real_estate_registered


@building_and_land_registered_together.also(HOLD)
def building_and_land_registered_together_by_building_land_together(c: Case) -> Answer:
    """另看：房地一并处分。"""
    return c.filing.building_land_together


@rule(
    "CC-365",
    S12,
    HOLD,
    message="请办理宅基地变更或注销登记",
    cite=Cite("民法典", "第三百六十五条", "应当及时办理变更登记或者注销登记"),
    category={"homestead"},
)
def homestead_registration_changed(c: Case) -> Answer:
    """A6 宅基地转让/消灭办变更/注销登记。"""
    return c.filing.real_estate_registered


RULES: tuple[Rule, ...] = (
    filed_with_the_issuer,
    reported_to_the_township,
    assignment_with_consent_and_within,
    exchange_within_the_collective,
    registrable_from_five_years,
    papers_for_registering_a_retransfer,
    filed_with_natural_resources,
    building_and_land_registered_together,
    homestead_registration_changed,
)

NORMS: tuple[Norm, ...] = (
    Norm(
        "DRL-20",
        "登记机构 30 个工作日内办结；一般由双方共同申请；争议/超期不予登记",
        "登记衔接环节提示办理时限。",
        Cite("不动产登记暂行条例", "第十四条、第二十条、第二十二条", "30个工作日内办结不动产登记手续"),
        V,
    ),
    Norm(
        "CC-706",
        "租赁备案不影响合同效力",
        "备案类规则（LCL-36 等）只作提示，不影响合同效力。",
        Cite("民法典", "第七百零六条", "不影响合同的效力"),
        V,
    ),
)
