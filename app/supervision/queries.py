"""What a supervisor sees of the log: his regions, and nothing of who has entered before a lot's bidding is over."""

from collections.abc import Iterable

from sqlalchemy import ColumnElement, String, exists, func, or_, select
from sqlalchemy.orm import aliased

from app.audit.models import AuditEvent
from app.base.db import Tx
from app.base.masking import mask_name
from app.identity.models import Account, Organisation, Person

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
