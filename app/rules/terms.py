"""The words the rules are written with: sets of the case format and the functions of its section 5.

Each reads facts of the case and raises `Missing` where one is absent; working days come from the calendar in the case.
"""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from app.base.days import add_months, add_years, at_least_months, at_least_years, over_years
from app.rules.facts import Case, Parcel
from app.rules.facts.parties import Transferee, Transferor
from app.rules.facts.section import Section
from app.rules.facts.words import (
    Category,
    HomesteadClass,
    NoticeKind,
    PlanningUse,
    PriorityBasis,
    ReviewLevel,
)

__all__ = (
    "AGRI", "ALL_CATEGORIES", "ASSEMBLIES", "ASSEMBLY_ONLY", "COLLECTIVE", "NON_AGRI", "REPRESENTATIVES",
    "add_months", "add_years", "all_owners_consent", "at_least_months", "at_least_years", "bases_are", "capable",
    "co_owner_deadline", "consenting_share", "contains", "days", "distinct_bases", "effective_end", "given",
    "homestead_limit", "in_time", "is_house", "is_social_capital", "known_different", "mandatory_tender", "max_years",
    "notice_days", "over_years", "overlaps", "plus", "rank", "required_level", "review_days",
    "same_conditions", "signed", "total_area", "two_thirds", "wd",
)  # fmt: skip

COLLECTIVE = frozenset({"collective_economic_organisation", "village_committee", "villager_group"})
"""集体一方：集体经济组织、村民委员会、村民小组。"""
ASSEMBLIES = frozenset({"members_assembly", "villagers_meeting", "group_meeting"})
"""全体会议：成员大会、村民会议、村民小组会议。"""
REPRESENTATIVES = frozenset({"members_representatives", "villagers_representatives"})
"""代表会议：成员代表大会、村民代表会议。"""
ASSEMBLY_ONLY = frozenset({
    "charter", "member_confirmation", "land_contracting", "homestead_use", "share_quantification",
    "land_compensation_distribution", "merger_division",
})  # fmt: skip
"""只能由成员大会决定的事项（农村集体经济组织法第二十八条）。"""
AGRI = frozenset({
    "grain", "oil_cotton_sugar_vegetable", "forage", "orchard_forestry", "fish_pond", "livestock",
    "facility_agriculture", "agriculture_other", "forestry",
})  # fmt: skip
NON_AGRI = frozenset({
    "kiln", "grave", "house_building", "mining_soil", "industrial_building", "commercial_building",
    "other_non_agricultural",
})  # fmt: skip
ALL_CATEGORIES: frozenset[Category] = frozenset({
    "household_land_management", "household_contract_right", "unallocated_collective_land", "four_wastes", "forest",
    "construction_land", "homestead", "idle_house", "collective_asset", "equity_share", "water_facility",
    "farm_equipment", "procurement", "intellectual_property", "other",
})  # fmt: skip

_RANK: dict[ReviewLevel, int] = {"township": 0, "county": 1, "city": 2}
_MAX_YEARS: dict[PlanningUse, int] = {
    "industrial": 50, "education_science_culture_health_sports": 50, "commercial_tourism_entertainment": 40,
    "mixed_other": 50,
}  # fmt: skip
"""城镇国有土地使用权出让和转让暂行条例第十二条（集体经营性建设用地参照）。"""
_LONGEST = timedelta(days=3_650_000)

# 必须招标的工程项目规定（国家发展改革委令第16号）第二条、第五条
_TENDER_FUNDS, _TENDER_SHARE = Decimal(2_000_000), 10
_TENDER_LOTS = {"works": Decimal(4_000_000), "goods": Decimal(2_000_000), "services": Decimal(1_000_000)}
_CO_OWNER_DAYS, _CO_OWNER_MONTHS = 15, 6  # 物权编解释（一）第十一条
_REVIEW_DAYS, _REVIEW_EXTENSION = 20, 10  # 行政许可法第四十二条
_MAJORITY, _LABOUR_AGE = 18, 16  # 民法典第十七条、第十八条


def given(part: Section, name: str) -> bool:
    """Whether the case gives this fact (a default counts)."""
    return name in part.given


def days(start: date, end: date) -> int:
    """从 start 到 end 的日历天数，不计首日。"""
    return (end - start).days


def plus(day: date, n: int) -> date:
    """其后第 n 天（不越过日历的尽头）。"""
    return day + min(timedelta(days=min(n, _LONGEST.days)), date.max - day)


def wd(c: Case, after: date, until: date) -> int:
    """自 after 次日至 until（含）的工作日数。"""
    return c.calendar.workdays(after, until)


def in_time(c: Case, day: date, deadline: date) -> bool:
    """是否在期限内；末日休假的顺延至其后第一个工作日。只有超过末日才查历。"""
    return day <= deadline or day <= c.calendar.next_workday(deadline)


def contains(text: str, *words: str) -> bool:
    return any(word in text for word in words)


def capable(c: Case, side: Transferor | Transferee) -> bool:
    """有完全行为能力且在行为日满十八周岁，或满十六周岁以自己劳动收入为主要生活来源；否则须法定代理人同意。"""
    if side.guardian_consent:
        return True
    if side.legal_capacity != "full":
        return False
    if c.as_of >= add_years(side.birth_date, _MAJORITY):
        return True
    return side.own_labour_income and c.as_of >= add_years(side.birth_date, _LABOUR_AGE)


def two_thirds(yes: int, total: int) -> bool:
    """三分之二以上，整数比较（N-2）。"""
    return yes * 3 >= total * 2


def all_owners_consent(c: Case) -> bool:
    return all(owner.consents for owner in c.co_ownership.owners)


def consenting_share(c: Case) -> Fraction:
    return sum((Fraction(o.share_num, o.share_den) for o in c.co_ownership.owners if o.consents), Fraction(0))


def is_social_capital(c: Case) -> bool:
    """工商企业等社会资本：集体成员、集体、村级组织和政府不是；自然人、农户与合作社类依县级口径。"""
    who = c.transferee
    if given(who, "is_collective_member") and who.is_collective_member:
        return False
    if who.party_type in COLLECTIVE or who.party_type == "government":
        return False
    if who.party_type in {"individual", "household"} and not c.param.capital_scope_natural_person:
        return False
    if (
        who.party_type in {"cooperative", "family_farm", "individual_business"}
        and not c.param.capital_scope_cooperative
    ):
        return False
    return not who.is_collective_member


def total_area(c: Case) -> Decimal:
    return sum((p.area_mu for p in c.parcels), Decimal(0))


def required_level(c: Case, area: Decimal) -> ReviewLevel:
    """社会资本审查的层级：按面积，跨乡镇、跨县的依参数升级。"""
    level: ReviewLevel = "township"
    if area >= c.param.capital_tier_county_mu:
        level = "county"
    if area >= c.param.capital_tier_city_mu:
        level = "city"
    if c.param.capital_cross_boundary_upgrade and level != "city":
        if _differ(c, "county_code"):
            return "city"
        if _differ(c, "township_code"):
            return "county"
    return level


def _differ(c: Case, name: str) -> bool:
    return len({p.given[name] for p in c.parcels if name in p.given}) > 1


def rank(level: ReviewLevel) -> int:
    return _RANK[level]


def review_days(c: Case) -> int:
    return _REVIEW_DAYS + (_REVIEW_EXTENSION if c.capital_review.extended else 0)


def notice_days(c: Case, kind: NoticeKind) -> int:
    """公告期（工作日），县级参数。"""
    if kind == "standard":
        return c.param.notice_days
    return c.param.notice_days_small_household if kind == "small_household" else c.param.notice_days_relist


def same_conditions(c: Case) -> bool:
    """同等条件：单价不低于成交价；成交有期限的期限相同；成交有首付日的付款不迟。"""
    claim, award = c.priority_claim, c.award
    if claim.unit_price_yuan < award.unit_price_yuan:
        return False
    if given(award, "term_months") and claim.term_months != award.term_months:
        return False
    return not given(award, "first_payment_date") or claim.first_payment_date <= award.first_payment_date


def known_different(c: Case) -> bool:
    """已知事实是否已经表明条件不同。"""
    claim, award = c.priority_claim, c.award
    return (
        (_both(claim, award, "unit_price_yuan") and claim.unit_price_yuan < award.unit_price_yuan)
        or (_both(claim, award, "term_months") and claim.term_months != award.term_months)
        or (_both(claim, award, "first_payment_date") and claim.first_payment_date > award.first_payment_date)
    )


def _both(one: Section, other: Section, name: str) -> bool:
    return name in one.given and name in other.given


def co_owner_deadline(c: Case) -> date:
    """按份共有人优先购买权的末日（物权编解释（一）第十一条）。"""
    claim = c.priority_claim
    if given(claim, "notice_served_date"):
        stated = claim.notice_period_days if given(claim, "notice_period_days") else 0
        return plus(claim.notice_served_date, max(_CO_OWNER_DAYS, stated))
    if given(claim, "knowledge_date"):
        return plus(claim.knowledge_date, _CO_OWNER_DAYS)
    return add_months(claim.right_transfer_date, _CO_OWNER_MONTHS)


def _bases(c: Case) -> set[PriorityBasis]:
    claim = c.priority_claim
    return {claim.basis, *claim.competing_bases}


def distinct_bases(c: Case) -> int:
    return len(_bases(c))


def bases_are(c: Case, *bases: PriorityBasis) -> bool:
    return _bases(c) == set(bases)


def is_house(c: Case) -> bool:
    return c.category in {"homestead", "idle_house"} or c.asset.kind == "house"


def signed(c: Case) -> bool:
    """合同在行为日已经签订。"""
    return given(c.contract, "signed_date") and c.contract.signed_date <= c.as_of


def mandatory_tender(c: Case) -> bool:
    """依法必须招标：预算资金二百万元以上且占投资额百分之十以上，同一项目中同类标段合计达到规模标准。"""
    project = c.procurement
    funds = project.budget_funds_yuan
    if funds < _TENDER_FUNDS or funds * 100 < project.total_investment_yuan * _TENDER_SHARE:
        return False
    return any(
        sum((lot.estimate_yuan for lot in project.lots if lot.kind == kind), Decimal(0)) >= least
        for kind, least in _TENDER_LOTS.items()
    )


def effective_end(p: Parcel) -> date:
    """承包期止：延包合同已签的依延包合同，否则依原合同记载，不按年份推算。"""
    return p.extension_end if given(p, "extension_signed") and p.extension_signed else p.contract_end


def overlaps(c: Case, p: Parcel) -> bool:
    """该地块现有合同与本次期限有共同的一天。"""
    return any(old.start <= c.term.end and c.term.start <= old.end for old in p.existing_contracts)


def max_years(use: PlanningUse) -> int:
    """出让最高年限；没有规定最高年限的用途不得询问。"""
    return _MAX_YEARS[use]


def homestead_limit(c: Case, kind: HomesteadClass) -> Decimal:
    """宅基地面积上限（㎡），县级参数。"""
    if kind == "suburban_or_scarce_plain":
        return c.param.homestead_limit_suburban_m2
    return c.param.homestead_limit_plain_m2 if kind == "plain" else c.param.homestead_limit_hill_m2
