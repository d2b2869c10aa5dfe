"""期限（目录 3.5）：流转期与剩余承包期、租赁二十年、书面形式、再流转与建设用地的剩余年限。"""

from app.rules.book import BLOCK, HOLD, PASS, S1, S9, S14, WARN, Answer, Case, Cite, D, Norm, Parcel, S, V, rule
from app.rules.terms import add_years, at_least_months, effective_end, over_years, signed

_LEASE_YEARS = 20  # 民法典第七百零五条
_WRITTEN_MONTHS = 6  # 民法典第七百零七条
_UNWRITTEN_YEARS = 1  # 农村土地承包法第四十条


@rule(
    "LCL-38-3", S1, BLOCK,
    message="流转期限超过承包期剩余期限",
    cite=Cite("农村土地承包法", "第三十八条第（三）项", "流转期限不得超过承包期的剩余期限"),
    category={"household_land_management", "four_wastes"},
    applies=lambda c: c.method != "contract_award",
)  # fmt: skip
def within_remaining_contract(c: Case, p: Parcel) -> Answer:
    """流转期限不超过承包期的剩余期限：逐地块比较，同日到期可以（N-8）。"""
    return c.term.end <= effective_end(p)


@rule(
    "POL-EXT", S1, BLOCK,
    message="承包期即将届满且未签延包合同，期限须截至原到期日",
    cite=(Cite("农村土地承包法", "第二十一条"), Cite("二轮承包到期延包政策")),
    level=S,
    category={"household_land_management"},
)  # fmt: skip
def unextended_contract_ends_the_term(c: Case, p: Parcel) -> Answer:
    """延包合同未签的，流转期限截至原承包合同记载的到期日，不按年份推算。"""
    return c.term.end <= p.contract_end or p.extension_signed


@unextended_contract_ends_the_term.also(BLOCK)
def extension_is_not_signed_in_advance(c: Case) -> Answer:
    """延包合同签订前，不得预签延包期内的期限；可以约定延包后优先续约。"""
    return not c.term.presigned_extension


@rule(
    "CC-705", S9, BLOCK,
    message="租赁期限不得超过二十年",
    cite=Cite("民法典", "第七百零五条", "租赁期限不得超过二十年。超过二十年的，超过部分无效"),
    category={
        "unallocated_collective_land", "construction_land", "idle_house", "collective_asset", "water_facility",
        "farm_equipment",
    },
    applies=lambda c: c.method == "lease",
)  # fmt: skip
def lease_is_at_most_twenty_years(c: Case) -> Answer:
    """租赁期限不超过二十年，起止日均含（N-7）。"""
    return not over_years(c.term.start, c.term.end, _LEASE_YEARS)


@lease_is_at_most_twenty_years.also(BLOCK)
def automatic_renewal_counts_in(c: Case) -> Answer:
    """约定自动续期的，连同续期年数计算，不以续期绕过二十年。"""
    if not c.term.auto_renewal:
        return None
    return not over_years(c.term.start, add_years(c.term.end, c.term.renewal_years), _LEASE_YEARS)


@rule(
    "X-TERM-20", S9, BLOCK,
    message="以出租方式流转超过二十年，请改短或改用入股",
    cite=Cite("平台规则", "承包地、林地出租年限"),
    level=D,
    category={"household_land_management", "forest"},
    applies=lambda c: c.method == "lease",
)  # fmt: skip
def leased_farmland_follows_the_lease_limit(c: Case) -> Answer:
    """承包地、林地以出租方式流转不超过二十年；是否适用租赁年限法无明文，从严或提示由县级参数定，入股不适用。"""
    if not over_years(c.term.start, c.term.end, _LEASE_YEARS):
        return PASS
    return BLOCK if c.param.lease_20y_switch == "block" else WARN


@rule(
    "CC-707", S9, HOLD,
    message="租期六个月以上须签书面合同",
    cite=Cite("民法典", "第七百零七条", "租赁期限六个月以上的，应当采用书面形式"),
    applies=lambda c: c.method == "lease",
)  # fmt: skip
def long_lease_is_written(c: Case) -> Answer:
    """租赁期限六个月以上（恰满六个月在内）的，采用书面形式。"""
    return not at_least_months(c.term.start, c.term.end, _WRITTEN_MONTHS) or c.contract.written


@rule(
    "LCL-40-3", S9, BLOCK,
    message="代耕超过一年须签书面合同",
    cite=Cite("农村土地承包法", "第四十条", "承包方将土地交由他人代耕不超过一年的，可以不签订书面合同"),
    applies=lambda c: c.method == "cultivation_on_behalf",
)  # fmt: skip
def long_cultivation_on_behalf_is_written(c: Case) -> Answer:
    """代耕不超过一年可以不签书面合同，超过一年须签。"""
    return not over_years(c.term.start, c.term.end, _UNWRITTEN_YEARS) or c.contract.written


@rule(
    "SPC-FR-11-12", S9, BLOCK,
    message="流转期限超过剩余期限",
    cite=Cite("森林资源民事纠纷解释", "第十一条、第十二条", "主张超过部分无效的，人民法院不予支持"),
    category={"forest"},
    applies=lambda c: c.method != "contract_award",
)  # fmt: skip
def forest_term_within_remaining_contract(c: Case, p: Parcel) -> Answer:
    """林地流转不超过剩余期限：签约前不予办理；签约后只作提示，超过部分的效力依司法解释处理。"""
    if c.term.end <= effective_end(p):
        return PASS
    return WARN if signed(c) else BLOCK


@rule(
    "CC-717",
    S14,
    BLOCK,
    message="再流转期限超过原合同剩余期限",
    cite=Cite("民法典", "第七百一十七条", "超过部分的约定对出租人不具有法律约束力"),
)
def retransfer_within_prior_contract(c: Case) -> Answer:
    """再流转、转租的期限不超过上一手合同的剩余期限。"""
    return c.term.end <= c.retransfer.prior_end


@rule(
    "CC-354", S9, BLOCK,
    message="使用年限超过剩余年限",
    cite=(
        Cite("民法典", "第三百五十四条"),
        Cite("城镇国有土地使用权出让和转让暂行条例", "第二十二条", "减去原土地使用者已使用年限后的剩余年限"),
    ),
    category={"construction_land"},
    applies=lambda c: c.construction.market_stage == "secondary",
)  # fmt: skip
def construction_right_within_remaining_years(c: Case) -> Answer:
    """建设用地使用权再转让的期限不超过出让年限减去已使用年限后的剩余年限。"""
    return c.term.end <= c.construction.right_end


@rule(
    "CC-730", S9, BLOCK,
    message="合同须载明起止日期",
    cite=(
        Cite("民法典", "第七百三十条"),
        Cite("农村土地承包纠纷解释", "第十六条", "应当在农作物收获期结束后或者下一耕种期开始前"),
    ),
    applies=lambda c: c.method in {"lease", "equity_contribution", "contract_award", "grant"},
)  # fmt: skip
def term_has_both_ends(c: Case) -> Answer:
    """合同载明起止日期，不作不定期限。"""
    return not c.term.open_ended


RULES = (
    within_remaining_contract,
    unextended_contract_ends_the_term,
    lease_is_at_most_twenty_years,
    leased_farmland_follows_the_lease_limit,
    long_lease_is_written,
    long_cultivation_on_behalf_is_written,
    forest_term_within_remaining_contract,
    retransfer_within_prior_contract,
    construction_right_within_remaining_years,
    term_has_both_ends,
)

NORMS = (
    Norm(
        "LCL-21",
        "承包期：耕地三十年，草地三十至五十年，林地三十至七十年；届满后相应延长。",
        "承包期以合同、权证记载为准，由地块登记的承包期止日进入 LCL-38-3 与 POL-EXT。",
        Cite("农村土地承包法；民法典", "第二十一条；第三百三十二条", "前款规定的耕地承包期届满后再延长三十年"),
        V,
    ),
)
