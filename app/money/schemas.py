"""Money on the wire: amounts in integer fen, bank accounts by their last four digits alone."""

import re
from datetime import date, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field

from app.base.money import MAX_FEN
from app.base.wire import Choice, Fen, Id, In, Out, Text
from app.money.states import AccountKind, DepositState, Event, OrderKind, OrderState

_DIGITS = re.compile(r"[0-9]{1,19}\Z", re.ASCII)


def _digits(value: Any) -> Any:
    if isinstance(value, str) and not _DIGITS.match(value):
        raise ValueError("须为整数")
    return value


def _about_a_deposit(kind: OrderKind) -> OrderKind:
    if kind not in {OrderKind.REFUND, OrderKind.FORFEIT}:
        raise ValueError("只能发起 refund（退还）或 forfeit（罚没）")
    return kind


AmountQuery = Annotated[int, BeforeValidator(_digits), Field(ge=1, le=MAX_FEN)]
"""An amount in a query string: plain ASCII digits, no sign, no underscore."""
IdQuery = Annotated[int, BeforeValidator(_digits), Field(ge=1, lt=2**63)]
BankReference = Annotated[str, Field(pattern=r"^[0-9A-Za-z][0-9A-Za-z/_-]{3,63}$", description="银行流水号")]


class DepositIn(In):
    """What the bank received for one entry."""

    entry_id: Id
    amount_fen: Fen
    payer_name: Text
    payer_account_last4: Annotated[str, Field(pattern=r"^[0-9]{4}$", description="缴款账号后四位")] | None = None
    bank_reference: BankReference


class DepositOut(Out):
    """A deposit as the cashier sees it: who pays to which number, no plate."""

    id: int
    lot_id: int
    entry_id: int
    state: DepositState
    amount_fen: int
    applicant_name: str
    subaccount_no: str
    due_at: datetime | None
    payer_name: str | None
    payer_account_last4: str | None
    bank_reference: str | None
    held_at: datetime | None


class DepositOrderIn(In):
    """A refund or forfeit that a cashier prepares himself."""

    entry_id: Id
    kind: Annotated[Choice[OrderKind], AfterValidator(_about_a_deposit)]
    cause: Text


class OrderOut(Out):
    """An order to pay or to forfeit."""

    id: int
    kind: OrderKind
    state: OrderState
    lot_id: int
    party_id: int | None
    payee_name: str | None
    deposit_id: int | None
    amount_fen: int
    cause: str
    raised_at: datetime
    prepared_by_person: int | None
    prepared_at: datetime | None
    decided_by_person: int | None
    decided_at: datetime | None
    decision_no: str | None
    reject_reason: str | None
    posting_id: int | None


class ApproveIn(In):
    """A forfeit names its written decision."""

    decision_no: Text | None = None


class RejectIn(In):
    reason: Text


class EntryOut(Out):
    """One side of a posting; debit positive."""

    account: AccountKind
    account_name: str
    of_centre: bool
    party_id: int | None
    amount_fen: int


class PostingOut(Out):
    """One balanced event."""

    id: int
    event: Event
    party_id: int | None
    amount_fen: int
    at: datetime
    reference: str
    bank_reference: str | None
    memo: str | None
    prepared_by_person: int | None
    approved_by_person: int | None
    entries: list[EntryOut]


class BalanceOut(Out):
    account: AccountKind
    account_name: str
    party_id: int | None
    balance_fen: int


class DepositSumsOut(Out):
    """收 = 退 + 转价款 + 转履约金 + 扣 + 在途。"""

    received_fen: int
    refunded_fen: int
    to_price_fen: int
    to_performance_fen: int
    forfeited_fen: int
    in_transit_fen: int
    balances: bool


class LedgerOut(Out):
    """A lot's ledger: postings by page, and where all its money stands."""

    lot_id: int
    postings: list[PostingOut]
    next_cursor: str | None
    deposits: DepositSumsOut
    accounts: list[BalanceOut]
    settled: bool
    open: list[str]


class BandOut(Out):
    """What part of the amount pays which rate (万分之)."""

    up_to_fen: int | None
    rate_bp: int
    part_fen: int


class SideFeeOut(Out):
    side: str
    party_kind: str
    exempt: bool
    fee_fen: int


class ServiceFeeOut(Out):
    """The fee of a deal, how it is counted, and the article it rests on."""

    amount_fen: int
    computed_fen: int
    minimum_fen: int
    bands: list[BandOut]
    sides: list[SideFeeOut]
    fee_base: str
    sides_reading: str
    minimum_per: str
    since: date
    citation: str
