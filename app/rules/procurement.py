"""农村建设项目与采购（目录 4.10）。"""

from app.rules.book import BLOCK, HOLD, S1, S2, S5, S7, S10, S13, Answer, Case, Cite, Norm, Rule, S, rule
from app.rules.terms import given, in_time, mandatory_tender, plus


@rule(
    "A12-1",
    S2,
    BLOCK,
    message="建设承包方案未经村民会议讨论",
    cite=Cite("村民委员会组织法", "第二十八条", "本村公益事业的兴办和筹资筹劳方案及建设承包方案"),
    category={"procurement"},
)
def construction_plan_decided(c: Case) -> Answer:
    """公益事业兴办、筹资筹劳、建设承包方案、集体所得资金物资使用：村民会议（可授权代表会议）决定，先经村党组织研究。"""
    return c.procurement.plan_decided


@rule(
    "A12-2",
    S1,
    BLOCK,
    message="达到必须招标标准，不得以其他方式采购",
    cite=Cite("招标投标法", "第三条", "必须进行招标"),
    level=S,
    category={"procurement"},
    applies=(lambda c: given(c, "award_mode"), mandatory_tender),
)
def tender_where_mandatory(c: Case) -> Answer:
    """必招标门槛：使用预算资金 ≥200 万且占投资 ≥10% 等项目，且施工 ≥400 万/货物 ≥200 万/勘察设计监理 ≥100 万（同项目合并计算）"""
    return c.award_mode == "tender"


@rule(
    "A12-3",
    S7,
    BLOCK,
    message="投标人少于三个，须重新招标",
    cite=(
        Cite("招标投标法", "第二十八条"),
        Cite("招标投标法实施条例", "第四十四条", "投标人少于三个的，招标人应当依照本法重新招标"),
    ),
    category={"procurement"},
    applies=lambda c: c.award_mode == "tender",
)
def three_bidders_and_sealed_bids(c: Case) -> Answer:
    """投标人 <3 不得开标，重新招标；逾时投标拒收；开标前不得开启。"""
    return c.procurement.bidders >= 3


@three_bidders_and_sealed_bids.also(BLOCK)
def three_bidders_and_sealed_bids_by_late_bid_accepted(c: Case) -> Answer:
    """另看：接收逾时投标。"""
    return not c.procurement.late_bid_accepted


@three_bidders_and_sealed_bids.also(BLOCK)
def three_bidders_and_sealed_bids_by_opened_early(c: Case) -> Answer:
    """另看：开标前开启。"""
    return not c.procurement.opened_early


@rule(
    "A12-4",
    S5,
    BLOCK,
    message="存在利害或控股关系，投标无效",
    cite=Cite("招标投标法实施条例", "第三十四条", "单位负责人为同一人或者存在控股、管理关系的不同单位"),
    category={"procurement"},
    applies=lambda c: c.award_mode == "tender",
)
def bidders_unrelated(c: Case) -> Answer:
    """与招标人有利害关系可能影响公正的、单位负责人同一人或控股管理关系的不得同标段投标。"""
    return not c.procurement.related_bidders


@rule(
    "A12-5",
    S10,
    HOLD,
    message="须在十五日内提交招标情况报告",
    cite=Cite("招标投标法", "第四十七条", "应当自确定中标人之日起十五日内"),
    category={"procurement"},
    applies=(lambda c: c.award_mode == "tender", mandatory_tender),
)
def tender_reported(c: Case) -> Answer:
    """依法必招：确定中标人 15 日内提交书面报告；投诉 10 日内。"""
    return in_time(c, c.procurement.report_date, plus(c.procurement.award_decided_date, 15))


@tender_reported.also(HOLD)
def tender_reported_by_report_date(c: Case) -> Answer:
    """另看：招标情况书面报告日、确定中标人日。"""
    return given(c.procurement, "report_date") or in_time(c, c.as_of, plus(c.procurement.award_decided_date, 15))


@rule(
    "A12-6",
    S13,
    BLOCK,
    message="中标项目不得转让",
    cite=Cite("招标投标法", "第四十八条", "中标人不得向他人转让中标项目"),
    category={"procurement"},
    applies=lambda c: c.award_mode == "tender",
)
def no_subcontracting_of_the_core(c: Case) -> Answer:
    """不得转让、肢解；分包限非主体非关键且不得再分包。"""
    return c.procurement.subcontracting not in {"core", "whole"}


@rule(
    "A12-7",
    S5,
    BLOCK,
    message="投标人须为法人或者其他组织",
    cite=Cite("招标投标法", "第八条、第二十五条", "投标人是响应招标、参加投标竞争的法人或者其他组织"),
    category={"procurement"},
    applies=(lambda c: c.award_mode == "tender", mandatory_tender),
)
def bidders_are_organisations(c: Case) -> Answer:
    """必招项目投标人为法人或其他组织；个人仅可投科研项目 → 自然人施工队不得投标。"""
    return c.transferee.party_type not in {"individual", "household"}


RULES: tuple[Rule, ...] = (
    construction_plan_decided,
    tender_where_mandatory,
    three_bidders_and_sealed_bids,
    bidders_unrelated,
    tender_reported,
    no_subcontracting_of_the_core,
    bidders_are_organisations,
)

NORMS: tuple[Norm, ...] = ()
