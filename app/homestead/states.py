"""The way of an application to build on a homestead, and the days that each step may take."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from app.base.days import Calendar, Undetermined, add_years
from app.base.lifecycle import Lifecycle, Move
from app.rules.params.tables import HOMESTEAD_LIMITS


class BuildReason(StrEnum):
    """申请事由：新建、原址翻建、扩建、易地迁建。"""

    NEW = "new"
    REBUILD = "rebuild"
    EXTEND = "extend"
    RELOCATE = "relocate"


class AreaClass(StrEnum):
    """面积标准类别，与法律规则同词。"""

    SUBURBAN_OR_SCARCE_PLAIN = "suburban_or_scarce_plain"
    PLAIN = "plain"
    HILL = "hill"


class Residence(StrEnum):
    """家庭成员的身份：村民、城镇居民、退休干部职工。"""

    VILLAGER = "villager"
    TOWNSPERSON = "townsperson"
    RETIRED_OFFICIAL = "retired_official"


class HomesteadState(StrEnum):
    """建房申请的状态。"""

    APPLIED = "applied"
    DELIBERATED = "deliberated"
    PUBLICISED = "publicised"
    SUBMITTED = "submitted"
    ACCEPTED = "accepted"
    INSPECTED = "inspected"
    PERMITTED = "permitted"
    APPROVED = "approved"
    REVIEWED = "reviewed"
    STAKED = "staked"
    BUILDING = "building"
    COMPLETED = "completed"
    VERIFIED = "verified"
    REGISTERED = "registered"
    WITHDRAWN = "withdrawn"
    REFUSED = "refused"
    EXPIRED = "expired"


class Stage(StrEnum):
    """到场：批前踏勘、开工放线、基础、主体、屋面、竣工验收。"""

    SITE = "site"
    STAKING = "staking"
    FOUNDATION = "foundation"
    STRUCTURE = "structure"
    ROOF = "roof"
    VERIFICATION = "verification"


BUILDING_STAGES = (Stage.FOUNDATION, Stage.STRUCTURE, Stage.ROOF)
"""In this order; the next one begins when the last has passed."""

_S = HomesteadState
OVER = (_S.REGISTERED, _S.WITHDRAWN, _S.REFUSED, _S.EXPIRED)
"""Nothing more happens to these; every other application is open, and a household has one at most."""
BEFORE_WORK = (
    _S.APPLIED, _S.DELIBERATED, _S.PUBLICISED, _S.SUBMITTED, _S.ACCEPTED, _S.INSPECTED, _S.PERMITTED, _S.APPROVED,
    _S.REVIEWED, _S.STAKED,
)  # fmt: skip
NOT_BEGUN = (_S.APPROVED, _S.REVIEWED, _S.STAKED)
"""Approved, and no stage of the building has been seen: here the permit can run out."""

HOMESTEAD: Lifecycle[HomesteadState] = Lifecycle(
    "homestead_case",
    Move("deliberate", (_S.APPLIED,), _S.DELIBERATED, who="村集体", documents=("成员大会决议",)),
    Move("decline", (_S.APPLIED, _S.DELIBERATED, _S.PUBLICISED), _S.REFUSED, who="村集体", documents=("理由",)),
    Move("publicise", (_S.DELIBERATED,), _S.PUBLICISED, who="村集体"),
    Move("submit", (_S.PUBLICISED,), _S.SUBMITTED, who="村集体", documents=("公示结果",)),
    Move("accept", (_S.SUBMITTED,), _S.ACCEPTED, who="乡镇受理人"),
    Move("inspect", (_S.ACCEPTED,), _S.INSPECTED, who="乡镇联审人", documents=("批前踏勘记录",)),
    Move("permit", (_S.INSPECTED,), _S.PERMITTED, who="乡镇规划许可人", documents=("乡村建设规划许可证",)),
    Move("approve", (_S.PERMITTED,), _S.APPROVED, who="乡镇批准人", documents=("宅基地批准书",)),
    Move(
        "reject", (_S.SUBMITTED, _S.ACCEPTED, _S.INSPECTED, _S.PERMITTED), _S.REFUSED, who="乡镇", documents=("理由",)
    ),
    Move("review", (_S.APPROVED,), _S.REVIEWED, who="乡镇", documents=("施工图或通用图集",)),
    Move("stake", (_S.REVIEWED,), _S.STAKED, who="乡镇", documents=("放线记录",)),
    Move("check", (_S.STAKED, _S.BUILDING), _S.BUILDING, who="乡镇", documents=("分段检查记录",)),
    Move("complete", (_S.BUILDING,), _S.COMPLETED, who="农户"),
    Move("verify", (_S.COMPLETED,), _S.VERIFIED, who="乡镇", documents=("验收意见表",)),
    Move("register", (_S.VERIFIED,), _S.REGISTERED, who="县中心受理岗", documents=("不动产权证书",)),
    Move("withdraw", BEFORE_WORK, _S.WITHDRAWN, who="农户"),
    Move("expire", NOT_BEGUN, _S.EXPIRED),
)  # fmt: skip

HOMESTEAD_STATE_ZH: Mapping[HomesteadState, str] = {
    _S.APPLIED: "已申请",
    _S.DELIBERATED: "集体讨论通过",
    _S.PUBLICISED: "村内公示中",
    _S.SUBMITTED: "已报乡镇",
    _S.ACCEPTED: "乡镇已受理",
    _S.INSPECTED: "联审已踏勘",
    _S.PERMITTED: "规划已许可",
    _S.APPROVED: "已批准用地",
    _S.REVIEWED: "图纸已审查",
    _S.STAKED: "已放线",
    _S.BUILDING: "建设中",
    _S.COMPLETED: "已完工待验收",
    _S.VERIFIED: "验收合格",
    _S.REGISTERED: "已登记",
    _S.WITHDRAWN: "农户已撤回",
    _S.REFUSED: "未予批准",
    _S.EXPIRED: "批准已失效",
}
BUILD_REASON_ZH: Mapping[BuildReason, str] = {
    BuildReason.NEW: "新建",
    BuildReason.REBUILD: "原址翻建",
    BuildReason.EXTEND: "扩建",
    BuildReason.RELOCATE: "易地迁建",
}
STAGE_ZH: Mapping[Stage, str] = {
    Stage.SITE: "批前踏勘",
    Stage.STAKING: "开工放线",
    Stage.FOUNDATION: "基础",
    Stage.STRUCTURE: "主体",
    Stage.ROOF: "屋面",
    Stage.VERIFICATION: "竣工验收",
}


class BreachKind(StrEnum):
    """违法建房的情形：未经批准、超出批准面积、不按批准位置、占用农用地。"""

    UNAPPROVED = "unapproved"
    OVER_AREA = "over_area"
    WRONG_PLACE = "wrong_place"
    FARMLAND = "farmland"


class BreachState(StrEnum):
    """违法建房线索的状态。"""

    FOUND = "found"
    STOPPED = "stopped"
    CORRECTING = "correcting"
    CORRECTED = "corrected"
    DECIDED = "decided"
    CLOSED = "closed"
    DISMISSED = "dismissed"


_B = BreachState
BREACH_OVER = (_B.CLOSED, _B.DISMISSED)
"""Every other finding stands in the way of an application of the household, and of its registration."""

BREACH: Lifecycle[BreachState] = Lifecycle(
    "homestead_breach",
    Move("stop", (_B.FOUND,), _B.STOPPED, who="乡镇", documents=("责令停止通知书",)),
    Move("require", (_B.STOPPED,), _B.CORRECTING, who="乡镇", documents=("责令限期改正通知书",)),
    Move("recheck", (_B.CORRECTING,), _B.CORRECTED, who="乡镇", documents=("复查记录",)),
    Move("recheck", (_B.CORRECTING,), _B.CORRECTING, who="乡镇", documents=("复查记录",)),
    Move("decide", (_B.STOPPED, _B.CORRECTING), _B.DECIDED, who="监管部门", documents=("处理决定",)),
    Move("close", (_B.CORRECTED, _B.DECIDED), _B.CLOSED, who="监管部门", documents=("结案意见",)),
    Move("dismiss", (_B.FOUND, _B.STOPPED), _B.DISMISSED, who="监管部门", documents=("理由",)),
)

BREACH_STATE_ZH: Mapping[BreachState, str] = {
    _B.FOUND: "已发现",
    _B.STOPPED: "已责令停止",
    _B.CORRECTING: "限期改正中",
    _B.CORRECTED: "已改正",
    _B.DECIDED: "已作出决定",
    _B.CLOSED: "已结案",
    _B.DISMISSED: "不成立",
}
BREACH_KIND_ZH: Mapping[BreachKind, str] = {
    BreachKind.UNAPPROVED: "未经批准建房",
    BreachKind.OVER_AREA: "超出批准面积",
    BreachKind.WRONG_PLACE: "不按批准位置建房",
    BreachKind.FARMLAND: "占用农用地建房",
}


@dataclass(frozen=True, slots=True)
class Limit:
    """How long a case may stay in a state, and what says so (`level`: V checked, S secondary, M memory, D design)."""

    days: int
    unit: str
    basis: str
    level: str

    def due(self, since: date, calendar: Calendar) -> date | None:
        """The last day; None while the arrangement of a year that it reaches into is not published."""
        if self.unit == "years":
            return add_years(since, self.days)
        if self.unit == "days":
            return since + timedelta(days=self.days)
        try:
            return calendar.add_workdays(since, self.days)
        except Undetermined:
            return None


def limit_of(state: str, on: date) -> Limit | None:
    """The limit of a state that is entered on a day; None for a state without one."""
    rows = [r for r in HOMESTEAD_LIMITS if r["state"] == state and r["since"] <= on]
    if not rows:
        return None
    row = max(rows, key=lambda r: r["since"])
    return Limit(row["days"], row["unit"], row["basis"], row["level"])
