"""Applications of exit on the wire. There is no field for anything gained by one, or for another right."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field

from app.base.wire import Choice, Day, Fen, Id, In, LongText, Out, Text
from app.exit.states import ExitKind, ExitState
from app.registry.states import ConsentForm


class StatementIn(In):
    """农户声明，与申请同日作出。

    `made_a_condition`: whether anybody asked the exit of them as a condition (for settling in town, a service, anything).
    `acknowledged`: the consequence of this kind: no land again within the term (承包法 30), no homestead again (土地管理法
    62), no part of the collective's property (农集法 16).
    """

    voluntary: bool
    informed: bool
    made_a_condition: bool
    acknowledged: bool
    text: LongText


class ConsentIn(In):
    member_party_id: Id
    given_on: Day
    form: Choice[ConsentForm] = ConsentForm.PAPER


class ExitIn(In):
    """自愿退出申请：一份申请只退一项权利。`return_on`: the day on which it is given back."""

    kind: Choice[ExitKind]
    right_id: Id
    representative_party_id: Id
    return_on: Day
    statement: StatementIn
    consents: Annotated[list[ConsentIn], Field(max_length=50)] = Field(default_factory=list)
    document_id: Id | None = None


class AgreeIn(In):
    """集体同意：决议与补偿价款（整数分）。"""

    resolution_id: Id
    price_fen: Fen


class ConfirmIn(In):
    """乡镇再次询问：农户仍然自愿、知情；`asked_on` 为询问日。"""

    reaffirmed: Literal[True]
    asked_on: Day


class PayIn(In):
    """付款凭证；金额须与议定价款一致。"""

    amount_fen: Fen
    paid_on: Day
    bank_reference: Annotated[Text, Field(max_length=80)]


class ReasonIn(In):
    reason: Text


class WithdrawIn(In):
    """撤回；乡镇代为登记的，附农户签字的材料。"""

    reason: Text
    document_id: Id | None = None


class ExitConsentOut(Out):
    member_party_id: int
    form: ConsentForm
    given_on: date


class ExitOut(Out):
    id: int
    region_code: str
    kind: ExitKind
    state: ExitState
    collective_party_id: int
    holder_party_id: int
    right_id: int
    representative_party_id: int
    statement: str
    document_id: int | None
    return_on: date
    applied_at: datetime
    resolution_id: int | None
    price_fen: int | None
    publicised_on: date | None
    publicity_until: date | None
    reaffirmed_on: date | None
    paid_on: date | None
    bank_reference: str | None
    ended_at: datetime | None
    reason: str | None


class ExitDetailOut(ExitOut):
    """With the consents, and what may still be done."""

    kind_name: str
    state_name: str
    consents: list[ExitConsentOut]
    verbs: list[str]
