"""集体一方的主体资格（目录 3.1）。"""

from datetime import date

from app.rules.book import BLOCK, HOLD, PASS, REVIEW, S0, S1, S5, S9, S14, Answer, Case, Cite, Norm, Rule, rule
from app.rules.majority import by_two_thirds
from app.rules.terms import COLLECTIVE


@rule(
    "CC-262",
    S1,
    BLOCK,
    message="转出主体与所有权人不一致",
    cite=(
        Cite("民法典", "第二百六十二条"),
        Cite("农村土地承包法", "第十三条", "由村内各该集体经济组织或者村民小组依法代表集体行使所有权"),
    ),
    applies=lambda c: c.transferor.party_type in COLLECTIVE,
)
def listed_by_the_level_that_owns(c: Case) -> Answer:
    """挂牌主体须与土地/资产所有权层级（乡镇/村/组）一致；村不得处分组属土地。"""
    return c.transferor.level == c.transferor.owner_level


@rule(
    "RCEO-22",
    S0,
    HOLD,
    message="集体经济组织未登记或证书失效",
    cite=Cite("农村集体经济组织法", "第六条、第二十二条、第六十五条", "取得农村集体经济组织登记证书"),
    applies=lambda c: c.transferor.party_type == "collective_economic_organisation",
    since=date(2025, 5, 1),
)
def collective_registered(c: Case) -> Answer:
    """集体经济组织须持登记证书（特别法人）"""
    return c.transferor.registration_valid


@rule(
    "RCEO-64",
    S1,
    BLOCK,
    message="代行集体经济组织职能须按农集法门槛表决",
    cite=(
        Cite("农村集体经济组织法", "第六十四条"),
        Cite("村民委员会组织法", "第十条、第二十八条", "讨论决定有关集体财产和成员权益的事项参照适用本法的相关规定"),
    ),
    applies=(
        lambda c: c.transferor.party_type in {"village_committee", "villager_group"},
        lambda c: not c.transferor.collective_org_exists,
        lambda c: c.resolution.matter not in {"village_affairs", "construction_project"},
    ),
    since=date(2025, 5, 1),
)
def stand_in_decides_by_two_thirds(c: Case) -> Answer:
    """未设集体经济组织的，由村委会/村民小组代行，但决策参照农集法（2/3 全体），不适用村民会议过半数。"""
    return by_two_thirds(c)


@rule(
    "RCEO-30-10",
    S9,
    HOLD,
    message="签约人非法定代表人且无授权",
    cite=Cite("农村集体经济组织法", "第二十九条、第三十条", "代表农村集体经济组织签订承包、出租、入股等合同"),
    applies=lambda c: c.transferor.party_type in COLLECTIVE,
    since=date(2025, 5, 1),
)
def signatory_of_the_collective_authorised(c: Case) -> Answer:
    """集体合同由理事会代表签订，理事长为法定代表人；签约人身份须匹配。"""
    return c.contract.signatory_authorised


@rule(
    "RCEO-35",
    S5,
    REVIEW,
    message="涉及集体经济组织管理人员关联交易，须回避并复核",
    cite=Cite("农村集体经济组织法", "第三十五条", "将集体财产低价折股、转让、租赁"),
    since=date(2025, 5, 1),
)
def no_self_dealing_by_managers(c: Case) -> Answer:
    """理事、监事、主要经营管理人员不得低价折股/转让/租赁、不得收交易佣金、不得以集体财产为他人担保、不得以集体财产当普通合伙人。"""
    if c.transferor.party_type not in COLLECTIVE:
        return None
    return not c.transferee.manager_related


@no_self_dealing_by_managers.also(BLOCK)
def no_self_dealing_by_managers_by_collective_general_partner(c: Case) -> Answer:
    """另看：集体成为普通合伙人。"""
    return not c.contract.collective_general_partner


@no_self_dealing_by_managers.also(BLOCK)
def no_self_dealing_by_managers_by_debtor_is(c: Case) -> Answer:
    """另看：被担保债务人。"""
    if c.mortgage.guarantor != "collective_economic_organisation":
        return None
    return c.mortgage.debtor_is not in {"other_person", "manager"}


@rule(
    "VCO-13",
    S14,
    BLOCK,
    message="村民委员会不得提供担保",
    cite=Cite("村民委员会组织法", "第十三条", "但是不得提供担保"),
    applies=lambda c: c.mortgage.guarantor == "village_committee",
)
def village_committee_gives_no_guarantee(c: Case) -> Answer:
    """村民委员会不得提供担保。"""
    if c.as_of >= date(2026, 1, 1):
        return BLOCK
    return REVIEW if c.as_of < date(2026, 1, 1) else PASS


@rule(
    "COOP-19",
    S5,
    BLOCK,
    message="该单位不得作为合作社成员",
    cite=Cite("农民专业合作社法", "第十九条、第二十条", "农民至少应当占成员总数的百分之八十"),
    applies=lambda c: c.transferee.party_type == "cooperative",
)
def cooperative_of_farmers(c: Case) -> Answer:
    """有管理公共事务职能的单位不得入社；合作社农民成员 ≥80%。"""
    return c.transferee.cooperative_members_farmers * 5 >= c.transferee.cooperative_members_total * 4


@cooperative_of_farmers.also(BLOCK)
def cooperative_of_farmers_by_cooperative_has_public_body(c: Case) -> Answer:
    """另看：有管理公共事务职能的单位入社。"""
    return not c.transferee.cooperative_has_public_body


RULES: tuple[Rule, ...] = (
    listed_by_the_level_that_owns,
    collective_registered,
    stand_in_decides_by_two_thirds,
    signatory_of_the_collective_authorised,
    no_self_dealing_by_managers,
    village_committee_gives_no_guarantee,
    cooperative_of_farmers,
)

NORMS: tuple[Norm, ...] = ()
