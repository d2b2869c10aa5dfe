"""Receipts: what the author of an act takes home in the answer, before anybody could have second thoughts.

A receipt carries the leaf's exact bytes and the chain hash at once; index and proof are fetched when a signed head covers
the leaf. Whoever holds one can show that the log was rewritten, even where its keeper signs the forgery.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from app.audit.canonical import plain
from app.audit.models import AuditEvent
from app.audit.sequencer import body_of
from app.audit.tree import leaf_hash
from app.base.db import Tx
from app.base.wire import Out


class LogReceipt(Out):
    """回执：`body` 的 UTF-8 字节即日志中的叶；`leaf_index`、`proof`、`checkpoint` 在签名树头覆盖该叶后由 `fetch_at` 取得。"""

    version: int = 1
    event_id: int
    body: str
    chain_hash: str
    leaf_hash: str
    leaf_index: int | None = None
    size: int | None = None
    proof: list[str] | None = None
    checkpoint: str | None = None
    fetch_at: str


def receipt_of(event: AuditEvent) -> LogReceipt:
    """The receipt of an event as it was written; a pure function of the row."""
    body = body_of(event)
    return LogReceipt(
        event_id=event.id,
        body=body.decode(),
        chain_hash=plain(event.hash),
        leaf_hash=leaf_hash(body).hex(),
        fetch_at=f"/api/v1/log/events/{event.id}/receipt",
    )


def newest(tx: Tx, subject: str, acts: Sequence[str], **facts: Any) -> LogReceipt | None:
    """The receipt of the subject's newest event of these acts whose facts hold all that is given."""
    found = select(AuditEvent).where(AuditEvent.subject == subject, AuditEvent.act.in_(acts))
    if facts:
        found = found.where(AuditEvent.facts.contains(plain(facts)))
    event = tx.scalar(found.order_by(AuditEvent.seq.desc()).limit(1))
    return None if event is None else receipt_of(event)


def by_fact(tx: Tx, subject: str, act: str, name: str, **facts: Any) -> Mapping[Any, LogReceipt]:
    """The receipts of all the subject's events of this act with these facts, by what the fact `name` says in each."""
    events = tx.scalars(
        select(AuditEvent)
        .where(AuditEvent.subject == subject, AuditEvent.act == act, AuditEvent.facts.contains(plain(facts)))
        .order_by(AuditEvent.seq)
    )
    return {event.facts[name]: receipt_of(event) for event in events}
