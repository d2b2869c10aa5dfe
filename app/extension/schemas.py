"""Programmes, batches and contracts of extension on the wire."""

from datetime import date, datetime
from typing import Annotated

from pydantic import Field

from app.base.wire import Choice, Day, Id, In, Out, Text
from app.extension.states import ContractState, Ground, ProgrammeState

Number = Annotated[Text, Field(max_length=80)]
Ids = Annotated[list[Id], Field(min_length=1, max_length=500)]


class ProgrammeIn(In):
    """延包方案. The new term follows from the old end and the law; nobody types it."""

    collective_party_id: Id
    title: Text
    old_ends_on: Day


class VoteIn(In):
    resolution_id: Id


class NumberIn(In):
    """批准文号、备案号。"""

    number: Number


class ReasonIn(In):
    reason: Text


class ExclusionIn(In):
    """暂不延包的承包合同与缘由。"""

    right_id: Id
    ground: Choice[Ground]
    reason: Text
    document_id: Id | None = None


class LiftIn(In):
    right_id: Id
    reason: Text


class BatchIn(In):
    """Contracts to draft: those named, or all. With `partial`, what has no problem is drafted beside what has one."""

    right_ids: Ids | None = None
    partial: bool = False


class SignIn(In):
    """农户签订：`signatory_party_id` 为户内代表。"""

    signatory_party_id: Id
    signed_on: Day
    document_id: Id | None = None


class EffectIn(In):
    """Contracts to put into effect: those named, or all that are signed (200 a call)."""

    contract_ids: Annotated[list[Id], Field(min_length=1, max_length=200)] | None = None


class ProgrammeOut(Out):
    id: int
    region_code: str
    collective_party_id: int
    title: str
    state: ProgrammeState
    old_ends_on: date
    starts_on: date
    ends_on: date
    resolution_id: int | None
    publicised_on: date | None
    publicity_until: date | None
    approval_no: str | None
    filing_no: str | None
    reason: str | None
    drafted_at: datetime


class ProgrammeDetailOut(ProgrammeOut):
    """With how many contracts stand in which state."""

    state_name: str
    contracts: dict[ContractState, int]


class ContractOut(Out):
    id: int
    programme_id: int
    contract_no: str
    right_id: int
    household_party_id: int
    state: ContractState
    starts_on: date
    ends_on: date
    signatory_party_id: int | None
    signed_on: date | None
    document_id: int | None
    extending_right_id: int | None
    void_reason: str | None


class ProblemOut(Out):
    """What is in the way of one household contract right."""

    right_id: int
    household_party_id: int | None
    reason: str


class BatchOut(Out):
    """What a batch did: new contracts, those that were there before, and what could not be done."""

    drafted: list[ContractOut]
    existing: list[int]
    problems: list[ProblemOut]


class EffectOut(Out):
    """Contracts now in effect, those that were before, and how many are signed and still wait."""

    effected: list[ContractOut]
    existing: list[int]
    n_waiting: int


class StandingOut(Out):
    """Where one household stands: contracted, excluded with its reason, in a difficulty, or open."""

    right_id: int
    household_party_id: int
    household: str
    contract_id: int | None
    contract_state: ContractState | None
    exclusion_reason: str | None
    exclusion_ground: Ground | None
    problem: str | None


class OutlookOut(Out):
    """到期概况: household contracts of a village that end on one day, and how many are carried on or excluded."""

    region_code: str
    ends_on: date
    n_contracts: int
    n_carried_on: int
    n_excluded: int


class LandlessOut(Out):
    household_party_id: int
    household: str


class ExclusionOut(Out):
    id: int
    programme_id: int
    right_id: int
    ground: Ground
    reason: str
    document_id: int | None
    recorded_at: datetime
    lifted_at: datetime | None
    lifted_because: str | None
