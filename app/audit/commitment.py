"""Salted commitments: a leaf that outlives the personal field it speaks of.

What is public for ever holds the commitment alone. With the field and its salt anybody can check that the field is the
one committed to; without the salt the commitment tells nothing, not even to somebody who guesses the field. Erasing
the field and the salt breaks no proof.
"""

import hmac
import secrets
from hashlib import sha256

from sqlalchemy import delete, select

from app.audit.canonical import canonical, plain
from app.audit.models import CommitmentSalt
from app.base.db import Tx

DOMAIN = "nongjiao.audit.commitment.v1"
SALT = 32


def commit(salt: bytes, subject: str, field: str, value: object) -> str:
    """The commitment, as hex. It is bound to its subject and field, so it cannot be moved to another."""
    said = canonical({"domain": DOMAIN, "subject": subject, "field": field, "value": plain(value)})
    return hmac.new(salt, said, sha256).hexdigest()


def committed(tx: Tx, subject: str, field: str, value: object) -> str:
    """Makes a salt, keeps it, and returns the commitment for the facts of an audit event.

    A field that changes gets a new salt each time: two equal commitments would say that the field is what it was.
    """
    salt = secrets.token_bytes(SALT)
    tx.add(CommitmentSalt(subject=subject, field=field, commitment=commit(salt, subject, field, value), salt=salt))
    tx.flush()
    return commit(salt, subject, field, value)


def opens(tx: Tx, commitment: str, subject: str, field: str, value: object) -> bool | None:
    """Whether the value is the one committed to; None once its salt is erased."""
    salt = tx.scalar(
        select(CommitmentSalt.salt).where(
            CommitmentSalt.subject == subject, CommitmentSalt.field == field, CommitmentSalt.commitment == commitment
        )
    )
    return None if salt is None else hmac.compare_digest(commit(salt, subject, field, value), commitment)


def erase(tx: Tx, subject: str) -> int:
    """Erases all salts of a subject. The caller erases the fields and records the act. Returns how many."""
    gone = tx.execute(delete(CommitmentSalt).where(CommitmentSalt.subject == subject))
    return gone.rowcount  # type: ignore[attr-defined,no-any-return]  # a DELETE's result counts its rows
