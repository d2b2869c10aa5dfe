"""Heads, keys, cosignatures and leaves. Everything here is public."""

import json
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import distinct_on

from app.audit.models import AuditEvent, LogHead, LogLeaf
from app.base.db import Tx
from app.transparency.models import LogCosignature, LogKey


def latest_head(tx: Tx) -> LogHead | None:
    return tx.scalar(select(LogHead).order_by(LogHead.id.desc()).limit(1))


def head_of_size(tx: Tx, size: int) -> LogHead | None:
    return tx.scalar(select(LogHead).where(LogHead.size == size).order_by(LogHead.id.desc()).limit(1))


def heads(tx: Tx, *, before: int | None, limit: int) -> Sequence[LogHead]:
    """Newest first."""
    found = select(LogHead).order_by(LogHead.id.desc()).limit(limit)
    return tx.scalars(found if before is None else found.where(LogHead.id < before)).all()


def cosignatures(tx: Tx, size: int) -> Sequence[LogCosignature]:
    """The newest line of each witness for the head of this size: heads of one size say the same."""
    return tx.scalars(
        select(LogCosignature)
        .join(LogHead, LogHead.id == LogCosignature.head_id)
        .where(LogHead.size == size)
        .ext(distinct_on(LogCosignature.witness))
        .order_by(LogCosignature.witness, LogCosignature.id.desc())
    ).all()


def witnessed_size(tx: Tx, witness: str) -> int:
    """The largest head that this witness has cosigned; 0 if none."""
    return tx.execute(
        select(func.coalesce(func.max(LogHead.size), 0))
        .join(LogCosignature, LogCosignature.head_id == LogHead.id)
        .where(LogCosignature.witness == witness)
    ).scalar_one()


def has_cosigned(tx: Tx, head_id: int, witness: str) -> bool:
    return (
        tx.scalar(select(LogCosignature.id).where(LogCosignature.head_id == head_id, LogCosignature.witness == witness))
        is not None
    )


def keys(tx: Tx) -> Sequence[LogKey]:
    """The row that counts for each key, oldest key first."""
    newest = select(func.max(LogKey.id)).group_by(LogKey.public_key)
    return tx.scalars(select(LogKey).where(LogKey.id.in_(newest)).order_by(LogKey.not_before, LogKey.id)).all()


def leaves(tx: Tx, *, first: int, limit: int) -> Sequence[LogLeaf]:
    return tx.scalars(
        select(LogLeaf).where(LogLeaf.index >= first, LogLeaf.index < first + limit).order_by(LogLeaf.index)
    ).all()


def event(tx: Tx, event_id: int) -> AuditEvent | None:
    return tx.get(AuditEvent, event_id)


def leaf_of(tx: Tx, event_id: int) -> LogLeaf | None:
    return tx.scalar(select(LogLeaf).where(LogLeaf.event_id == event_id))


WITHHELD_AREAS = frozenset(
    {
        "account", "client", "deposit", "document", "entry", "mandate", "money", "money_order", "organisation", "party",
        "payment", "person", "session",
    }
)  # fmt: skip
"""Acts whose leaves the public sees by hash alone: who entered and paid, and who is who (招标投标法 22, 52; PIPL 25)."""


def is_withheld(body: str) -> bool:
    """Whether the public may not read this leaf."""
    act: str = json.loads(body)["event"]["act"]
    return act.partition(".")[0] in WITHHELD_AREAS


def result_published(tx: Tx, lot_id: int) -> AuditEvent | None:
    """The event that published the lot's newest result notice."""
    return tx.scalar(
        select(AuditEvent)
        .where(AuditEvent.subject == f"lot/{lot_id}", AuditEvent.act == "lot.confirm")
        .order_by(AuditEvent.seq.desc())
        .limit(1)
    )


def heads_over(tx: Tx, index: int, *, limit: int) -> Sequence[LogHead]:
    """The first heads that cover this leaf, oldest first."""
    return tx.scalars(select(LogHead).where(LogHead.size > index).order_by(LogHead.size, LogHead.id).limit(limit)).all()


def other_keys(tx: Tx, public_key: bytes, at: datetime) -> Sequence[LogKey]:
    """The announced keys besides this one that are still good at that moment."""
    return [k for k in keys(tx) if k.public_key != public_key and (k.not_after is None or k.not_after > at)]
