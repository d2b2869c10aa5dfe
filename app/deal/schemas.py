"""Results, contracts and certificates on the wire."""

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import Field

from app.audit.receipts import LogReceipt
from app.base.wire import Fen, FenOrZero, In, LongText, Out, Text
from app.bidding.states import AwardState
from app.compliance.schemas import CheckOut
from app.deal.states import ContractState, ObjectionState


class CheckIn(In):
    """Up to which step of a trade the law is asked."""

    step: Annotated[str, Field(pattern=r"^S([0-9]|1[0-6])$")] = "S4"


class LotCheckOut(Out):
    """A lot's case as it was judged, and what the law says of it."""

    lot_id: int
    lot_no: int
    case: dict[str, Any]
    check: CheckOut


class AwardOut(Out):
    id: int
    lot_id: int
    round_no: int
    price_fen: int
    total_fen: int
    way: str
    state: AwardState
    won_at: datetime
    confirmed_at: datetime | None
    publicity_ends_at: datetime | None


class ObjectionIn(In):
    interest: LongText
    grounds: LongText


class AppealIn(In):
    grounds: LongText


class AnswerIn(In):
    upheld: bool
    answer: LongText
    reason_code: Annotated[str, Field(pattern=r"^[A-Z_]{3,40}$")] | None = None


class ObjectionOut(Out):
    id: int
    lot_id: int
    state: ObjectionState
    grounds: str
    filed_at: datetime
    answer_due_on: date | None
    answer: str | None
    decided_at: datetime | None
    appeal: str | None
    appealed_at: datetime | None
    review: str | None


class DefaultIn(In):
    reason_code: Annotated[str, Field(pattern=r"^[A-Z_]{3,40}$")]
    note: LongText


class ReasonIn(In):
    reason_code: Annotated[str, Field(pattern=r"^[A-Z_]{3,40}$")]


class SignIn(In):
    """The hash of exactly the text that is signed."""

    content_sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class DueOut(Out):
    n: int
    due_on: date
    amount_fen: int
    paid_at: datetime | None


class ContractOut(Out):
    id: int
    contract_no: str
    lot_id: int
    state: ContractState
    state_name: str
    content: dict[str, Any]
    content_sha256: str
    transferor_signed_at: datetime | None
    transferee_signed_at: datetime | None
    signed_at: datetime | None
    dues: list[DueOut]
    log: LogReceipt | None = None
    """签署时所得的日志回执。"""


class PaymentIn(In):
    """What the bank received on the settlement account."""

    amount_fen: Fen
    payer_name: Text
    bank_reference: Text


class ForfeitIn(In):
    """How a forfeited deposit is shared: costs first, then the loss on resale, the rest to the transferor."""

    costs_fen: FenOrZero = 0
    shortfall_fen: FenOrZero = 0


class OwedOut(Out):
    """What is still to be paid before the lot is settled, and by whom."""

    amount_fen: int
    payer_name: str


class FilingIn(In):
    """备案与登记情况, as `filing` in the case format; what is left out is not judged."""

    issuer_filed: bool | None = None
    township_reported: bool | None = None
    natural_resources_filed: bool | None = None


class CertificateOut(Out):
    """A certificate as anyone may verify it."""

    cert_no: str
    status: str
    issued_at: datetime | None
    body: dict[str, Any]
    body_sha256: str
