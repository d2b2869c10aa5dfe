"""宅基地使用权与闲置农房（目录 4.5）。"""

from app.rules.book import BLOCK, HOLD, S1, S5, S9, S14, Answer, Case, Cite, M, Norm, Rule, S, V, rule
from app.rules.terms import add_years, all_owners_consent, consenting_share, homestead_limit, over_years


@rule(
    "A6-1",
    S5,
    BLOCK,
    message="不允许城镇居民到农村购买农房、宅基地",
    cite=Cite("民法典", "第三百六十三条", "宅基地使用权的取得、行使和转让，适用土地管理的法律和国家有关规定"),
    level=S,
    category={"homestead", "idle_house"},
    applies=lambda c: c.method in {"sale", "assignment", "gift", "exchange"},
)
def not_sold_to_townspeople(c: Case) -> Answer:
    """城镇居民、退休干部等非本集体成员不得购买农房、宅基地。"""
    return c.transferee.is_collective_member or not c.transferee.is_urban_resident


@rule(
    "A6-2",
    S5,
    BLOCK,
    message="仅限本集体经济组织成员受让",
    cite=(),
    level=S,
    category={"homestead", "idle_house"},
    applies=lambda c: c.method in {"sale", "assignment", "gift", "exchange"},
)
def not_sold_to_other_villagers(c: Case) -> Answer:
    """其他集体的村民也不得受让（非试点地区合同无效）；许昌是否有试点口径须确认。"""
    return c.transferee.is_collective_member or c.transferee.is_urban_resident


@rule(
    "A6-3",
    S5,
    BLOCK,
    message="受让户已有宅基地或面积超标",
    cite=Cite("土地管理法", "第六十二条", "农村村民一户只能拥有一处宅基地"),
    category={"homestead"},
    applies=lambda c: c.method in {"sale", "assignment", "gift"},
)
def one_household_one_homestead(c: Case) -> Answer:
    """受让户一户一宅：已有宅基地不得再受让；面积 ≤ 省标准（河南旧办法：城郊及人均耕地 ≤667㎡平原 134㎡；>667㎡平原 167㎡；山丘 200㎡——2009 版，待核）"""
    return c.transferee.existing_homesteads < 1


@one_household_one_homestead.also(BLOCK)
def one_household_one_homestead_by_area_m2(c: Case) -> Answer:
    """另看：受让后宅基地面积（㎡）、面积标准类别。"""
    return c.homestead.area_m2 <= homestead_limit(c, c.homestead.area_class)


@rule(
    "A6-4",
    S1,
    HOLD,
    message="请确认：转出住宅后不得再申请宅基地",
    cite=Cite("土地管理法", "第六十二条", "农村村民出卖、出租、赠与住宅后，再申请宅基地的，不予批准"),
    category={"homestead", "idle_house"},
)
def no_second_application(c: Case) -> Answer:
    """出卖、出租、赠与住宅后再申请宅基地不批准 → 转出前须告知确认。"""
    return c.homestead.no_reapply_acknowledged


@no_second_application.also(BLOCK)
def no_second_application_by_reapplication_after_disposal(c: Case) -> Answer:
    """另看：出卖、出租、赠与住宅后再申请宅基地。"""
    return not c.homestead.reapplication_after_disposal


@rule(
    "A6-5",
    S1,
    BLOCK,
    message="宅基地使用权不得单独转让",
    cite=(),
    level=M,
    category={"homestead"},
    applies=lambda c: c.method in {"sale", "assignment", "gift"},
)
def homestead_goes_with_the_house(c: Case) -> Answer:
    """宅基地不得脱离房屋单独转让；转让须集体同意。"""
    return c.homestead.with_house


@homestead_goes_with_the_house.also(BLOCK)
def homestead_goes_with_the_house_by_collective_consent(c: Case) -> Answer:
    """另看：集体同意。"""
    return c.homestead.collective_consent


@rule(
    "A6-6",
    S1,
    BLOCK,
    message="禁止违背农民意愿流转或退出宅基地",
    cite=Cite("土地管理法实施条例", "第三十五条、第三十六条", "禁止违背农村村民意愿强制流转宅基地"),
    category={"homestead"},
)
def nobody_forced_out(c: Case) -> Answer:
    """退出自愿有偿；退出的优先保障本集体成员；禁止强制流转、强迫搬迁、以退出为落户条件。"""
    return not c.homestead.forced


@nobody_forced_out.also(BLOCK)
def nobody_forced_out_by_settlement_condition(c: Case) -> Answer:
    """另看：以退出宅基地为落户条件。"""
    return not c.homestead.settlement_condition


@rule("A6-7", S14, BLOCK, message="宅基地使用权不得抵押", cite=Cite("民法典", "第三百九十九条"))
def homestead_not_mortgaged(c: Case) -> Answer:
    """宅基地使用权不得抵押。"""
    return c.mortgage.collateral != "homestead_use_right"


@rule(
    "A6-8",
    S1,
    BLOCK,
    message="未达共有人同意比例",
    cite=Cite("民法典", "第三百零一条、第三百零八条", "占份额三分之二以上的按份共有人或者全体共同共有人同意"),
    category={"homestead", "idle_house"},
    applies=lambda c: c.method in {"sale", "assignment", "gift", "mortgage"},
)
def house_co_owners_consent(c: Case) -> Answer:
    """家庭共有农房：共同共有须全体同意；按份共有占份额 2/3 以上。"""
    if c.co_ownership.kind != "joint":
        return None
    return all_owners_consent(c)


@house_co_owners_consent.also(BLOCK)
def house_co_owners_consent_by_x(c: Case) -> Answer:
    """另看：。"""
    if c.co_ownership.kind != "by_share":
        return None
    return consenting_share(c) * 3 >= 2


@rule(
    "A7-1",
    S9,
    BLOCK,
    message="租赁期限不得超过二十年",
    cite=Cite("民法典", "第七百零五条"),
    level=S,
    category={"idle_house"},
    applies=lambda c: c.method == "lease",
)
def house_lease_at_most_twenty_years(c: Case) -> Answer:
    """农房租赁 ≤20 年；到期另行约定；不得预签续期规避。"""
    return not over_years(c.term.start, c.term.end, 20)


@house_lease_at_most_twenty_years.also(BLOCK)
def house_lease_at_most_twenty_years_by_start(c: Case) -> Answer:
    """另看：期限起始日、期限终止日、自动续期年数。"""
    if not c.term.auto_renewal:
        return None
    return not over_years(c.term.start, add_years(c.term.end, c.term.renewal_years), 20)


@rule(
    "A7-2",
    S9,
    BLOCK,
    message="不得违规建设别墅大院、私人会馆",
    cite=Cite("中农发〔2019〕11号"),
    level=S,
    category={"idle_house"},
)
def no_villas_or_clubs(c: Case) -> Answer:
    """租赁房不得翻建扩建、合作建房、建别墅大院私人会馆。"""
    return c.house.planned_construction == "none"


@rule(
    "A7-3",
    S1,
    HOLD,
    message="房屋合法建造凭证缺失",
    cite=Cite(
        "最高人民法院关于审理城镇房屋租赁合同纠纷案件具体应用法律若干问题的解释",
        "第一条、第二条",
        "乡、村庄规划区内的房屋租赁合同纠纷案件，可以参照本解释处理",
    ),
    category={"idle_house"},
)
def house_built_legally(c: Case) -> Answer:
    """未取得规划许可的房屋租赁合同无效（乡村规划区参照）"""
    return c.house.legal_proof


@rule(
    "A7-4",
    S1,
    BLOCK,
    message="住宅已设居住权，不得出租",
    cite=Cite("民法典", "第三百六十八条、第三百六十九条", "设立居住权的住宅不得出租，但是当事人另有约定的除外"),
    category={"idle_house"},
    applies=lambda c: c.method == "lease",
)
def habitation_right_respected(c: Case) -> Answer:
    """设居住权的住宅不得出租（另有约定除外）；居住权登记设立、不得转让继承。"""
    return not c.house.habitation_right or c.house.habitation_lease_agreed


RULES: tuple[Rule, ...] = (
    not_sold_to_townspeople,
    not_sold_to_other_villagers,
    one_household_one_homestead,
    no_second_application,
    homestead_goes_with_the_house,
    nobody_forced_out,
    homestead_not_mortgaged,
    house_co_owners_consent,
    house_lease_at_most_twenty_years,
    no_villas_or_clubs,
    house_built_legally,
    habitation_right_respected,
)

NORMS: tuple[Norm, ...] = (
    Norm(
        "A7-5",
        "承租人死亡，共同居住人/经营人可继续承租",
        "承租人死亡的，同住人、共同经营人可以继续承租。",
        Cite("民法典", "第七百三十二条", "可以按照原租赁合同租赁该房屋"),
        V,
    ),
)
