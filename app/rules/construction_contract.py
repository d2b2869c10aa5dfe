"""集体经营性建设用地的合同、年限与再转让（目录 4.4）。"""

from app.rules.book import BLOCK, HOLD, PASS, REVIEW, S9, S13, S14, S15, WARN, Answer, Case, Cite, Norm, Rule, rule
from app.rules.naming import CONSTRUCTION, named
from app.rules.terms import add_years, max_years, over_years


@rule(
    "A5-6",
    S9,
    BLOCK,
    message="合同未载明规划条件、产业准入或环保要求",
    cite=Cite("土地管理法实施条例", "第四十一条", "未依法将规划条件、产业准入和生态环境保护要求纳入合同的，合同无效"),
    category={"construction_land"},
    applies=lambda c: c.method in {"grant", "lease"},
)
def planning_clauses(c: Case) -> Answer:
    """合同未纳入规划条件、产业准入、环保要求 → 合同无效。"""
    return {"planning_conditions", "industry_access", "eco_requirements"}.isdisjoint(c.contract.missing_items)


@rule(
    "A5-7",
    S9,
    HOLD,
    message=lambda c: f"合同缺少：{named(c.contract.missing_items, *CONSTRUCTION)}",
    cite=Cite("土地管理法实施条例", "第四十一条", "交地时间和开工竣工期限"),
    category={"construction_land"},
    applies=lambda c: c.method in {"grant", "lease"},
)
def construction_clauses(c: Case) -> Answer:
    """合同还须：交易价款支付、交地时间、开工竣工期限、提前收回条件与补偿、续期与附着物处理、违约与争议解决；（LAL-63）动工期限。"""
    return {
        "term",
        "price_payment",
        "delivery_date",
        "construction_dates",
        "early_recovery",
        "renewal_attachments",
        "breach_liability",
        "dispute_resolution",
    }.isdisjoint(c.contract.missing_items)


@rule(
    "A5-9",
    S9,
    BLOCK,
    message="使用年限超过该用途最高年限",
    cite=Cite("城镇国有土地使用权出让和转让暂行条例", "第十二条", "商业、旅游、娱乐用地四十年"),
    category={"construction_land"},
    applies=(
        lambda c: c.method == "grant",
        lambda c: (
            c.construction.planning_use
            in {
                "industrial",
                "education_science_culture_health_sports",
                "commercial_tourism_entertainment",
                "mixed_other",
            }
        ),
    ),
)
def grant_within_maximum(c: Case) -> Answer:
    """最高年限：居住70/工业50/教科文卫体50/商业旅游娱乐40/综合其他50。"""
    return not over_years(c.term.start, c.term.end, max_years(c.construction.planning_use))


@rule(
    "A5-10",
    S9,
    BLOCK,
    message="土地租赁不得超过二十年",
    cite=Cite("民法典", "第七百零五条"),
    category={"construction_land"},
    applies=lambda c: c.method == "lease",
)
def construction_lease_at_most_twenty_years(c: Case) -> Answer:
    """出租 ≤20 年（CC-705，参照国有）"""
    return not over_years(c.term.start, c.term.end, 20)


@rule(
    "A5-12",
    S14,
    BLOCK,
    message="该使用权取得方式或合同限制转让",
    cite=Cite(
        "土地管理法", "第六十三条", "通过出让等方式取得的集体经营性建设用地使用权可以转让、互换、出资、赠与或者抵押"
    ),
    category={"construction_land"},
    applies=(
        lambda c: c.construction.market_stage == "secondary",
        lambda c: c.method in {"assignment", "exchange", "equity_contribution", "gift", "mortgage"},
    ),
)
def transferable_by_origin_and_contract(c: Case) -> Answer:
    """再转让/互换/出资/赠与/抵押：出让等方式取得的才可；合同另有约定从约定；租赁取得的不适用。"""
    return c.construction.acquired_by == "grant"


@transferable_by_origin_and_contract.also(BLOCK)
def transferable_by_origin_and_contract_by_contract_forbids_transfer(c: Case) -> Answer:
    """另看：出让合同约定禁止/限制本次处分。"""
    return not c.construction.contract_forbids_transfer


@rule(
    "A5-13",
    S14,
    BLOCK,
    message="投资未达百分之二十五，不得转让",
    cite=Cite("城市房地产管理法", "第三十九条", "完成开发投资总额的百分之二十五以上"),
    category={"construction_land"},
    applies=(lambda c: c.construction.market_stage == "secondary", lambda c: c.method == "assignment"),
)
def invested_a_quarter(c: Case) -> Answer:
    """（参照）转让须付清出让金、有证、房屋建设投资 ≥总额 25%；已建成须有房屋证。"""
    return c.construction.invested_yuan * 4 >= c.construction.investment_total_yuan


@invested_a_quarter.also(BLOCK)
def invested_a_quarter_by_price_fully_paid(c: Case) -> Answer:
    """另看：出让价款付清。"""
    return c.construction.price_fully_paid


@invested_a_quarter.also(BLOCK)
def invested_a_quarter_by_certificate_held(c: Case) -> Answer:
    """另看：持有不动产权证。"""
    return c.construction.certificate_held


@rule(
    "A5-16",
    S15,
    HOLD,
    message="收回须依合同或经批准",
    cite=Cite("土地管理法", "第六十六条", "收回集体经营性建设用地使用权，依照双方签订的书面合同办理"),
    category={"construction_land"},
)
def recovery_has_a_basis(c: Case) -> Answer:
    """收回依合同；其他集体建设用地收回须原批准机关批准。"""
    return c.construction.recovery_has_basis


@rule(
    "A5-18",
    S13,
    REVIEW,
    message="已逾约定动工期限",
    cite=Cite("城市房地产管理法", "第二十六条", "满二年未动工开发的，可以无偿收回土地使用权"),
    category={"construction_land"},
    applies=lambda c: not c.construction.started,
)
def started_as_agreed(c: Case) -> Answer:
    """闲置（参照国有房地产开发用地，以合同约定为准）：超动工日满 1 年可征 ≤出让金 20% 闲置费；满 2 年可无偿收回。"""
    if c.as_of >= add_years(c.construction.agreed_start_date, 2):
        return REVIEW
    return WARN if c.as_of >= add_years(c.construction.agreed_start_date, 1) else PASS


RULES: tuple[Rule, ...] = (
    planning_clauses,
    construction_clauses,
    grant_within_maximum,
    construction_lease_at_most_twenty_years,
    transferable_by_origin_and_contract,
    invested_a_quarter,
    recovery_has_a_basis,
    started_as_agreed,
)

NORMS: tuple[Norm, ...] = ()
