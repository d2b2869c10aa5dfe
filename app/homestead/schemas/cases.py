"""Applications to build on the wire. Areas of homesteads are square metres, plain decimals with at most two places."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

from pydantic import Field

from app.base.wire import Choice, Day, Id, In, LongText, Out, PlainDecimal, Text
from app.homestead.states import AreaClass, BuildReason, HomesteadState, Residence, Stage

AreaM2 = Annotated[
    PlainDecimal, Field(gt=0, le=Decimal(100_000), decimal_places=2, description="面积，平方米，十进制字符串")
]
Number = Annotated[Text, Field(max_length=60)]


class HomesteadMemberIn(In):
    member_party_id: Id
    residence: Choice[Residence] = Residence.VILLAGER


class HomesteadIn(In):
    """建房申请，以户为单位。

    `old_right_id`: the household's homestead that is rebuilt, extended, or given back when the new one is registered;
    left out only for `new`. `loss_document_id`: that an earlier homestead was lost to expropriation or disaster, and not
    sold, let or given away. `document_id`: the signed application, where the town enters it for the household.
    """

    household_party_id: Id
    representative_party_id: Id
    reason: Choice[BuildReason]
    old_right_id: Id | None = None
    requested_m2: AreaM2
    area_class: Choice[AreaClass]
    members: Annotated[list[HomesteadMemberIn], Field(min_length=1, max_length=50)]
    document_id: Id | None = None
    loss_document_id: Id | None = None


class DeliberateIn(In):
    resolution_id: Id


class ReasonIn(In):
    reason: Text


class WithdrawIn(In):
    """撤回；乡镇代为登记的，附农户签字的材料。"""

    reason: Text
    document_id: Id | None = None


class ObjectIn(In):
    content: LongText


class AnswerIn(In):
    answer: LongText
    upheld: bool


class VisitIn(In):
    """到场记录。`present`: 到场的部门与人员。"""

    visited_on: Day
    present: Text
    note: LongText
    document_id: Id | None = None


class InspectIn(VisitIn):
    """批前踏勘：宅基地落在哪一宗地，适用哪类面积标准。"""

    parcel_id: Id
    area_class: Choice[AreaClass]


class ApproveIn(In):
    approved_m2: AreaM2


class ReviewIn(In):
    """施工图，或者选用的通用图集。"""

    document_id: Id


class CheckIn(VisitIn):
    """分段检查；不合格的记录在案，整改后再查。"""

    stage: Choice[Stage]
    passed: bool


class VerifyIn(VisitIn):
    """验收意见表：实测宅基地面积、建筑面积。"""

    measured_m2: AreaM2
    floor_m2: AreaM2


class RegisterIn(In):
    """房地一体登记：一本不动产权证书。"""

    certificate_no: Number


class HomesteadMemberOut(Out):
    member_party_id: int
    residence: Residence


class HomesteadVisitOut(Out):
    id: int
    stage: Stage
    visited_on: date
    passed: bool
    present: str
    note: str
    document_id: int | None


class HomesteadObjectionOut(Out):
    id: int
    content: str
    filed_at: datetime
    answer: str | None
    upheld: bool | None
    answered_at: datetime | None


class HomesteadOut(Out):
    id: int
    region_code: str
    state: HomesteadState
    since_on: date
    due_on: date | None
    reason: BuildReason
    collective_party_id: int
    household_party_id: int
    representative_party_id: int
    old_right_id: int | None
    requested_m2: PlainDecimal
    area_class: AreaClass
    applied_at: datetime
    resolution_id: int | None
    publicised_on: date | None
    publicity_until: date | None
    parcel_id: int | None
    permit_no: str | None
    permitted_on: date | None
    approval_no: str | None
    approved_on: date | None
    approved_m2: PlainDecimal | None
    valid_until: date | None
    drawings_document_id: int | None
    measured_m2: PlainDecimal | None
    floor_m2: PlainDecimal | None
    verified_on: date | None
    verification_no: str | None
    right_id: int | None
    house_right_id: int | None
    note: str | None


class PublicityOut(Out):
    """村内公示的内容：户名隐去部分。"""

    id: int
    region_code: str
    household: str
    reason: BuildReason
    requested_m2: PlainDecimal
    area_class: AreaClass
    publicised_on: date
    publicity_until: date


class HomesteadDetailOut(HomesteadOut):
    """With its people, visits and objections, the limit of the present step, and what may still be done."""

    state_name: str
    reason_name: str
    limit_days: int | None
    limit_basis: str | None
    limit_level: str | None
    members: list[HomesteadMemberOut]
    visits: list[HomesteadVisitOut]
    objections: list[HomesteadObjectionOut]
    verbs: list[str]
