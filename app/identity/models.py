"""People, organisations, accounts, the roles they hold, and the sessions that tokens stand for."""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from app.base.actor import Role
from app.base.db import Model

_Instant = TIMESTAMP(timezone=True)


class Person(Model):
    """A natural person: what four-eyes rules compare. The number itself is sealed, its digest unique."""

    __tablename__ = "person"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    name: Mapped[str] = mapped_column(String(60))
    id_number_digest: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    id_number_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    phone: Mapped[str | None] = mapped_column(String(20))
    created_at: Mapped[datetime] = mapped_column(_Instant, server_default=text("clock_timestamp()"))


class Organisation(Model):
    """A body that people act for: a collective, a village committee, a centre, a department, a company, a bank."""

    __tablename__ = "organisation"
    __table_args__ = (
        CheckConstraint(
            "kind IN ('collective','village_committee','town','centre','city_centre','department',"
            "'joint_conference','enterprise','cooperative','bank','platform')",
            name="kind_is_known",
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    kind: Mapped[str] = mapped_column(String(30))
    name: Mapped[str] = mapped_column(String(200), unique=True)
    credit_code: Mapped[str | None] = mapped_column(String(18), unique=True)
    region_code: Mapped[str] = mapped_column(String(12))
    created_at: Mapped[datetime] = mapped_column(_Instant, server_default=text("clock_timestamp()"))


class Account(Model):
    """What signs in. One person may have several accounts; rules look through to the person."""

    __tablename__ = "account"
    __table_args__ = (CheckConstraint("login = lower(login)", name="login_is_lower_case"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    login: Mapped[str] = mapped_column(String(60), unique=True)
    password_hash: Mapped[str] = mapped_column(String(200))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    is_demo: Mapped[bool] = mapped_column(server_default=text("false"))
    one_time_password: Mapped[bool] = mapped_column(server_default=text("false"))
    disabled_at: Mapped[datetime | None] = mapped_column(_Instant)
    created_at: Mapped[datetime] = mapped_column(_Instant, server_default=text("clock_timestamp()"))


class RoleGrant(Model):
    """A role held in a region from `granted_at` until `revoked_at`. Rows stay: who could do what is evidence."""

    __tablename__ = "role_grant"
    __table_args__ = (
        CheckConstraint("region_code ~ '^[0-9]{2,12}$'", name="region_is_a_division"),
        CheckConstraint(f"role IN ({', '.join(repr(str(r)) for r in Role)})", name="role_is_known"),
        CheckConstraint("revoked_at >= granted_at", name="is_granted_before_it_is_revoked"),
        Index(
            "role_grant_current_key",
            "account_id",
            "role",
            "region_code",
            unique=True,
            postgresql_where=text("revoked_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    role: Mapped[str] = mapped_column(String(30))
    region_code: Mapped[str] = mapped_column(String(12, collation="C"))
    granted_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    granted_at: Mapped[datetime] = mapped_column(_Instant, server_default=text("clock_timestamp()"))
    revoked_at: Mapped[datetime | None] = mapped_column(_Instant)


class ApiClient(Model):
    """A village's own software. It acts as one account, on that person's responsibility."""

    __tablename__ = "api_client"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    secret_digest: Mapped[bytes] = mapped_column(LargeBinary)
    disabled_at: Mapped[datetime | None] = mapped_column(_Instant)
    created_at: Mapped[datetime] = mapped_column(_Instant, server_default=text("clock_timestamp()"))


class LoginSession(Model):
    """From signing in to signing out. Access tokens name it; ending it ends them."""

    __tablename__ = "login_session"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    client_id: Mapped[str | None] = mapped_column(ForeignKey("api_client.id"))
    started_at: Mapped[datetime] = mapped_column(_Instant)
    expires_at: Mapped[datetime] = mapped_column(_Instant)
    ended_at: Mapped[datetime | None] = mapped_column(_Instant)
    end_reason: Mapped[str | None] = mapped_column(String(40))


class RefreshToken(Model):
    """A refresh token, by digest. Used once; used twice, it was stolen, and the session ends."""

    __tablename__ = "refresh_token"
    __table_args__ = (UniqueConstraint("digest"), Index("refresh_token_issued_idx", "issued_at"))

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("login_session.id"), index=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    issued_at: Mapped[datetime] = mapped_column(_Instant)
    used_at: Mapped[datetime | None] = mapped_column(_Instant)


class LoginFailure(Model):
    """A failed sign-in, by digest of the name that was tried, whether or not there is such an account."""

    __tablename__ = "login_failure"
    __table_args__ = (Index("login_failure_name_idx", "name_digest", "at"), Index("login_failure_at_idx", "at"))

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    name_digest: Mapped[bytes] = mapped_column(LargeBinary)
    at: Mapped[datetime] = mapped_column(_Instant)


class IdentityChange(Model):
    """A note to every worker that what it remembers of an account is stale.

    `xid` is the writing transaction, so that a reader below the snapshot horizon never skips a late commit.
    """

    __tablename__ = "identity_change"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    account_id: Mapped[int] = mapped_column(BigInteger)
    xid: Mapped[int] = mapped_column(
        BigInteger, server_default=text("(pg_current_xact_id()::text)::bigint"), index=True
    )
