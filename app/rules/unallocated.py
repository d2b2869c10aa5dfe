"""机动地、未承包到户土地与“四荒”（目录 4.2）。"""

from app.rules.book import BLOCK, HOLD, PASS, REVIEW, S1, S4, S7, Answer, Case, Cite, Norm, Parcel, Rule, V, rule
from app.rules.terms import COLLECTIVE, over_years


@rule(
    "A2-1",
    S1,
    HOLD,
    message="机动地应优先用于承包调整或新增人口",
    cite=Cite("农村土地承包法", "第二十九条", "下列土地应当用于调整承包土地或者承包给新增人口"),
    category={"unallocated_collective_land"},
)
def reserve_land_serves_members_first(c: Case) -> Answer:
    """机动地、新开垦、收回交回地应先用于调整承包地或新增人口；挂牌前声明已满足。"""
    return c.unallocated.priority_use_declared


@rule(
    "A2-2",
    S1,
    REVIEW,
    message="机动地比例超过百分之五",
    cite=Cite("农村土地承包法", "第六十七条", "机动地面积不得超过本集体经济组织耕地总面积的百分之五"),
    category={"unallocated_collective_land"},
)
def reserve_land_within_bounds(c: Case) -> Answer:
    """机动地 ≤ 耕地总面积 5%；2003-03-01 后不得新留。"""
    return c.unallocated.reserve_area_mu * 20 <= c.unallocated.cultivated_total_mu


@reserve_land_within_bounds.also(REVIEW)
def reserve_land_within_bounds_by_reserved_after_20030301(c: Case) -> Answer:
    """另看：2003-03-01。"""
    return not c.unallocated.reserved_after_20030301


@reserve_land_within_bounds.also(REVIEW)
def reserve_land_within_bounds_by_is_reserve_land(c: Case) -> Answer:
    """另看：属机动地、期限起始日、期限终止日。"""
    return not c.unallocated.is_reserve_land or not over_years(c.term.start, c.term.end, c.param.reserve_land_max_years)


@rule(
    "A2-4",
    S1,
    BLOCK,
    message="不得收回承包地搞招标承包",
    cite=Cite("农村土地承包法", "第五十七条", "为由收回承包地搞招标承包"),
    category={"unallocated_collective_land"},
)
def no_taking_back_for_tender(c: Case) -> Answer:
    """不得以“口粮田/责任田”等名义收回承包地搞招标承包。"""
    return not c.unallocated.reclaimed_for_tender


@rule(
    "A3-1",
    S1,
    BLOCK,
    message="该地块不属四荒，不适用本方式",
    cite=Cite("农村土地承包法", "第四十八条", "不宜采取家庭承包方式的荒山、荒沟、荒丘、荒滩等农村土地"),
    category={"four_wastes"},
)
def truly_waste_land(_: Case, p: Parcel) -> Answer:
    """只有不宜家庭承包的四荒等可招标/拍卖/公开协商；普通耕地冒充四荒。"""
    return p.land_type == "waste_land"


@rule(
    "A3-2",
    S7,
    REVIEW,
    message="四荒承包期限超过县定最长年限",
    cite=Cite("农村土地承包法", "第四十九条", "承包费通过公开竞标、竞价确定"),
    category={"four_wastes"},
    applies=lambda c: c.method == "contract_award",
)
def four_wastes_term(c: Case) -> Answer:
    """招标/拍卖的承包费经公开竞标竞价；公开协商的双方议定；期限协商。"""
    return not over_years(c.term.start, c.term.end, c.param.four_wastes_max_years)


@rule(
    "A3-3",
    S1,
    BLOCK,
    message="未取得权属证书，不得再流转或抵押",
    cite=(Cite("农村土地承包法", "第五十三条"), Cite("民法典", "第三百四十二条", "经依法登记取得权属证书的")),
    category={"four_wastes"},
    applies=(
        lambda c: c.transferor.party_type not in COLLECTIVE,
        lambda c: c.method in {"lease", "equity_contribution", "assignment", "mortgage"},
    ),
)
def four_wastes_certified_before_transfer(_: Case, p: Parcel) -> Answer:
    """四荒再流转/抵押须先登记取得权属证书。"""
    return p.registered


@rule(
    "A3-4",
    S1,
    PASS,
    message="继承人可以在承包期内继续承包",
    cite=Cite("农村土地承包法", "第五十四条", "在承包期内，其继承人可以继续承包"),
    category={"four_wastes"},
    applies=lambda c: c.succession.applicant_is_heir,
)
def four_wastes_inherited(_: Case) -> Answer:
    """承包人死亡：继承人可在承包期内继续承包（与耕地相反）"""
    return PASS


@rule(
    "A3-5",
    S4,
    BLOCK,
    message="须符合水土保持要求",
    cite=Cite("农村土地承包法", "第五十条", "防止水土流失，保护生态环境"),
    category={"four_wastes"},
)
def four_wastes_slope(c: Case, p: Parcel) -> Answer:
    """防止水土流失；坡度见 WSC-20。"""
    return p.slope_degrees < 25 or c.land_use.planned not in {"grain", "oil_cotton_sugar_vegetable", "forage"}


RULES: tuple[Rule, ...] = (
    reserve_land_serves_members_first,
    reserve_land_within_bounds,
    no_taking_back_for_tender,
    truly_waste_land,
    four_wastes_term,
    four_wastes_certified_before_transfer,
    four_wastes_inherited,
    four_wastes_slope,
)

NORMS: tuple[Norm, ...] = (
    Norm(
        "A2-3",
        "应家庭承包的耕地以外的农村土地，可直接经营、承包，或土地经营权出租、入股",
        "机动地等可以出租、入股，流转方式由品种表确定。",
        Cite("农村集体经济组织法", "第三十八条", "也可以依法采取土地经营权出租、入股等方式经营"),
        V,
    ),
)
