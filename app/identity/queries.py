"""Reads of accounts, roles, sessions, and the notes about what changed."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, exists, func, select, text

from app.base.actor import Actor, Grant, Role, in_scope, region_prefix
from app.base.db import Tx
from app.base.errors import NotFound
from app.identity.models import (
    Account,
    ApiClient,
    IdentityChange,
    LoginFailure,
    LoginSession,
    Person,
    RefreshToken,
    RoleGrant,
)  # fmt: skip
from app.identity.permissions import P, permissions_of

FAILURE_WINDOW = timedelta(minutes=15)


def grants_of(tx: Tx, account_id: int) -> tuple[Grant, ...]:
    """The roles that the account holds now."""
    rows = tx.execute(
        select(RoleGrant.role, RoleGrant.region_code)
        .where(RoleGrant.account_id == account_id, RoleGrant.revoked_at.is_(None))
        .order_by(RoleGrant.id)
    )
    return tuple(Grant(Role(role), region_prefix(code)) for role, code in rows)


def roles_of_person(tx: Tx, person_id: int) -> frozenset[Role]:
    """Every role that the natural person holds, through whichever account."""
    rows = tx.scalars(
        select(RoleGrant.role)
        .join(Account, Account.id == RoleGrant.account_id)
        .where(Account.person_id == person_id, RoleGrant.revoked_at.is_(None))
    )
    return frozenset(Role(r) for r in rows)


def actor(tx: Tx, account_id: int, *, session_id: int | None = None, client_id: str | None = None) -> Actor | None:
    """The actor behind an account; None where it is disabled, or where the session or client has ended."""
    row = tx.execute(
        select(Account, Person.name)
        .join(Person, Person.id == Account.person_id)
        .where(Account.id == account_id, Account.disabled_at.is_(None))
    ).one_or_none()
    if row is None:
        return None
    if session_id is not None:
        live = tx.scalar(
            select(LoginSession.id).where(
                LoginSession.id == session_id,
                LoginSession.account_id == account_id,
                LoginSession.ended_at.is_(None),
                LoginSession.expires_at > func.clock_timestamp(),
            )
        )
        if live is None:
            return None
    if client_id is not None and live_client(tx, client_id) is None:
        return None
    account, name = row
    grants = () if account.one_time_password else grants_of(tx, account_id)
    return Actor(
        account_id=account.id,
        person_id=account.person_id,
        organisation_id=account.organisation_id,
        name=name,
        grants=grants,
        permissions={P.SELF: ()} if account.one_time_password else permissions_of(grants),
        client_id=client_id,
        session_id=session_id,
        must_change_password=account.one_time_password,
    )


def account_by_login(tx: Tx, login: str) -> Account | None:
    return tx.scalar(select(Account).where(Account.login == login.lower()))


def login_of(tx: Tx, account_id: int) -> str:
    return tx.execute(select(Account.login).where(Account.id == account_id)).scalar_one()


def _in_charge(who: Actor) -> ColumnElement[bool]:
    """The accounts whose every present role lies in the actor's regions."""
    outside = RoleGrant.revoked_at.is_(None) & ~in_scope(RoleGrant.region_code, who)
    return ~exists().where(RoleGrant.account_id == Account.id, outside)


def lock_account(tx: Tx, account_id: int, *, seen_by: Actor | None = None) -> Account:
    """Raises NotFound, also for an account that holds a role outside the regions of `seen_by`."""
    query = select(Account).where(Account.id == account_id).with_for_update()
    if seen_by is not None:
        query = query.where(_in_charge(seen_by))
    account = tx.scalar(query.execution_options(populate_existing=True))
    if account is None:
        raise NotFound("没有这个账号")
    return account


def lock_person(tx: Tx, person_id: int) -> Person:
    """The lock under which a person's roles change: two grants at once cannot make a forbidden pair."""
    return tx.execute(select(Person).where(Person.id == person_id).with_for_update()).scalar_one()


def has_operator(tx: Tx) -> bool:
    """Whether any account that may sign in is an operator's."""
    held = (
        select(RoleGrant.id)
        .join(Account, Account.id == RoleGrant.account_id)
        .where(RoleGrant.role == Role.OPERATOR, RoleGrant.revoked_at.is_(None), Account.disabled_at.is_(None))
    )
    return tx.scalar(held.limit(1)) is not None


def lock_client(tx: Tx, client_id: str) -> ApiClient | None:
    return tx.scalar(select(ApiClient).where(ApiClient.id == client_id).with_for_update())


def lock_name(tx: Tx, name_digest: bytes) -> None:
    """Attempts to sign in under one name come one after the other, whether or not there is such an account."""
    tx.execute(select(func.pg_advisory_xact_lock(int.from_bytes(name_digest[:8], signed=True))))


def live_client(tx: Tx, client_id: str) -> ApiClient | None:
    return tx.scalar(select(ApiClient).where(ApiClient.id == client_id, ApiClient.disabled_at.is_(None)))


def lock_refresh(tx: Tx, digest: bytes) -> RefreshToken | None:
    return tx.scalar(select(RefreshToken).where(RefreshToken.digest == digest).with_for_update())


def lock_session(tx: Tx, session_id: int) -> LoginSession:
    return tx.execute(select(LoginSession).where(LoginSession.id == session_id).with_for_update()).scalar_one()


def recent_failures(tx: Tx, name_digest: bytes, now: datetime) -> int:
    return tx.execute(
        select(func.count())
        .select_from(LoginFailure)
        .where(LoginFailure.name_digest == name_digest, LoginFailure.at > now - FAILURE_WINDOW)
    ).scalar_one()


def page_accounts(tx: Tx, *, seen_by: Actor, after: int | None, limit: int) -> list[tuple[Account, str]]:
    query = (
        select(Account, Person.name)
        .join(Person, Person.id == Account.person_id)
        .where(_in_charge(seen_by))
        .order_by(Account.id)
        .limit(limit)
    )
    if after is not None:
        query = query.where(Account.id > after)
    return [(account, name) for account, name in tx.execute(query)]


def changed_since(tx: Tx, horizon: int) -> tuple[list[int], int]:
    """Accounts changed by transactions from `horizon` on, and the next horizon (the oldest transaction still open)."""
    following = tx.execute(text("SELECT (pg_snapshot_xmin(pg_current_snapshot())::text)::bigint")).scalar_one()
    accounts = list(tx.scalars(select(IdentityChange.account_id).where(IdentityChange.xid >= horizon)))
    return accounts, following
