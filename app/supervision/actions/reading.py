"""Taking the log out of the platform, which is itself an act in the log."""

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any, Final

from sqlalchemy import select

from app.audit import commitment
from app.audit import queries as audit
from app.audit.actions import record
from app.audit.canonical import plain
from app.audit.models import AuditEvent
from app.audit.queries import Search
from app.base.actor import Actor, in_scope
from app.base.db import Tx, transaction
from app.base.errors import NotFound
from app.identity import queries as identity
from app.supervision.acts import act_zh, when_zh
from app.supervision.queries import unsealed
from app.supervision.schemas import EventOut, ExportFormat, PersonalOut

BATCH: Final = 500
_FORMULA: Final = frozenset("=+-@\t\r\n＝＋－＠")
PERSONAL_KINDS: Final = frozenset({"account", "person", "party", "entry", "deposit", "money_order", "mandate"})
"""Subjects that are people, or that only exist for one bidder."""
COLUMNS: Final = (
    "序号", "时间（北京）", "时间（UTC）", "行为", "行为名称", "对象", "对象内序号", "区划", "账号", "自然人", "组织", "应用",
    "代表", "请求号", "结论", "规则", "变更前", "变更后", "事实", "规则结论", "规则集版本", "前一哈希", "哈希",
)  # fmt: skip


def begin_export(tx: Tx, who: Actor, search: Search, *, form: str) -> int:
    """Records who takes out what, and returns the id up to which the export goes."""
    identity.lock_account(tx, who.account_id)
    up_to = audit.newest_id(tx)
    asked = {name: value for name, value in asdict(search).items() if value is not None}
    region = min(who.prefixes, key=len)
    record(tx, who, "audit.export", f"account/{who.account_id}", region=region, format=form, up_to=up_to, search=asked)
    return up_to


def note_search(tx: Tx, who: Actor, search: Search) -> None:
    """Records a question about one person or account: who looks at people is itself looked at."""
    asked = {name: value for name, value in asdict(search).items() if value is not None}
    identity.lock_account(tx, who.account_id)
    region = min(who.prefixes, key=len)
    record(tx, who, "audit.search", f"account/{who.account_id}", region=region, search=asked)


def open_personal(tx: Tx, who: Actor, event_id: int) -> list[PersonalOut]:
    """The personal fields that one event commits to, and that they were looked at. Raises NotFound."""
    found = tx.scalar(
        select(AuditEvent).where(AuditEvent.id == event_id, in_scope(AuditEvent.region_code, who), unsealed())
    )
    if found is None:
        raise NotFound
    identity.lock_account(tx, who.account_id)
    said: dict[str, str] = found.facts.get("personal", {})
    record(
        tx, who, "audit.open_personal", f"account/{who.account_id}", region=found.region_code, event=event_id,
        fields=sorted(said),
    )  # fmt: skip
    kept = commitment.kept(tx, found)
    return [
        PersonalOut(
            field=field,
            commitment=said[field],
            salt=None if row is None else row.salt,
            value=None if row is None else row.value,
            erased=row is None,
        )
        for field, row in kept.items()
    ]


def is_personal(search: Search) -> bool:
    """Whether the search is for what somebody did, or for what was done about him."""
    named = (search.account_id, search.person_id)
    kind = (search.subject or "").partition("/")[0]
    return any(n is not None for n in named) or kind in PERSONAL_KINDS


def exported(who: Actor, search: Search, *, up_to: int) -> Iterator[AuditEvent]:
    """All that the actor may see of the search, oldest first; each batch in a transaction of its own."""
    after: int | None = None
    while True:
        with transaction(read_only=True) as tx:
            batch = audit.page(
                tx, search, seen_by=who, limit=BATCH, after=after, oldest_first=True, up_to=up_to, also=[unsealed()]
            )
        yield from batch
        if len(batch) < BATCH:
            return
        after = batch[-1].id


def _cell(value: Any) -> str:
    """Text that no spreadsheet takes for a formula."""
    if value is None:
        return ""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)
    return "'" + text if text[:1] in _FORMULA else text


def _row(e: AuditEvent) -> list[str]:
    prev = e.prev_hash.hex() if e.prev_hash else None
    values = (
        e.id, when_zh(e.at), plain(e.at), e.act, act_zh(e.act), e.subject, e.seq, e.region_code, e.account_id, e.person_id,
        e.organisation_id, e.client_id, e.on_behalf_of, e.request_id, e.verdict, " ".join(e.rule_ids), e.before, e.after,
        e.facts, e.findings, e.rulebook, prev, e.hash.hex(),
    )  # fmt: skip
    return [_cell(value) for value in values]


def lines(events: Iterator[AuditEvent], form: str, *, heading: bool = True) -> Iterator[str]:
    """The text of an export: CSV as spreadsheets expect it (a byte order mark, a heading, CRLF), or JSON Lines."""
    if form == ExportFormat.JSONL:
        for event in events:
            yield EventOut.model_validate(event).model_dump_json() + "\n"
        return
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    if heading:
        out.write("\ufeff")
        writer.writerow(COLUMNS)
    for event in events:
        writer.writerow(_row(event))
        yield out.getvalue()
        out.seek(0)
        out.truncate()
    yield out.getvalue()
