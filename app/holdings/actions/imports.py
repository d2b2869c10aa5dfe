"""An import's life: sent in, claimed by a worker, read without a transaction, written in one."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from hashlib import sha256
from typing import Final

from sqlalchemy import delete, insert, update

from app.audit.actions import record
from app.base.actor import Actor
from app.base.db import Tx, transaction
from app.base.errors import Conflict, Invalid, TooMany
from app.holdings import queries
from app.holdings.checking import check
from app.holdings.found import Checked, Known
from app.holdings.models import HoldingImport, HoldingImportBody, HoldingImportProblem
from app.holdings.states import IMPORT, ImportMode, ImportState
from app.holdings.writing import lock_village, write
from app.identity import queries as identity
from app.registry import queries as registry
from app.registry.actions.regions import within
from app.registry.states import RegionLevel

MAX_FILE: Final = 12_000_000
"""Bytes of one workbook."""
MAX_WAITING: Final = 5
"""Imports of one village that may wait at a time."""
SILENT: Final = timedelta(minutes=2)
MAX_ATTEMPTS: Final = 3


def submit(
    tx: Tx, who: Actor, *, region_code: str, mode: ImportMode, file_name: str, content: bytes
) -> HoldingImport:  # fmt: skip
    """导入台账: puts a workbook in line for one village. The same file that waits already is answered with its import.

    Raises NotFound outside the actor's regions, Invalid for a place that is no village or a file of another size.
    """
    within(tx, who, region_code)
    if registry.region(tx, region_code).level is not RegionLevel.VILLAGE:
        raise Invalid("台账按村导入，请给出 12 位的村代码", field="region_code")
    if not 0 < len(content) <= MAX_FILE:
        raise Invalid(f"文件须在 1 至 {MAX_FILE} 字节之间", field="file", reason="FILE_SIZE")
    lock_village(tx, region_code)
    digest = sha256(content).digest()
    if (waiting := queries.waiting_import(tx, region_code, digest, mode)) is not None:
        return waiting
    if queries.n_waiting(tx, region_code) >= MAX_WAITING:
        raise TooMany("本村已有多次导入在等待，请稍后再试", retry_after=30)
    made = HoldingImport(
        region_code=region_code, mode=mode, state=ImportState.QUEUED, file_name="".join(c for c in file_name if c.isprintable())[:200], sha256=digest,
        size=len(content), same_as_id=queries.applied_before(tx, region_code, digest),
        submitted_by_account=who.account_id, submitted_at=tx.clock(),
    )  # fmt: skip
    tx.add(made)
    tx.flush()
    tx.add(HoldingImportBody(import_id=made.id, body=content))
    tx.flush()
    record(
        tx, who, "holding.submit", f"holding_import/{made.id}", region=region_code,
        mode=mode, sha256=digest, size=made.size, same_as=made.same_as_id,
    )  # fmt: skip
    return made


def _claim(tx: Tx) -> tuple[HoldingImport, bytes] | None:
    """The next import, now ours; or None. One that has brought down three workers is given up."""
    job = queries.next_import(tx, unheard_since=tx.clock() - SILENT)
    if job is None:
        return None
    now = tx.clock()
    job.state = IMPORT.after(job.state, "claim")
    job.heard_of_at, job.attempt = now, job.attempt + 1
    if job.attempt > MAX_ATTEMPTS:
        _end(tx, job, IMPORT.after(job.state, "give_up"), Checked(), {})
        return job, b""
    return job, queries.body(tx, job.id)


def run_next() -> int:
    """Reads and, where asked for, writes the next workbook in line; returns the import's id, 0 if none waits.

    Three steps with a transaction each: claim, tell how far it is, finish. A process that dies in between leaves
    nothing written; another one begins anew after a while.
    """
    with transaction() as tx:
        claimed = _claim(tx)
        if claimed is None:
            return 0
        job, content = claimed
        if job.finished_at is not None:
            return job.id
    with transaction(read_only=True) as tx:
        known = known_of(tx, job.region_code)
    checked = check(content, known, _teller(job.id, job.attempt))
    try:
        try:
            with transaction() as tx:
                _finish(tx, job.id, job.attempt, checked)
        except Conflict as e:  # the ledger moved while the file was read: nothing is written, and the reason is told
            checked.fatal(e.reason or "CONFLICT", e.detail)
            with transaction() as tx:
                _finish(tx, job.id, job.attempt, checked)
    finally:
        checked.close()
    return job.id


def known_of(tx: Tx, region_code: str) -> Known:
    """What a village's workbook is held against."""
    return Known(
        owners=queries.owners(tx, region_code),
        accounts=queries.accounts(tx, region_code),
        things=queries.things(tx, region_code),
        holders=_holders,
        today=tx.today(),
    )


def _holders(digests: list[bytes]) -> Mapping[bytes, int]:
    with transaction(read_only=True) as tx:
        return queries.holders(tx, digests)


def _teller(import_id: int, attempt: int) -> Callable[[int, int], None]:
    def tell(percent: int, n_rows: int) -> None:
        with transaction() as tx:
            tx.execute(
                update(HoldingImport)
                .where(
                    HoldingImport.id == import_id,
                    HoldingImport.attempt == attempt,
                    HoldingImport.state == ImportState.RUNNING,
                )
                .values(percent=percent, n_rows=n_rows, heard_of_at=tx.clock())
            )

    return tell


def _finish(tx: Tx, import_id: int, attempt: int, checked: Checked) -> None:
    """Writes what the mode allows, the problems, and the end. Somebody else's newer attempt is left alone."""
    job = queries.lock_import(tx, import_id)
    if job.attempt != attempt or job.finished_at is not None:
        return
    lock_village(tx, job.region_code)
    now = tx.clock()
    unread = not checked.pages
    whole = checked.n_errors == 0
    if job.mode is ImportMode.DRY_RUN:
        target = ImportState.CHECKED
    elif not unread and (whole or job.mode is ImportMode.PARTIAL):
        target = ImportState.APPLIED
    else:
        target = ImportState.REFUSED
    target = IMPORT.after(job.state, "finish", to=target)
    summary: dict[str, dict[str, int]] = {}
    for page in checked.pages:
        summary[page.sheet.title] = {"read": page.n_read, "valid": page.n_valid, "examples": page.n_examples}
        if target is ImportState.APPLIED:
            summary[page.sheet.title] |= write(tx, page, region_code=job.region_code, import_id=import_id, now=now)
    _end(tx, job, target, checked, summary)


def _end(
    tx: Tx, job: HoldingImport, target: ImportState, checked: Checked, summary: Mapping[str, dict[str, int]]
) -> None:
    now = tx.clock()
    job.state, job.finished_at, job.percent = target, now, 100
    job.n_rows, job.n_errors, job.n_notes = checked.n_rows, checked.n_errors, checked.n_notes
    job.summary = dict(summary)
    if checked.found:
        tx.execute(
            insert(HoldingImportProblem),
            [
                {
                    "import_id": job.id, "severity": f.severity, "code": f.code, "sheet": f.sheet, "row_no": f.row_no,
                    "column_title": f.column_title, "cell": f.cell, "reason": f.reason[:400],
                }
                for f in checked.found
            ],
        )  # fmt: skip
    tx.execute(delete(HoldingImportBody).where(HoldingImportBody.import_id == job.id))
    tx.flush()
    who = identity.actor(tx, job.submitted_by_account) if job.submitted_by_account else None
    record(
        tx, who, "holding.import", f"holding_import/{job.id}", region=job.region_code, state=target, mode=job.mode,
        sha256=job.sha256, n_rows=job.n_rows, n_errors=job.n_errors, summary=job.summary,
    )  # fmt: skip
