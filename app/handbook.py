"""Pages that are made from the code: lifecycles and the law book. CI compares them with what lies in `docs/`."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from app.base.actor import ROLE_ZH
from app.base.lifecycle import Lifecycle
from app.bidding.states import AWARD, AWARD_STATE_ZH
from app.deal.states import CONTRACT, CONTRACT_STATE_ZH, OBJECTION
from app.exit.states import EXIT, EXIT_KIND_ZH, EXIT_STATE_ZH
from app.extension.states import CONTRACT as EXTENSION_CONTRACT
from app.extension.states import CONTRACT_STATE_ZH as EXTENSION_CONTRACT_ZH
from app.extension.states import PROGRAMME, PROGRAMME_STATE_ZH
from app.homestead.states import (
    BREACH,
    BREACH_KIND_ZH,
    BREACH_STATE_ZH,
    BUILD_REASON_ZH,
    HOMESTEAD,
    HOMESTEAD_STATE_ZH,
    STAGE_ZH,
)
from app.listing.states import LOT, REASON_ZH, STATE_ZH, STAY
from app.money.states import DEPOSIT, DEPOSIT_STATE_ZH, ORDER, ORDER_STATE_ZH
from app.qualification.states import ENTRY, ENTRY_STATE_ZH
from app.rules.book import BLOCK, HOLD, PASS, REVIEW, WARN, Rule, Step
from app.rules.catalogue import FILES, RULES

OBJECTION_ZH = {
    "filed": "已提出",
    "dismissed": "不成立",
    "upheld": "成立",
    "appealed": "申请复核",
    "reviewed": "维持答复",
}


def _diagram(table: Lifecycle[Any], names: Mapping[Any, str]) -> list[str]:
    states = dict.fromkeys(s for source, _, target in table.edges() for s in (source, target))
    out = ["```mermaid", "stateDiagram-v2"]
    out += [f"    {s.value}: {s.value} {names[s]}" for s in states]
    out += [f"    {source.value} --> {target.value}: {verb}" for source, verb, target in table.edges()]
    return [*out, "```", ""]


def _moves(table: Lifecycle[Any]) -> list[str]:
    out = ["| verb | from | to | who | documents | public reasons |", "|---|---|---|---|---|---|"]
    for m in table.moves:
        sources = " ".join(s.value for s in m.sources)
        out.append(
            f"| `{m.verb}` | {sources} | {m.target.value} | {m.who} | {' '.join(m.documents)} | {' '.join(m.reasons)} |"
        )
    return [*out, ""]


def lifecycles() -> str:
    """`docs/lifecycles.md`."""
    out = ["# Lifecycles", "", "Made from the tables in `states.py` by `python -m app.cli handbook`.", ""]
    tables: tuple[tuple[str, Lifecycle[Any], Mapping[Any, str]], ...] = (
        ("Lot 标的", LOT, STATE_ZH),
        ("Entry 报名", ENTRY, ENTRY_STATE_ZH),
        ("Award 成交", AWARD, AWARD_STATE_ZH),
        ("Objection 异议", OBJECTION, OBJECTION_ZH),
        ("Contract 合同", CONTRACT, CONTRACT_STATE_ZH),
        ("Extension programme 延包方案", PROGRAMME, PROGRAMME_STATE_ZH),
        ("Extension contract 延包合同", EXTENSION_CONTRACT, EXTENSION_CONTRACT_ZH),
        ("Exit 自愿退出", EXIT, EXIT_STATE_ZH),
        ("Homestead 宅基地建房", HOMESTEAD, HOMESTEAD_STATE_ZH),
        ("Breach 违法建房", BREACH, BREACH_STATE_ZH),
        ("Deposit 保证金", DEPOSIT, DEPOSIT_STATE_ZH),
        ("Money order 付款指令", ORDER, ORDER_STATE_ZH),
    )
    for title, table, names in tables:
        out += [f"## {title}", "", *_diagram(table, names), *_moves(table)]
    out += ["## Stay of a lot before a warning, in working days", "", "| state | days |", "|---|---|"]
    out += [f"| {s.value} {STATE_ZH[s]} | {days} |" for s, days in STAY.items()]
    out += ["", "## Public reason codes", "", "| code | 说明 |", "|---|---|"]
    out += [f"| `{code}` | {said} |" for code, said in REASON_ZH.items()]
    return "\n".join(out) + "\n"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "／")


def _rule(r: Rule) -> str:
    quotes = " ".join(f"「{c.quote}」" for c in r.cites if c.quote)
    local = {f.path for f in r.rests_on if f.path.partition(".")[0] in {"param", "county_parameters"}}
    parameters = " ".join(sorted(f"`{path.rpartition('.')[2]}`" for path in local))
    force = f"{r.since or ''}–{r.until or ''}" if r.since or r.until else ""
    cells = (r.id, r.step.name, r.breach.value, r.says, r.citation + quotes, r.level.value, parameters, force)
    return "| " + " | ".join(_cell(c) for c in cells) + " |"


def rules() -> str:
    """`docs/rules.md`: the law book as a lawyer reads it."""
    out = [
        "# 法律规则目录",
        "",
        "由规则本身生成（`python -m app.cli handbook`）。级别：V 已核对原文，S 据二手来源，M 凭记忆，D 平台设计。",
        "",
    ]
    for file in FILES:
        title = (file.__doc__ or "").strip().split("\n")[0]
        out += [f"## {title}", "", f"`{file.__name__.replace('.', '/')}.py`", ""]
        if file.RULES:
            out += [
                "| 编号 | 步骤 | 判定 | 规则 | 依据 | 级别 | 县级参数 | 有效 |",
                "|---|---|---|---|---|---|---|---|",
            ]
            out += [_rule(r) for r in file.RULES]
            out.append("")
        if file.NORMS:
            out += ["| 编号 | 规范 | 落实之处 | 依据 | 级别 |", "|---|---|---|---|---|"]
            out += [
                "| " + " | ".join(_cell(c) for c in (n.id, n.says, n.effect, str(n.cite), n.level.value)) + " |"
                for n in file.NORMS
            ]
            out.append("")
    out += _by_step()
    return "\n".join(out).rstrip() + "\n"


STEP_ZH = dict(
    zip(
        Step,
        ("注册实名", "受理与权属审查", "民主决策核验", "前置审批", "公告发布", "报名资格审查", "优先权征询与行使",
         "竞价、评审、协商", "成交公示与异议", "签约", "备案与鉴证", "结算与分配", "登记衔接", "履约监管",
         "变更、再流转、抵押", "解除与到期", "归档"),
        strict=True,
    )
)  # fmt: skip


def _by_step() -> list[str]:
    """The same rules in the order of a trade."""
    out = [
        "## 按步骤",
        "",
        "| 步骤 | 不得办理（BLOCK） | 暂缓（HOLD） | 须人工判断（REVIEW） | 提示 |",
        "|---|---|---|---|---|",
    ]
    for step in Step:
        cells = [
            " ".join(r.id for r in RULES if r.step is step and r.breach in outcomes)
            for outcomes in ((BLOCK,), (HOLD,), (REVIEW,), (WARN, PASS))
        ]
        out.append(f"| {step.name} {STEP_ZH[step]} | " + " | ".join(cells) + " |")
    return [*out, ""]


def glossary() -> str:
    """`docs/glossary.md`: 中文 ↔ identifier, a row a term, from the words the code itself shows people."""
    sections: tuple[tuple[str, Mapping[Any, str]], ...] = (
        ("Roles 角色", ROLE_ZH),
        ("States of a lot 标的状态", STATE_ZH),
        ("States of an entry 报名状态", ENTRY_STATE_ZH),
        ("States of an award 成交状态", AWARD_STATE_ZH),
        ("States of a contract 合同状态", CONTRACT_STATE_ZH),
        ("States of a deposit 保证金状态", DEPOSIT_STATE_ZH),
        ("States of an extension programme 延包方案状态", PROGRAMME_STATE_ZH),
        ("States of an extension contract 延包合同状态", EXTENSION_CONTRACT_ZH),
        ("Kinds of exit 退出的权利", EXIT_KIND_ZH),
        ("States of an exit 退出申请状态", EXIT_STATE_ZH),
        ("States of an application to build 建房申请状态", HOMESTEAD_STATE_ZH),
        ("Reasons to build 申请事由", BUILD_REASON_ZH),
        ("Visits 到场", STAGE_ZH),
        ("Kinds of breach 违法建房情形", BREACH_KIND_ZH),
        ("States of a breach 违法建房状态", BREACH_STATE_ZH),
        ("Reason codes 原因码", REASON_ZH),
    )
    out = ["# Glossary", "", "中文 ↔ identifier. One term, one translation.", ""]
    out += ["## Nouns 名词", "", "| 中文 | identifier | |", "|---|---|---|"]
    out += [f"| {zh} | `{name}` | {note} |" for zh, name, note in NOUNS]
    out.append("")
    for title, words in sections:
        out += [f"## {title}", "", "| 中文 | identifier |", "|---|---|"]
        out += [f"| {zh} | `{key.name if isinstance(key, StrEnum) else key}` |" for key, zh in words.items()]
        out.append("")
    return "\n".join(out).rstrip() + "\n"


PAGES = {"lifecycles.md": lifecycles, "rules.md": rules, "glossary.md": glossary}
"""Each page of `docs/` that is made, and what makes it."""

NOUNS = (
    ("项目", "listing", "one application to trade, with its lots"),
    ("标的", "lot", "one thing sold by one auction; carries the public state"),
    ("挂牌轮次", "round_no", "a lot may be listed again"),
    ("公告", "notice", "public text, never changed"),
    ("三资台账", "holding", "what a village keeps of its funds, assets, resources and contracts"),
    ("报名", "entry", "who wants to bid, under which plate"),
    ("竞价号牌", "plate", "what everybody sees of a bidder"),
    ("竞价场次", "auction_session", ""),
    ("报价", "bid", "an offer that was heard, accepted or refused"),
    ("优先权", "priority", "claimed at entry, ranked by the reviewer"),
    ("成交", "award", "who gets the lot at which price"),
    ("异议", "objection", ""),
    ("合同", "contract", ""),
    ("应付款项", "due", "an instalment of a contract"),
    ("鉴证书", "certificate", ""),
    ("保证金", "deposit", ""),
    ("付款指令", "money_order", "prepared by one person, approved by another"),
    ("主体", "party", "LA_Party"),
    ("集体", "collective", "the numbers every vote is counted against"),
    ("地块", "parcel", "LA_SpatialUnit"),
    ("基本管理单元", "ba_unit", "LA_BAUnit"),
    ("权利", "land_right", "LA_Right"),
    ("权利限制", "restriction", "LA_Restriction"),
    ("义务", "responsibility", "LA_Responsibility"),
    ("登记版本", "registry_version", "VersionedObject: every state a row has had"),
    ("流转占有", "lease", "possession of a parcel for a period"),
    ("再流转", "head_lease_id", "a lease inside a lease; every hand is kept"),
    ("同意", "consent", "of one party, on one parcel or asset, in one form"),
    ("备案", "filing", "with the collective"),
    ("抵押", "mortgage", "the terms behind a restriction, registered by the bank"),
    ("集体成员", "collective_member", "with days and household"),
    ("集体任职", "collective_office", "representative, council, supervisor"),
    ("表决基数", "electorate", "counted for a day from members and offices"),
    ("到会表决人", "resolution_voter", "himself or by proxy, with the vote"),
    ("继承", "succeed", "the heir becomes holder of the same right"),
    ("决议", "resolution", ""),
    ("委托书", "mandate", ""),
    ("延包方案", "extension_programme", "of one collective, for the contracts that end on one day"),
    ("延包合同", "extension_contract", "carries one household contract right on"),
    ("退出申请", "exit_application", "voluntary, paid, of one right and never a condition"),
    ("建房申请", "homestead_case", "of one household, for one homestead"),
    ("违法建房线索", "homestead_breach", "stands in the way of the household until it is closed"),
    ("到场", "homestead_visit", "what the town saw on the ground"),
    ("逾期预警", "homestead_warning", "a step not taken by its due day, once for each stay"),
    ("暂不延包", "extension_exclusion", "with its reason, until it is lifted"),
    ("县级参数", "county_parameter", "dated, two persons, frozen into a listing at its first notice"),
    ("行为日", "as_of", "the day that picks the version of each rule"),
    ("交易额", "turnover", ""),
    ("已公布基数", "turnover_baseline", "published history, never invented deals"),
)
