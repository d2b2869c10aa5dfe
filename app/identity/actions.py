"""Accounts, roles and sessions: every change is audited and reaches every worker within a second."""

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from threading import BoundedSemaphore

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy import select, update

from app.audit.actions import record
from app.base.actor import Actor, Role
from app.base.days import beijing_day
from app.base.db import Tx, transaction
from app.base.errors import Conflict, Invalid, NotFound, Refused, TooMany, Unauthenticated
from app.base.numbers import check_credit_code, resident_id_birth
from app.base.sealing import sealer
from app.identity import queries
from app.identity.models import (
    Account, ApiClient, IdentityChange, LoginFailure, LoginSession, Organisation, Person, RefreshToken, RoleGrant,
)  # fmt: skip
from app.identity.permissions import INCOMPATIBLE
from app.identity.tokens import Claims, TokenKey

ACCESS_LIFE = timedelta(minutes=10)
SESSION_LIFE = timedelta(hours=12)
MAX_FAILURES = 5
CITY = "411000"

_hasher = PasswordHash((Argon2Hasher(time_cost=2, memory_cost=19456, parallelism=1),))
_hashing = BoundedSemaphore(2)
"""Hashing is made costly on purpose; two at once leave the cores to the bidders."""
_NOBODY = _hasher.hash(secrets.token_urlsafe(16))
"""Checked where there is no such account, so that both answers take as long."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a sign-in yields. `refresh` is None for software, which asks anew with its secret."""

    access: str
    expires_in: int
    refresh: str | None


def hash_password(password: str) -> str:
    with _hashing:
        return _hasher.hash(password)


def _password_fits(password: str, hashed: str) -> bool:
    with _hashing:
        return _hasher.verify(password, hashed)


def _digest(text: str) -> bytes:
    return sha256(text.encode()).digest()


def note_change(tx: Tx, account_id: int) -> None:
    """Tells every worker to forget what it remembers of the account."""
    tx.add(IdentityChange(account_id=account_id))


def add_person(tx: Tx, *, name: str, id_number: str, phone: str | None = None) -> Person:
    """A natural person by checked resident id; the same number gives the same person."""
    try:
        resident_id_birth(id_number, today=beijing_day(tx.wall_clock()))
    except ValueError as e:
        raise Invalid(str(e), field="id_number") from e
    digest = sealer().digest(id_number)
    person = tx.scalar(select(Person).where(Person.id_number_digest == digest))
    if person is None:
        sealed = sealer().seal(id_number, bound_to="person.id_number")
        person = Person(name=name, id_number_digest=digest, id_number_sealed=sealed, phone=phone)
        tx.add(person)
        tx.flush()
    elif person.name != name:
        raise Invalid("该公民身份号码已登记为另一姓名", field="name")
    return person


def add_organisation(
    tx: Tx, who: Actor | None, *, kind: str, name: str, region_code: str, credit_code: str | None = None
) -> Organisation:
    """An organisation that accounts act for. Raises Invalid, or Conflict where the name or code is taken."""
    if credit_code is not None:
        try:
            check_credit_code(credit_code)
        except ValueError as e:
            raise Invalid(str(e), field="credit_code") from e
    taken = (Organisation.name == name) | ((Organisation.credit_code == credit_code) & (credit_code is not None))
    if tx.scalar(select(Organisation.id).where(taken)) is not None:
        raise Conflict("已有同名或同代码的组织", reason="ORGANISATION_EXISTS")
    organisation = Organisation(kind=kind, name=name, region_code=region_code, credit_code=credit_code)
    tx.add(organisation)
    tx.flush()
    record(tx, who, "organisation.add", f"organisation/{organisation.id}", region=region_code, kind=kind, name=name)
    return organisation


def open_account(
    tx: Tx,
    who: Actor | None,
    *,
    login: str,
    password_hash: str,
    person_id: int,
    organisation_id: int | None = None,
    is_demo: bool = False,
) -> Account:
    """A new account without roles. `password_hash` comes from `hash_password`, made outside the transaction."""
    login = login.lower()
    if queries.account_by_login(tx, login) is not None:
        raise Conflict("登录名已被使用", field="login", reason="LOGIN_TAKEN")
    if organisation_id is not None and tx.get(Organisation, organisation_id) is None:
        raise Invalid("没有这个组织", field="organisation_id")
    account = Account(
        login=login, password_hash=password_hash, person_id=person_id, organisation_id=organisation_id, is_demo=is_demo
    )
    tx.add(account)
    tx.flush()
    record(tx, who, "account.open", f"account/{account.id}", region=CITY, login=login, organisation_id=organisation_id)
    return account


def grant_role(tx: Tx, who: Actor | None, account_id: int, role: Role, region_code: str) -> RoleGrant:
    """Gives a role in a region. Raises Refused for a pair that one person may not hold, Conflict where it is held."""
    person_id = queries.lock_account(tx, account_id).person_id
    queries.lock_person(tx, person_id)
    for held in queries.roles_of_person(tx, person_id):
        if frozenset({held, role}) in INCOMPATIBLE:
            raise Refused(f"同一自然人不得兼任“{held}”与“{role}”", reason="INCOMPATIBLE_ROLES", field="role")
    already = select(RoleGrant.id).where(
        RoleGrant.account_id == account_id,
        RoleGrant.role == role,
        RoleGrant.region_code == region_code,
        RoleGrant.revoked_at.is_(None),
    )
    if tx.scalar(already) is not None:
        raise Conflict("该账号已有此角色", reason="ROLE_HELD")
    grant = RoleGrant(
        account_id=account_id, role=role.value, region_code=region_code, granted_by=who.account_id if who else None
    )
    tx.add(grant)
    note_change(tx, account_id)
    tx.flush()
    record(tx, who, "account.grant", f"account/{account_id}", region=region_code, role=role, grant_id=grant.id)
    return grant


def revoke_role(tx: Tx, who: Actor, account_id: int, grant_id: int) -> None:
    """Takes a role back. Raises NotFound where the account does not hold it."""
    queries.lock_account(tx, account_id)
    grant = tx.scalar(select(RoleGrant).where(RoleGrant.id == grant_id, RoleGrant.account_id == account_id))
    if grant is None or grant.revoked_at is not None:
        raise NotFound("该账号没有这项授权")
    grant.revoked_at = tx.wall_clock()
    note_change(tx, account_id)
    record(tx, who, "account.revoke", f"account/{account_id}", region=grant.region_code, role=grant.role, grant_id=grant_id)


def disable_account(tx: Tx, who: Actor, account_id: int, *, reason: str) -> Account:
    """Shuts an account out, with all its sessions."""
    account = queries.lock_account(tx, account_id)
    if account.id == who.account_id:
        raise Refused("不能停用自己的账号", reason="OWN_ACCOUNT")
    if account.disabled_at is None:
        account.disabled_at = tx.wall_clock()
        _end_sessions(tx, account_id, account.disabled_at, "disabled")
        note_change(tx, account_id)
        record(tx, who, "account.disable", f"account/{account_id}", region=CITY, reason=reason)
    return account


def enable_account(tx: Tx, who: Actor, account_id: int) -> Account:
    """Lets a disabled account sign in again; its old sessions stay ended."""
    account = queries.lock_account(tx, account_id)
    if account.disabled_at is not None:
        account.disabled_at = None
        note_change(tx, account_id)
        record(tx, who, "account.enable", f"account/{account_id}", region=CITY)
    return account


def change_password(tx: Tx, who: Actor, account_id: int, *, password_hash: str) -> None:
    """Sets a new password and ends every session of the account."""
    account = queries.lock_account(tx, account_id)
    account.password_hash = password_hash
    _end_sessions(tx, account_id, tx.wall_clock(), "password changed")
    note_change(tx, account_id)
    record(tx, who, "account.change_password", f"account/{account_id}", region=CITY)


def _end_sessions(tx: Tx, account_id: int, now: datetime, reason: str) -> None:
    tx.execute(
        update(LoginSession)
        .where(LoginSession.account_id == account_id, LoginSession.ended_at.is_(None))
        .values(ended_at=now, end_reason=reason)
    )


def add_client(tx: Tx, who: Actor, *, name: str, account_id: int) -> tuple[ApiClient, str]:
    """Registers a village's software. The secret is shown once and kept as a digest."""
    queries.lock_account(tx, account_id)
    secret = secrets.token_urlsafe(32)
    client = ApiClient(
        id="cl_" + secrets.token_hex(8), name=name, account_id=account_id, secret_digest=_digest(secret)
    )
    tx.add(client)
    tx.flush()
    record(tx, who, "client.add", f"client/{client.id}", region=CITY, name=name, account_id=account_id)
    return client, secret


def disable_client(tx: Tx, who: Actor, client_id: str) -> None:
    """Shuts a software out at once, with the tokens that it holds."""
    client = tx.scalar(select(ApiClient).where(ApiClient.id == client_id).with_for_update())
    if client is None or client.disabled_at is not None:
        raise NotFound("没有这个应用")
    client.disabled_at = tx.wall_clock()
    note_change(tx, client.account_id)
    record(tx, who, "client.disable", f"client/{client_id}", region=CITY)


def _issue(tx: Tx, key: TokenKey, session: LoginSession, now: datetime, *, refreshable: bool) -> Tokens:
    expires = min(now + ACCESS_LIFE, session.expires_at)
    claims = Claims(session.account_id, session.id, int(expires.timestamp()), secrets.token_hex(12), session.client_id)
    refresh = None
    if refreshable:
        refresh = secrets.token_urlsafe(32)
        tx.add(RefreshToken(session_id=session.id, digest=_digest(refresh), issued_at=now))
    return Tokens(key.sign(claims, now=now), int((expires - now).total_seconds()), refresh)


def _start(tx: Tx, key: TokenKey, account: Account, *, client_id: str | None) -> Tokens:
    now = tx.wall_clock()
    session = LoginSession(
        account_id=account.id, client_id=client_id, started_at=now, expires_at=now + SESSION_LIFE
    )
    tx.add(session)
    tx.flush()
    record(tx, None, "session.start", f"session/{session.id}", region=CITY, account=account.id, client=client_id)
    return _issue(tx, key, session, now, refreshable=client_id is None)


_WRONG = "登录名或密码有误"


def sign_in(key: TokenKey, login: str, password: str, *, demo: bool) -> Tokens:
    """Password grant. Equal answers and equal work whether or not the account exists. Own transactions: a failure
    must be remembered although the sign-in is refused.

    Raises Unauthenticated, or TooMany after five failures on the name within a quarter of an hour.
    """
    name_digest = sealer().digest("login/" + login.lower())
    with transaction() as tx:
        if queries.recent_failures(tx, name_digest, tx.wall_clock()) >= MAX_FAILURES:
            raise TooMany("登录失败次数过多，请15分钟后再试", retry_after=900)
        account = queries.account_by_login(tx, login)
    usable = account is not None and account.disabled_at is None and (demo or not account.is_demo)
    fits = _password_fits(password, account.password_hash if account is not None and usable else _NOBODY)
    with transaction() as tx:
        if account is not None and usable and fits:
            return _start(tx, key, queries.lock_account(tx, account.id), client_id=None)
        tx.add(LoginFailure(name_digest=name_digest, at=tx.wall_clock()))
    raise Unauthenticated(_WRONG, reason="BAD_CREDENTIALS")


def renew(key: TokenKey, refresh: str) -> Tokens:
    """Refresh grant: the token is used up and a new one given. A second use ends the session. Raises Unauthenticated."""
    with transaction() as tx:
        token = queries.lock_refresh(tx, _digest(refresh))
        session = queries.lock_session(tx, token.session_id) if token else None
        now = tx.wall_clock()
        if token is not None and session is not None and session.ended_at is None and session.expires_at > now:
            if token.used_at is None and queries.actor(tx, session.account_id) is not None:
                token.used_at = now
                return _issue(tx, key, session, now, refreshable=True)
            session.ended_at, session.end_reason = now, "refresh token used twice"
            note_change(tx, session.account_id)
            record(tx, None, "session.end", f"session/{session.id}", region=CITY, reason="refresh token used twice")
    raise Unauthenticated("刷新凭证无效，请重新登录", reason="BAD_REFRESH")


def sign_in_client(key: TokenKey, client_id: str, secret: str) -> Tokens:
    """Client-credentials grant, for software. Raises Unauthenticated."""
    with transaction() as tx:
        client = queries.live_client(tx, client_id)
        known = client.secret_digest if client else bytes(32)
        fits = hmac.compare_digest(known, _digest(secret))
        if client is not None and fits and queries.actor(tx, client.account_id) is not None:
            return _start(tx, key, queries.lock_account(tx, client.account_id), client_id=client.id)
    raise Unauthenticated("应用标识或密钥有误", reason="BAD_CREDENTIALS")


def sign_out(tx: Tx, who: Actor) -> None:
    """Ends the session that the token belongs to."""
    if who.session_id is None:
        raise NotFound
    session = queries.lock_session(tx, who.session_id)
    if session.ended_at is None:
        session.ended_at, session.end_reason = tx.wall_clock(), "signed out"
        note_change(tx, session.account_id)
        record(tx, who, "session.end", f"session/{session.id}", region=CITY, reason="signed out")
