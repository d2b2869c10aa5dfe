"""How the log names the acts of homesteads."""

from collections.abc import Mapping
from typing import Final

HOMESTEAD_ACT_ZH: Final[Mapping[str, str]] = {
    "homestead.accept": "乡镇受理建房申请",
    "homestead.answer": "答复建房公示异议",
    "homestead.apply": "申请宅基地建房",
    "homestead.approve": "核发宅基地批准书",
    "homestead.check": "建房分段检查",
    "homestead.complete": "农户报竣工",
    "homestead.date": "推算办理时限",
    "homestead.decline": "集体不同意建房申请",
    "homestead.deliberate": "集体讨论通过建房申请",
    "homestead.expire": "建房批准逾期失效",
    "homestead.handle": "处置宅基地逾期预警",
    "homestead.inspect": "批前到场踏勘与联审",
    "homestead.object": "对建房公示提出异议",
    "homestead.permit": "核发乡村建设规划许可证",
    "homestead.publicise": "公示建房申请",
    "homestead.register": "房地一体登记",
    "homestead.reject": "乡镇不予批准建房",
    "homestead.review": "审查建房图纸",
    "homestead.stake": "开工前到场放线",
    "homestead.submit": "建房申请报乡镇",
    "homestead.verify": "竣工验收到场",
    "homestead.warn": "宅基地环节逾期预警",
    "homestead.withdraw": "农户撤回建房申请",
}
