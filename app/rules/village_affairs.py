"""村务决策：村民会议、村民代表会议、村民小组会议（目录 3.2）。"""

from app.rules.book import BLOCK, PASS, S2, WARN, Answer, Case, Cite, Norm, Rule, rule
from app.rules.terms import days


@rule(
    "VCO-26",
    S2,
    BLOCK,
    message="村民会议人数或票数不足",
    cite=Cite("村民委员会组织法", "第二十五条、第二十六条", "所作决定应当经到会人员的过半数通过"),
    applies=(
        lambda c: c.resolution.body == "villagers_meeting",
        lambda c: c.resolution.matter in {"village_affairs", "construction_project"},
    ),
)
def villagers_meeting_valid(c: Case) -> Answer:
    """（仅村务、建设项目）村民会议：18 周岁以上村民过半数或 2/3 户代表参加，到会过半数通过；提前 10 日通知（特殊情况除外）"""
    if c.resolution.attendance_basis != "individuals":
        return None
    return c.resolution.attended * 2 > c.resolution.eligible


@villagers_meeting_valid.also(BLOCK)
def villagers_meeting_valid_by_attended(c: Case) -> Answer:
    """另看：到会人数、分母人数。"""
    if c.resolution.attendance_basis != "household_representatives":
        return None
    return c.resolution.attended * 3 >= c.resolution.eligible * 2


@villagers_meeting_valid.also(BLOCK)
def villagers_meeting_valid_by_yes(c: Case) -> Answer:
    """另看：同意票数、到会人数。"""
    return c.resolution.yes * 2 > c.resolution.attended


@villagers_meeting_valid.also(BLOCK)
def villagers_meeting_valid_by_notice_date(c: Case) -> Answer:
    """另看：会议通知日、会议日。"""
    if c.resolution.special_circumstances:
        return None
    if days(c.resolution.notice_date, c.resolution.meeting_date) < 10:
        return BLOCK
    return WARN if days(c.resolution.notice_date, c.resolution.meeting_date) == 10 else PASS


@rule(
    "VCO-30",
    S2,
    BLOCK,
    message="村民代表会议人数或票数不足",
    cite=Cite("村民委员会组织法", "第三十条", "所作决定应当经到会人员的过半数同意"),
    applies=(
        lambda c: c.resolution.body == "villagers_representatives",
        lambda c: c.resolution.matter in {"village_affairs", "construction_project"},
    ),
)
def village_representatives_valid(c: Case) -> Answer:
    """（仅村务）村民代表会议：2/3 以上组成人员参加，到会过半数同意。"""
    return c.resolution.attended * 3 >= c.resolution.reps_total * 2


@village_representatives_valid.also(BLOCK)
def village_representatives_valid_by_yes(c: Case) -> Answer:
    """另看：同意票数、到会人数。"""
    return c.resolution.yes * 2 > c.resolution.attended


@rule(
    "VCO-32",
    S2,
    BLOCK,
    message="村民小组会议人数或票数不足",
    cite=(
        Cite("村民委员会组织法", "第三十二条"),
        Cite("农村集体经济组织法", "第六十四条", "由村民小组会议依照有关法律的规定讨论决定"),
    ),
    applies=(
        lambda c: c.resolution.body == "group_meeting",
        lambda c: c.resolution.matter in {"village_affairs", "construction_project"},
    ),
)
def group_meeting_valid(c: Case) -> Answer:
    """村民小组会议：18 周岁以上村民 2/3 或 2/3 户代表参加、到会过半；但小组代行集体职能时改用农集法门槛。"""
    return c.resolution.attended * 3 >= c.resolution.eligible * 2


@group_meeting_valid.also(BLOCK)
def group_meeting_valid_by_yes(c: Case) -> Answer:
    """另看：同意票数、到会人数。"""
    return c.resolution.yes * 2 > c.resolution.attended


RULES: tuple[Rule, ...] = (villagers_meeting_valid, village_representatives_valid, group_meeting_valid)

NORMS: tuple[Norm, ...] = ()
