"""`record`: the one way to write the log, called by every action in its own transaction."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import select, text

from app.audit import queries
from app.audit.canonical import event_hash, plain
from app.audit.commitment import committed
from app.audit.models import AuditEvent
from app.base.actor import Actor
from app.base.context import request_id
from app.base.db import Tx
from app.base.findings import Finding, worst

HASHED = (
    "at", "act", "subject", "seq", "region_code", "account_id", "person_id", "organisation_id", "client_id",
    "on_behalf_of", "request_id", "before", "after", "facts", "findings", "rule_ids", "verdict", "rulebook",
)  # fmt: skip
"""The columns under the hash: all but id and xid, which the database gives, and the two hashes themselves."""


def record(
    tx: Tx,
    who: Actor | None,
    act: str,
    subject: str,
    *,
    region: str,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    findings: Sequence[Finding] = (),
    rulebook: str | None = None,
    on_behalf_of: str | None = None,
    personal: Mapping[str, object] | None = None,
    personal_of: int | None = None,
    **facts: Any,
) -> AuditEvent:
    """Appends the event of one act. `who` is None for what time does.

    `subject` is `kind/id`; the caller holds the lock on it (two events of one subject at once are a unique violation,
    never a fork). No number, phone, account or name of a private person goes into the facts: such fields are given as
    `personal`, of the person `personal_of`, and the event holds their salted commitments.
    """
    last = _last(tx, subject)
    if personal:
        facts["personal"] = committed(tx, subject, personal, person_id=personal_of)
    said = [
        {"rule_id": f.rule_id, "verdict": f.outcome, "message": f.message, "citation": f.citation} for f in findings
    ]
    body: dict[str, Any] = {
        "at": tx.clock(),
        "act": act,
        "subject": subject,
        "seq": last.seq + 1 if last else 1,
        "region_code": region,
        "account_id": who.account_id if who else None,
        "person_id": who.person_id if who else None,
        "organisation_id": who.organisation_id if who else None,
        "client_id": who.client_id if who else None,
        "on_behalf_of": on_behalf_of,
        "request_id": request_id.get(),
        "before": plain(before),
        "after": plain(after),
        "facts": plain(facts),
        "findings": plain(said),
        "rule_ids": sorted({f.rule_id for f in findings}),
        "verdict": worst([f.outcome for f in findings]).value if findings else None,
        "rulebook": rulebook,
    }
    prev = last.hash if last else None
    event = AuditEvent(**body, prev_hash=prev, hash=event_hash(plain(body), prev))
    tx.add(event)
    tx.flush()
    return event


def _last(tx: Tx, subject: str) -> Any:
    """Number and hash of the subject's newest event, None before the first."""
    return tx.execute(
        select(AuditEvent.seq, AuditEvent.hash)
        .where(AuditEvent.subject == subject)
        .order_by(AuditEvent.seq.desc())
        .limit(1)
    ).one_or_none()


@dataclass(frozen=True, slots=True)
class Said:
    """One of several events that are written at once: its subject, the request that led to it, and its facts."""

    subject: str
    region: str
    request_id: str | None
    facts: Mapping[str, Any]


_LAST_OF_EACH = text("""
    SELECT asked.subject, last.seq, last.hash
    FROM unnest(CAST(:subjects AS text[])) AS asked (subject)
    CROSS JOIN LATERAL (
        SELECT seq, hash FROM audit_event WHERE subject = asked.subject ORDER BY seq DESC LIMIT 1
    ) last
""")


def record_all(tx: Tx, act: str, said: Sequence[Said]) -> list[AuditEvent]:
    """`record` for several events that nobody in particular causes, of one instant: written at once, in their order.

    The caller holds the lock on every subject.
    """
    rows = tx.execute(_LAST_OF_EACH, {"subjects": sorted({one.subject for one in said})})
    last: dict[str, tuple[int, bytes | None]] = {row.subject: (row.seq, row.hash) for row in rows}
    nothing: dict[str, Any] = dict.fromkeys(HASHED)
    now = tx.clock()
    events = []
    for one in said:
        before, prev = last.get(one.subject, (0, None))
        body = nothing | {
            "at": now, "act": act, "subject": one.subject, "seq": before + 1, "region_code": one.region,
            "request_id": one.request_id, "facts": plain(one.facts), "findings": [], "rule_ids": [],
        }  # fmt: skip
        events.append(AuditEvent(**body, prev_hash=prev, hash=event_hash(plain(body), prev)))
        last[one.subject] = before + 1, events[-1].hash
    tx.add_all(events)
    tx.flush()
    return events


def rehash(event: AuditEvent) -> bytes:
    """The hash that this row should carry, from its own columns: whoever edits one changes this."""
    return event_hash(plain({name: getattr(event, name) for name in HASHED}), event.prev_hash)


class Fault(StrEnum):
    """How a chain can be broken."""

    CONTENT = "content"
    LINK = "link"
    GAP = "gap"


@dataclass(frozen=True, slots=True)
class Broken:
    """The first row at which a subject's chain does not hold."""

    event_id: int
    seq: int
    fault: Fault


def first_broken(events: Iterable[AuditEvent]) -> tuple[int, Broken | None]:
    """Recomputes the chain of one subject's events, given in order: how many hold, and the first that does not.

    An edited column (CONTENT), a hash put elsewhere (LINK) and a row taken out of the middle (GAP) are found. Rows
    taken off the end are not, nor is a chain that was rewritten to its end: that takes a witness outside.
    """
    prev: bytes | None = None
    n = 0
    for n, event in enumerate(events, start=1):
        if event.seq != n:
            return n - 1, Broken(event.id, event.seq, Fault.GAP)
        if event.prev_hash != prev:
            return n - 1, Broken(event.id, event.seq, Fault.LINK)
        try:
            holds = rehash(event) == event.hash
        except (TypeError, ValueError):
            holds = False  # a value that this log never writes
        if not holds:
            return n - 1, Broken(event.id, event.seq, Fault.CONTENT)
        prev = event.hash
    return n, None


def verify_chain(tx: Tx, subject: str) -> tuple[int, Broken | None]:
    """`first_broken` of all that the database holds of the subject."""
    return first_broken(queries.chain(tx, subject))
