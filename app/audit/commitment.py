"""Salted commitments: a leaf that outlives the personal field it speaks of.

What is hashed for ever holds the commitment alone; the field stands beside the log, with its salt. With both anybody
can check that the field is the one committed to; without the salt the commitment tells nothing, not even to somebody
who guesses the field. Erasing field and salt breaks no proof (个人信息保护法 47).
"""

import hmac
import secrets
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

from sqlalchemy import ColumnElement, delete, or_, select

from app.audit.canonical import canonical, plain
from app.audit.models import AuditEvent, AuditPersonal
from app.base.db import Tx

DOMAIN = "nongjiao.audit.commitment.v1"
SALT = 32


def commit(salt: bytes, subject: str, field: str, value: object) -> str:
    """The commitment, as hex. It is bound to its subject and field, so it cannot be moved to another."""
    said = canonical({"domain": DOMAIN, "subject": subject, "field": field, "value": plain(value)})
    return hmac.new(salt, said, sha256).hexdigest()


def committed(tx: Tx, subject: str, fields: Mapping[str, object], *, person_id: int | None) -> dict[str, str]:
    """Keeps each field with a new salt, and returns the commitments by field, for the facts of an audit event.

    `person_id` is whose fields they are, where that is known. A field that changes gets a new salt each time: two equal
    commitments would say that the field is what it was.
    """
    made: dict[str, str] = {}
    for field, value in fields.items():
        salt = secrets.token_bytes(SALT)
        made[field] = commit(salt, subject, field, value)
        tx.add(
            AuditPersonal(
                subject=subject, field=field, commitment=made[field], salt=salt, value=plain(value), person_id=person_id
            )
        )
    return made


def kept(tx: Tx, event: AuditEvent) -> dict[str, AuditPersonal | None]:
    """The personal fields of an event with their salts; None for what was erased."""
    said: Mapping[str, str] = event.facts.get("personal", {})
    rows = tx.scalars(
        select(AuditPersonal).where(AuditPersonal.subject == event.subject, AuditPersonal.commitment.in_(said.values()))
    )
    found = {(row.field, row.commitment): row for row in rows}
    return {field: found.get((field, commitment)) for field, commitment in said.items()}


def opens(row: AuditPersonal, value: Any) -> bool:
    """Whether the value is the one that was committed to."""
    return hmac.compare_digest(commit(row.salt, row.subject, row.field, value), row.commitment)


def erase(tx: Tx, *, subjects: Sequence[str], person_id: int | None) -> int:
    """Erases the fields and salts kept of these subjects, and all that are the person's. Returns how many.

    The caller erases the fields where they live, and records the act.
    """
    theirs: ColumnElement[bool] = AuditPersonal.subject.in_(subjects)
    if person_id is not None:
        theirs = or_(theirs, AuditPersonal.person_id == person_id)
    gone = tx.execute(delete(AuditPersonal).where(theirs))
    return gone.rowcount  # type: ignore[attr-defined,no-any-return]  # a DELETE's result counts its rows
