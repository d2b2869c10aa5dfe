"""The three kinds of exit, never joined, and the one way that each of them goes."""

from collections.abc import Mapping
from enum import StrEnum

from app.base.lifecycle import Lifecycle, Move
from app.registry.states import Matter, RightKind


class ExitKind(StrEnum):
    """退出的权利：三者各自办理，互不为条件。"""

    CONTRACT_RIGHT = "contract_right"
    HOMESTEAD = "homestead"
    INCOME_SHARE = "income_share"


class ExitState(StrEnum):
    """退出申请的状态。"""

    APPLIED = "applied"
    AGREED = "agreed"
    PUBLICISED = "publicised"
    CONFIRMED = "confirmed"
    PAID = "paid"
    ENDED = "ended"
    WITHDRAWN = "withdrawn"
    DECLINED = "declined"


_S = ExitState

EXIT: Lifecycle[ExitState] = Lifecycle(
    "exit_application",
    Move("agree", (_S.APPLIED,), _S.AGREED, who="村集体", documents=("成员大会决议", "补偿价款")),
    Move("decline", (_S.APPLIED,), _S.DECLINED, who="村集体", documents=("理由",)),
    Move("publicise", (_S.AGREED,), _S.PUBLICISED, who="村集体"),
    Move("confirm", (_S.PUBLICISED,), _S.CONFIRMED, who="乡镇服务站", documents=("再次确认自愿",)),
    Move("reject", (_S.PUBLICISED,), _S.DECLINED, who="乡镇服务站", documents=("理由",)),
    Move("pay", (_S.CONFIRMED,), _S.PAID, who="县中心财务岗", documents=("付款凭证",)),
    Move("end", (_S.PAID,), _S.ENDED, who="乡镇服务站"),
    Move("withdraw", (_S.APPLIED, _S.AGREED, _S.PUBLICISED, _S.CONFIRMED), _S.WITHDRAWN, who="农户"),
)

EXIT_STATE_ZH: Mapping[ExitState, str] = {
    _S.APPLIED: "已申请",
    _S.AGREED: "集体已同意",
    _S.PUBLICISED: "公示中",
    _S.CONFIRMED: "乡镇已确认",
    _S.PAID: "已付款",
    _S.ENDED: "已退出",
    _S.WITHDRAWN: "农户已撤回",
    _S.DECLINED: "未予同意",
}
EXIT_KIND_ZH: Mapping[ExitKind, str] = {
    ExitKind.CONTRACT_RIGHT: "土地承包经营权",
    ExitKind.HOMESTEAD: "宅基地使用权",
    ExitKind.INCOME_SHARE: "集体收益分配权",
}

RIGHT_OF: Mapping[ExitKind, RightKind] = {
    ExitKind.CONTRACT_RIGHT: RightKind.CONTRACT_MANAGEMENT_RIGHT,
    ExitKind.HOMESTEAD: RightKind.HOMESTEAD_USE_RIGHT,
    ExitKind.INCOME_SHARE: RightKind.INCOME_SHARE,
}
MATTER_OF: Mapping[ExitKind, Matter] = {
    ExitKind.CONTRACT_RIGHT: Matter.LAND_CONTRACTING,
    ExitKind.HOMESTEAD: Matter.HOMESTEAD_USE,
    ExitKind.INCOME_SHARE: Matter.SHARE_QUANTIFICATION,
}
CATEGORY_OF: Mapping[ExitKind, str] = {
    ExitKind.CONTRACT_RIGHT: "household_contract_right",
    ExitKind.HOMESTEAD: "homestead",
    ExitKind.INCOME_SHARE: "equity_share",
}
