"""What an import costs: rows a second into PostgreSQL with every check, by phase, and the memory it takes.

    python -m benchmarks.holdings [--rows 50000]

Starts a PostgreSQL of its own and throws it away. The process is tied to one core, as is the server that it starts.
"""

import argparse
import os
import resource
import sys
import tempfile
from datetime import date
from io import BytesIO
from pathlib import Path
from time import perf_counter, process_time

import xlsxwriter
from sqlalchemy import text

from app.base import schema, sealing
from app.base.actor import Actor, Role
from app.base.db import connect, transaction
from app.base.embedded import EmbeddedPostgres
from app.holdings import actions, queries
from app.holdings.checking import check
from app.holdings.reading import Workbook
from app.holdings.sheets import SHEETS, Kind
from app.holdings.states import ImportMode
from app.identity.permissions import P
from app.registry.actions import load_regions, record_party
from app.registry.schemas import PartyIn
from app.registry.states import PartyKind
from tests.people import account, actor

VILLAGE = "411003001001"
OWNER = "演示村村民委员会"
ACCOUNT = "6228480000000001"


def say(what: str, value: str) -> None:
    sys.stdout.write(f"{what:<60} {value}\n")
    sys.stdout.flush()


def workbook(n_rows: int) -> bytes:
    """One account, then the other four sheets with as many rows each, every column filled."""
    into = BytesIO()
    made = xlsxwriter.Workbook(into, {"constant_memory": True})
    each = (n_rows - 1) // 4
    for sheet in SHEETS:
        page = made.add_worksheet(sheet.title)
        for at, column in enumerate(sheet.columns):
            page.write_string(0, at, column.title)
        for n in range(1 if sheet.table == "holding_account" else each):
            for at, column in enumerate(sheet.columns):
                sample = column.sample.removeprefix("示例")
                value = {
                    Kind.CODE: f"{sample or 'X'}-{n}", Kind.OWNER: OWNER, Kind.ACCOUNT: ACCOUNT,
                }.get(column.kind, sample or "无")  # fmt: skip
                if column.name == "thing_no":
                    value = f"ZY-001-{n}"
                if column.kind in {Kind.MONEY, Kind.DECIMAL}:
                    page.write_number(n + 1, at, float(sample))
                elif column.kind is Kind.DAY:
                    page.write_number(n + 1, at, (date.fromisoformat(sample) - date(1899, 12, 30)).days)
                else:
                    page.write_string(n + 1, at, value)
    made.close()
    return into.getvalue()


def server_time() -> float:
    """Processor seconds of the session that this process's transactions run in (Linux)."""
    with transaction(read_only=True) as tx:
        pid = tx.scalar(text("SELECT pg_backend_pid()"))
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def run(who: Actor, content: bytes, mode: ImportMode, what: str) -> None:
    with transaction() as tx:
        job_id = actions.submit(tx, who, region_code=VILLAGE, mode=mode, file_name="bench.xlsx", content=content).id
    began, cpu, others = perf_counter(), process_time(), server_time()
    actions.run_next()
    took, worked, served = perf_counter() - began, process_time() - cpu, server_time() - others
    with transaction(read_only=True) as tx:
        job = queries.one_import(tx, job_id, seen_by=who)
    if job.n_errors:
        raise SystemExit(f"{what}: {job.n_errors} errors")
    say(
        what,
        f"{job.n_rows / took:,.0f} rows/s ({took:.2f} s for {job.n_rows:,}; processor time {worked:.2f} s, server {served:.2f} s:"
        f" {job.n_rows / (worked + served):,.0f} rows a second of one processor)",
    )


def phases(content: bytes) -> None:
    """Reading alone and checking alone, each with nothing else; what is left of an import is writing."""
    began = perf_counter()
    book = Workbook(content)
    n = sum(1 for part in book.sheets for _ in book.rows(part))
    say("unpack and parse alone", f"{n / (perf_counter() - began):,.0f} rows/s")
    with transaction(read_only=True) as tx:
        known = actions.known_of(tx, VILLAGE)
    began = perf_counter()
    checked = check(content, known)
    say("parse, check and spool, no database", f"{checked.n_rows / (perf_counter() - began):,.0f} rows/s")
    checked.close()


def measure(who: Actor, n_rows: int) -> None:
    content = workbook(n_rows)
    say("workbook", f"{n_rows:,} rows, {len(content) / 1e6:.1f} MB")
    phases(content)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    run(who, content, ImportMode.DRY_RUN, "dry run")
    run(who, content, ImportMode.WHOLE, "import into an empty ledger")
    run(who, content, ImportMode.WHOLE, "the same file again, nothing to change")
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    say("memory beyond what reading it alone took", f"{grown / 1e3:,.0f} MB")
    began = perf_counter()
    with transaction() as tx, actions.export(tx, who, region_code=VILLAGE) as made:
        made.read()
    say("export", f"{n_rows / (perf_counter() - began):,.0f} rows/s")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=50_000)
    n_rows = parser.parse_args().rows
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    folder = tempfile.TemporaryDirectory()
    server = EmbeddedPostgres(Path(folder.name) / "data", throwaway=True).start()
    try:
        schema.upgrade(server.url())
        engine = connect(server.url(), pool_size=1)
        sealing.use_key(bytes(32))
        with transaction() as tx:
            load_regions(tx)
            record_party(tx, None, PartyIn(kind=PartyKind.VILLAGE_COMMITTEE, name=OWNER, region_code=VILLAGE))
            who = actor(tx, account(tx, Role.VILLAGE_CLERK, region=VILLAGE), P.HOLDING_RECORD)
        measure(who, n_rows)
        engine.dispose()
    finally:
        server.stop()
        folder.cleanup()


if __name__ == "__main__":
    main()
