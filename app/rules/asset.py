"""集体经营性资产（目录 4.6）。"""

from app.rules.book import BLOCK, HOLD, REVIEW, S1, S2, S4, S9, Answer, Case, Cite, D, M, Norm, Rule, V, rule
from app.rules.terms import all_owners_consent, consenting_share


@rule(
    "A8-1",
    S1,
    BLOCK,
    message="公益性资产不得作为经营性资产交易",
    cite=Cite("农村集体经济组织法", "第三十六条、第四十条", "集体所有的教育、科技、文化、卫生、体育、交通等设施"),
    category={"collective_asset"},
)
def public_welfare_assets_not_traded(c: Case) -> Answer:
    """经营性财产范围：可入市流转的用益物权及 36 条 2、4–7 项；公益性设施（教育、文化、卫生、体育等）不得当经营性资产处置。"""
    return not c.asset.public_welfare


@rule(
    "A8-2",
    S1,
    HOLD,
    message="资产未纳入集体资产台账",
    cite=Cite("农村集体经济组织法", "第四十三条", "建立集体财产清查、保管、使用、处置、公开等制度"),
    category={"collective_asset"},
)
def asset_in_the_ledger(c: Case) -> Answer:
    """集体财产清查、处置、公开制度；平台要求台账号。"""
    return c.asset.in_ledger


@rule(
    "A8-3",
    S4,
    REVIEW,
    message="底价低于评估价，须说明理由",
    cite=Cite("农村集体经济组织法", "第三十五条"),
    level=D,
    category={"collective_asset"},
)
def base_price_near_appraisal(c: Case) -> Answer:
    """底价不得明显低于评估价/同类价（阈值地方参数，如 <90%）"""
    return c.price.base_yuan * 100 >= c.price.appraised_yuan * c.param.base_price_min_percent


@rule(
    "A8-4",
    S2,
    BLOCK,
    message="集体出资企业所有权变动须经成员决定",
    cite=(
        Cite("民法典", "第二百六十一条"),
        Cite("农村集体经济组织法", "第五条第（六）项", "集体出资的企业的所有权变动等事项"),
    ),
    category={"collective_asset"},
    applies=lambda c: c.asset.ownership_change,
)
def enterprise_change_decided_by_members(c: Case) -> Answer:
    """集体出资企业所有权变动须本集体成员决定。"""
    return c.asset.decided_by_members


@rule(
    "A8-5",
    S1,
    HOLD,
    message="财政资金形成资产须主管部门意见",
    cite=(),
    level=M,
    category={"collective_asset"},
    applies=lambda c: c.asset.fiscal_funded,
)
def funding_authority_heard(c: Case) -> Answer:
    """财政项目形成资产：按资金管理规定征得原主管部门意见（地方）"""
    return c.asset.authority_opinion


@rule(
    "A8-6",
    S1,
    BLOCK,
    message="未达共有人同意比例",
    cite=Cite("民法典", "第三百零一条"),
    category={"collective_asset", "water_facility", "farm_equipment"},
    applies=lambda c: c.method in {"sale", "assignment", "gift", "mortgage"},
)
def asset_co_owners_consent(c: Case) -> Answer:
    """与他人共有的资产同 A6-8。"""
    if c.co_ownership.kind != "joint":
        return None
    return all_owners_consent(c)


@asset_co_owners_consent.also(BLOCK)
def asset_co_owners_consent_by_x(c: Case) -> Answer:
    """另看：。"""
    if c.co_ownership.kind != "by_share":
        return None
    return consenting_share(c) * 3 >= 2


@rule(
    "A8-7",
    S9,
    BLOCK,
    message="集体不得成为普通合伙人",
    cite=Cite("农村集体经济组织法", "第六条、第三十五条", "以集体财产加入合伙企业成为普通合伙人"),
)
def collective_no_general_partner(c: Case) -> Answer:
    """集体出资设公司/合作社以出资为限担责；不得为普通合伙人。"""
    return not c.contract.collective_general_partner


RULES: tuple[Rule, ...] = (
    public_welfare_assets_not_traded,
    asset_in_the_ledger,
    base_price_near_appraisal,
    enterprise_change_decided_by_members,
    funding_authority_heard,
    asset_co_owners_consent,
    collective_no_general_partner,
)

NORMS: tuple[Norm, ...] = (
    Norm(
        "A8-8",
        "租赁房屋/厂房适用 CC-705、726–728、734、716–718、725；SPC-HL-5（一房数租：占有→备案→成立先后）",
        "房屋、厂房租赁适用 CC-705、CC-726 至 CC-728、CC-734-2、CC-716-718、CC-725。",
        Cite(
            "最高人民法院关于审理城镇房屋租赁合同纠纷案件具体应用法律若干问题的解释", "第五条", "已经合法占有租赁房屋的"
        ),
        V,
    ),
)
