"""How the log names the acts on people: accounts, persons and parties of the register."""

from collections.abc import Mapping
from typing import Final

PEOPLE_ACT_ZH: Final[Mapping[str, str]] = {
    "account.change_password": "修改密码",
    "account.grant": "授予角色",
    "account.open": "开立账号",
    "account.revoke": "收回角色",
    "party.erase": "删除登记簿中的个人信息",
    "party.record_death": "登记死亡",
    "party.record_members": "登记成员",
    "person.erase": "删除个人信息",
    "person.unmask": "查看个人信息",
    "session.end": "结束登录",
    "session.lock": "因多次登录失败被暂时锁定",
    "session.start": "登录",
}
