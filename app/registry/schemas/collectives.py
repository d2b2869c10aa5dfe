"""Members, offices and voters of collectives on the wire."""

from datetime import date, datetime
from typing import Annotated, Self

from pydantic import Field, model_validator

from app.base.wire import Choice, Day, Id, In, Out, Text
from app.registry.states import Office, SourceKind, Vote


class MembershipIn(In):
    member_party_id: Id
    household_party_id: Id | None = None
    joined_on: Day


class MembershipsIn(In):
    """成员登记, many at once, by one source: the resolution that confirmed them."""

    members: Annotated[list[MembershipIn], Field(min_length=1, max_length=500)]
    source_kind: Choice[SourceKind] = SourceKind.RESOLUTION
    source: Text


class MembershipOut(Out):
    id: int
    collective_party_id: int
    member_party_id: int
    name: str
    household_party_id: int | None
    joined_on: date
    left_on: date | None
    left_because: str | None


class OfficeIn(In):
    """任职. The last day of the term is inside it."""

    holder_party_id: Id
    office: Choice[Office]
    term_start: Day
    term_end: Day
    source_kind: Choice[SourceKind] = SourceKind.RESOLUTION
    source: Text

    @model_validator(mode="after")
    def _forward(self) -> Self:
        if self.term_end < self.term_start:
            raise ValueError("任期止早于任期起")
        return self


class OfficeOut(Out):
    id: int
    collective_party_id: int
    holder_party_id: int
    office: Office
    term_start: date
    term_end: date
    ended_on: date | None
    ended_because: str | None
    source_kind: SourceKind
    source: str
    recorded_at: datetime


class LeaveIn(In):
    """`on`: the first day on which it no longer holds."""

    on: Day
    reason: Text


class ElectorateOut(Out):
    """表决基数 on a day, counted from the register; absent where it does not know."""

    on: date
    members_full_capacity: int | None = None
    households_total: int | None = None
    reps_total: int | None = None
    women_reps: int | None = None
    reps_term_end_on: date | None = None
    board_total: int | None = None


class VoterIn(In):
    """到会人及其表决. `proxy_party_id`: who voted for him; in writing or not."""

    party_id: Id
    vote: Choice[Vote]
    proxy_party_id: Id | None = None
    proxy_written: bool = False

    @model_validator(mode="after")
    def _another(self) -> Self:
        if self.proxy_party_id == self.party_id:
            raise ValueError("代理人须为他人")
        if self.proxy_written and self.proxy_party_id is None:
            raise ValueError("没有代理人")
        return self


class VoterOut(Out):
    voter_party_id: int
    proxy_party_id: int | None
    proxy_written: bool | None
    proxy_is_proper: bool | None
    vote: Vote
