"""土地、林地的民主决策（目录 3.2）。"""

from datetime import date

from app.rules.book import BLOCK, HOLD, REVIEW, S2, S5, Answer, Case, Cite, D, M, Norm, Rule, V, rule
from app.rules.majority import by_two_thirds
from app.rules.terms import COLLECTIVE, is_social_capital


@rule(
    "LCL-52-1",
    S2,
    BLOCK,
    message="对外发包未经民主程序及乡镇批准",
    cite=Cite("农村土地承包法", "第五十二条", "并报乡（镇）人民政府批准"),
    category={"unallocated_collective_land", "four_wastes"},
    applies=(lambda c: c.method == "contract_award", lambda c: not c.transferee.is_collective_member),
)
def outsider_approved_beforehand(c: Case) -> Answer:
    """发包给本集体以外单位/个人：事先经成员村民会议 2/3 以上成员或 2/3 以上村民代表同意，并报乡镇政府批准。"""
    return by_two_thirds(c)


@outsider_approved_beforehand.also(BLOCK)
def outsider_approved_beforehand_by_granted(c: Case) -> Answer:
    """另看：乡（镇）人民政府已批准。"""
    return c.township_approval.granted


@outsider_approved_beforehand.also(BLOCK)
def outsider_approved_beforehand_by_date(c: Case) -> Answer:
    """另看：批准日、末签日（成立日）。"""
    if not c.township_approval.granted:
        return None
    return c.township_approval.date < c.contract.signed_date


@outsider_approved_beforehand.also(BLOCK)
def outsider_approved_beforehand_by_meeting_date(c: Case) -> Answer:
    """另看：会议日、末签日（成立日）。"""
    return c.resolution.meeting_date < c.contract.signed_date


@rule(
    "LCL-52-2",
    S5,
    HOLD,
    message="未完成资信和经营能力审查",
    cite=Cite("农村土地承包法", "第五十二条", "应当对承包方的资信情况和经营能力进行审查后，再签订承包合同"),
    category={"unallocated_collective_land", "four_wastes"},
    applies=(lambda c: c.method == "contract_award", lambda c: not c.transferee.is_collective_member),
)
def outsider_examined(c: Case) -> Answer:
    """外部承包方须先审查资信和经营能力再签约。"""
    return c.transferee.credit_reviewed


@rule(
    "X-CONF-52",
    S2,
    BLOCK,
    message="土地发包事项须经成员大会全体成员三分之二同意",
    cite=(),
    level=D,
    applies=(
        lambda c: c.resolution.matter == "land_contracting",
        lambda c: c.resolution.body in {"members_representatives", "villagers_representatives"},
    ),
    since=date(2025, 5, 1),
)
def land_contracting_by_the_assembly(c: Case) -> Answer:
    """LCL-52/19、LAL-13 允许“2/3 村民代表”，RCEO-28-4 却把“农村土地承包”事项排除出代表大会。默认从严：土地发包须成员大会；官方对延包方案亦要求成员大会 2/3。"""
    return BLOCK if c.param.land_contracting_by_representatives == "block" else REVIEW


@rule(
    "LAL-63-2",
    S2,
    BLOCK,
    message="集体建设用地出让出租未达三分之二",
    cite=Cite("土地管理法", "第六十三条", "三分之二以上成员或者三分之二以上村民代表的同意"),
    category={"construction_land"},
    applies=(lambda c: c.method in {"grant", "lease"}, lambda c: c.construction.market_stage == "primary"),
)
def construction_land_by_two_thirds(c: Case) -> Answer:
    """集体经营性建设用地出让/出租：2/3 以上成员或 2/3 以上村民代表（与 RCEO-26-9 一致，可由代表大会）"""
    return by_two_thirds(c)


@rule(
    "FL-18",
    S2,
    BLOCK,
    message="集体林地流转未经三分之二同意并公示",
    cite=Cite("森林法", "第十八条", "三分之二以上村民代表同意并公示"),
    category={"forest"},
    applies=lambda c: c.transferor.party_type in COLLECTIVE,
)
def forest_by_two_thirds_and_publicised(c: Case) -> Answer:
    """未承包集体林地流转：2/3 + 公示。"""
    return by_two_thirds(c)


@forest_by_two_thirds_and_publicised.also(BLOCK)
def forest_by_two_thirds_and_publicised_by_publicised(c: Case) -> Answer:
    """另看：决议已公示。"""
    return c.resolution.publicised


@rule(
    "LTM-29-1",
    S2,
    HOLD,
    message="缺少集体决议或意向协议",
    cite=Cite("农村土地经营权流转管理办法", "第二十九条"),
    level=M,
    category={"unallocated_collective_land"},
    applies=is_social_capital,
)
def letter_of_intent_signed(c: Case) -> Answer:
    """社会资本流转未承包到户集体土地：2/3 后与集体签意向协议。"""
    return c.resolution.intent_agreement


RULES: tuple[Rule, ...] = (
    outsider_approved_beforehand,
    outsider_examined,
    land_contracting_by_the_assembly,
    construction_land_by_two_thirds,
    forest_by_two_thirds_and_publicised,
    letter_of_intent_signed,
)

NORMS: tuple[Norm, ...] = (
    Norm(
        "SPC-FR-5",
        "林地承包违反民主程序合同无效；一审辩论终结前可补正",
        "集体林地的民主程序由 FL-18 判断；欠缺的可以补正后再办。",
        Cite(
            "最高人民法院关于审理森林资源民事纠纷案件适用法律若干问题的解释",
            "第五条",
            "违反法律规定的民主议定程序为由，主张集体林地承包合同无效的",
        ),
        V,
    ),
)
