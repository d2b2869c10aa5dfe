"""Accounts, roles and sessions: every change is audited and reaches every worker within a second."""

from app.identity.actions.accounts import (
    add_organisation,
    add_person,
    bootstrap,
    change_password,
    close_account,
    disable_account,
    enable_account,
    grant_role,
    note_change,
    open_account,
    revoke_role,
)  # fmt: skip
from app.identity.actions.clients import add_client, disable_client, sign_in_client
from app.identity.actions.passwords import hash_password
from app.identity.actions.sessions import Tokens, change_own_password, renew, sign_in, sign_out

__all__ = [
    "Tokens", "add_client", "add_organisation", "add_person", "bootstrap", "change_own_password", "change_password",
    "close_account",     "disable_account", "disable_client", "enable_account", "grant_role", "hash_password", "note_change",
    "open_account", "renew", "revoke_role", "sign_in", "sign_in_client", "sign_out",
]  # fmt: skip
