"""其他权利，以及一律不受理的标的（目录 4.12、2）。"""

from app.rules.book import BLOCK, HOLD, REVIEW, S1, Answer, Case, Cite, M, Norm, Rule, rule


@rule(
    "A14-1",
    S1,
    HOLD,
    message="国有水域养殖须持养殖证",
    cite=Cite(
        "渔业法", "第十七条、第十八条、第六十五条", "可以由个人或者单位依照有关法律、法规的规定承包，从事养殖生产"
    ),
    applies=lambda c: c.right == "aquaculture_right",
)
def aquaculture_permit_held(c: Case) -> Answer:
    """集体水域滩涂可由个人/单位承包养殖；国有水域须养殖证，荒芜满 1 年责令限期、可吊销。"""
    return not c.land_use.aquaculture_state_water or c.land_use.aquaculture_permit


@rule("A14-2", S1, REVIEW, message="该品种须主管部门授权", cite=(), level=M)
def quotas_and_carbon_need_authority(c: Case) -> Answer:
    """增减挂钩、耕地占补指标、林业碳汇：无专门授权不挂牌。"""
    return c.right not in {"quota_index", "carbon_sink"}


@rule(
    "A14-3",
    S1,
    BLOCK,
    message="该权益不得交易",
    cite=(Cite("农村土地承包法", "第四条、第五条"), Cite("农村集体经济组织法", "第十六条")),
)
def never_tradable(c: Case) -> Answer:
    """土地征收补偿费、承包权“买断”、成员资格转让。"""
    return c.right not in {"contract_right", "membership", "land_compensation"}


@rule(
    "LAL-2",
    S1,
    BLOCK,
    message="集体土地所有权不得交易",
    cite=(Cite("土地管理法", "第二条"), Cite("民法典", "第三百九十九条第（一）项")),
)
def ownership_of_land_not_traded(c: Case) -> Answer:
    """集体土地所有权不得交易。"""
    return c.right != "land_ownership"


@rule(
    "REL-38",
    S1,
    BLOCK,
    message="标的权属有争议或被查封",
    cite=(Cite("城市房地产管理法", "第三十八条"), Cite("民法典", "第三百九十九条")),
)
def undisputed_and_unseized(c: Case) -> Answer:
    """权属有争议、被查封的标的不得交易（A5-14 的通用形式）"""
    return not c.restrictions.disputed


@undisputed_and_unseized.also(BLOCK)
def undisputed_and_unseized_by_seized(c: Case) -> Answer:
    """另看：被查封、扣押、监管。"""
    return not c.restrictions.seized


RULES: tuple[Rule, ...] = (
    aquaculture_permit_held,
    quotas_and_carbon_need_authority,
    never_tradable,
    ownership_of_land_not_traded,
    undisputed_and_unseized,
)

NORMS: tuple[Norm, ...] = ()
