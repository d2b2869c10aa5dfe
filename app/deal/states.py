"""The lives of an objection and of a contract (procedure 1.2, 1.4)."""

from enum import StrEnum

from app.base.lifecycle import Lifecycle, Move


class ObjectionState(StrEnum):
    """异议状态。"""

    FILED = "filed"
    DISMISSED = "dismissed"
    UPHELD = "upheld"
    APPEALED = "appealed"
    REVIEWED = "reviewed"


class ContractState(StrEnum):
    """合同（履约）状态 by the codes of procedure 1.2."""

    DRAFTED = "C00"
    HALF_SIGNED = "C01"
    PERFORMING = "C10"
    IN_ARREARS = "C11"
    DEMANDED = "C12"
    DISPUTED = "C13"
    CHANGING = "C14"
    DISSOLVED = "C15"
    EXPIRING = "C20"
    EXPIRED = "C30"
    RENEWED = "C31"
    RELISTED = "C32"
    RECOVERED = "C33"
    CLOSED = "C40"
    VOIDED = "C99"


OBJ = ObjectionState
C = ContractState

CONTRACT_STATE_ZH = {
    C.DRAFTED: "待签约",
    C.HALF_SIGNED: "一方已签",
    C.PERFORMING: "履约中",
    C.IN_ARREARS: "欠租",
    C.DEMANDED: "催告中",
    C.DISPUTED: "争议、仲裁或诉讼",
    C.CHANGING: "变更或再流转审批",
    C.DISSOLVED: "提前解除",
    C.EXPIRING: "临期",
    C.EXPIRED: "到期",
    C.RENEWED: "续约",
    C.RELISTED: "重新进场",
    C.RECOVERED: "收回交割",
    C.CLOSED: "关闭",
    C.VOIDED: "未成立",
}

OBJECTION: Lifecycle[ObjectionState] = Lifecycle(
    "异议",
    Move("dismiss", (OBJ.FILED,), OBJ.DISMISSED, "县中心"),
    Move("uphold", (OBJ.FILED,), OBJ.UPHELD, "县中心"),
    Move("appeal", (OBJ.DISMISSED,), OBJ.APPEALED, "异议人"),
    Move("review", (OBJ.APPEALED,), OBJ.REVIEWED, "监管部门或联席会议"),
    Move("overturn", (OBJ.APPEALED,), OBJ.UPHELD, "监管部门或联席会议"),
)

CONTRACT: Lifecycle[ContractState] = Lifecycle(
    "合同",
    Move("sign", (C.DRAFTED,), C.HALF_SIGNED, "一方"),
    Move("sign", (C.HALF_SIGNED,), C.PERFORMING, "另一方"),
    Move("void", (C.DRAFTED, C.HALF_SIGNED), C.VOIDED, "县中心"),
    Move("fall_behind", (C.PERFORMING, C.EXPIRING), C.IN_ARREARS),
    Move("catch_up", (C.IN_ARREARS, C.DEMANDED), C.PERFORMING),
    Move("demand", (C.IN_ARREARS,), C.DEMANDED, "转出方"),
    Move("dispute", (C.PERFORMING, C.IN_ARREARS, C.DEMANDED, C.EXPIRING), C.DISPUTED, "任一方"),
    Move("reconcile", (C.DISPUTED,), C.PERFORMING, "双方"),
    Move("change", (C.PERFORMING,), C.CHANGING, "双方"),
    Move("settle_change", (C.CHANGING,), C.PERFORMING, "县中心"),
    Move("dissolve", (C.PERFORMING, C.DEMANDED, C.DISPUTED, C.CHANGING, C.EXPIRING), C.DISSOLVED, "双方、仲裁或法院"),
    Move("near_end", (C.PERFORMING,), C.EXPIRING),
    Move("expire", (C.PERFORMING, C.EXPIRING, C.IN_ARREARS, C.DEMANDED), C.EXPIRED),
    Move("renew", (C.EXPIRED, C.EXPIRING), C.RENEWED, "双方"),
    Move("relist", (C.EXPIRED,), C.RELISTED, "转出方"),
    Move("recover", (C.EXPIRED, C.DISSOLVED), C.RECOVERED, "转出方"),
    Move("close", (C.RENEWED, C.RELISTED, C.RECOVERED), C.CLOSED, "县中心"),
)
