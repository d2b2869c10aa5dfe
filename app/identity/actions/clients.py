"""The software of villages: it acts as one account, on that person's responsibility."""

import hmac
import secrets

from app.audit.actions import record
from app.base.actor import Actor
from app.base.db import Tx, transaction
from app.base.errors import NotFound, Unauthenticated
from app.identity import queries
from app.identity.actions.accounts import CITY, note_change
from app.identity.actions.sessions import Tokens, digest, start
from app.identity.models import ApiClient
from app.identity.tokens import TokenKey


def add_client(tx: Tx, who: Actor, *, name: str, account_id: int) -> tuple[ApiClient, str]:
    """Registers a village's software. The secret is shown once and kept as a digest."""
    queries.lock_account(tx, account_id, seen_by=who)
    secret = secrets.token_urlsafe(32)
    client = ApiClient(id="cl_" + secrets.token_hex(8), name=name, account_id=account_id, secret_digest=digest(secret))
    tx.add(client)
    tx.flush()
    record(tx, who, "client.add", f"client/{client.id}", region=CITY, name=name, account_id=account_id)
    return client, secret


def disable_client(tx: Tx, who: Actor, client_id: str) -> None:
    """Shuts a software out at once, with the tokens that it holds."""
    client = queries.lock_client(tx, client_id)
    if client is None or client.disabled_at is not None:
        raise NotFound("没有这个应用")
    queries.lock_account(tx, client.account_id, seen_by=who)
    client.disabled_at = tx.wall_clock()
    note_change(tx, client.account_id)
    record(tx, who, "client.disable", f"client/{client_id}", region=CITY)


def sign_in_client(key: TokenKey, client_id: str, secret: str) -> Tokens:
    """Client-credentials grant, for software. Raises Unauthenticated."""
    with transaction() as tx:
        client = queries.live_client(tx, client_id)
        fits = hmac.compare_digest(client.secret_digest if client else bytes(32), digest(secret))
        if client is not None and fits:
            account = queries.lock_account(tx, client.account_id)
            if account.disabled_at is None and not account.one_time_password:
                return start(tx, key, account, client_id=client.id)
    raise Unauthenticated("应用标识或密钥有误", reason="BAD_CREDENTIALS")
