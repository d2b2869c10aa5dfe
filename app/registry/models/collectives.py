"""Members of collectives, who holds an office in them, and how each voter voted."""

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, String, func, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.base.db import Model
from app.registry.models.columns import BY_PREFIX, Instant, choice
from app.registry.states import Office, SourceKind, Vote


class CollectiveMember(Model):
    """成员: a person's membership from `joined_on` until the day before `left_on`. Of one collective on one day."""

    __tablename__ = "collective_member"
    __table_args__ = (
        CheckConstraint("joined_on <= left_on", name="days_run_forward"),
        CheckConstraint("(left_on IS NULL) = (left_because IS NULL)", name="leaving_has_a_reason"),
        ExcludeConstraint(
            ("member_party_id", "="),
            (func.daterange(text("joined_on"), text("left_on")), "&&"),
            name="collective_member_of_one_collective_a_day",
            using="gist",
        ),
        Index("collective_member_collective_idx", "collective_party_id", "id"),
        Index("collective_member_household_idx", "household_party_id"),
        Index("collective_member_region_idx", "region_code", postgresql_ops=BY_PREFIX),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    region_code: Mapped[str] = mapped_column(ForeignKey("region.code"))
    collective_party_id: Mapped[int] = mapped_column(ForeignKey("party.id"))
    member_party_id: Mapped[int] = mapped_column(ForeignKey("party.id"))
    household_party_id: Mapped[int | None] = mapped_column(ForeignKey("party.id"))
    joined_on: Mapped[date]
    left_on: Mapped[date | None]
    left_because: Mapped[str | None] = mapped_column(String(200))
    source_kind: Mapped[SourceKind] = mapped_column(choice(SourceKind, "source_is_known"))
    source: Mapped[str] = mapped_column(String(200))
    recorded_at: Mapped[datetime] = mapped_column(Instant)


class CollectiveOffice(Model):
    """任职: a representative, a member of the council or a supervisor. In office beyond the term until somebody ends it."""

    __tablename__ = "collective_office"
    __table_args__ = (
        CheckConstraint("term_start <= term_end", name="term_runs_forward"),
        CheckConstraint("term_start <= ended_on", name="ended_after_it_began"),
        CheckConstraint("(ended_on IS NULL) = (ended_because IS NULL)", name="end_has_a_reason"),
        ExcludeConstraint(
            ("collective_party_id", "="),
            ("holder_party_id", "="),
            ("office", "="),
            (func.daterange(text("term_start"), text("ended_on")), "&&"),
            name="collective_office_once_a_day",
            using="gist",
        ),
        Index("collective_office_holder_idx", "holder_party_id"),
        Index("collective_office_region_idx", "region_code", postgresql_ops=BY_PREFIX),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    region_code: Mapped[str] = mapped_column(ForeignKey("region.code"))
    collective_party_id: Mapped[int] = mapped_column(ForeignKey("party.id"))
    holder_party_id: Mapped[int] = mapped_column(ForeignKey("party.id"))
    office: Mapped[Office] = mapped_column(choice(Office, "is_known"))
    term_start: Mapped[date]
    term_end: Mapped[date]
    ended_on: Mapped[date | None]
    ended_because: Mapped[str | None] = mapped_column(String(200))
    source_kind: Mapped[SourceKind] = mapped_column(choice(SourceKind, "source_is_known"))
    source: Mapped[str] = mapped_column(String(200))
    recorded_at: Mapped[datetime] = mapped_column(Instant)


class ResolutionVoter(Model):
    """One who attended, himself or by a proxy, and how the vote was. Only ever added to.

    A deferred trigger holds that the counts of the resolution are those of its voters.
    """

    __tablename__ = "resolution_voter"
    __table_args__ = (
        CheckConstraint(
            "num_nonnulls(proxy_party_id, proxy_written, proxy_is_proper) IN (0, 3)", name="proxy_is_whole"
        ),
        CheckConstraint("proxy_party_id <> voter_party_id", name="proxy_is_another"),
        Index("resolution_voter_voter_idx", "voter_party_id"),
    )

    resolution_id: Mapped[int] = mapped_column(ForeignKey("resolution.id"), primary_key=True, autoincrement=False)
    voter_party_id: Mapped[int] = mapped_column(ForeignKey("party.id"), primary_key=True, autoincrement=False)
    proxy_party_id: Mapped[int | None] = mapped_column(ForeignKey("party.id"))
    proxy_written: Mapped[bool | None]
    proxy_is_proper: Mapped[bool | None]
    vote: Mapped[Vote] = mapped_column(choice(Vote, "vote_is_known"))
