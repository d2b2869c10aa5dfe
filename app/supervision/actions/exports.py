"""Exports written in the background, a batch a transaction: what is written, and how far it is, are one commit."""

from collections.abc import Iterator
from datetime import timedelta
from hashlib import sha256
from typing import Final

import structlog
from sqlalchemy import delete, select

from app.audit import queries as audit
from app.audit.actions import record
from app.base.actor import Actor
from app.base.db import Tx, transaction
from app.base.errors import NotFound, TooMany
from app.identity import queries as identity
from app.identity.permissions import P
from app.supervision import queries
from app.supervision.actions.reading import BATCH, begin_export, lines
from app.supervision.models import AuditExport, AuditExportPart
from app.supervision.schemas import ExportFormat, SearchIn, again, kept, search_of
from app.supervision.states import ExportState

log = structlog.get_logger()

KEPT_DAYS: Final = 7
MAX_RUNNING: Final = 5
ATTEMPTS: Final = 3


def ask_for_export(tx: Tx, who: Actor, asked: SearchIn, form: ExportFormat) -> AuditExport:
    """Asks for an export; the same one that is still being written is not begun again. Raises TooMany."""
    up_to = begin_export(tx, who, search_of(asked), form=form)
    running = tx.scalars(
        select(AuditExport).where(AuditExport.account_id == who.account_id, AuditExport.state == ExportState.RUNNING)
    ).all()
    search = kept(asked)
    for row in running:
        if (row.search, row.format, row.prefixes) == (search, form, list(who.prefixes)):
            return row
    if len(running) >= MAX_RUNNING:
        raise TooMany(f"已有{MAX_RUNNING}个导出正在进行，请等待其完成")
    row = AuditExport(
        account_id=who.account_id, prefixes=list(who.prefixes), search=search, format=form, state=ExportState.RUNNING,
        up_to=up_to, after_id=0, n_parts=0, n_events=0, size=0, attempt=0, asked_at=tx.clock(),
    )  # fmt: skip
    tx.add(row)
    tx.flush()
    return row


def run_next() -> int:
    """Writes the next batch of the oldest export that nobody else writes at this moment; how many batches it wrote.

    A process that is killed loses its batch and nothing else. What fails three times is given up.
    """
    with transaction() as tx:
        row = queries.claim_export(tx)
        if row is None:
            return 0
        export_id = row.id
        try:
            with tx.session.begin_nested():
                _write(tx, row)
        except Exception:
            log.exception("audit export failed", export=export_id)
            tx.session.refresh(row)
            row.attempt += 1
            if row.attempt >= ATTEMPTS:
                _end(tx, row, ExportState.FAILED)
    return 1


def _write(tx: Tx, row: AuditExport) -> None:
    who = identity.actor(tx, row.account_id)
    seen_by = None if who is None else who.acting(P.AUDIT_READ)
    if seen_by is None or sorted(seen_by.prefixes) != sorted(row.prefixes):
        _end(tx, row, ExportState.FAILED)  # what he asked for is no longer his to see
        return
    batch = audit.page(
        tx, search_of(again(row.search)), seen_by=seen_by, limit=BATCH, after=row.after_id,
        oldest_first=True, up_to=row.up_to, also=[queries.unsealed()],
    )  # fmt: skip
    content = b"".join(line.encode() for line in lines(iter(batch), row.format, heading=row.n_parts == 0))
    if content:
        row.n_parts += 1
        tx.add(AuditExportPart(export_id=row.id, n=row.n_parts, content=content))
    row.n_events, row.size, row.attempt = row.n_events + len(batch), row.size + len(content), 0
    row.after_id = batch[-1].id if batch else row.up_to
    if len(batch) < BATCH:
        tx.flush()
        whole = sha256()
        for piece in parts(tx, row):
            whole.update(piece)
        _end(tx, row, ExportState.FINISHED, whole.digest())


def _end(tx: Tx, row: AuditExport, state: ExportState, digest: bytes | None = None) -> None:
    identity.lock_account(tx, row.account_id)
    now = tx.clock()
    row.state, row.finished_at, row.sha256 = state, now, digest
    record(
        tx, None, "audit.finish_export", f"account/{row.account_id}", region=min(row.prefixes, key=len), export=row.id,
        state=state, n_events=row.n_events, size=row.size, sha256=digest.hex() if digest else None,
    )  # fmt: skip


def take(tx: Tx, who: Actor, export_id: int) -> AuditExport:
    """The export to download, and that it was downloaded. Raises NotFound also where it is not whole, or no more."""
    row = queries.export(tx, export_id, of=who)
    if row.state is not ExportState.FINISHED or not set(row.prefixes) <= set(who.prefixes):
        raise NotFound("没有可下载的文件")
    identity.lock_account(tx, who.account_id)
    record(
        tx, who, "audit.take_export", f"account/{who.account_id}", region=min(who.prefixes, key=len), export=row.id,
        sha256=row.sha256.hex() if row.sha256 else None,
    )  # fmt: skip
    return row


def parts(tx: Tx, row: AuditExport) -> Iterator[bytes]:
    """The pieces of the file in order, one at a time."""
    for n in range(1, row.n_parts + 1):
        yield tx.execute(
            select(AuditExportPart.content).where(AuditExportPart.export_id == row.id, AuditExportPart.n == n)
        ).scalar_one()


def forget(tx: Tx) -> int:
    """Removes the files of exports that have been kept long enough, and of those that came to nothing."""
    over = tx.scalars(
        select(AuditExport)
        .where(
            AuditExport.finished_at < tx.clock() - timedelta(days=KEPT_DAYS),
            AuditExport.state.in_([ExportState.FINISHED, ExportState.FAILED]),
            AuditExport.n_parts > 0,
        )
        .order_by(AuditExport.id)
        .limit(10)
        .with_for_update(skip_locked=True)
    ).all()
    for row in over:
        tx.execute(delete(AuditExportPart).where(AuditExportPart.export_id == row.id))
        row.n_parts = 0
        if row.state is ExportState.FINISHED:
            row.state = ExportState.EXPIRED
    return len(over)
