"""People, organisations, accounts and the roles that they hold."""

from datetime import datetime
from typing import Final

from sqlalchemy import select, text, update

from app.audit.actions import record
from app.base.actor import ROLE_ZH, Actor, Role
from app.base.days import beijing_day
from app.base.db import Tx
from app.base.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from app.base.numbers import check_credit_code, resident_id_birth
from app.base.sealing import sealer
from app.identity import queries
from app.identity.models import Account, IdentityChange, LoginSession, Organisation, Person, RoleGrant
from app.identity.permissions import INCOMPATIBLE

CITY: Final = "411000"


def note_change(tx: Tx, account_id: int) -> None:
    """Tells every worker to forget what it remembers of the account."""
    tx.add(IdentityChange(account_id=account_id))


def add_person(tx: Tx, *, name: str, id_number: str, phone: str | None = None, who: Actor | None = None) -> Person:
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
        record(
            tx, who, "person.add", f"person/{person.id}", region=CITY, personal={"name": name}, personal_of=person.id
        )
    elif person.name != name:
        raise Invalid("该公民身份号码已登记为另一姓名", field="name")
    return person


def add_organisation(
    tx: Tx, who: Actor | None, *, kind: str, name: str, region_code: str, credit_code: str | None = None
) -> Organisation:
    """An organisation that accounts act for. Raises Invalid, or Conflict where the name or code is taken."""
    _in_regions(who, region_code)
    if credit_code is not None:
        try:
            check_credit_code(credit_code)
        except ValueError as e:
            raise Invalid(str(e), field="credit_code") from e
    taken = Organisation.name == name
    if credit_code is not None:
        taken |= Organisation.credit_code == credit_code
    if tx.scalar(select(Organisation.id).where(taken).limit(1)) is not None:
        raise Conflict("已有同名或同代码的组织", reason="ORGANISATION_EXISTS")
    organisation = Organisation(kind=str(kind), name=name, region_code=region_code, credit_code=credit_code)
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
    one_time_password: bool = False,
) -> Account:
    """A new account without roles. `password_hash` comes from `hash_password`, made outside the transaction.

    With a one-time password the account can do nothing but change it.
    """
    login = login.lower()
    if queries.account_by_login(tx, login) is not None:
        raise Conflict("登录名已被使用", field="login", reason="LOGIN_TAKEN")
    if organisation_id is not None and tx.get(Organisation, organisation_id) is None:
        raise Invalid("没有这个组织", field="organisation_id")
    account = Account(
        login=login, password_hash=password_hash, person_id=person_id, organisation_id=organisation_id, is_demo=is_demo,
        one_time_password=one_time_password,
    )  # fmt: skip
    tx.add(account)
    tx.flush()
    record(
        tx,
        who,
        "account.open",
        f"account/{account.id}",
        region=CITY,
        organisation_id=organisation_id,
        personal={"login": login},
        personal_of=person_id,
    )
    return account


def _in_regions(who: Actor | None, region_code: str) -> None:
    if who is not None and not who.sees(region_code):
        raise Forbidden("不在本人管辖的区划之内", reason="OUT_OF_REGION", field="region_code")


def grant_role(tx: Tx, who: Actor | None, account_id: int, role: Role, region_code: str) -> RoleGrant:
    """Gives a role in a region. Raises Refused for a pair that one person may not hold, Conflict where it is held.

    Nobody gives a role to himself (through no account of his), nor one outside his own regions.
    """
    _in_regions(who, region_code)
    person_id = queries.lock_account(tx, account_id, seen_by=who).person_id
    if who is not None and person_id == who.person_id:
        raise Refused("不能给自己授予角色", reason="OWN_ACCOUNT")
    queries.lock_person(tx, person_id)
    for held in sorted(queries.roles_of_person(tx, person_id)):
        if frozenset({held, role}) in INCOMPATIBLE:
            raise Refused(
                f"同一自然人不得兼任“{ROLE_ZH[held]}”与“{ROLE_ZH[role]}”", reason="INCOMPATIBLE_ROLES", field="role"
            )
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
    queries.lock_account(tx, account_id, seen_by=who)
    grant = tx.scalar(select(RoleGrant).where(RoleGrant.id == grant_id, RoleGrant.account_id == account_id))
    if grant is None or grant.revoked_at is not None:
        raise NotFound("该账号没有这项授权")
    grant.revoked_at = tx.wall_clock()
    note_change(tx, account_id)
    record(
        tx, who, "account.revoke", f"account/{account_id}", region=grant.region_code, role=grant.role, grant_id=grant_id
    )


def disable_account(tx: Tx, who: Actor, account_id: int, *, reason: str) -> Account:
    """Shuts an account out, with all its sessions."""
    account = queries.lock_account(tx, account_id, seen_by=who)
    if account.id == who.account_id:
        raise Refused("不能停用自己的账号", reason="OWN_ACCOUNT")
    if account.disabled_at is None:
        account.disabled_at = tx.wall_clock()
        _end_sessions(tx, account_id, account.disabled_at, "disabled")
        note_change(tx, account_id)
        record(tx, who, "account.disable", f"account/{account_id}", region=CITY, reason=reason)
    return account


def close_account(tx: Tx, account: Account) -> None:
    """Takes every role from an account, ends its sessions and shuts it, for good. The caller locks and records."""
    now = tx.wall_clock()
    tx.execute(
        update(RoleGrant)
        .where(RoleGrant.account_id == account.id, RoleGrant.revoked_at.is_(None))
        .values(revoked_at=now)
    )
    _end_sessions(tx, account.id, now, "closed")
    account.disabled_at = now
    note_change(tx, account.id)


def enable_account(tx: Tx, who: Actor, account_id: int) -> Account:
    """Lets a disabled account sign in again; its old sessions stay ended."""
    account = queries.lock_account(tx, account_id, seen_by=who)
    if account.disabled_at is not None:
        account.disabled_at = None
        note_change(tx, account_id)
        record(tx, who, "account.enable", f"account/{account_id}", region=CITY)
    return account


def change_password(tx: Tx, who: Actor, account_id: int, *, password_hash: str, one_time: bool = False) -> None:
    """Sets a new password and ends every session of the account."""
    account = queries.lock_account(tx, account_id)
    account.password_hash, account.one_time_password = password_hash, one_time
    _end_sessions(tx, account_id, tx.wall_clock(), "password changed")
    note_change(tx, account_id)
    record(tx, who, "account.change_password", f"account/{account_id}", region=CITY)


def _end_sessions(tx: Tx, account_id: int, now: datetime, reason: str) -> None:
    tx.execute(
        update(LoginSession)
        .where(LoginSession.account_id == account_id, LoginSession.ended_at.is_(None))
        .values(ended_at=now, end_reason=reason)
    )


def bootstrap(tx: Tx, *, login: str, name: str, id_number: str, password_hash: str) -> Account:
    """The first operator of an installation, for the whole city. The password has to be changed at the first sign-in.

    Raises Refused where there is an operator already: from then on operators are made by operators.
    """
    tx.execute(text("SELECT pg_advisory_xact_lock(hashtext('bootstrap'))"))
    if queries.has_operator(tx):
        raise Refused("已有系统运维账号，不能再次初始化", reason="OPERATOR_EXISTS")
    person = add_person(tx, name=name, id_number=id_number)
    account = open_account(
        tx, None, login=login, password_hash=password_hash, person_id=person.id, one_time_password=True
    )
    grant_role(tx, None, account.id, Role.OPERATOR, CITY)
    return account
