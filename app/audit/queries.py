"""Reads of the log: by subject, actor, act, region, rule, verdict, request and time, in keyset pages."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, func, select

from app.audit.models import AuditEvent, LogHead, LogLeaf
from app.base.actor import Actor, in_scope
from app.base.db import Tx

_BATCH = 500


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for; None means any. `since` is inside the period, `until` is not.

    `subject` is `lot/7`, or `lot/` for every lot; `act` is `lot.publish`, or `lot` for the whole area; `region` is a
    division with all inside it.
    """

    subject: str | None = None
    account_id: int | None = None
    person_id: int | None = None
    organisation_id: int | None = None
    client_id: str | None = None
    act: str | None = None
    region: str | None = None
    rule_id: str | None = None
    verdict: str | None = None
    request_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None

    def conditions(self) -> Iterator[ColumnElement[bool]]:
        e = AuditEvent
        if self.subject is not None:
            whole_kind = self.subject.endswith("/")
            yield e.subject.startswith(self.subject, autoescape=True) if whole_kind else e.subject == self.subject
        if self.act is not None:
            yield e.act == self.act if "." in self.act else e.act.startswith(self.act + ".", autoescape=True)
        if self.region is not None:
            yield e.region_code.startswith(self.region, autoescape=True)
        if self.rule_id is not None:
            yield e.rule_ids.contains([self.rule_id])
        if self.since is not None:
            yield e.at >= self.since
        if self.until is not None:
            yield e.at < self.until
        for name in ("account_id", "person_id", "organisation_id", "client_id", "verdict", "request_id"):
            if (wanted := getattr(self, name)) is not None:
                yield getattr(e, name) == wanted


def _seen(search: Search, seen_by: Actor, also: Sequence[ColumnElement[bool]]) -> Select[AuditEvent]:
    return select(AuditEvent).where(in_scope(AuditEvent.region_code, seen_by), *search.conditions(), *also)


def head_over(tx: Tx, subject: str, act: str) -> LogHead | None:
    """The first signed head that covers the subject's newest event of this act; None until there is one."""
    leaf = (
        select(LogLeaf.index)
        .join(AuditEvent, AuditEvent.id == LogLeaf.event_id)
        .where(AuditEvent.subject == subject, AuditEvent.act == act)
        .order_by(LogLeaf.index.desc())
        .limit(1)
        .scalar_subquery()
    )
    return tx.scalar(select(LogHead).where(LogHead.size > leaf).order_by(LogHead.size).limit(1))


def page(
    tx: Tx,
    search: Search,
    *,
    seen_by: Actor,
    limit: int,
    after: int | None = None,
    oldest_first: bool = False,
    up_to: int | None = None,
    also: Sequence[ColumnElement[bool]] = (),
) -> list[AuditEvent]:
    """The events after the one with id `after`, in the order asked for. `also` narrows further."""
    query = _seen(search, seen_by, also).order_by(AuditEvent.id if oldest_first else AuditEvent.id.desc()).limit(limit)
    if after is not None:
        query = query.where(AuditEvent.id > after if oldest_first else AuditEvent.id < after)
    if up_to is not None:
        query = query.where(AuditEvent.id <= up_to)
    return list(tx.scalars(query))


def is_seen(tx: Tx, subject: str, *, seen_by: Actor, also: Sequence[ColumnElement[bool]] = ()) -> bool:
    """Whether the actor may see anything of the subject."""
    query = _seen(Search(subject=subject), seen_by, also).with_only_columns(AuditEvent.id).limit(1)
    return tx.scalar(query) is not None


def newest_id(tx: Tx) -> int:
    return tx.execute(select(func.coalesce(func.max(AuditEvent.id), 0))).scalar_one()


def chain(tx: Tx, subject: str) -> Iterator[AuditEvent]:
    """All events of one subject in their order, a batch at a time."""
    last = 0
    while True:
        query = select(AuditEvent).where(AuditEvent.subject == subject, AuditEvent.seq > last).order_by(AuditEvent.seq)
        batch = tx.scalars(query.limit(_BATCH)).all()
        yield from batch
        if len(batch) < _BATCH:
            return
        last = batch[-1].seq
