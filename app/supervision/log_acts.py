"""How the log names what is done with the log itself."""

from collections.abc import Mapping
from typing import Final

LOG_ACT_ZH: Final[Mapping[str, str]] = {
    "audit.change_search": "修改检索方案",
    "audit.drop_search": "删除检索方案",
    "audit.export": "导出审计日志",
    "audit.finish_export": "导出结束",
    "audit.open_personal": "查看日志所承诺的个人字段",
    "audit.save_search": "保存检索方案",
    "audit.search": "检索涉及个人的记录",
    "audit.take_export": "下载导出文件",
    "log.retire_key": "停用透明日志的签名密钥",
}
