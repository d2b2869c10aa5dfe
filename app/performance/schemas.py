"""Contracts in performance on the wire."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any, Self

from pydantic import Field, model_validator

from app.base.wire import Choice, Day, Fen, Id, In, LongText, Out, Text
from app.deal.states import ContractState


class Forum(StrEnum):
    """争议解决途径。"""

    MEDIATION = "mediation"
    ARBITRATION = "arbitration"
    COURT = "court"


class Ground(StrEnum):
    """解除事由，同合规检查 `termination.ground`。"""

    USE_CHANGE = "use_change"
    ABANDONMENT = "abandonment"
    DAMAGE = "damage"
    SERIOUS_BREACH = "serious_breach"
    RENT_ARREARS = "rent_arrears"
    HIGHER_PRICE = "higher_price"
    OTHER = "other"


class ChangeKind(StrEnum):
    """变更种类：修改条款、再流转、抵押、协议解除。"""

    AMENDMENT = "amendment"
    RETRANSFER = "retransfer"
    MORTGAGE = "mortgage"
    DISSOLUTION = "dissolution"


class ConsentForm(StrEnum):
    """原承包方同意的形式；混合时取最弱的一种。"""

    PAPER = "paper"
    VERIFIED_DATA_MESSAGE = "verified_data_message"
    UNVERIFIED_SCREENSHOT = "unverified_screenshot"
    ORAL = "oral"
    SILENCE = "silence"


class Creditor(StrEnum):
    """债权人类型。"""

    FINANCIAL_INSTITUTION = "financial_institution"
    NATURAL_PERSON = "natural_person"
    ENTERPRISE = "enterprise"
    OTHER = "other"


class Collateral(StrEnum):
    """担保财产。"""

    LAND_MANAGEMENT_RIGHT = "land_management_right"
    CONSTRUCTION_LAND_USE_RIGHT = "construction_land_use_right"
    BUILDING = "building"
    MOVABLE = "movable"


class RentIn(In):
    """What the bank received on the settlement account."""

    amount_fen: Fen
    payer_name: Text
    bank_reference: Text


class DemandIn(In):
    """催告：送达日与给予的期限届满日（含当日）。"""

    delivered_on: Day
    grace_end_on: Day
    text: LongText


class DisputeIn(In):
    forum: Choice[Forum]
    docket_no: Text | None = None
    text: LongText


class NoteIn(In):
    text: LongText


class DissolveIn(In):
    """单方通知解除；`ended_on` 是占有使用的最后一日。"""

    ground: Choice[Ground]
    known_on: Day
    delivered_on: Day | None = None
    abandoned_since: Day | None = None
    ended_on: Day
    text: LongText


class DecisionIn(In):
    """仲裁裁决、法院判决或调解书。"""

    forum: Choice[Forum]
    docket_no: Text
    ended_on: Day
    text: LongText


class FollowIn(In):
    """承接本合同的新项目编号。"""

    project_no: Text


class RecoverIn(In):
    """收回交割：日期与现状（复垦、附着物处理）。"""

    handed_over_on: Day
    condition: LongText


class RetransferIn(In):
    """再流转：受让人、期限、原承包农户逐地块书面同意与备案。"""

    to_party_id: Id
    starts_on: Day
    ends_on: Day
    parcels_consented: int = Field(ge=0, le=100_000)
    consent_form: Choice[ConsentForm]
    collective_filed: bool

    @model_validator(mode="after")
    def _forward(self) -> Self:
        if self.ends_on < self.starts_on:
            raise ValueError("终止日早于起始日")
        return self


class MortgageIn(In):
    """融资担保。"""

    collateral: Choice[Collateral]
    creditor_type: Choice[Creditor]
    contractor_consent_written: bool
    issuer_filed: bool
    registered: bool | None = None


class ChangeIn(In):
    """变更申请：按种类给出相应的一节。"""

    kind: Choice[ChangeKind]
    text: LongText
    retransfer: RetransferIn | None = None
    mortgage: MortgageIn | None = None
    ended_on: Day | None = None

    @model_validator(mode="after")
    def _its_own_part(self) -> Self:
        wants = {"retransfer": self.retransfer, "mortgage": self.mortgage, "dissolution": self.ended_on}
        for kind, part in wants.items():
            if (part is not None) != (self.kind == kind):
                raise ValueError(f"{'须' if self.kind == kind else '不得'}给出 {kind} 的内容")
        return self


class AgreeIn(In):
    """The hash of exactly the change that is agreed to."""

    content_sha256: str = Field(pattern=r"^[0-9a-f]{64}$")


class DecideChangeIn(In):
    accept: bool
    reason: LongText


class ChangeOut(Out):
    id: int
    contract_id: int
    kind: str
    content: dict[str, Any]
    content_sha256: str
    proposed_by_side: str
    proposed_at: datetime
    agreed_at: datetime | None
    decision: str | None
    decided_at: datetime | None
    reason: str | None


class ContractEventOut(Out):
    id: int
    verb: str
    side: str | None
    at: datetime
    text: str | None
    facts: dict[str, Any]


class ContractLine(Out):
    """One contract in a list: where it stands, when it ends, and what is overdue."""

    id: int
    contract_no: str
    lot_id: int
    region_code: str
    title: str
    state: ContractState
    state_name: str
    term_end: date | None
    overdue_since: date | None
    overdue_fen: int
    is_demo: bool
