"""价款、保证金、结算、分配（目录 3.11）。"""

from datetime import date

from app.rules.book import BLOCK, HOLD, REVIEW, S1, S5, S7, S9, S11, Answer, Case, Cite, D, Norm, Rule, V, rule


@rule(
    "LCL-39",
    S11,
    BLOCK,
    message="流转收益不得截留扣缴",
    cite=(
        Cite("农村土地承包法", "第三十九条、第六十一条"),
        Cite(
            "最高人民法院关于审理涉及农村土地承包纠纷案件适用法律问题的解释",
            "第十七条",
            "流转的收益归承包方所有，任何组织和个人不得擅自截留、扣缴",
        ),
    ),
    category={"household_land_management"},
)
def proceeds_belong_to_the_household(c: Case) -> Answer:
    """A1 收益全归承包方，任何组织不得截留、扣缴；不得抵销农户欠款。"""
    return c.settlement.payee == "contractor"


@proceeds_belong_to_the_household.also(BLOCK)
def proceeds_belong_to_the_household_by_deducted_yuan(c: Case) -> Answer:
    """另看：从流转收益中扣缴/抵销的金额。"""
    return c.settlement.deducted_yuan <= 0


@rule(
    "RCEO-44-3",
    S11,
    BLOCK,
    message="集体资金不得转入个人账户",
    cite=Cite("农村集体经济组织法", "第四十四条", "集体所有的资金不得存入以个人名义开立的账户"),
    since=date(2025, 5, 1),
)
def collective_money_in_a_collective_account(c: Case) -> Answer:
    """集体资金不得存入个人名义账户。"""
    return c.settlement.collective_funds_account != "individual"


@rule(
    "RCEO-42",
    S11,
    HOLD,
    message="缺少收益分配决议",
    cite=Cite(
        "农村集体经济组织法",
        "第四十二条",
        "剩余的可分配收益按照量化给农村集体经济组织成员的集体经营性财产收益权份额进行分配",
    ),
    category={"unallocated_collective_land", "construction_land", "collective_asset"},
    since=date(2025, 5, 1),
)
def distribution_resolved(c: Case) -> Answer:
    """集体收益：先按章程提取公积公益金、补亏，再按份额分配。"""
    return c.settlement.distribution_resolution


@rule(
    "RCEO-36-2",
    S1,
    BLOCK,
    message="集体财产不得分割到个人",
    cite=Cite("农村集体经济组织法", "第三十六条", "不得分割到成员个人"),
    since=date(2025, 5, 1),
)
def property_not_divided(c: Case) -> Answer:
    """集体财产不得分割到成员个人。"""
    return not c.settlement.divides_property


@rule(
    "BIR-26",
    S5,
    BLOCK,
    message="投标保证金超过估算价百分之二",
    cite=Cite("招标投标法实施条例", "第二十六条、第五十七条", "投标保证金不得超过招标项目估算价的2%"),
    category={"procurement"},
    applies=lambda c: c.award_mode == "tender",
)
def bid_bond_at_most_two_percent(c: Case) -> Answer:
    """招标：投标保证金 ≤ 估算价 2%；签约后 5 日内退还及利息。"""
    return c.deposit.bid_bond_yuan * 50 <= c.procurement.estimate_yuan


@rule(
    "BIR-58",
    S9,
    BLOCK,
    message="履约保证金超过百分之十",
    cite=Cite("招标投标法实施条例", "第五十八条", "履约保证金不得超过中标合同金额的10%"),
    category={"procurement"},
    applies=lambda c: c.award_mode == "tender",
)
def performance_bond_at_most_a_tenth(c: Case) -> Answer:
    """履约保证金 ≤ 中标金额 10%。"""
    return c.deposit.performance_bond_yuan * 10 <= c.award.amount_yuan


@rule(
    "AUC-56",
    S11,
    BLOCK,
    message="佣金超过法定上限",
    cite=Cite("拍卖法", "第五十六条", "不超过拍卖成交价百分之五的佣金"),
    applies=(lambda c: c.award_mode == "auction", lambda c: not c.settlement.commission_agreed),
)
def commission_at_most_five_percent(c: Case) -> Answer:
    """拍卖佣金未约定时各 ≤ 成交价 5%；平台公益性收费另依地方核定。"""
    return c.settlement.commission_yuan * 20 <= c.award.amount_yuan


@rule(
    "AUC-50",
    S7,
    BLOCK,
    message="最高报价未达保留价",
    cite=Cite("拍卖法", "第五十条", "竞买人的最高应价未达到保留价时，该应价不发生效力"),
    applies=lambda c: c.award_mode == "auction",
)
def reserve_price_reached(c: Case) -> Answer:
    """低于保留价的应价不生效。"""
    return c.auction.highest_bid_yuan >= c.auction.reserve_price_yuan


@rule(
    "AUC-36",
    S7,
    BLOCK,
    message="报价不得撤回",
    cite=Cite("拍卖法", "第三十六条", "竞买人一经应价，不得撤回"),
    applies=lambda c: c.award_mode == "auction",
)
def bids_stand(c: Case) -> Answer:
    """竞买人应价不得撤回，被更高应价取代即失效。"""
    return not c.auction.bid_withdrawn


@rule("AAL-3", S1, HOLD, message="请提交评估报告", cite=Cite("资产评估法", "第三条"))
def appraised_where_required(c: Case) -> Answer:
    """集体资产评估非全国强制；章程/地方规定要求的从之（国有资产、公共利益为法定评估）"""
    return not c.price.appraisal_required or c.price.appraisal_done


@appraised_where_required.also(HOLD)
def appraised_where_required_by_base_yuan(c: Case) -> Answer:
    """另看：挂牌底价（与评估同口径）、已评估。"""
    if c.category != "collective_asset":
        return None
    return c.price.base_yuan < c.param.appraisal_threshold_yuan or c.price.appraisal_done


@rule(
    "X-DEPOSIT",
    S5,
    REVIEW,
    message="保证金比例超过县定上限",
    cite=(),
    level=D,
    applies=lambda c: c.award_mode != "tender",
)
def deposit_within_the_county_limit(c: Case) -> Answer:
    """交易保证金不超过县参数 trade_deposit_max_percent（招标另依 BIR-26）"""
    return c.deposit.trade_deposit_yuan * 100 <= c.price.base_yuan * c.param.trade_deposit_max_percent


RULES: tuple[Rule, ...] = (
    proceeds_belong_to_the_household,
    collective_money_in_a_collective_account,
    distribution_resolved,
    property_not_divided,
    bid_bond_at_most_two_percent,
    performance_bond_at_most_a_tenth,
    commission_at_most_five_percent,
    reserve_price_reached,
    bids_stand,
    appraised_where_required,
    deposit_within_the_county_limit,
)

NORMS: tuple[Norm, ...] = (
    Norm(
        "DTL-2",
        "土地承包经营权和土地经营权转移不征契税、不贴土地使用权转让书据印花；A5 出让/转让、房屋买卖须缴",
        "结算环节提示税费口径。",
        Cite("契税法", "第二条", "不包括土地承包经营权和土地经营权的转移"),
        V,
    ),
)
