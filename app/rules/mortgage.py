"""抵押、质押、担保（目录 3.9）。"""

from datetime import date

from app.rules.book import BLOCK, HOLD, S1, S12, S14, WARN, Answer, Case, Cite, Norm, Parcel, Rule, rule
from app.rules.terms import given


@rule(
    "LCL-47-1",
    S14,
    BLOCK,
    message="仅可向金融机构融资担保",
    cite=Cite("农村土地承包法", "第四十七条", "向金融机构融资担保，并向发包方备案"),
    category={"household_land_management"},
    applies=(
        lambda c: c.mortgage.collateral == "land_management_right",
        lambda c: c.mortgage.guarantor in {"contractor", "land_transferee"},
    ),
)
def only_to_a_financial_institution(c: Case) -> Answer:
    """承包方以土地经营权向金融机构担保，向发包方备案。"""
    return c.mortgage.creditor_type == "financial_institution"


@only_to_a_financial_institution.also(HOLD)
def only_to_a_financial_institution_by_issuer_filed(c: Case) -> Answer:
    """另看：已向发包方备案。"""
    if c.mortgage.guarantor != "contractor":
        return None
    return c.mortgage.issuer_filed


@rule(
    "LCL-47-2",
    S14,
    BLOCK,
    message="缺少承包方书面同意",
    cite=Cite("农村土地承包法", "第四十七条", "经承包方书面同意并向发包方备案"),
    category={"household_land_management"},
    applies=(
        lambda c: c.mortgage.collateral == "land_management_right",
        lambda c: c.mortgage.guarantor == "land_transferee",
    ),
)
def contractor_consents_to_security(c: Case) -> Answer:
    """受让方担保：须承包方书面同意 + 发包方备案。"""
    return c.mortgage.contractor_consent_written


@contractor_consents_to_security.also(HOLD)
def contractor_consents_to_security_by_issuer_filed(c: Case) -> Answer:
    """另看：已向发包方备案。"""
    return c.mortgage.issuer_filed


@rule(
    "LCL-47-3",
    S14,
    WARN,
    message="建议办理登记以对抗第三人",
    cite=Cite("农村土地承包法", "第四十七条", "担保物权自融资担保合同生效时设立"),
    category={"household_land_management"},
    applies=lambda c: c.mortgage.collateral == "land_management_right",
)
def security_registered(c: Case) -> Answer:
    """担保物权自合同生效设立；登记对抗。"""
    return c.mortgage.registered


@rule(
    "CC-342",
    S14,
    BLOCK,
    message="未取得权属证书不得抵押",
    cite=Cite("民法典", "第三百四十二条", "经依法登记取得权属证书的"),
    category={"four_wastes"},
    applies=lambda c: c.mortgage.collateral == "land_management_right",
)
def four_wastes_certified_before_mortgage(_: Case, p: Parcel) -> Answer:
    """四荒经登记取证后可抵押。"""
    return p.registered


@rule(
    "LAR-43",
    S14,
    HOLD,
    message="未书面通知土地所有权人",
    cite=Cite("土地管理法实施条例", "第四十三条", "双方应当签订书面合同，并书面通知土地所有权人"),
    category={"construction_land"},
    applies=lambda c: c.construction.market_stage == "secondary",
)
def owner_of_the_land_told(c: Case) -> Answer:
    """A5 抵押/转让等须书面合同并书面通知土地所有权人；合同另有约定禁止的从约定。"""
    return c.construction.owner_notified


@owner_of_the_land_told.also(HOLD)
def owner_of_the_land_told_by_written(c: Case) -> Answer:
    """另看：书面形式（含合格数据电文）。"""
    return c.contract.written


@rule(
    "CC-402",
    S12,
    HOLD,
    message="抵押权自登记时设立",
    cite=Cite("民法典", "第四百零二条", "抵押权自登记时设立"),
    applies=lambda c: c.mortgage.collateral in {"building", "construction_land_use_right"},
)
def mortgage_registered(c: Case) -> Answer:
    """建筑物、建设用地使用权抵押登记设立。"""
    return c.mortgage.registered


@rule(
    "CC-397-398",
    S14,
    BLOCK,
    message="乡镇、村企业建设用地使用权不得单独抵押",
    cite=Cite("民法典", "第三百九十七条、第三百九十八条", "乡镇、村企业的建设用地使用权不得单独抵押"),
    applies=lambda c: c.mortgage.collateral == "township_enterprise_land",
)
def enterprise_land_not_mortgaged_alone(c: Case) -> Answer:
    """房地一并抵押；乡镇村企业建设用地使用权不得单独抵押。"""
    return c.mortgage.with_building


@rule(
    "CC-399",
    S14,
    BLOCK,
    message="该财产依法不得抵押",
    cite=Cite("民法典", "第三百九十九条", "宅基地、自留地、自留山等集体所有土地的使用权"),
)
def not_to_be_mortgaged(c: Case) -> Answer:
    """不得抵押：土地所有权；宅基地、自留地、自留山等集体土地使用权（法律另有规定除外）；公益设施；权属争议；查封扣押监管。"""
    return c.mortgage.collateral not in {"land_ownership", "homestead_use_right", "self_use_plot", "public_facility"}


@not_to_be_mortgaged.also(BLOCK)
def not_to_be_mortgaged_by_collateral(c: Case) -> Answer:
    """另看：担保财产、权属有争议。"""
    return not given(c.mortgage, "collateral") or not c.restrictions.disputed


@not_to_be_mortgaged.also(BLOCK)
def not_to_be_mortgaged_by_seized(c: Case) -> Answer:
    """另看：担保财产、被查封、扣押、监管。"""
    return not given(c.mortgage, "collateral") or not c.restrictions.seized


@rule(
    "CC-403-404",
    S14,
    WARN,
    message="动产抵押未登记的，不得对抗善意第三人",
    cite=Cite("民法典", "第四百零三条、第四百零四条", "不得对抗正常经营活动中已经支付合理价款并取得抵押财产的买受人"),
    applies=lambda c: c.mortgage.collateral == "movable",
)
def movable_mortgage_registered(c: Case) -> Answer:
    """动产抵押合同生效设立、登记对抗；不得对抗正常经营中已付合理价款的买受人。"""
    return c.mortgage.registered


@rule(
    "CC-406",
    S1,
    HOLD,
    message="标的已抵押，请通知抵押权人并披露",
    cite=Cite("民法典", "第四百零六条", "抵押权不受影响"),
    applies=lambda c: c.restrictions.mortgaged,
)
def mortgagee_told(c: Case) -> Answer:
    """抵押期间可转让抵押财产（另有约定除外），须通知抵押权人；抵押权不受影响。"""
    return c.restrictions.mortgagee_notified


@rule(
    "CC-418",
    S14,
    BLOCK,
    message="不得改变土地所有权性质和用途",
    cite=Cite("民法典", "第四百一十八条", "不得改变土地所有权的性质和土地用途"),
)
def mortgage_changes_no_use(c: Case) -> Answer:
    """集体土地使用权抵押实现后，未经法定程序不得改变所有权性质和用途。"""
    return not c.mortgage.realisation_changes_use


@rule(
    "RCEO-58",
    S14,
    BLOCK,
    message="集体财产不得为个人或他人债务担保",
    cite=Cite("农村集体经济组织法", "第三十五条、第五十八条", "以集体财产为本人或者他人债务提供担保的，该担保无效"),
    applies=lambda c: c.mortgage.guarantor == "collective_economic_organisation",
    since=date(2025, 5, 1),
)
def collective_property_secures_no_others(c: Case) -> Answer:
    """管理人员以集体财产为他人担保：担保无效。"""
    return c.mortgage.debtor_is not in {"other_person", "manager"}


@rule(
    "SPC-GU-49",
    S14,
    BLOCK,
    message="违法建筑不得抵押",
    cite=Cite(
        "最高人民法院关于适用《中华人民共和国民法典》有关担保制度的解释",
        "第四十九条",
        "以违法的建筑物抵押的，抵押合同无效",
    ),
)
def no_mortgage_of_illegal_building(c: Case) -> Answer:
    """违法建筑抵押合同无效。"""
    return not c.mortgage.illegal_building


RULES: tuple[Rule, ...] = (
    only_to_a_financial_institution,
    contractor_consents_to_security,
    security_registered,
    four_wastes_certified_before_mortgage,
    owner_of_the_land_told,
    mortgage_registered,
    enterprise_land_not_mortgaged_alone,
    not_to_be_mortgaged,
    movable_mortgage_registered,
    mortgagee_told,
    mortgage_changes_no_use,
    collective_property_secures_no_others,
    no_mortgage_of_illegal_building,
)

NORMS: tuple[Norm, ...] = ()
