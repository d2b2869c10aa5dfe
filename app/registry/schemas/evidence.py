"""Resolutions, mandates and documents on the wire."""

from datetime import date, datetime
from typing import Annotated, Self

from pydantic import BeforeValidator, Field, computed_field, model_validator

from app.base.wire import Choice, Count, Day, Id, In, LongText, Out
from app.registry.schemas.collectives import VoterIn
from app.registry.states import (
    AttendanceBasis,
    Matter,
    MediaType,
    ResolutionBody,
)  # fmt: skip


class ResolutionIn(In):
    """集体决议. Denominators left out are taken from the collective's register; where it knows, it also overrules.

    Either `voters`, who are counted, or the counts themselves.
    """

    party_id: Id
    body: Choice[ResolutionBody]
    matter: Choice[Matter]
    subject: LongText
    notice_on: Day | None = None
    meeting_on: Day
    special_circumstances: bool = False
    attendance_basis: Choice[AttendanceBasis] = AttendanceBasis.INDIVIDUALS
    eligible: Count | None = None
    reps_total: Count | None = None
    board_total: Count | None = None
    attended: Count | None = None
    yes: Count | None = None
    voters: Annotated[list[VoterIn], Field(min_length=1, max_length=5000)] | None = None
    women_reps: Count | None = None
    households_total: Count | None = None
    reps_term_end_on: Day | None = None
    improper_proxies: Count | None = None
    party_study_done: bool | None = None
    party_study_on: Day | None = None
    minutes_filed: bool | None = None
    publicised: bool | None = None
    intent_agreement: bool | None = None
    charter_threshold_met: bool | None = None
    discriminates_women: bool | None = None
    document_id: Id | None = None
    minutes_document_id: Id | None = None

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        typed = (self.attended, self.yes, self.improper_proxies)
        if self.voters is not None and any(x is not None for x in typed):
            raise ValueError("逐人登记表决的，到会、同意和代理人数由其计出")
        if self.voters is None and (self.attended is None or self.yes is None):
            raise ValueError("须给出到会人数与同意票数，或者逐人登记表决")
        if self.party_study_on is not None and self.party_study_done is False:
            raise ValueError("有党组织研究日而称未经研究")
        if self.minutes_document_id is not None and self.minutes_filed is False:
            raise ValueError("有会议记录而称未归档")
        if self.yes is not None and self.attended is not None and self.yes > self.attended:
            raise ValueError("同意票数多于到会人数")
        if self.notice_on is not None and self.notice_on > self.meeting_on:
            raise ValueError("通知日晚于会议日")
        return self


class ResolutionOut(Out):
    id: int
    region_code: str
    party_id: int
    body: ResolutionBody
    matter: Matter
    subject: str
    notice_on: date | None
    meeting_on: date
    special_circumstances: bool
    attendance_basis: AttendanceBasis
    eligible: int | None
    reps_total: int | None
    board_total: int | None
    attended: int
    yes: int
    women_reps: int | None
    households_total: int | None
    reps_term_end_on: date | None
    improper_proxies: int | None
    party_study_done: bool | None
    party_study_on: date | None
    minutes_filed: bool | None
    publicised: bool | None
    intent_agreement: bool | None
    charter_threshold_met: bool | None
    discriminates_women: bool | None
    document_id: int | None
    minutes_document_id: int | None
    recorded_at: datetime


class MandateIn(In):
    """委托书. What the paper does not state is left out, and a listing is told what is missing.

    `parcel_ids`: the land it is limited to; left out, it is for all the principal's land.
    """

    principal_party_id: Id
    agent_party_id: Id | None = None
    written: bool
    matter: LongText | None = None
    authority: LongText | None = None
    parcel_ids: Annotated[list[Id], Field(min_length=1, max_length=500)] | None = None
    valid_from: Day | None = None
    valid_to: Day | None = None
    signed_on: Day | None = None
    document_id: Id | None = None

    @model_validator(mode="after")
    def _forward(self) -> Self:
        if self.valid_from is not None and self.valid_to is not None and self.valid_to < self.valid_from:
            raise ValueError("委托期止早于委托期起")
        return self


class MandateOut(Out):
    id: int
    region_code: str
    principal_party_id: int
    agent_party_id: int | None
    written: bool
    matter: str | None
    authority: str | None
    parcel_ids: list[int] | None
    valid_from: date | None
    valid_to: date | None
    signed_on: date | None
    document_id: int | None
    recorded_at: datetime
    revoked_at: datetime | None


def _hex(value: object) -> object:
    return value.hex() if isinstance(value, bytes) else value


class DocumentOut(Out):
    id: int
    region_code: str
    kind: str
    title: str
    reference: str | None
    sha256: Annotated[str, BeforeValidator(_hex)] | None
    media_type: MediaType | None
    size: int | None
    recorded_at: datetime

    @computed_field  # type: ignore[prop-decorator]  # mypy knows no decorated properties
    @property
    def is_uploaded(self) -> bool:
        """Whether the bytes are here to download."""
        return self.sha256 is not None
