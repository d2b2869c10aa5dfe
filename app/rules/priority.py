"""优先权（目录 3.4）。"""

from app.rules.book import BLOCK, HOLD, PASS, REVIEW, S4, S6, WARN, Answer, Case, Cite, D, M, Norm, Rule, rule
from app.rules.terms import (
    bases_are,
    co_owner_deadline,
    days,
    distinct_bases,
    given,
    in_time,
    is_house,
    plus,
    same_conditions,
)


@rule(
    "LCL-38-5",
    S6,
    HOLD,
    message="本集体成员以同等条件主张优先",
    cite=Cite("农村土地承包法", "第三十八条第（五）项", "在同等条件下，本集体经济组织成员享有优先权"),
    category={"household_land_management", "forest"},
    applies=(lambda c: c.priority_claim.basis == "collective_member", lambda c: c.priority_claim.written_notice_given),
)
def members_first(c: Case) -> Answer:
    """A1：同等条件本集体成员优先。"""
    return (
        not c.priority_claim.claimant_is_member
        or not same_conditions(c)
        or c.priority_claim.claim_date > c.announcement.priority_deadline
        or c.priority_claim.claimant_is_winner
    )


@rule(
    "SPC-LC-11a",
    S6,
    PASS,
    message="主张优先权须价款、期限等主要内容相同",
    cite=Cite(
        "最高人民法院关于审理涉及农村土地承包纠纷案件适用法律问题的解释",
        "第十一条",
        "流转价款、流转期限等主要内容相同的条件下主张优先权",
    ),
    category={"household_land_management", "unallocated_collective_land", "four_wastes", "forest"},
    applies=lambda c: c.priority_claim.basis in {"collective_member", "land_renewal"},
    shows={"same_conditions": same_conditions},
)
def conditions_are_the_same(c: Case) -> Answer:
    """“同等条件”=流转价款、期限等主要内容相同；压价、延长付款、缩短期限均不算。"""
    same_conditions(c)  # asked so that what it lacks is named
    return PASS


@rule(
    "LCL-51",
    S6,
    HOLD,
    message="本集体成员以同等条件主张优先承包",
    cite=Cite("农村土地承包法", "第五十一条", "本集体经济组织成员有权优先承包"),
    category={"unallocated_collective_land", "four_wastes"},
    applies=lambda c: c.priority_claim.basis == "collective_member",
)
def members_first_in_contracting(c: Case) -> Answer:
    """A2/A3：成员优先承包。"""
    if c.township_approval.granted:
        return None
    return not c.priority_claim.claimant_is_member or not same_conditions(c) or c.priority_claim.claimant_is_winner


@members_first_in_contracting.also(HOLD)
def members_first_in_contracting_by_claimant_is_member(c: Case) -> Answer:
    """另看：主张人为本集体成员、主张人即成交受让方、主张日、会议日、批准日。"""
    if not c.township_approval.granted:
        return None
    return (
        not c.priority_claim.claimant_is_member
        or not same_conditions(c)
        or c.priority_claim.claimant_is_winner
        or (
            c.priority_claim.claim_date > c.resolution.meeting_date
            and c.priority_claim.claim_date > c.township_approval.date
        )
    )


def _late(c: Case) -> bool:
    """在民主决议之后、乡镇批准之后才主张。"""
    return (
        c.priority_claim.claim_date > c.resolution.meeting_date
        and c.priority_claim.claim_date > c.township_approval.date
    )


@rule(
    "SPC-LC-18",
    S6,
    PASS,
    message="民主程序及批准完成后主张优先的，不予支持",
    cite=Cite(
        "最高人民法院关于审理涉及农村土地承包纠纷案件适用法律问题的解释",
        "第十八条",
        "并由乡（镇）人民政府批准后主张优先承包的，不予支持",
    ),
    category={"unallocated_collective_land", "four_wastes"},
    applies=(lambda c: c.priority_claim.basis == "collective_member", lambda c: c.township_approval.granted),
    shows={"late": _late},
)
def claim_after_approval_comes_too_late(c: Case) -> Answer:
    """A2/A3：外部发包已过民主程序且乡镇批准后才主张的，不支持。"""
    _late(c)  # asked so that what it lacks is named
    return PASS


@rule(
    "SPC-FR-9",
    S6,
    WARN,
    message="侵害优先权的，应当赔偿损失；合同效力不因此受影响",
    cite=Cite(
        "最高人民法院关于审理森林资源民事纠纷案件适用法律若干问题的解释", "第九条", "其请求赔偿损失的，依法予以支持"
    ),
    category={"forest"},
)
def priority_in_forest_infringed(c: Case) -> Answer:
    """A4：侵害优先权不致合同无效，只赔偿。"""
    return not c.priority_claim.infringed


@rule(
    "CC-726",
    S6,
    HOLD,
    message="承租人优先购买权期限未届满",
    cite=Cite("民法典", "第七百二十六条", "承租人在十五日内未明确表示购买的，视为承租人放弃优先购买权"),
    applies=(
        lambda c: c.method == "sale",
        lambda c: c.tenancy.exists,
        is_house,
        lambda c: c.award_mode != "auction",
        lambda c: not c.tenancy.buyer_is_co_owner,
        lambda c: not c.tenancy.buyer_is_close_relative,
    ),
)
def tenant_buys_first(c: Case) -> Answer:
    """出租房屋出售：合理期限前通知承租人；承租人 15 日未明确表示购买视为放弃；按份共有人行使或卖给近亲属除外。"""
    return c.tenancy.notified


@tenant_buys_first.also(HOLD)
def tenant_buys_first_by_response(c: Case) -> Answer:
    """另看：承租人答复。"""
    return c.tenancy.response != "purchase"


@tenant_buys_first.also(HOLD)
def tenant_buys_first_by_notice_served_date(c: Case) -> Answer:
    """另看：通知送达承租人日。"""
    if not c.tenancy.notified or c.tenancy.response != "none":
        return None
    return not in_time(c, c.as_of, plus(c.tenancy.notice_served_date, 15))


@rule(
    "CC-727",
    S4,
    BLOCK,
    message="未在拍卖五日前通知承租人",
    cite=Cite("民法典", "第七百二十七条", "应当在拍卖五日前通知承租人"),
    applies=(lambda c: c.award_mode == "auction", lambda c: c.tenancy.exists, is_house),
)
def tenant_told_before_the_auction(c: Case) -> Answer:
    """拍卖出租房屋：拍卖 5 日前通知承租人；未参加拍卖视为放弃。"""
    return c.tenancy.notified


@tenant_told_before_the_auction.also(BLOCK)
def tenant_told_before_the_auction_by_notice_served_date(c: Case) -> Answer:
    """另看：通知送达承租人日、拍卖（开标、挂牌开始）日。"""
    if days(c.tenancy.notice_served_date, c.auction.date) < 5:
        return BLOCK
    return WARN if days(c.tenancy.notice_served_date, c.auction.date) == 5 else PASS


@rule(
    "CC-728",
    S6,
    WARN,
    message="未通知承租人的，应当赔偿损失；房屋买卖合同的效力不受影响",
    cite=Cite("民法典", "第七百二十八条", "房屋买卖合同的效力不受影响"),
    applies=(lambda c: c.method == "sale", lambda c: c.tenancy.exists, is_house),
)
def tenant_not_told(c: Case) -> Answer:
    """未通知只产生赔偿，买卖合同效力不受影响。"""
    return c.tenancy.notified or not given(c.contract, "signed_date")


@rule(
    "CC-734-2",
    S6,
    HOLD,
    message="原承租人同等条件优先承租",
    cite=Cite("民法典", "第七百三十四条", "房屋承租人享有以同等条件优先承租的权利"),
    applies=lambda c: c.priority_claim.basis == "tenant_renewal",
)
def tenant_rents_first(c: Case) -> Answer:
    """期满房屋承租人同等条件优先承租。"""
    return not is_house(c) or not same_conditions(c) or c.priority_claim.claimant_is_winner


@rule(
    "LTM-10",
    S6,
    HOLD,
    message="原受让方同等条件优先续约",
    cite=Cite("农村土地经营权流转管理办法", "第十条"),
    level=M,
    category={"household_land_management", "unallocated_collective_land", "four_wastes"},
    applies=lambda c: c.priority_claim.basis == "land_renewal",
)
def transferee_renews_first(c: Case) -> Answer:
    """土地经营权期满，原受让方同等条件优先续约。"""
    return not same_conditions(c) or c.priority_claim.claimant_is_winner


@rule(
    "CC-305-306",
    S6,
    HOLD,
    message="其他按份共有人同等条件优先",
    cite=Cite("民法典", "第三百零五条、第三百零六条", "按照转让时各自的共有份额比例行使优先购买权"),
    applies=(lambda c: c.priority_claim.basis == "co_owner", lambda c: c.priority_claim.share_transfer_cause == "sale"),
)
def co_owner_buys_first(c: Case) -> Answer:
    """按份共有份额对外转让：共有人优先购买；多人主张按份额比例。"""
    return (
        not same_conditions(c)
        or not in_time(c, c.priority_claim.claim_date, co_owner_deadline(c))
        or c.priority_claim.claimant_is_winner
    )


@rule(
    "SPC-PR-11",
    S6,
    PASS,
    message="优先购买权须在行使期限内主张",
    cite=Cite(
        "最高人民法院关于适用《中华人民共和国民法典》物权编的解释（一）",
        "第十一条",
        "短于通知送达之日起十五日的，为十五日",
    ),
    applies=(lambda c: c.priority_claim.basis == "co_owner", lambda c: c.priority_claim.share_transfer_cause == "sale"),
    shows={"deadline": co_owner_deadline},
)
def period_of_the_co_owner(c: Case) -> Answer:
    """行使期：通知载明期（不短于送达起 15 日）；未载明/短于→15 日；未通知→知道同等条件起 15 日；无法确定→权属转移起 6 个月。"""
    in_time(c, c.priority_claim.claim_date, co_owner_deadline(c))  # asked so that what it lacks is named
    return PASS


@rule(
    "SPC-PR-9-13",
    S6,
    PASS,
    message="该情形不适用优先购买权",
    cite=Cite(
        "最高人民法院关于适用《中华人民共和国民法典》物权编的解释（一）",
        "第九条、第十三条",
        "因继承、遗赠等原因发生变化时",
    ),
    applies=(lambda c: c.priority_claim.basis == "co_owner", lambda c: c.priority_claim.share_transfer_cause != "sale"),
)
def no_priority_in_inheritance(_: Case) -> Answer:
    """因继承/遗赠转移份额、共有人之间转让：无优先购买权（另有约定除外）"""
    return PASS


@rule("X-PRI-RANK", S6, REVIEW, message="存在多个优先权，转人工", cite=(), level=D)
def several_priorities(c: Case) -> Answer:
    """多个优先权并存（共有人＞承租人，依 CC-726；成员 vs 原受让方续约：法无明文）"""
    return distinct_bases(c) < 2 or bases_are(c, "co_owner", "tenant_purchase")


RULES: tuple[Rule, ...] = (
    members_first,
    conditions_are_the_same,
    members_first_in_contracting,
    claim_after_approval_comes_too_late,
    priority_in_forest_infringed,
    tenant_buys_first,
    tenant_told_before_the_auction,
    tenant_not_told,
    tenant_rents_first,
    transferee_renews_first,
    co_owner_buys_first,
    period_of_the_co_owner,
    no_priority_in_inheritance,
    several_priorities,
)

NORMS: tuple[Norm, ...] = ()
