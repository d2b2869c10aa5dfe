"""Searches kept under a name."""

from typing import Any, Final

from sqlalchemy import func, select

from app.audit.actions import record
from app.base.actor import Actor
from app.base.db import Tx
from app.base.errors import Conflict, TooMany
from app.identity import queries as identity
from app.supervision import queries
from app.supervision.models import SavedSearch
from app.supervision.schemas import SavedSearchIn, kept

MAX_SAVED: Final = 100


def save(tx: Tx, who: Actor, body: SavedSearchIn) -> SavedSearch:
    """Keeps a search. Raises Conflict where the name is taken, TooMany beyond a hundred."""
    identity.lock_account(tx, who.account_id)
    if tx.scalar(select(func.count()).where(SavedSearch.account_id == who.account_id)) == MAX_SAVED:
        raise TooMany(f"每个账号最多保存{MAX_SAVED}个检索方案")
    _free(tx, who, body.name, but=None)
    row = SavedSearch(account_id=who.account_id, name=body.name, search=kept(body.search), changed_at=tx.clock())
    tx.add(row)
    tx.flush()
    _say(tx, who, "audit.save_search", row)
    return row


def change(tx: Tx, who: Actor, search_id: int, body: SavedSearchIn) -> SavedSearch:
    """Gives a kept search another name or other conditions. Raises NotFound, Conflict."""
    identity.lock_account(tx, who.account_id)
    row = queries.saved(tx, search_id, of=who)
    _free(tx, who, body.name, but=row.id)
    now = tx.clock()
    row.name, row.search, row.changed_at = body.name, kept(body.search), now
    tx.flush()
    _say(tx, who, "audit.change_search", row)
    return row


def drop(tx: Tx, who: Actor, search_id: int) -> None:
    """Forgets a kept search. Raises NotFound."""
    identity.lock_account(tx, who.account_id)
    row = queries.saved(tx, search_id, of=who)
    _say(tx, who, "audit.drop_search", row)
    tx.session.delete(row)


def _free(tx: Tx, who: Actor, name: str, *, but: int | None) -> None:
    taken = tx.scalar(select(SavedSearch.id).where(SavedSearch.account_id == who.account_id, SavedSearch.name == name))
    if taken not in {None, but}:
        raise Conflict("已有同名的检索方案", field="name", reason="NAME_TAKEN")


def _say(tx: Tx, who: Actor, act: str, row: SavedSearch) -> None:
    facts: dict[str, Any] = {"saved_search": row.id, "name": row.name, "search": row.search}
    record(tx, who, act, f"account/{who.account_id}", region=min(who.prefixes, key=len), **facts)
