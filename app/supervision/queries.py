"""What a supervisor sees of the log: his regions, and nothing of who has entered before a lot's bidding is over."""

from collections.abc import Iterable

from sqlalchemy import ColumnElement, String, exists, func, or_, select
from sqlalchemy.orm import aliased

from app.audit.models import AuditEvent
from app.base.actor import Actor
from app.base.db import Tx
from app.base.errors import NotFound
from app.base.masking import mask_name
from app.identity.models import Account, Organisation, Person
from app.supervision.models import AuditExport, SavedSearch
from app.supervision.states import ExportState

SEALED_AREAS = ("entry", "deposit", "money", "money_order", "payment")
"""Acts of bidders as such: before the bidding is over they tell who has entered, and how many (招标投标法 22, 52)."""
ROUND_OVER = ("lot.close", "lot.win", "lot.fail", "lot.terminate")


def unsealed() -> ColumnElement[bool]:
    """Events that tell nothing about bidders, or whose lot's round was over later.

    The lot is `facts.lot`. An entry's event that names no lot stays sealed; money that concerns no lot is nobody's bid.
    """
    over = aliased(AuditEvent)
    lot = AuditEvent.facts["lot"].astext
    area = func.split_part(AuditEvent.act, ".", 1, type_=String)
    ended = exists(
        select(over.id).where(over.subject == "lot/" + lot, over.id > AuditEvent.id, over.act.in_(ROUND_OVER))
    )
    return or_(area.not_in(SEALED_AREAS), ended, (area != "entry") & lot.is_(None))


def names(tx: Tx, accounts: Iterable[int]) -> dict[int, str]:
    """Organisation and masked name of each account."""
    rows = tx.execute(
        select(Account.id, Person.name, Organisation.name)
        .join(Person, Person.id == Account.person_id)
        .outerjoin(Organisation, Organisation.id == Account.organisation_id)
        .where(Account.id.in_(set(accounts)))
    )
    return {id_: f"{organisation or ''}{mask_name(name)}" for id_, name, organisation in rows}


def saved_all(tx: Tx, *, of: Actor) -> list[SavedSearch]:
    """Everything that the actor keeps, by name."""
    rows = tx.scalars(select(SavedSearch).where(SavedSearch.account_id == of.account_id).order_by(SavedSearch.name))
    return list(rows)


def saved(tx: Tx, search_id: int, *, of: Actor) -> SavedSearch:
    """A search that the actor keeps. Raises NotFound for everybody else's."""
    row = tx.scalar(select(SavedSearch).where(SavedSearch.id == search_id, SavedSearch.account_id == of.account_id))
    if row is None:
        raise NotFound("没有这个检索方案")
    return row


def exports(tx: Tx, *, of: Actor, after: int | None, limit: int) -> list[AuditExport]:
    """The actor's exports, newest first."""
    query = select(AuditExport).where(AuditExport.account_id == of.account_id)
    if after is not None:
        query = query.where(AuditExport.id < after)
    return list(tx.scalars(query.order_by(AuditExport.id.desc()).limit(limit)))


def export(tx: Tx, export_id: int, *, of: Actor) -> AuditExport:
    """An export of the actor. Raises NotFound for everybody else's."""
    row = tx.scalar(select(AuditExport).where(AuditExport.id == export_id, AuditExport.account_id == of.account_id))
    if row is None:
        raise NotFound("没有这个导出任务")
    return row


def claim_export(tx: Tx) -> AuditExport | None:
    """The oldest export that is to be written and that no other process writes at this moment, locked."""
    return tx.scalar(
        select(AuditExport)
        .where(AuditExport.state == ExportState.RUNNING)
        .order_by(AuditExport.id)
        .limit(1)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
