"""Signing in and out, accounts, roles, and the software of villages."""

from base64 import b64decode
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request, Response

from app.base.actor import Actor
from app.base.db import transaction
from app.base.errors import Invalid, Unauthenticated
from app.base.masking import mask_name
from app.base.paging import MAX_PAGE, Page, cursor_of, key_of
from app.identity import actions, queries
from app.identity.actions.sessions import Tokens
from app.identity.auth import actor, may
from app.identity.models import Account
from app.identity.permissions import P
from app.identity.schemas import (
    AccountIn,
    AccountOut,
    ClientIn,
    ClientOut,
    GrantOut,
    MeOut,
    OrganisationIn,
    OrganisationOut,
    PasswordIn,
    ReasonIn,
    RoleIn,
    RoleOut,
    TokenOut,
)  # fmt: skip
from app.identity.tokens import TokenKey
from app.web.routes import StrictRoute
from app.web.turnstile import Turnstile

router = APIRouter(prefix="/api/v1", tags=["identity 身份"], route_class=StrictRoute)

_Field = Annotated[str | None, Form(max_length=200)]


def _client_of(request: Request, client_id: str | None, client_secret: str | None) -> tuple[str, str]:
    """Client credentials from the form or from HTTP Basic (RFC 6749 section 2.3.1)."""
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "basic":
        try:
            client_id, _, client_secret = b64decode(value, validate=True).decode().partition(":")
        except ValueError as e:
            raise Unauthenticated("应用标识或密钥有误", reason="BAD_CREDENTIALS") from e
    if not client_id or not client_secret:
        raise Invalid("缺少 client_id 或 client_secret", field="client_id")
    return client_id, client_secret


def _account(account: Account, name: str) -> AccountOut:
    return AccountOut(
        id=account.id, login=account.login, name=mask_name(name), organisation_id=account.organisation_id,
        is_demo=account.is_demo, disabled_at=account.disabled_at,
    )  # fmt: skip


@router.post("/auth/token")
def token(
    request: Request,
    response: Response,
    grant_type: Annotated[str, Form(max_length=40)],
    username: _Field = None,
    password: _Field = None,
    refresh_token: _Field = None,
    client_id: _Field = None,
    client_secret: _Field = None,
) -> TokenOut:
    """OAuth2 令牌：password、refresh_token、client_credentials 三种方式。"""
    key = request.app.state.token_key
    failures: Turnstile = request.app.state.failed_sign_ins
    address = request.client.host if request.client else ""
    failures.look(address)
    try:
        tokens = _tokens(request, key, grant_type, username, password, refresh_token, client_id, client_secret)
    except Unauthenticated:
        failures.enter(address)
        raise
    response.headers["cache-control"] = "no-store"
    return TokenOut(access_token=tokens.access, expires_in=tokens.expires_in, refresh_token=tokens.refresh)


def _tokens(
    request: Request,
    key: TokenKey,
    grant_type: str,
    username: str | None,
    password: str | None,
    refresh_token: str | None,
    client_id: str | None,
    client_secret: str | None,
) -> Tokens:
    if grant_type == "password":
        if not username or not password:
            raise Invalid("缺少 username 或 password", field="username" if not username else "password")
        return actions.sign_in(key, username, password, demo=request.app.state.settings.demo)
    if grant_type == "refresh_token":
        if not refresh_token:
            raise Invalid("缺少 refresh_token", field="refresh_token")
        return actions.renew(key, refresh_token)
    if grant_type == "client_credentials":
        return actions.sign_in_client(key, *_client_of(request, client_id, client_secret))
    raise Invalid("不支持的 grant_type", field="grant_type")


@router.post("/auth/sign-out", status_code=204)
def sign_out(who: Annotated[Actor, may(P.SELF)]) -> None:
    """退出登录：本次会话的所有令牌一秒内失效。"""
    with transaction() as tx:
        actions.sign_out(tx, who)


@router.get("/auth/me")
def me(who: Annotated[Actor, Depends(actor)]) -> MeOut:
    """当前账号、角色与权限范围。"""
    return MeOut(
        account_id=who.account_id,
        name=who.name,
        organisation_id=who.organisation_id,
        client_id=who.client_id,
        grants=[GrantOut(role=g.role, region_prefix=g.prefix) for g in who.grants],
        permissions={p: list(prefixes) for p, prefixes in sorted((who.permissions or {}).items())},
        must_change_password=who.must_change_password,
    )


@router.post("/auth/change-password", status_code=204)
def change_password(request: Request, body: PasswordIn, who: Annotated[Actor, may(P.SELF)]) -> None:
    """修改本人密码；所有会话随即失效。"""
    demo = request.app.state.settings.demo
    actions.change_own_password(who, old=body.old_password, new=body.new_password, demo=demo)


@router.post("/organisations", status_code=201)
def add_organisation(body: OrganisationIn, who: Annotated[Actor, may(P.ACCOUNT_MANAGE)]) -> OrganisationOut:
    """登记组织。"""
    with transaction() as tx:
        return OrganisationOut.model_validate(actions.add_organisation(tx, who, **body.model_dump()))


@router.get("/accounts")
def accounts(
    who: Annotated[Actor, may(P.ACCOUNT_READ)],
    cursor: Annotated[str | None, Query(max_length=40)] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = 50,
) -> Page[AccountOut]:
    """账号列表。"""
    with transaction(read_only=True) as tx:
        rows = queries.page_accounts(tx, seen_by=who, after=key_of(cursor), limit=limit + 1)
    items = [_account(account, name) for account, name in rows[:limit]]
    return Page(items=items, next_cursor=cursor_of(items[-1].id) if len(rows) > limit else None)


@router.post("/accounts", status_code=201)
def open_account(body: AccountIn, who: Annotated[Actor, may(P.ACCOUNT_MANAGE)]) -> AccountOut:
    """开立账号（尚无角色）；所给密码仅供首次登录，登录后须先修改。"""
    hashed = actions.hash_password(body.password)
    with transaction() as tx:
        person = actions.add_person(tx, name=body.name, id_number=body.id_number, phone=body.phone, who=who)
        account = actions.open_account(
            tx, who, login=body.login, password_hash=hashed, person_id=person.id, organisation_id=body.organisation_id,
            one_time_password=True,
        )  # fmt: skip
        return _account(account, person.name)


@router.post("/accounts/{account_id}/roles", status_code=201)
def grant_role(account_id: int, body: RoleIn, who: Annotated[Actor, may(P.ACCOUNT_MANAGE)]) -> RoleOut:
    """授予角色（绑定区划）；不相容的角色不得由同一自然人兼任。"""
    with transaction() as tx:
        return RoleOut.model_validate(actions.grant_role(tx, who, account_id, body.role, body.region_code))


@router.delete("/accounts/{account_id}/roles/{grant_id}", status_code=204)
def revoke_role(account_id: int, grant_id: int, who: Annotated[Actor, may(P.ACCOUNT_MANAGE)]) -> None:
    """收回角色；一秒内在所有进程生效。"""
    with transaction() as tx:
        actions.revoke_role(tx, who, account_id, grant_id)


@router.post("/accounts/{account_id}/disable", status_code=204)
def disable_account(account_id: int, body: ReasonIn, who: Annotated[Actor, may(P.ACCOUNT_MANAGE)]) -> None:
    """停用账号；一秒内在所有进程生效。"""
    with transaction() as tx:
        actions.disable_account(tx, who, account_id, reason=body.reason)


@router.post("/accounts/{account_id}/enable", status_code=204)
def enable_account(account_id: int, who: Annotated[Actor, may(P.ACCOUNT_MANAGE)]) -> None:
    """恢复账号。"""
    with transaction() as tx:
        actions.enable_account(tx, who, account_id)


@router.post("/api-clients", status_code=201)
def add_client(body: ClientIn, who: Annotated[Actor, may(P.CLIENT_MANAGE)]) -> ClientOut:
    """登记村集体自有软件；密钥仅显示一次。"""
    with transaction() as tx:
        client, secret = actions.add_client(tx, who, **body.model_dump())
    return ClientOut(client_id=client.id, client_secret=secret)


@router.post("/api-clients/{client_id}/disable", status_code=204)
def disable_client(client_id: str, who: Annotated[Actor, may(P.CLIENT_MANAGE)]) -> None:
    """停用应用；一秒内生效。"""
    with transaction() as tx:
        actions.disable_client(tx, who, client_id)
