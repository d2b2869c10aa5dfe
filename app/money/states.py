"""The words of money (procedure 3.2), and the lives of a deposit and of an order to pay."""

from enum import StrEnum

from app.base.lifecycle import Lifecycle, Move


class AccountKind(StrEnum):
    """账户。Debits are positive, credits negative: what the bank holds is positive, what it is owed to, negative."""

    BANK = "bank"
    DEPOSIT_ESCROW = "deposit_escrow"
    BIDDER_CLEARING = "bidder_clearing"
    SERVICE_FEE = "service_fee"
    TRANSFEROR_PAYABLE = "transferor_payable"
    PERFORMANCE = "performance"
    RISK = "risk"
    FORFEIT_PENDING = "forfeit_pending"
    TAX = "tax"


ACCOUNT_ZH = {
    AccountKind.BANK: "银行存款",
    AccountKind.DEPOSIT_ESCROW: "保证金专户",
    AccountKind.BIDDER_CLEARING: "受让人待清算",
    AccountKind.SERVICE_FEE: "服务费",
    AccountKind.TRANSFEROR_PAYABLE: "转出方应付",
    AccountKind.PERFORMANCE: "履约金",
    AccountKind.RISK: "风险保障金",
    AccountKind.FORFEIT_PENDING: "罚没待分配",
    AccountKind.TAX: "税费代收",
}


class Event(StrEnum):
    """记账事件。PRICE_DUE 与 FEE_DUE 相对，是价款债务的成立；PRICE_OUT 是多缴价款的退回。"""

    DEP_IN = "DEP_IN"
    DEP_REFUND = "DEP_REFUND"
    DEP_TO_PRICE = "DEP_TO_PRICE"
    DEP_TO_PERF = "DEP_TO_PERF"
    DEP_FORFEIT = "DEP_FORFEIT"
    FEE_DUE = "FEE_DUE"
    FEE_IN = "FEE_IN"
    PRICE_DUE = "PRICE_DUE"
    PRICE_IN = "PRICE_IN"
    PRICE_OUT = "PRICE_OUT"
    PAYOUT = "PAYOUT"
    PERF_IN = "PERF_IN"
    PERF_OUT = "PERF_OUT"
    RISK_IN = "RISK_IN"
    RISK_OUT = "RISK_OUT"
    TAX = "TAX"


TWO_PERSONS = (Event.DEP_REFUND, Event.DEP_FORFEIT, Event.PRICE_OUT, Event.PAYOUT, Event.PERF_OUT, Event.RISK_OUT)
"""Events that need two natural persons: what leaves, and what is taken from a depositor."""


class DepositState(StrEnum):
    """保证金状态。"""

    EXPECTED = "expected"
    HELD = "held"
    CAPTURED = "captured"
    RELEASED = "released"
    FORFEITED = "forfeited"
    VOID = "void"


class OrderKind(StrEnum):
    """付款指令：退还保证金、罚没保证金、付转出方、退多缴价款、分配罚没款。"""

    REFUND = "refund"
    FORFEIT = "forfeit"
    PAYOUT = "payout"
    RETURN = "return"
    DISTRIBUTION = "distribution"


class OrderState(StrEnum):
    """指令状态。"""

    DUE = "due"
    PREPARED = "prepared"
    APPROVED = "approved"
    REJECTED = "rejected"


D = DepositState
R = OrderState

DEPOSIT_STATE_ZH = {
    D.EXPECTED: "待缴", D.HELD: "已到账", D.CAPTURED: "已转价款", D.RELEASED: "已退还", D.FORFEITED: "已罚没", D.VOID: "未缴作废",
}  # fmt: skip
ORDER_STATE_ZH = {R.DUE: "待办", R.PREPARED: "已发起", R.APPROVED: "已复核", R.REJECTED: "已退回"}

DEPOSIT: Lifecycle[DepositState] = Lifecycle(
    "保证金",
    Move("hold", (D.EXPECTED,), D.HELD, "县中心财务岗"),
    Move("void", (D.EXPECTED,), D.VOID),
    Move("capture", (D.HELD,), D.CAPTURED, "县中心财务岗"),
    Move("release", (D.HELD,), D.RELEASED, "财务岗发起、复核岗批准"),
    Move("forfeit", (D.HELD,), D.FORFEITED, "财务岗发起、复核岗批准", documents=("书面决定",)),
)

ORDER: Lifecycle[OrderState] = Lifecycle(
    "付款指令",
    Move("prepare", (R.DUE,), R.PREPARED, "县中心财务岗"),
    Move("approve", (R.PREPARED,), R.APPROVED, "县中心复核岗（另一自然人）"),
    Move("reject", (R.PREPARED,), R.REJECTED, "县中心复核岗（另一自然人）"),
    Move("reject", (R.DUE,), R.REJECTED, "系统"),
)
