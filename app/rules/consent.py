"""民主决策：农村集体经济组织及其代行者怎样决定（目录 3.2）。"""

from datetime import date

from app.rules.book import BLOCK, HOLD, PASS, REVIEW, S2, WARN, Answer, Case, Cite, Norm, Rule, V, rule
from app.rules.terms import ASSEMBLY_ONLY, days


@rule(
    "RCEO-27-1a",
    S2,
    BLOCK,
    message="成员大会通知期不足十日",
    cite=Cite("农村集体经济组织法", "第二十七条", "于会议召开十日前通知全体成员"),
    applies=lambda c: c.resolution.body == "members_assembly",
    since=date(2025, 5, 1),
)
def assembly_called_ten_days_ahead(c: Case) -> Answer:
    """成员大会须会前 10 日通知全体成员（时间、地点、事项）"""
    if days(c.resolution.notice_date, c.resolution.meeting_date) < 10:
        return BLOCK
    return WARN if days(c.resolution.notice_date, c.resolution.meeting_date) == 10 else PASS


@rule(
    "RCEO-27-1b",
    S2,
    BLOCK,
    message="到会成员不足三分之二或代理不合规",
    cite=Cite("农村集体经济组织法", "第二十七条", "有三分之二以上具有完全民事行为能力的成员参加"),
    applies=lambda c: c.resolution.body == "members_assembly",
    since=date(2025, 5, 1),
)
def assembly_quorum(c: Case) -> Answer:
    """2/3 以上完全行为能力成员参加；可即时通讯在线参加；代理仅限同一户内完全行为能力成员且书面委托。"""
    return c.resolution.attended * 3 >= c.resolution.eligible * 2


@assembly_quorum.also(BLOCK)
def assembly_quorum_by_improper_proxies(c: Case) -> Answer:
    """另看：不合规代理数。"""
    return c.resolution.improper_proxies <= 0


@rule(
    "RCEO-27-3",
    S2,
    BLOCK,
    message="同意票未达全体成员三分之二",
    cite=Cite("农村集体经济组织法", "第二十七条", "应当经本农村集体经济组织成员大会全体成员三分之二以上同意"),
    applies=lambda c: c.resolution.body == "members_assembly",
    since=date(2025, 5, 1),
)
def assembly_two_thirds_of_all_members(c: Case) -> Answer:
    """一人一票；决定须全体成员 2/3 以上同意（分母=eligible，不是到会）"""
    return c.resolution.yes * 3 >= c.resolution.eligible * 2


@rule(
    "RCEO-28-2",
    S2,
    BLOCK,
    message="成员代表大会组成不合法",
    cite=Cite("农村集体经济组织法", "第二十八条", "代表人数应当多于二十人"),
    applies=lambda c: c.resolution.body == "members_representatives",
    since=date(2025, 5, 1),
)
def representatives_duly_composed(c: Case) -> Answer:
    """成员代表大会：每 5–15 户选 1 人，代表多于 20 人（≥21），有适当数量妇女；任期 5 年。"""
    return c.resolution.reps_total >= 21


@representatives_duly_composed.also(BLOCK)
def representatives_duly_composed_by_women_reps(c: Case) -> Answer:
    """另看：妇女代表数。"""
    return c.resolution.women_reps != 0


@representatives_duly_composed.also(BLOCK)
def representatives_duly_composed_by_meeting_date(c: Case) -> Answer:
    """另看：会议日、代表任期止。"""
    return c.resolution.meeting_date <= c.resolution.reps_term_end


@representatives_duly_composed.also(REVIEW)
def representatives_duly_composed_by_reps_total(c: Case) -> Answer:
    """另看：全体成员代表/村民代表数、总户数。"""
    return (
        c.resolution.reps_total * 15 >= c.resolution.households_total
        and c.resolution.reps_total * 5 <= c.resolution.households_total
    )


@rule(
    "RCEO-28-4",
    S2,
    BLOCK,
    message="该事项须由成员大会决定，不得由代表大会代行",
    cite=Cite("农村集体经济组织法", "第二十八条", "但是第一项、第三项、第八项、第十项、第十二项规定的职权除外"),
    applies=lambda c: c.resolution.body == "members_representatives",
    since=date(2025, 5, 1),
)
def reserved_to_the_assembly(c: Case) -> Answer:
    """代表大会不能决定 26 条 1、3、8（土地承包、宅基地使用、份额量化）、10、12 项；可决定 9（经营性建设用地）、11（投资等）"""
    if c.resolution.matter == "land_contracting" and c.param.land_contracting_by_representatives == "review":
        return REVIEW
    return BLOCK if c.resolution.matter in ASSEMBLY_ONLY else PASS


@rule(
    "RCEO-28-5",
    S2,
    BLOCK,
    message="同意票未达全体代表三分之二",
    cite=Cite("农村集体经济组织法", "第二十八条", "应当经全体成员代表三分之二以上同意"),
    applies=lambda c: c.resolution.body == "members_representatives",
    since=date(2025, 5, 1),
)
def representatives_two_thirds_of_all(c: Case) -> Answer:
    """代表大会决定须全体成员代表 2/3 以上同意。"""
    return c.resolution.yes * 3 >= c.resolution.reps_total * 2


@rule(
    "RCEO-26-2",
    S2,
    HOLD,
    message="缺少党组织前置研究记录",
    cite=Cite("农村集体经济组织法", "第二十六条", "应当先经乡镇党委、街道党工委或者村党组织研究讨论"),
    applies=(
        lambda c: c.resolution.body in {"members_assembly", "members_representatives"},
        lambda c: c.resolution.matter != "village_affairs",
    ),
    since=date(2025, 5, 1),
)
def studied_by_the_party_first(c: Case) -> Answer:
    """重要事项先经乡镇党委/街道党工委或村党组织研究。"""
    return c.resolution.party_study_done


@studied_by_the_party_first.also(HOLD)
def studied_by_the_party_first_by_party_study_date(c: Case) -> Answer:
    """另看：党组织研究日、会议日。"""
    return c.resolution.party_study_date <= c.resolution.meeting_date


@rule(
    "RCEO-31",
    S2,
    BLOCK,
    message="理事会表决不合法",
    cite=Cite("农村集体经济组织法", "第三十一条", "应当经全体理事的过半数同意"),
    applies=lambda c: c.resolution.body == "board",
    since=date(2025, 5, 1),
)
def board_within_its_powers(c: Case) -> Answer:
    """理事会决定（仅执行性事项）：2/3 以上理事出席，全体理事过半数同意。"""
    return c.resolution.attended * 3 >= c.resolution.board_total * 2


@board_within_its_powers.also(BLOCK)
def board_within_its_powers_by_yes(c: Case) -> Answer:
    """另看：同意票数、全体理事数。"""
    return c.resolution.yes * 2 > c.resolution.board_total


@board_within_its_powers.also(BLOCK)
def board_within_its_powers_by_matter(c: Case) -> Answer:
    """另看：决议事项。"""
    return c.resolution.matter not in ASSEMBLY_ONLY and c.resolution.matter not in {
        "construction_land_transfer",
        "investment",
        "non_member_benefit",
        "forest_transfer",
    }


@rule(
    "RCEO-33",
    S2,
    HOLD,
    message="缺少会议记录",
    cite=Cite("农村集体经济组织法", "第三十三条", "应当按照规定制作、保存会议记录"),
    applies=lambda c: c.resolution.body in {"members_assembly", "members_representatives", "board"},
    since=date(2025, 5, 1),
)
def minutes_kept(c: Case) -> Answer:
    """会议记录须制作保存，作为挂牌附件（去敏后）"""
    return c.resolution.minutes_filed


@rule(
    "RCEO-26-11",
    S2,
    HOLD,
    message="请按章程提交集体决策文件",
    cite=Cite("农村集体经济组织法", "第二十六条第（十一）项、第四十三条", "决定投资等重大事项"),
    category={"collective_asset"},
    since=date(2025, 5, 1),
)
def charter_threshold_met(c: Case) -> Answer:
    """集体资产一般出租/转让的门槛法律未列明，依章程与地方规定；无规定时转让、出租 >5 年或超限额按成员(代表)大会 2/3。"""
    return c.resolution.charter_threshold_met


@rule(
    "RCEO-15",
    S2,
    BLOCK,
    message="非成员参与收益分配未达全体成员四分之三同意",
    cite=Cite("农村集体经济组织法", "第十五条", "经农村集体经济组织成员大会全体成员四分之三以上同意"),
    applies=lambda c: c.resolution.matter == "non_member_benefit",
    since=date(2025, 5, 1),
)
def benefits_to_outsiders_by_three_quarters(c: Case) -> Answer:
    """3/4 门槛：非成员享有集体收益分配/服务福利等，须成员大会全体成员 3/4 以上同意（别套 2/3）"""
    return c.resolution.body == "members_assembly"


@benefits_to_outsiders_by_three_quarters.also(BLOCK)
def benefits_to_outsiders_by_three_quarters_by_yes(c: Case) -> Answer:
    """另看：同意票数、分母人数。"""
    if c.resolution.body != "members_assembly":
        return None
    return c.resolution.yes * 4 >= c.resolution.eligible * 3


RULES: tuple[Rule, ...] = (
    assembly_called_ten_days_ahead,
    assembly_quorum,
    assembly_two_thirds_of_all_members,
    representatives_duly_composed,
    reserved_to_the_assembly,
    representatives_two_thirds_of_all,
    studied_by_the_party_first,
    board_within_its_powers,
    minutes_kept,
    charter_threshold_met,
    benefits_to_outsiders_by_three_quarters,
)

NORMS: tuple[Norm, ...] = (
    Norm(
        "RCEO-57",
        "成员可撤销侵权决定：知道之日起 1 年/决定作出起 5 年；善意相对人民事关系不受影响 → 归档保存期下限",
        "决议与会议记录的保存期限以撤销权五年为下限（X-RETAIN）。",
        Cite("农村集体经济组织法", "第五十七条", "与善意相对人形成的民事法律关系不受影响"),
        V,
    ),
)
