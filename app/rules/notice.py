"""公告、公示、异议期（目录 3.3）。"""

from app.rules.book import BLOCK, HOLD, PASS, S4, S8, WARN, Answer, Case, Cite, D, M, Norm, Rule, S, rule
from app.rules.terms import add_months, days, in_time, known_different, mandatory_tender, notice_days, plus, wd


@rule("X-NOTICE", S4, BLOCK, message="公告期未满，不得成交", cite=(), level=D)
def notice_period_over(c: Case) -> Answer:
    """挂牌公告期 notice_days（建议默认 10 个工作日，农户小额 5 个工作日；流拍重挂可减半）"""
    return wd(c, c.announcement.start_date, c.announcement.end_date) >= notice_days(c, c.announcement.kind)


@notice_period_over.also(BLOCK)
def notice_period_over_by_date(c: Case) -> Answer:
    """另看：成交确认日、公告截止日。"""
    return c.award.date > c.announcement.end_date


@rule("X-RESULT", S8, HOLD, message="公示期内或异议未处理完毕", cite=(), level=D)
def result_published_and_objections_settled(c: Case) -> Answer:
    """成交公示期（建议默认 5 个工作日），异议处理完毕前不得签约。"""
    return wd(c, c.result_notice.start_date, c.result_notice.end_date) >= c.param.result_notice_days


@result_published_and_objections_settled.also(HOLD)
def result_published_and_objections_settled_by_signed_date(c: Case) -> Answer:
    """另看：末签日（成立日）、公示截止日。"""
    return c.contract.signed_date > c.result_notice.end_date


@result_published_and_objections_settled.also(HOLD)
def result_published_and_objections_settled_by_open_objections(c: Case) -> Answer:
    """另看：未处理完毕的异议数。"""
    return c.result_notice.open_objections <= 0


@rule(
    "AUC-45",
    S4,
    BLOCK,
    message="拍卖公告或展示期不足",
    cite=Cite("拍卖法", "第四十五条至第四十八条", "拍卖人应当于拍卖日七日前发布拍卖公告"),
    applies=lambda c: c.award_mode == "auction",
)
def auction_announced_and_displayed(c: Case) -> Answer:
    """拍卖公告：拍卖日 7 日前；展示 ≥2 日；须载时间地点、标的、展示、手续。"""
    if days(c.auction.announcement_date, c.auction.date) < 7:
        return BLOCK
    return WARN if days(c.auction.announcement_date, c.auction.date) == 7 else PASS


@auction_announced_and_displayed.also(BLOCK)
def auction_announced_and_displayed_by_display_days(c: Case) -> Answer:
    """另看：标的展示天数。"""
    return c.auction.display_days >= 2


@auction_announced_and_displayed.also(BLOCK)
def auction_announced_and_displayed_by_missing_content(c: Case) -> Answer:
    """另看：拍卖公告缺项。"""
    return not c.auction.missing_content


@rule(
    "BID-24",
    S4,
    BLOCK,
    message="投标截止时间不足二十日",
    cite=(Cite("招标投标法", "第二十三条、第二十四条"), Cite("招标投标法实施条例", "第十六条", "最短不得少于二十日")),
    category={"procurement"},
    applies=(lambda c: c.award_mode == "tender", mandatory_tender),
)
def bidders_given_time(c: Case) -> Answer:
    """依法必招项目：招标文件发出至截止 ≥20 日；文件发售 ≥5 日；澄清修改截止前 ≥15 日。"""
    return days(c.procurement.doc_issue_date, c.procurement.bid_deadline) >= 20


@bidders_given_time.also(BLOCK)
def bidders_given_time_by_doc_sale_days(c: Case) -> Answer:
    """另看：招标文件发售天数。"""
    return c.procurement.doc_sale_days >= 5


@bidders_given_time.also(BLOCK)
def bidders_given_time_by_clarification_date(c: Case) -> Answer:
    """另看：最后一次澄清修改日、投标截止日。"""
    return days(c.procurement.clarification_date, c.procurement.bid_deadline) >= 15


@rule(
    "BIR-54",
    S8,
    HOLD,
    message="中标候选人公示期未满或异议未答复",
    cite=Cite("招标投标法实施条例", "第五十四条", "公示期不得少于3日"),
    category={"procurement"},
    applies=(lambda c: c.award_mode == "tender", mandatory_tender),
)
def candidates_published(c: Case) -> Answer:
    """收到评标报告 3 日内公示候选人，公示 ≥3 日；异议 3 日内答复并暂停。"""
    return in_time(c, c.procurement.candidates_notice_start, plus(c.procurement.evaluation_report_date, 3))


@candidates_published.also(HOLD)
def candidates_published_by_candidates_notice_start(c: Case) -> Answer:
    """另看：中标候选人公示起、中标候选人公示止。"""
    return days(c.procurement.candidates_notice_start, c.procurement.candidates_notice_end) >= 3


@candidates_published.also(HOLD)
def candidates_published_by_open_objections(c: Case) -> Answer:
    """另看：未答复异议数。"""
    return c.procurement.open_objections <= 0


@rule(
    "LGT-39",
    S4,
    BLOCK,
    message="招拍挂公告或挂牌时间不足",
    cite=Cite("招标拍卖挂牌出让国有建设用地使用权规定（国土资源部令第39号）"),
    level=M,
    category={"construction_land"},
    applies=lambda c: c.award_mode in {"tender", "auction", "listing"},
)
def construction_land_auction_announced(c: Case) -> Answer:
    """集体经营性建设用地招拍挂参照国有：公告至少 20 日前；挂牌时间 ≥10 日；成交后 10 工作日内公布。"""
    if days(c.auction.announcement_date, c.auction.date) < 20:
        return BLOCK
    return WARN if days(c.auction.announcement_date, c.auction.date) == 20 else PASS


@construction_land_auction_announced.also(BLOCK)
def construction_land_auction_announced_by_listing_days(c: Case) -> Answer:
    """另看：挂牌天数。"""
    if c.award_mode != "listing":
        return None
    return c.auction.listing_days >= 10


@rule(
    "LCM-15D",
    S4,
    BLOCK,
    message="承包方案公示不足十五日",
    cite=Cite("农村土地承包合同管理办法"),
    level=S,
    category={"unallocated_collective_land", "four_wastes"},
    applies=lambda c: c.method == "contract_award",
)
def contracting_plan_published(c: Case) -> Answer:
    """承包方案公示 ≥15 日。"""
    return c.announcement.contract_plan_publicity_days >= 15


@rule(
    "VCO-35",
    S4,
    WARN,
    message="村务公开期限不足十五日",
    cite=Cite("村民委员会组织法", "第三十五条", "公布的期限不得少于十五日"),
)
def village_affairs_published(c: Case) -> Answer:
    """村务公开公布期限 ≥15 日；重大事项随时公布。"""
    return c.publication.village_affairs_days >= 15


@rule(
    "SPC-LC-11",
    S4,
    HOLD,
    message="公告未载明优先权主张期限",
    cite=Cite(
        "最高人民法院关于审理涉及农村土地承包纠纷案件适用法律问题的解释",
        "第十一条",
        "在书面公示的合理期限内未提出优先权主张的",
    ),
    category={"household_land_management"},
)
def deadline_of_priority_published(c: Case) -> Answer:
    """A1 优先权：须书面公示合理期限（平台公告即书面公示，须写明优先权主张截止时刻）；未公示的，外人开始使用 2 个月内仍可主张。"""
    return c.announcement.priority_deadline_stated


@deadline_of_priority_published.also(HOLD)
def deadline_of_priority_published_by_claim_date(c: Case) -> Answer:
    """另看：主张日、受让方开始使用日、主张人即成交受让方。"""
    if c.priority_claim.basis != "collective_member" or c.priority_claim.written_notice_given:
        return None
    return (
        not in_time(c, c.priority_claim.claim_date, add_months(c.priority_claim.use_start_date, 2))
        or known_different(c)
        or c.priority_claim.claimant_is_winner
    )


RULES: tuple[Rule, ...] = (
    notice_period_over,
    result_published_and_objections_settled,
    auction_announced_and_displayed,
    bidders_given_time,
    candidates_published,
    construction_land_auction_announced,
    contracting_plan_published,
    village_affairs_published,
    deadline_of_priority_published,
)

NORMS: tuple[Norm, ...] = ()
