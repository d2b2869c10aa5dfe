"""合同内容与签订（目录 3.6）。"""

from app.rules.book import BLOCK, HOLD, S9, WARN, Answer, Case, Cite, M, Norm, Rule, S, V, rule
from app.rules.naming import EIGHT, SEVEN, named
from app.rules.terms import in_time, plus


@rule(
    "LCL-40",
    S9,
    HOLD,
    message=lambda c: f"流转合同缺少必备条款：{named(c.contract.missing_items, *EIGHT)}",
    cite=Cite("农村土地承包法", "第四十条", "土地被依法征收、征用、占用时有关补偿费的归属"),
    category={"household_land_management", "unallocated_collective_land", "four_wastes", "forest"},
    applies=lambda c: c.method != "cultivation_on_behalf",
)
def eight_clauses(c: Case) -> Answer:
    """流转合同书面；8 项：当事人；土地名称坐落面积质量等级；期限起止；用途；权利义务；价款及支付；征收补偿归属；违约责任。"""
    return {
        "parties",
        "land_description",
        "term",
        "use",
        "rights_duties",
        "price_payment",
        "expropriation_compensation",
        "breach_liability",
    }.isdisjoint(c.contract.missing_items)


@rule(
    "LTM-19",
    S9,
    HOLD,
    message=lambda c: f"合同要素不全：{named(c.contract.missing_items, *SEVEN)}",
    cite=Cite("农村土地经营权流转管理办法", "第十九条"),
    level=M,
    category={"household_land_management", "unallocated_collective_land", "four_wastes"},
    applies=lambda c: c.method != "cultivation_on_behalf",
)
def clauses_of_the_measures(c: Case) -> Answer:
    """在 LCL-40 上增：联系方式、四至、地块代码、土地类型、流转方式、到期后附着物处理、支付时间。"""
    return {
        "contact_details",
        "boundaries",
        "parcel_code",
        "land_class",
        "transfer_method",
        "attachments_disposal",
        "payment_time",
    }.isdisjoint(c.contract.missing_items)


@rule(
    "X-BINDING",
    S9,
    BLOCK,
    message="合同与成交结果不一致",
    cite=Cite("招标投标法", "第四十六条", "自中标通知书发出之日起三十日内"),
)
def contract_as_awarded(c: Case) -> Answer:
    """成交结果须与合同一致（标的、价款、期限、付款）；招标项目不得另签背离协议，中标通知书发出 30 日内签约。"""
    return c.contract.matches_award


@contract_as_awarded.also(BLOCK)
def contract_as_awarded_by_signed_date(c: Case) -> Answer:
    """另看：末签日（成立日）、中标通知书发出日。"""
    if c.award_mode != "tender":
        return None
    return in_time(c, c.contract.signed_date, plus(c.award.notice_date, 30))


@rule(
    "CC-586",
    S9,
    WARN,
    message="定金超过百分之二十部分不具定金效力",
    cite=Cite("民法典", "第五百八十六条", "不得超过主合同标的额的百分之二十"),
)
def earnest_at_most_a_fifth(c: Case) -> Answer:
    """定金 ≤ 主合同标的额 20%，超过部分无定金效力。"""
    return c.deposit.earnest_yuan * 5 <= c.award.amount_yuan


@rule(
    "CC-469",
    S9,
    HOLD,
    message="当事人未约定使用电子签名",
    cite=(Cite("民法典", "第四百六十九条"), Cite("电子签名法", "第三条", "视为书面形式")),
    applies=lambda c: c.contract.e_signed,
)
def electronic_signature_agreed(c: Case) -> Answer:
    """电子合同=书面形式（可有形表现并可随时调取）；2019 修正后不再排除土地房屋权益转让文书；须双方约定使用。"""
    return c.contract.e_signature_agreed


@rule(
    "ESL-13",
    S9,
    BLOCK,
    message="电子签名验证未通过",
    cite=Cite("电子签名法", "第十三条、第十四条", "签署后对数据电文内容和形式的任何改动能够被发现"),
    applies=lambda c: c.contract.e_signed,
)
def electronic_signature_reliable(c: Case) -> Answer:
    """可靠电子签名四要件：专有、独控、签名改动可发现、内容改动可发现。"""
    return c.contract.e_signature_verified


@rule(
    "S-10-NET",
    S9,
    WARN,
    message="请使用统一网签文本",
    cite=Cite("农村土地经营权流转管理办法", "第二十二条至第二十四条、第二十六条"),
    level=S,
    category={"household_land_management"},
)
def uniform_online_text(c: Case) -> Answer:
    """土地经营权流转合同网签、台账、统一文本。"""
    return c.contract.online_signed


RULES: tuple[Rule, ...] = (
    eight_clauses,
    clauses_of_the_measures,
    contract_as_awarded,
    earnest_at_most_a_fifth,
    electronic_signature_agreed,
    electronic_signature_reliable,
    uniform_online_text,
)

NORMS: tuple[Norm, ...] = (
    Norm(
        "CC-490",
        "合同书自各方均签名/盖章/按指印时成立（末签时间=成立时间）",
        "合同以末签日为成立日，进入 contract.signed_date。",
        Cite("民法典", "第四百九十条", "自当事人均签名、盖章或者按指印时合同成立"),
        V,
    ),
)
