"""What rights and trades rest on: resolutions of collectives, mandates of households, and documents."""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, LargeBinary, String, Text, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from app.base.db import Model
from app.registry.models.columns import BY_PREFIX, Instant, choice
from app.registry.states import AttendanceBasis, Matter, MediaType, ResolutionBody

_ALL_MEMBERS = "body IN ('members_assembly','villagers_meeting','group_meeting')"
_REPRESENTATIVES = "body IN ('members_representatives','villagers_representatives')"


class Resolution(Model):
    """集体决议: who decided what, on which notice, with how many present and in favour. Only ever added to.

    The denominators are those of the day of the meeting.
    """

    __tablename__ = "resolution"
    __table_args__ = (
        CheckConstraint("notice_on <= meeting_on", name="notice_precedes_meeting"),
        CheckConstraint("yes <= attended", name="votes_are_of_the_present"),
        CheckConstraint(f"NOT ({_ALL_MEMBERS}) OR greatest(attended, yes) <= eligible", name="present_are_eligible"),
        CheckConstraint(
            f"NOT ({_REPRESENTATIVES}) OR greatest(attended, yes) <= reps_total", name="present_are_representatives"
        ),
        CheckConstraint("body <> 'board' OR greatest(attended, yes) <= board_total", name="present_are_of_the_board"),
        CheckConstraint(
            "least(eligible, reps_total, board_total, attended, yes, women_reps, households_total, improper_proxies)"
            " >= 0",
            name="counts_are_not_negative",
        ),
        Index("resolution_region_idx", "region_code", postgresql_ops=BY_PREFIX),
        Index("resolution_party_idx", "party_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    region_code: Mapped[str] = mapped_column(ForeignKey("region.code"))
    party_id: Mapped[int] = mapped_column(ForeignKey("party.id"))
    body: Mapped[ResolutionBody] = mapped_column(choice(ResolutionBody, "body_is_known"))
    matter: Mapped[Matter] = mapped_column(choice(Matter, "matter_is_known"))
    subject: Mapped[str] = mapped_column(Text)
    notice_on: Mapped[date | None]
    meeting_on: Mapped[date]
    special_circumstances: Mapped[bool] = mapped_column(server_default=text("false"))
    attendance_basis: Mapped[AttendanceBasis] = mapped_column(choice(AttendanceBasis, "basis_is_known"))
    eligible: Mapped[int | None]
    reps_total: Mapped[int | None]
    board_total: Mapped[int | None]
    attended: Mapped[int]
    yes: Mapped[int]
    women_reps: Mapped[int | None]
    households_total: Mapped[int | None]
    reps_term_end_on: Mapped[date | None]
    improper_proxies: Mapped[int | None]
    party_study_done: Mapped[bool | None]
    party_study_on: Mapped[date | None]
    minutes_filed: Mapped[bool | None]
    publicised: Mapped[bool | None]
    intent_agreement: Mapped[bool | None]
    charter_threshold_met: Mapped[bool | None]
    discriminates_women: Mapped[bool | None]
    document_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"))
    minutes_document_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"))
    recorded_at: Mapped[datetime] = mapped_column(Instant)


class Mandate(Model):
    """农户委托书 (民法典 165). What the paper does not say is NULL, and is reported as a missing element.

    `parcel_ids` is its scope: all the principal's land where it names none.
    """

    __tablename__ = "mandate"
    __table_args__ = (
        CheckConstraint("valid_from <= valid_to", name="term_runs_forward"),
        CheckConstraint("principal_party_id <> agent_party_id", name="agent_is_another"),
        Index("mandate_region_idx", "region_code", postgresql_ops=BY_PREFIX),
        Index("mandate_principal_idx", "principal_party_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    region_code: Mapped[str] = mapped_column(ForeignKey("region.code"))
    principal_party_id: Mapped[int] = mapped_column(ForeignKey("party.id"))
    agent_party_id: Mapped[int | None] = mapped_column(ForeignKey("party.id"))
    written: Mapped[bool]
    matter: Mapped[str | None] = mapped_column(Text)
    authority: Mapped[str | None] = mapped_column(Text)
    parcel_ids: Mapped[list[int] | None] = mapped_column(ARRAY(BigInteger))
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    signed_on: Mapped[date | None]
    document_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"))
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)


class Document(Model):
    """Evidence: uploaded here (then it has a hash, a size and a body), or kept elsewhere under `reference`."""

    __tablename__ = "document"
    __table_args__ = (
        CheckConstraint("num_nonnulls(sha256, media_type, size) IN (0, 3)", name="upload_is_whole"),
        CheckConstraint("sha256 IS NOT NULL OR reference IS NOT NULL", name="is_here_or_elsewhere"),
        CheckConstraint("length(sha256) = 32", name="hash_is_sha256"),
        Index("document_region_idx", "region_code", postgresql_ops=BY_PREFIX),
        Index("document_sha256_idx", "sha256"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    region_code: Mapped[str] = mapped_column(ForeignKey("region.code"))
    kind: Mapped[str] = mapped_column(String(40))
    title: Mapped[str] = mapped_column(String(200))
    reference: Mapped[str | None] = mapped_column(String(200))
    sha256: Mapped[bytes | None] = mapped_column(LargeBinary)
    media_type: Mapped[MediaType | None] = mapped_column(choice(MediaType, "media_type_is_known"))
    size: Mapped[int | None]
    uploaded_by_account: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    recorded_at: Mapped[datetime] = mapped_column(Instant)


class DocumentBody(Model):
    """The bytes of an uploaded document, apart, so that lists of documents stay light. Never changed."""

    __tablename__ = "document_body"
    __table_args__ = (CheckConstraint("octet_length(body) BETWEEN 1 AND 1000000", name="body_is_small"),)

    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"), primary_key=True, autoincrement=False)
    body: Mapped[bytes] = mapped_column(LargeBinary)
