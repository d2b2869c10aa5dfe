"""集体林权（目录 4.3）。"""

from app.rules.book import BLOCK, HOLD, PASS, S1, S4, S9, WARN, Answer, Case, Cite, Norm, Parcel, Rule, rule
from app.rules.terms import NON_AGRI, over_years, overlaps


@rule(
    "A4-1",
    S1,
    BLOCK,
    message="林地承包经营权仅可转让给本集体农户",
    cite=(
        Cite("森林法", "第十七条"),
        Cite(
            "最高人民法院关于审理森林资源民事纠纷案件适用法律若干问题的解释",
            "第六条",
            "受让方不是本集体经济组织成员，受让方主张取得林地承包经营权的，人民法院不予支持",
        ),
    ),
    category={"forest"},
    applies=(lambda c: c.right == "contract_management_right", lambda c: c.method == "assignment"),
)
def forest_contract_right_stays_within(c: Case) -> Answer:
    """承包户可出租（转包）、入股、转让林地经营权、林木所有权/使用权（对象不限成员）；林地承包经营权转让仍限本集体。"""
    return c.transferee.is_collective_member


@rule(
    "A4-2",
    S9,
    HOLD,
    message="林地合同缺少期满林木处置条款",
    cite=Cite("森林法", "第十九条", "流转期限届满林地上的林木和固定生产设施的处置"),
    category={"forest"},
)
def forest_clauses(c: Case) -> Answer:
    """合同须含：权利义务、期限、价款及支付、期满林木和固定生产设施处置、违约责任。"""
    return {"forest_expiry_disposal", "price_payment", "term", "rights_duties", "breach_liability"}.isdisjoint(
        c.contract.missing_items
    )


@rule(
    "A4-3",
    S1,
    BLOCK,
    message="未经林权共有人同意",
    cite=Cite(
        "最高人民法院关于审理森林资源民事纠纷案件适用法律若干问题的解释",
        "第四条",
        "未依法经林权证等权利证书载明的共有人同意",
    ),
    category={"forest"},
)
def forest_co_owners_consent(c: Case) -> Answer:
    """须权证载明全部共有人同意。"""
    return c.co_ownership.all_listed_consent


@rule(
    "A4-4",
    S1,
    PASS,
    message="林地承包人的继承人可以在承包期内继续承包",
    cite=Cite("农村土地承包法", "第三十二条", "其继承人可以在承包期内继续承包"),
    category={"forest"},
    applies=lambda c: c.succession.applicant_is_heir,
)
def forest_inherited(_: Case) -> Answer:
    """林地承包人死亡，继承人可在承包期内继续承包 → 可挂牌。"""
    return PASS


@rule(
    "A4-5",
    S4,
    BLOCK,
    message="不得擅自改变林地用途",
    cite=Cite("森林法", "第十五条、第三十八条", "临时使用林地的期限一般不超过二年"),
    category={"forest"},
)
def forest_use_kept(c: Case) -> Answer:
    """不得改变林地用途；临时使用 ≤2 年、不得建永久建筑；直接服务林业的设施依 52 条。"""
    return c.land_use.planned not in NON_AGRI


@forest_use_kept.also(BLOCK)
def forest_use_kept_by_forest_temporary_start(c: Case) -> Answer:
    """另看：临时使用林地起、临时使用林地止。"""
    return not over_years(c.land_use.forest_temporary_start, c.land_use.forest_temporary_end, 2)


@forest_use_kept.also(BLOCK)
def forest_use_kept_by_forest_permanent_building(c: Case) -> Answer:
    """另看：林地上建永久建筑。"""
    return not c.land_use.forest_permanent_building


@rule(
    "A4-6",
    S1,
    BLOCK,
    message="采伐许可证不得交易",
    cite=Cite("森林法", "第五十六条", "禁止伪造、变造、买卖、租借采伐许可证"),
)
def felling_permit_not_traded(c: Case) -> Answer:
    """采伐须许可证；禁止买卖、租借采伐许可证。"""
    return c.right != "felling_permit"


@rule(
    "A4-7",
    S1,
    WARN,
    message="标的为公益林，采伐受限",
    cite=Cite(
        "最高人民法院关于审理森林资源民事纠纷案件适用法律若干问题的解释",
        "第十四条",
        "当事人仅以涉公益林为由主张经营合同无效的，人民法院不予支持",
    ),
    category={"forest"},
)
def public_welfare_forest(_: Case, p: Parcel) -> Answer:
    """公益林可流转经营但采伐受限；仅以公益林为由不致经营合同无效。"""
    return not p.public_welfare_forest


@rule(
    "A4-8",
    S1,
    BLOCK,
    message="该林地存在有效流转合同",
    cite=Cite(
        "最高人民法院关于审理森林资源民事纠纷案件适用法律若干问题的解释",
        "第七条",
        "争议发生前已经合法占有使用林地并大量投入的",
    ),
    category={"forest"},
)
def forest_free_in_the_term(c: Case, p: Parcel) -> Answer:
    """一地多签：登记→（争议前）合法占有并大量投入→合同生效先后（顺序不同于 SPC-LC-19）"""
    return not overlaps(c, p)


@rule(
    "A4-9",
    S1,
    BLOCK,
    message="林权存在争议",
    cite=Cite("森林法", "第二十二条", "任何一方不得砍伐有争议的林木或者改变林地现状"),
    category={"forest"},
)
def forest_undisputed(c: Case) -> Answer:
    """权属争议未解决前不得砍伐或改变现状。"""
    return not c.restrictions.disputed


RULES: tuple[Rule, ...] = (
    forest_contract_right_stays_within,
    forest_clauses,
    forest_co_owners_consent,
    forest_inherited,
    forest_use_kept,
    felling_permit_not_traded,
    public_welfare_forest,
    forest_free_in_the_term,
    forest_undisputed,
)

NORMS: tuple[Norm, ...] = ()
