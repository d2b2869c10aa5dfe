"""集体资产股权（目录 4.7）。"""

from app.rules.book import BLOCK, HOLD, REVIEW, S0, S1, S5, S14, Answer, Case, Cite, D, M, Norm, Rule, V, rule


@rule(
    "A9-2",
    S5,
    BLOCK,
    message="集体股权仅限本集体内部转让或集体赎回",
    cite=Cite("中发〔2016〕37号"),
    level=M,
    category={"equity_share"},
    applies=lambda c: c.method in {"sale", "assignment", "gift"},
)
def share_stays_within(c: Case) -> Answer:
    """转让限本集体内部或集体赎回；不得突破集体范围。"""
    return c.transferee.is_collective_member or c.transferee.party_type == "collective_economic_organisation"


@rule(
    "A9-3",
    S1,
    HOLD,
    message="退出须经集体经济组织同意",
    cite=Cite("农村集体经济组织法", "第十六条", "但是不得要求分割集体财产"),
    category={"equity_share"},
    applies=lambda c: c.method == "withdrawal",
)
def withdrawal_by_agreement(c: Case) -> Answer:
    """自愿退出：书面申请 + 集体同意；可协商补偿/保留权益；不得要求分割集体财产。"""
    return c.share.written_application


@withdrawal_by_agreement.also(HOLD)
def withdrawal_by_agreement_by_collective_consent(c: Case) -> Answer:
    """另看：集体经济组织同意。"""
    return c.share.collective_consent


@rule(
    "A9-4",
    S0,
    REVIEW,
    message="成员身份状态需核实",
    cite=Cite("农村集体经济组织法", "第十七条、第十八条", "不因就学、服役、务工、经商、离婚、丧偶、服刑等原因而丧失"),
    category={"equity_share"},
)
def membership_to_be_checked(c: Case) -> Answer:
    """丧失身份：死亡、失国籍、取得他集体成员身份、成为公务员（聘任制除外）；就学、服役、务工、经商、离婚、丧偶、服刑不丧失。"""
    return c.share.member_status_event not in {"death", "lost_nationality", "joined_other_collective", "civil_servant"}


@rule(
    "A9-5",
    S14,
    REVIEW,
    message="继承份额按章程办理",
    cite=(),
    level=D,
    category={"equity_share"},
    applies=lambda c: c.method == "inheritance",
)
def heir_outside_the_collective(c: Case) -> Answer:
    """继承：非成员继承人可继承份额收益但无表决等成员权（章程定）"""
    return c.succession.heir_is_member


@rule(
    "A9-6",
    S14,
    REVIEW,
    message="按章程及金融机构要求办理",
    cite=Cite("农村集体经济组织法", "第五十二条", "支持农村集体经济组织开展集体经营性财产股权质押贷款"),
    category={"equity_share"},
    applies=lambda c: c.method == "pledge",
)
def pledge_by_the_charter(c: Case) -> Answer:
    """质押贷款：经营性财产股权可向商业金融机构质押（鼓励性）"""
    return c.method != "pledge"


RULES: tuple[Rule, ...] = (
    share_stays_within,
    withdrawal_by_agreement,
    membership_to_be_checked,
    heir_outside_the_collective,
    pledge_by_the_charter,
)

NORMS: tuple[Norm, ...] = (
    Norm(
        "A9-1",
        "份额是收益权量化，不是资产所有权；仅作分配依据",
        "份额只作收益分配依据，A9-2 限制其转让范围。",
        Cite("农村集体经济组织法", "第四十条", "作为其参与集体收益分配的基本依据"),
        V,
    ),
)
