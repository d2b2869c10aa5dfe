"""Reads of accounts, roles, sessions, and the notes about what changed."""

from datetime import datetime, timedelta

from sqlalchemy import func, select, text

from app.base.actor import Actor, Grant, Role, region_prefix
from app.base.db import Tx
from app.base.errors import NotFound
from app.identity.models import (
    Account, ApiClient, IdentityChange, LoginFailure, LoginSession, Person, RefreshToken, RoleGrant,
)  # fmt: skip
from app.identity.permissions import permissions_of

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
    grants = grants_of(tx, account_id)
    return Actor(
        account_id=account.id,
        person_id=account.person_id,
        organisation_id=account.organisation_id,
        name=name,
        grants=grants,
        permissions=permissions_of(grants),
        client_id=client_id,
        session_id=session_id,
    )


def account_by_login(tx: Tx, login: str) -> Account | None:
    return tx.scalar(select(Account).where(Account.login == login.lower()))


def login_of(tx: Tx, account_id: int) -> str:
    return tx.execute(select(Account.login).where(Account.id == account_id)).scalar_one()


def lock_account(tx: Tx, account_id: int) -> Account:
    account = tx.scalar(select(Account).where(Account.id == account_id).with_for_update())
    if account is None:
        raise NotFound("没有这个账号")
    return account


def lock_person(tx: Tx, person_id: int) -> Person:
    """The lock under which a person's roles change: two grants at once cannot make a forbidden pair."""
    return tx.execute(select(Person).where(Person.id == person_id).with_for_update()).scalar_one()


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


def page_accounts(tx: Tx, *, after: int | None, limit: int) -> list[tuple[Account, str]]:
    query = select(Account, Person.name).join(Person, Person.id == Account.person_id).order_by(Account.id).limit(limit)
    if after is not None:
        query = query.where(Account.id > after)
    return [(account, name) for account, name in tx.execute(query)]


def changed_since(tx: Tx, horizon: int) -> tuple[list[int], int]:
    """Accounts changed by transactions from `horizon` on, and the next horizon (the oldest transaction still open)."""
    following = tx.execute(text("SELECT (pg_snapshot_xmin(pg_current_snapshot())::text)::bigint")).scalar_one()
    accounts = list(tx.scalars(select(IdentityChange.account_id).where(IdentityChange.xid >= horizon)))
    return accounts, following
