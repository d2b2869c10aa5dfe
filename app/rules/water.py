"""小型水利设施使用权（目录 4.8）。"""

from app.rules.book import BLOCK, HOLD, S1, S3, S4, S9, Answer, Case, Cite, D, Norm, Rule, rule


@rule(
    "A10-1",
    S1,
    HOLD,
    message="水利设施产权或管护主体不明",
    cite=Cite("农田水利条例", "第十八条", "由农村集体经济组织或者其委托的单位、个人负责运行维护"),
    category={"water_facility"},
)
def water_owner_clear(c: Case) -> Answer:
    """按投资主体确定运维主体；转出方须为所有权人/受益主体。"""
    return c.water.owner_confirmed


@rule(
    "A10-2",
    S4,
    BLOCK,
    message="不得占用或损毁农田水利设施",
    cite=Cite("农田水利条例", "第二十四条", "任何单位和个人不得擅自占用农业灌溉水源、农田水利工程设施"),
    category={"water_facility"},
)
def irrigation_not_occupied(c: Case) -> Answer:
    """不得侵占、损毁、擅自占用灌溉水源和设施；建设占用须水行政部门同意并补偿。"""
    return not c.water.occupies_facility or c.water.occupation_approved


@rule(
    "A10-3",
    S3,
    HOLD,
    message="经营涉及取水，须办理取水许可",
    cite=Cite("水法", "第三条、第四十八条", "归各该农村集体经济组织使用"),
    category={"water_facility"},
)
def water_abstraction_permitted(c: Case) -> Answer:
    """从江河、湖泊、地下取水须取水许可；集体水塘水库的水归该集体使用；受让后须单独办证。"""
    return not c.water.abstracts_water or c.water.abstraction_permit


@rule(
    "A10-4",
    S9,
    HOLD,
    message="合同须载明灌溉保障条款",
    cite=Cite("民法典", "第七百零五条"),
    level=D,
    category={"water_facility"},
)
def irrigation_guaranteed(c: Case) -> Answer:
    """保障公益灌溉优先、水价和供水承诺入合同；≤20 年。"""
    return {"irrigation_guarantee"}.isdisjoint(c.contract.missing_items)


RULES: tuple[Rule, ...] = (
    water_owner_clear,
    irrigation_not_occupied,
    water_abstraction_permitted,
    irrigation_guaranteed,
)

NORMS: tuple[Norm, ...] = ()
