"""农业生产设施设备（目录 4.9）。"""

from app.rules.book import BLOCK, HOLD, REVIEW, S1, S12, Answer, Case, Cite, D, M, Norm, Rule, rule


@rule(
    "A11-1",
    S1,
    BLOCK,
    message="设备权属不清或被查封",
    cite=Cite("民法典", "第三百九十九条", "所有权、使用权不明或者有争议的财产"),
    category={"farm_equipment"},
)
def equipment_title_clear(c: Case) -> Answer:
    """权属证明（发票、合同、补贴档案）；无争议、未查封。"""
    return c.restrictions.title_proved


@equipment_title_clear.also(BLOCK)
def equipment_title_clear_by_disputed(c: Case) -> Answer:
    """另看：权属有争议。"""
    return not c.restrictions.disputed


@equipment_title_clear.also(BLOCK)
def equipment_title_clear_by_seized(c: Case) -> Answer:
    """另看：被查封、扣押、监管。"""
    return not c.restrictions.seized


@rule(
    "A11-2",
    S12,
    HOLD,
    message="农机转让须办理变更登记",
    cite=Cite("农业机械安全监督管理条例", "第二十一条", "拖拉机、联合收割机使用期间登记事项发生变更的"),
    category={"farm_equipment"},
    applies=(lambda c: c.equipment.registrable_machinery, lambda c: c.method in {"sale", "assignment", "gift"}),
)
def machinery_registration_changed(c: Case) -> Answer:
    """拖拉机、联合收割机登记事项变更须申请变更登记。"""
    return c.filing.machinery_registration_changed


@rule(
    "A11-3",
    S1,
    REVIEW,
    message="补贴农机在监管期内",
    cite=(),
    level=M,
    category={"farm_equipment"},
    applies=lambda c: c.method in {"sale", "assignment", "gift"},
)
def subsidised_machinery(c: Case) -> Answer:
    """补贴农机在监管期内转让须核对补贴政策。"""
    return not c.equipment.subsidised_under_supervision


@rule("A11-4", S1, HOLD, message="设施附着土地，请提交土地权利人同意", cite=(), level=D, category={"farm_equipment"})
def attached_facility_with_consent(c: Case) -> Answer:
    """附着于土地的大棚等：随土地经营权处置，须土地权利人同意，不得改变耕地性质。"""
    return not c.equipment.attached_to_land or c.equipment.land_holder_consent


RULES: tuple[Rule, ...] = (
    equipment_title_clear,
    machinery_registration_changed,
    subsidised_machinery,
    attached_facility_with_consent,
)

NORMS: tuple[Norm, ...] = ()
