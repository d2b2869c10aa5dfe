"""农业类知识产权（目录 4.11）。"""

from datetime import date

from app.rules.book import HOLD, REVIEW, S5, S12, Answer, Case, Cite, M, Norm, Rule, V, rule
from app.rules.terms import all_owners_consent


@rule(
    "A13-1",
    S12,
    HOLD,
    message="专利转让自登记之日起生效，请办理登记",
    cite=Cite("专利法", "第十条、第十四条", "专利申请权或者专利权的转让自登记之日起生效"),
    category={"intellectual_property"},
    applies=(lambda c: c.right in {"patent", "patent_application"}, lambda c: c.method == "assignment"),
)
def patent_assignment_registered(c: Case) -> Answer:
    """专利/申请权转让：书面合同 + 国务院专利行政部门登记，自登记日生效；向外国人转让须另办手续；共有须全体同意。"""
    return c.contract.written


@patent_assignment_registered.also(HOLD)
def patent_assignment_registered_by_registered(c: Case) -> Answer:
    """另看：转让已登记/核准（专利、品种权）。"""
    return c.intellectual_property.registered


@patent_assignment_registered.also(HOLD)
def patent_assignment_registered_by_x(c: Case) -> Answer:
    """另看：。"""
    return all_owners_consent(c)


@rule(
    "A13-3",
    S5,
    REVIEW,
    message="受让方不具备集体/证明商标资格",
    cite=(),
    level=M,
    category={"intellectual_property"},
    applies=lambda c: c.right in {"collective_trademark", "certification_mark"},
)
def qualified_for_the_mark(c: Case) -> Answer:
    """集体商标、证明商标、地理标志：受让方须具备相应资格。"""
    return c.intellectual_property.transferee_qualified


@rule(
    "A13-4",
    S12,
    HOLD,
    message="品种权转让须登记公告",
    cite=Cite("种子法", "第二十五条、第二十八条"),
    category={"intellectual_property"},
    applies=(lambda c: c.right == "plant_variety", lambda c: c.method == "assignment"),
)
def variety_assignment_registered(c: Case) -> Answer:
    """品种权转让：书面合同 + 登记公告；国有单位、向外转让须批准；期限 2025-06-01 起：木本藤本 25 年、其他 20 年（过渡规则未核）"""
    return c.contract.written


@variety_assignment_registered.also(HOLD)
def variety_assignment_registered_by_registered(c: Case) -> Answer:
    """另看：转让已登记/核准（专利、品种权）。"""
    return c.intellectual_property.registered


@rule(
    "TM-42",
    S12,
    HOLD,
    message="商标转让经核准公告后生效",
    cite=Cite("商标法（2019年修正）", "第四十二条", "受让人自公告之日起享有商标专用权"),
    category={"intellectual_property"},
    applies=(
        lambda c: c.right in {"trademark", "collective_trademark", "certification_mark"},
        lambda c: c.method == "assignment",
    ),
    until=date(2026, 12, 31),
)
def trademark_assignment_announced(c: Case) -> Answer:
    """注册商标转让（2026-12-31 以前）"""
    return c.intellectual_property.announced


@trademark_assignment_announced.also(HOLD)
def trademark_assignment_announced_by_similar_marks_included(c: Case) -> Answer:
    """另看：近似商标一并转让。"""
    return c.intellectual_property.similar_marks_included


@rule(
    "TM-46",
    S12,
    HOLD,
    message="商标转让经核准公告后生效",
    cite=Cite("商标法（2027年1月1日起施行）", "第四十六条"),
    level=M,
    category={"intellectual_property"},
    applies=(
        lambda c: c.right in {"trademark", "collective_trademark", "certification_mark"},
        lambda c: c.method == "assignment",
    ),
    since=date(2027, 1, 1),
)
def trademark_assignment_announced_from_2027(c: Case) -> Answer:
    """注册商标转让（2027-01-01 起）"""
    return c.intellectual_property.announced


@trademark_assignment_announced_from_2027.also(HOLD)
def trademark_assignment_announced_from_2027_by_similar_marks_included(c: Case) -> Answer:
    """另看：近似商标一并转让。"""
    return c.intellectual_property.similar_marks_included


RULES: tuple[Rule, ...] = (
    patent_assignment_registered,
    qualified_for_the_mark,
    variety_assignment_registered,
    trademark_assignment_announced,
    trademark_assignment_announced_from_2027,
)

NORMS: tuple[Norm, ...] = (
    Norm(
        "A13-5",
        "商标权、专利权、著作权财产权可质押",
        "知识产权质押可以受理，登记依各法办理。",
        Cite("民法典", "第四百四十条", "可以转让的注册商标专用权、专利权、著作权等知识产权中的财产权"),
        V,
    ),
)
