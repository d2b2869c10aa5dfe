"""Signing in, staying signed in, signing out."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from sqlalchemy import delete

from app.audit.actions import record
from app.base.actor import Actor
from app.base.db import Tx, transaction
from app.base.errors import Invalid, NotFound, TooMany, Unauthenticated
from app.base.sealing import sealer
from app.identity import queries
from app.identity.actions.accounts import CITY, change_password, note_change
from app.identity.actions.passwords import fits, hash_password
from app.identity.models import Account, LoginFailure, LoginSession, RefreshToken
from app.identity.tokens import Claims, TokenKey

ACCESS_LIFE: Final = timedelta(minutes=10)
SESSION_LIFE: Final = timedelta(hours=12)
MAX_FAILURES: Final = 5
"""Within a quarter of an hour, per name that was tried."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a sign-in yields. `refresh` is None for software, which asks anew with its secret."""

    access: str
    expires_in: int
    refresh: str | None


def digest(token: str) -> bytes:
    """Secrets that the platform itself made are random enough to be kept as a plain digest."""
    return sha256(token.encode()).digest()


def _issue(tx: Tx, key: TokenKey, session: LoginSession, now: datetime) -> Tokens:
    expires = min(now + ACCESS_LIFE, session.expires_at)
    claims = Claims(session.account_id, session.id, int(expires.timestamp()), secrets.token_hex(12), session.client_id)
    refresh = None
    if session.client_id is None:
        refresh = secrets.token_urlsafe(32)
        tx.add(RefreshToken(session_id=session.id, digest=digest(refresh), issued_at=now))
    return Tokens(key.sign(claims, now=now), int((expires - now).total_seconds()), refresh)


def start(tx: Tx, key: TokenKey, account: Account, *, client_id: str | None = None) -> Tokens:
    """A new session of a locked account."""
    now = tx.wall_clock()
    session = LoginSession(account_id=account.id, client_id=client_id, started_at=now, expires_at=now + SESSION_LIFE)
    tx.add(session)
    tx.flush()
    who = queries.actor(tx, account.id, client_id=client_id)
    record(tx, who, "session.start", f"session/{session.id}", region=CITY)
    return _issue(tx, key, session, now)


def _verified(login: str, password: str, *, demo: bool) -> Account:
    """The account whose password it is. Raises Unauthenticated; TooMany after five failures in a quarter of an hour.

    Equal answers and equal work whether or not there is such an account. Each attempt counts as a failure before the
    password is looked at, under a lock on the name: a hundred attempts at once are a hundred attempts.
    """
    name = sealer().digest("login/" + login.lower())
    with transaction() as tx:
        queries.lock_name(tx, name)
        now = tx.wall_clock()
        if queries.recent_failures(tx, name, now) >= MAX_FAILURES:
            raise TooMany("登录失败次数过多，请15分钟后再试", retry_after=900)
        tx.add(LoginFailure(name_digest=name, at=now))
        account = queries.account_by_login(tx, login)
    usable = account is not None and account.disabled_at is None and (demo or not account.is_demo)
    right = fits(password, account.password_hash if account is not None and usable else None)
    with transaction() as tx:
        queries.lock_name(tx, name)
        if account is not None and right:
            tx.execute(delete(LoginFailure).where(LoginFailure.name_digest == name))
            return account
        if queries.recent_failures(tx, name, tx.wall_clock()) >= MAX_FAILURES:
            record(tx, None, "session.lock", f"login/{name.hex()[:24]}", region=CITY)
    raise Unauthenticated("登录名或密码有误", reason="BAD_CREDENTIALS")


def sign_in(key: TokenKey, login: str, password: str, *, demo: bool) -> Tokens:
    """Password grant, in transactions of its own: a failure must be remembered although the sign-in is refused.

    Raises Unauthenticated or TooMany. Accounts of the demonstration are nobody's where `demo` is not set.
    """
    verified = _verified(login, password, demo=demo)
    with transaction() as tx:
        account = queries.lock_account(tx, verified.id)
        if account.disabled_at is None and account.password_hash == verified.password_hash:
            return start(tx, key, account)
    raise Unauthenticated("登录名或密码有误", reason="BAD_CREDENTIALS")


def change_own_password(who: Actor, *, old: str, new: str, demo: bool) -> None:
    """Sets a new password for who knows the old one, and ends all sessions. Raises Invalid, or TooMany."""
    with transaction(read_only=True) as tx:
        login = queries.login_of(tx, who.account_id)
    if old == new:
        raise Invalid("新密码不得与原密码相同", field="new_password")
    try:
        _verified(login, old, demo=demo)
    except Unauthenticated as e:
        raise Invalid("原密码有误", field="old_password", reason="BAD_CREDENTIALS") from e
    hashed = hash_password(new)
    with transaction() as tx:
        change_password(tx, who, who.account_id, password_hash=hashed)


def renew(key: TokenKey, refresh: str) -> Tokens:
    """Refresh grant: the token is used up and a new one given. A second use ends the session. Raises Unauthenticated."""
    with transaction() as tx:
        token = queries.lock_refresh(tx, digest(refresh))
        session = queries.lock_session(tx, token.session_id) if token else None
        now = tx.wall_clock()
        if token is not None and session is not None and session.ended_at is None and session.expires_at > now:
            if token.used_at is not None:
                session.ended_at, session.end_reason = now, "refresh token used twice"
                note_change(tx, session.account_id)
                record(tx, None, "session.end", f"session/{session.id}", region=CITY, reason=session.end_reason)
            elif queries.actor(tx, session.account_id) is not None:
                token.used_at = now
                return _issue(tx, key, session, now)
    raise Unauthenticated("刷新凭证无效，请重新登录", reason="BAD_REFRESH")


def sign_out(tx: Tx, who: Actor) -> None:
    """Ends the session that the token belongs to."""
    if who.session_id is None:
        raise NotFound
    session = queries.lock_session(tx, who.session_id)
    if session.ended_at is None:
        session.ended_at, session.end_reason = tx.wall_clock(), "signed out"
        note_change(tx, session.account_id)
        record(tx, who, "session.end", f"session/{session.id}", region=CITY, reason="signed out")
