"""Workbooks out: the template can be read back, and a village's ledger comes back from its export as it was."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text

from app.audit.models import AuditEvent
from app.base.db import transaction
from app.base.errors import Invalid, NotFound
from app.base.sealing import sealer
from app.holdings import actions
from app.holdings.rows import SEALED_AS
from app.holdings.sheets import SHEETS, Column, Kind
from app.holdings.states import ImportState
from tests.holdings.books import book, found, rows, send
from tests.holdings.conftest import Village, settle
from tests.registry import make

EMPTY = (
    "TRUNCATE holding_contract, holding_resource, holding_asset, holding_entry, holding_account,"
    " holding_import_problem, holding_import_body, holding_import CASCADE"
)
_LETTERS = st.text(st.characters(categories=["L", "N", "P", "S", "Zs"], exclude_characters="\u3000"), max_size=30)
# what a spreadsheet cell cannot tell from blanks around it, or what marks an example, is no text of a ledger
TEXTS = _LETTERS.map(lambda t: " ".join(t.split())).filter(lambda t: t != "" and not t.startswith("示例"))
DAYS = st.dates(date(1949, 10, 1), date(2025, 12, 31))
FEN = st.integers(0, 10**12)


def _value(column: Column, draw: Any, numbers: Mapping[Kind, str]) -> Any:
    match column.kind:
        case Kind.CODE | Kind.ACCOUNT | Kind.OWNER:
            return numbers[column.kind]
        case Kind.TEXT:
            return draw(TEXTS)[: column.size].strip() or "文"
        case Kind.CHOICE:
            return draw(st.sampled_from([zh for value, zh in column.choices.items() if value != "cash"]))
        case Kind.FLAG:
            return draw(st.sampled_from(["是", "否"]))
        case Kind.DAY:
            return draw(DAYS)
        case Kind.MONEY:
            fen = draw(FEN.filter(bool))
            return f"{fen // 100}.{fen % 100:02d}"
        case Kind.DECIMAL:
            units = draw(st.integers(1, 10**11))
            return f"{units // 10_000}.{units % 10_000:04d}"


@st.composite
def ledgers(draw: Any, owner: str) -> dict[str, list[dict[str, Any]]]:
    """A ledger that holds together: entries have accounts, contracts things, what is not required may be missing."""
    made: dict[str, list[dict[str, Any]]] = {}
    for sheet in SHEETS:
        made[sheet.title] = []
        for n in range(draw(st.integers(1, 3))):
            account = f"62284800000{n if sheet.title == '账户' else 0:05d}"
            line: dict[str, Any] = {}
            for column in sheet.columns:
                if column.required or draw(st.booleans()):
                    line[column.title] = _value(
                        column, draw,
                        {Kind.CODE: f"号-{n}〔{n}〕", Kind.ACCOUNT: account, Kind.OWNER: owner},
                    )  # fmt: skip
            made[sheet.title].append(_joined(line))
    return made


def _joined(line: dict[str, Any]) -> dict[str, Any]:
    if "银行账号" in line and "账户类型" in line:
        line["开户银行"] = "演示银行"
        if ("账面余额（元）" in line) != ("余额日期" in line):
            line |= {"账面余额（元）": "1.00", "余额日期": date(2025, 1, 1)}
    if "净值（元）" in line:
        line["原值（元）"] = line["净值（元）"]
    if "标的编号" in line:
        line["标的编号"] = "号-0〔0〕"
        line["终止日期"] = line["起始日期"] + timedelta(days=30)
    return line


def snapshot() -> dict[str, list[dict[str, Any]]]:
    """The ledger as anybody reads it: without keys of rows, seals and times, the account opened."""
    kept: dict[str, list[dict[str, Any]]] = {}
    with transaction(read_only=True) as tx:
        for sheet in SHEETS:
            lines = tx.execute(text(f"SELECT * FROM {sheet.table} ORDER BY id")).mappings()
            kept[sheet.title] = [
                {
                    name: sealer().open(bytes(value), bound_to=SEALED_AS) if name == "account_sealed" else value
                    for name, value in line.items()
                    if name not in {"id", "account_id", "import_id", "changed_at"}
                }
                for line in lines
            ]
    return kept


def exported(village: Village) -> bytes:
    with transaction() as tx, actions.export(tx, village.clerk, region_code=village.code) as made:
        return made.read()


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_export_then_import_of_a_village_is_the_identity(village: Village, data: st.DataObject) -> None:
    with transaction() as tx:
        tx.execute(text(EMPTY))
    job = send(village, book(data.draw(ledgers(village.collective))))
    assert job.state is ImportState.APPLIED, [(p.cell, p.reason) for p in found(job)]
    before, out = snapshot(), exported(village)
    again = send(village, out)
    assert {(s["added"], s["changed"], s["absent"]) for s in again.summary.values()} == {(0, 0, 0)}
    assert snapshot() == before
    with transaction() as tx:
        tx.execute(text(EMPTY))
    assert send(village, out).state is ImportState.APPLIED
    assert snapshot() == before
    assert exported(village) == out


def test_the_template_holds_examples_and_lists_and_imports_as_nothing(village: Village) -> None:
    with transaction(read_only=True) as tx, actions.template(tx, village.clerk, region_code=village.code) as made:
        content = made.read()
    job = send(village, content)
    assert (job.state, job.n_rows, job.n_notes) == (ImportState.APPLIED, 0, 0), found(job)
    assert {s["examples"] for s in job.summary.values()} == {1}


def test_the_template_is_made_for_a_village_of_ones_own(village: Village) -> None:
    with transaction(read_only=True) as tx:
        with pytest.raises(NotFound):
            actions.template(tx, village.clerk, region_code=make.OTHER_VILLAGE)
        with pytest.raises(Invalid, match="12 位"):
            actions.export(tx, make.clerk(make.TOWN), region_code=make.TOWN)


def test_an_export_opens_accounts_and_is_told_in_the_log(village: Village) -> None:
    send(village, book(rows(village)))
    exported(village)
    with transaction(read_only=True) as tx:
        event = tx.scalars(
            select(AuditEvent).where(AuditEvent.act == "holding.export").order_by(-AuditEvent.id)
        ).first()
    assert event is not None
    assert (event.subject, event.facts["rows"]["账户"]) == (f"region/{village.code}", 3)


def test_two_villages_keep_their_ledgers_apart(village: Village) -> None:
    other = settle(make.THIRD_VILLAGE)
    send(village, book(rows(village)))
    content = rows(other)
    for line in content["账户"] + content["资金"]:
        line["银行账号"] = line["银行账号"].replace("62284", "62285")
    job = send(other, book(content))
    assert (job.state, job.summary["资产"]["added"]) == (ImportState.APPLIED, 1), found(job)
    assert len(snapshot()["资产"]) == 2
