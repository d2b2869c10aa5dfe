"""Regions, parties, their members and collectives on the wire. Numbers of people go in; only masks come out."""

from datetime import date, datetime
from fractions import Fraction
from typing import Annotated, Self

from pydantic import Field, field_validator, model_validator

from app.base.wire import Choice, Count, Day, Id, In, Out, RegionCode, Text
from app.registry.schemas.fields import BankAccount, Int32
from app.registry.states import (
    CollectiveLevel,
    LegalCapacity,
    PartyKind,
    RegionLevel,
    SealedField,
    SourceKind,
)  # fmt: skip


class RegionOut(Out):
    code: str
    name: str
    level: RegionLevel
    parent_code: str | None


class PartyIn(In):
    """A person, a household, a collective or an organisation, in the division whose register keeps it."""

    kind: Choice[PartyKind]
    name: Text
    region_code: RegionCode
    credit_code: Annotated[str, Field(max_length=40, description="统一社会信用代码 GB 32100")] | None = None
    id_number: Annotated[str, Field(max_length=40, description="公民身份号码 GB 11643")] | None = None
    born_on: Day | None = None
    legal_capacity: Choice[LegalCapacity] | None = None
    bank_name: Text | None = None
    bank_account: BankAccount | None = None
    address: Text | None = None
    person_id: Id | None = None
    organisation_id: Id | None = None


class PartyOut(Out):
    id: int
    kind: PartyKind
    name: str
    region_code: str
    credit_code: str | None
    id_number_masked: str | None
    born_on: date | None
    legal_capacity: LegalCapacity | None
    died_on: date | None
    bank_name: str | None
    bank_account_tail: str | None
    address: str | None
    begin_lifespan_at: datetime


class MemberIn(In):
    party_id: Id
    share_num: Int32 | None = None
    share_den: Int32 | None = None
    relation: Annotated[str, Field(min_length=1, max_length=20)] | None = None
    is_representative: bool = False

    @model_validator(mode="after")
    def _fraction(self) -> Self:
        if (self.share_num is None) != (self.share_den is None):
            raise ValueError("份额须分子分母齐全")
        if self.share_num is not None and self.share_den is not None and self.share_num > self.share_den:
            raise ValueError("份额不得大于一")
        return self


class MembersIn(In):
    """All present members of a group. Either every one has a share and they sum to one, or none has."""

    members: Annotated[list[MemberIn], Field(min_length=1, max_length=500)]

    @field_validator("members")
    @classmethod
    def _whole(cls, members: list[MemberIn]) -> list[MemberIn]:
        shares = [Fraction(m.share_num, m.share_den) for m in members if m.share_num and m.share_den]
        if shares and (len(shares) != len(members) or sum(shares) != 1):
            raise ValueError("按份共有的份额须全部给出且合计为一")
        return members


class MemberOut(Out):
    party_id: int
    name: str
    share_num: int | None
    share_den: int | None
    relation: str | None
    is_representative: bool


class CollectiveIn(In):
    """集体登记与成员名册的人数。"""

    level: Choice[CollectiveLevel]
    registration_valid: bool | None = None
    members_full_capacity: Count | None = None
    households_total: Count | None = None
    reps_total: Count | None = None
    women_reps: Count | None = None
    reps_term_end_on: Day | None = None
    board_total: Count | None = None

    @model_validator(mode="after")
    def _women(self) -> Self:
        if self.women_reps is not None and self.reps_total is not None and self.women_reps > self.reps_total:
            raise ValueError("妇女代表多于代表总数")
        return self


class CollectiveOut(Out):
    level: CollectiveLevel
    registration_valid: bool | None
    members_full_capacity: int | None
    households_total: int | None
    reps_total: int | None
    women_reps: int | None
    reps_term_end_on: date | None
    board_total: int | None
    updated_at: datetime


class PartyDetailOut(PartyOut):
    collective: CollectiveOut | None = None
    members: list[MemberOut] = Field(default_factory=list)


class UnmaskIn(In):
    reason: Annotated[Text, Field(min_length=4)]
    field: Choice[SealedField] = SealedField.ID_NUMBER


class UnmaskOut(Out):
    """The one answer that shows a sealed number in full."""

    field: SealedField
    value: str


class DeathIn(In):
    """死亡登记, by its source: a certificate, or a court's declaration."""

    died_on: Day
    source_kind: Choice[SourceKind]
    source: Text
    source_document_id: Id | None = None


class SuccessionIn(In):
    """继承登记: the heir, or a group party of the heirs with their shares, and what proves it."""

    heir_party_id: Id
    source: Text
    source_document_id: Id | None = None
