"""How the log reads in Chinese: the acts, the things they concern, and one sentence an event."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from app.audit.models import AuditEvent
from app.base.days import BEIJING
from app.listing.states import REASON_ZH, STATE_ZH

AREA_ZH: Final[Mapping[str, str]] = {
    "account": "账号",
    "archive": "档案",
    "asset": "资产",
    "auction": "竞价",
    "auction_check": "竞价自检",
    "audit": "审计日志",
    "award": "成交结果",
    "bid": "报价",
    "calendar": "工作日历",
    "case": "复核事项",
    "certificate": "鉴证书",
    "client": "应用",
    "collective": "集体经济组织",
    "consent": "同意",
    "contract": "合同",
    "deal_fact": "成交事实",
    "deposit": "保证金",
    "document": "材料",
    "entry": "报名",
    "fee": "服务费",
    "filing": "备案",
    "holding": "三资台账",
    "holding_asset": "台账资产",
    "holding_import": "台账导入",
    "layer": "红线图层",
    "lease": "流转期限",
    "listing": "项目",
    "log": "透明日志",
    "log_key": "签名密钥",
    "login": "登录名",
    "lot": "标的",
    "mandate": "委托",
    "money": "资金",
    "mortgage": "抵押",
    "money_order": "付款指令",
    "notice": "公告",
    "objection": "异议",
    "organisation": "组织",
    "parameter": "参数",
    "parameters": "参数",
    "parcel": "地块",
    "party": "主体",
    "payment": "付款",
    "payout": "付款",
    "posting": "记账分录",
    "person": "自然人",
    "priority": "优先权",
    "region": "区划",
    "resolution": "决议",
    "responsibility": "义务",
    "restriction": "权利限制",
    "review": "复核",
    "review-case": "复核事项",
    "right": "权利",
    "rule": "规则",
    "seal": "密封报价",
    "session": "会话",
    "share_holder": "份额保管人",
    "target": "目标",
    "turnover_target": "目标",
    "turnover": "成交统计",
    "warning": "预警",
}

VERB_ZH: Final[Mapping[str, str]] = {
    "accept": "受理",
    "add": "登记",
    "amend": "变更",
    "annul": "撤销",
    "answer": "答复",
    "approve": "复核通过",
    "archive": "归档",
    "ask": "征询",
    "attach": "补充材料",
    "bar": "禁止参与",
    "bill": "开具结算单",
    "capture": "扣划",
    "certify": "鉴证",
    "change": "变更",
    "close": "结束",
    "close_entry": "截止报名",
    "conclude": "记入成交",
    "confirm": "确认",
    "cosign": "会签",
    "decide": "作出决定",
    "default": "认定违约",
    "disable": "停用",
    "dismiss": "驳回",
    "draft": "拟制",
    "enable": "恢复",
    "end": "终止",
    "end_publicity": "结束公示",
    "expect": "列为应缴",
    "export": "导出",
    "extend": "延长",
    "fail": "认定流标",
    "file": "提交",
    "freeze": "中止",
    "grant": "授予",
    "handle": "处理",
    "hear": "受理",
    "hold": "暂缓",
    "impose": "设定",
    "issue": "签发",
    "load": "载入",
    "lock": "锁定",
    "match": "行使",
    "negotiate": "转入协商",
    "object": "提出异议",
    "open": "开始",
    "pass_on": "递补下一候选人",
    "place": "提交",
    "prepare": "拟制",
    "prereview": "初审通过",
    "preview": "预挂牌",
    "propose": "提议",
    "raise": "提出",
    "publish": "发布",
    "qualify": "审查通过",
    "reject": "不予通过",
    "record": "登记",
    "record_members": "登记成员",
    "refund": "退还",
    "register": "登记",
    "release": "解除",
    "relist": "重新挂牌",
    "resume": "恢复",
    "return": "退回",
    "review": "审核",
    "reverse": "冲回",
    "revoke": "收回",
    "schedule": "安排",
    "set": "设定",
    "settle": "结算",
    "sign": "签署",
    "start": "开始",
    "submit": "提交",
    "supplement": "补正",
    "suspend": "中止",
    "take": "接件",
    "terminate": "终止",
    "time": "转入限时竞价",
    "unfreeze": "恢复",
    "unmask": "查看",
    "uphold": "支持",
    "verify": "核验",
    "void": "作废",
    "win": "产生竞得人",
    "withdraw": "撤回",
}

ACT_ZH: Final[Mapping[str, str]] = {
    "account.change_password": "修改密码",
    "account.grant": "授予角色",
    "account.open": "开立账号",
    "account.revoke": "收回角色",
    "log.retire_key": "停用透明日志的签名密钥",
    "auction.ask_freeze": "提请中止竞价",
    "auction.ask_unfreeze": "提请恢复竞价",
    "auction.fault": "竞价记录自检发现矛盾",
    "auction.freeze": "中止竞价",
    "auction.single": "按单一意向方处理",
    "auction.unfreeze": "恢复竞价",
    "audit.export": "导出审计日志",
    "audit.search": "检索涉及个人的记录",
    "award.default": "认定竞得人违约",
    "award.pass_on": "递补下一候选人",
    "bid.hear": "受理报价",
    "bid.place": "报价",
    "collective.appoint": "登记集体任职",
    "collective.join": "登记集体成员",
    "collective.leave": "终止集体成员身份",
    "collective.retire": "终止集体任职",
    "contract.agree": "同意变更合同",
    "contract.catch_up": "付清欠租，恢复履约",
    "contract.change": "提出变更合同",
    "contract.close": "关闭合同",
    "contract.demand": "催告欠租",
    "contract.dispute": "登记合同争议",
    "contract.dissolve": "登记合同解除",
    "contract.expire": "合同到期",
    "contract.fall_behind": "租金逾期，转为欠租",
    "contract.near_end": "合同临期",
    "contract.reconcile": "登记争议了结",
    "contract.recover": "确认收回交割",
    "contract.relist": "重新进场",
    "contract.renew": "续约",
    "contract.settle_change": "处理合同变更",
    "deposit.hold": "确认保证金到账",
    "entry.qualify": "资格审查通过",
    "entry.register": "提交报名",
    "entry.reject": "资格审查不通过",
    "holding.export": "导出三资台账",
    "holding.import": "读取并导入三资台账",
    "holding.register": "登记台账资产",
    "holding.submit": "提交三资台账文件",
    "lot.amend": "变更公告",
    "lot.archive": "立卷归档",
    "lot.ask": "征询优先权",
    "lot.certify": "出具鉴证",
    "lot.close": "结束竞价",
    "lot.close_entry": "截止报名",
    "lot.confirm": "确认成交",
    "lot.default": "认定竞得人违约",
    "lot.dismiss": "驳回异议",
    "lot.end_publicity": "结束成交公示",
    "lot.extend": "延长公告",
    "lot.file": "备案",
    "lot.freeze": "中止竞价",
    "lot.hold": "因规则暂缓办理",
    "lot.object": "转入异议处理",
    "lot.open": "开始自由竞价",
    "lot.publish": "发布公告",
    "lot.resume": "恢复公告",
    "lot.return": "退回补正",
    "lot.schedule": "安排竞价",
    "lot.seal": "开始收受密封报价",
    "lot.settle": "完成价款结算",
    "lot.sign": "签署合同",
    "lot.suspend": "中止公告",
    "lot.unfreeze": "恢复竞价",
    "lot.uphold": "支持异议",
    "money.bill_fee": "开具服务费账单",
    "money.cancel_fee": "撤销服务费账单",
    "money.fee_in": "登记服务费到账",
    "money.price_in": "登记价款到账",
    "money.settle": "确认价款到账",
    "objection.appeal": "对异议答复申请复核",
    "objection.overturn": "复核支持异议",
    "objection.review": "复核维持答复",
    "parcel.draw": "登记地块图形",
    "party.record_death": "登记死亡",
    "party.record_members": "登记成员",
    "person.unmask": "查看个人信息",
    "review.decide": "对规则提示作出复核决定",
    "right.succeed": "登记继承",
    "seal.announce": "公布密封报价的密钥",
    "seal.ask_receipts": "请报价人出示密封报价的回执",
    "seal.close": "截止密封报价",
    "seal.give_share": "交出密钥份额",
    "seal.hear": "收存密封报价",
    "seal.lose_share": "报告密钥份额丢失",
    "seal.open": "开封全部密封报价并公布私钥",
    "seal.refuse_early": "拒绝提前开封",
    "seal.requote": "同价者再次报价",
    "seal.settle": "按回执确定密封报价",
    "seal.show_receipt": "出示密封报价的回执",
    "session.end": "结束登录",
    "session.lock": "因多次登录失败被暂时锁定",
    "session.start": "登录",
    "share_holder.register": "登记份额保管人的公钥",
}
"""Where verb and area together do not read well."""

VERDICT_ZH: Final[Mapping[str, str]] = {
    "PASS": "规则均通过",
    "WARN": "有提示",
    "REVIEW": "须人工复核",
    "HOLD": "暂缓",
    "BLOCK": "规则不允许",
}

_STATE_ZH: Final[Mapping[str, str]] = {state.value: zh for state, zh in STATE_ZH.items()}


def act_zh(act: str) -> str:
    """`lot.publish` as 发布公告; an act without a Chinese name is quoted as it is."""
    if act in ACT_ZH:
        return ACT_ZH[act]
    area, _, verb = act.partition(".")
    if verb not in VERB_ZH:
        return f"执行“{act}”"
    return VERB_ZH[verb] if area == "lot" else VERB_ZH[verb] + AREA_ZH.get(area, "")


def subject_zh(subject: str) -> str:
    """`lot/7` as 标的7."""
    kind, _, key = subject.partition("/")
    return f"{AREA_ZH.get(kind, kind)}{key}"


def when_zh(at: datetime) -> str:
    """The instant in Beijing, to the second."""
    return f"{at.astimezone(BEIJING):%Y年%m月%d日 %H:%M:%S}"


def _state(of: Mapping[str, Any] | None) -> str | None:
    state = (of or {}).get("state")
    return _STATE_ZH.get(state, state) if isinstance(state, str) else None


def sentence(event: AuditEvent, who: str) -> str:
    """What happened, as a person would say it: who did what to which thing, from what to what, and why."""
    said = f"{when_zh(event.at)}，{who}{act_zh(event.act)}（{subject_zh(event.subject)}）"
    before, after = _state(event.before), _state(event.after)
    if after is not None and after != before:
        said += f"，状态由“{before}”变为“{after}”" if before is not None else f"，状态为“{after}”"
    reason = event.facts.get("reason_code") or event.facts.get("reason")
    if isinstance(reason, str) and reason:
        said += f"，原因：{REASON_ZH.get(reason, reason)}"
    if event.verdict is not None:
        hit = "、".join(dict.fromkeys(f["rule_id"] for f in event.findings if f.get("verdict") != "PASS"))
        said += f"，{VERDICT_ZH.get(event.verdict, event.verdict)}" + (f"（{hit}）" if hit else "")
    return said + "。"
