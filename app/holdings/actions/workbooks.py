"""Workbooks out: the template for a village, and its ledger in the same form."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from decimal import Decimal
from tempfile import SpooledTemporaryFile
from typing import IO, Any, Final

import xlsxwriter
from sqlalchemy import text

from app.audit.actions import record
from app.base.actor import Actor
from app.base.db import Tx
from app.base.errors import Conflict, Invalid
from app.base.sealing import sealer
from app.holdings import queries
from app.holdings.found import MAX_ROWS
from app.holdings.rows import SEALED_AS
from app.holdings.sheets import ENTRIES, LISTS, NOTES, SHEETS, Column, Kind, Sheet
from app.holdings.writing import lock_village, n_rows
from app.registry import queries as registry
from app.registry.actions.regions import within
from app.registry.states import RegionLevel

HEADER: Final = 1
"""Row of the titles, from 0; above it is the name of the sheet."""
IN_MEMORY: Final = 8_000_000
BATCH: Final = 2_000
_MADE: Final = datetime(2026, 1, 1, tzinfo=UTC).replace(tzinfo=None)
"""The same content gives the same bytes."""
RULES: Final = (
    "一、每村一个文件；“账户”“资金”“资产”“资源”“合同”五张表，不用的表可以删去，表名和表头不要改动。",
    "二、带 * 的列必填；有下拉列表的列从列表中选择。",
    "三、村集体经济组织与村民委员会分别填写、账户分设（政经分离）；同一账户不得列在两个单位名下。",
    "四、首列以“示例”开头的行是示例，不导入，可以保留。",
    "五、不要合并单元格，不要用公式（粘贴为数值），不要引用其他文件；编号、账号设为文本。",
    "六、金额以元计，最多两位小数；面积以亩计；日期写成 2025-10-01。",
    "七、同一编号再次导入，即更新原记录；文件中没有的记录不会被删除。",
    "八、没有鉴证书编号的合同照常导入，并列入未进场交易线索。",
)


class _Writer:
    """A workbook in the making, written row by row."""

    def __init__(self, into: IO[bytes], owners: list[str]) -> None:
        self.book = xlsxwriter.Workbook(
            into, {"constant_memory": True, "in_memory": True, "strings_to_formulas": False}
        )
        self.book.set_properties({"title": "农村集体“三资”台账", "created": _MADE})
        self.owners = owners
        style = self.book.add_format
        self.title = style({"bold": True, "font_size": 14})
        self.head = style({"bold": True, "bg_color": "#DDEBF7", "border": 1, "text_wrap": True})
        self.example = style({"font_color": "#808080", "italic": True, "num_format": "@"})
        self.as_text = style({"num_format": "@"})
        self.as_day = style({"num_format": "yyyy-mm-dd"})
        self.as_money = style({"num_format": "#,##0.00"})
        notes = self.book.add_worksheet(NOTES)
        notes.set_column(0, 0, 100)
        notes.write_string(0, 0, "农村集体“三资”台账填表说明", self.title)
        for row, rule in enumerate(RULES, 1):
            notes.write_string(row, 0, rule)

    def sheet(self, sheet: Sheet, *, with_example: bool) -> Any:
        """The sheet up to its first row to fill in, and the number of that row."""
        page = self.book.add_worksheet(sheet.title)
        page.freeze_panes(HEADER + 1, 1)
        first = HEADER + 1
        for at, column in enumerate(sheet.columns):
            page.set_column(at, at, column.width, self._format(column))
            if listed := self._list(column):
                page.data_validation(
                    first, at, MAX_ROWS, at,
                    {
                        "validate": "list", "source": listed, "error_title": column.title,
                        "error_message": "请从列表中选择", "error_type": "stop",
                    },
                )  # fmt: skip
        page.write_string(0, 0, f"农村集体“三资”台账：{sheet.title}", self.title)
        for at, column in enumerate(sheet.columns):
            page.write_string(HEADER, at, column.title + ("*" if column.required else ""), self.head)
        if with_example:
            for at, column in enumerate(sheet.columns):
                shown = self.owners[0] if column.kind is Kind.OWNER and self.owners else column.sample
                if shown:
                    page.write_string(first, at, shown, self.example)
            first += 1
        self._comments(page, sheet)
        return page, first

    @staticmethod
    def _comments(page: Any, sheet: Sheet) -> None:
        for at, column in enumerate(sheet.columns):
            if column.note:
                page.write_comment(HEADER, at, column.note)

    def _format(self, column: Column) -> Any:
        if column.kind in {Kind.CODE, Kind.ACCOUNT, Kind.TEXT}:
            return self.as_text
        return {Kind.DAY: self.as_day, Kind.MONEY: self.as_money}.get(column.kind)

    def _list(self, column: Column) -> list[str] | str | None:
        if column.kind is Kind.OWNER:
            return f"={LISTS}!$A$1:$A${len(self.owners)}" if self.owners else None
        if column.kind is Kind.FLAG:
            return ["是", "否"]
        return list(column.choices.values()) or None

    def close(self) -> None:
        lists = self.book.add_worksheet(LISTS)
        for row, name in enumerate(self.owners):
            lists.write_string(row, 0, name)
        lists.hide()
        self.book.close()


def _village(tx: Tx, region_code: str, who: Actor) -> list[str]:
    within(tx, who, region_code)
    if registry.region(tx, region_code).level is not RegionLevel.VILLAGE:
        raise Invalid("台账按村编制，请给出 12 位的村代码", field="region_code")
    return list(queries.owners(tx, region_code))


def template(tx: Tx, who: Actor, *, region_code: str) -> IO[bytes]:
    """The workbook to fill in for a village: notes, lists to choose from, one marked example a sheet."""
    owners = _village(tx, region_code, who)
    with ExitStack() as until_made:
        into = until_made.enter_context(SpooledTemporaryFile(max_size=IN_MEMORY))
        writer = _Writer(into, owners)
        for sheet in SHEETS:
            writer.sheet(sheet, with_example=True)
        writer.close()
        into.seek(0)
        until_made.pop_all()
    return into


def export(tx: Tx, who: Actor, *, region_code: str) -> IO[bytes]:
    """导出台账: a village's ledger in the form in which it is imported, account numbers in full; recorded as such.

    Raises Conflict for a village with more rows than one workbook may bring back.
    """
    owners = _village(tx, region_code, who)
    lock_village(tx, region_code)
    rows = {sheet.title: n_rows(tx, sheet, region_code) for sheet in SHEETS}
    if sum(rows.values()) > MAX_ROWS:
        raise Conflict(f"本村台账超过 {MAX_ROWS} 行，不能导出为一个工作簿", reason="TOO_MANY_ROWS")
    with ExitStack() as until_made:
        into = until_made.enter_context(SpooledTemporaryFile(max_size=IN_MEMORY))
        writer = _Writer(into, owners)
        for sheet in SHEETS:
            page, at = writer.sheet(sheet, with_example=False)
            for row in _rows(tx, sheet, region_code):
                for place, column in enumerate(sheet.columns):
                    _put(page, at, place, column, row[place], writer)
                at += 1
        writer.close()
        into.seek(0)
        record(tx, who, "holding.export", f"region/{region_code}", region=region_code, rows=rows)
        until_made.pop_all()
    return into


def _rows(tx: Tx, sheet: Sheet, region_code: str) -> Iterator[Any]:
    """The rows as they are written: names for owners, words for choices, the account opened."""
    named = {
        "owner_party_id": "p.name",
        "account_no": "a.account_sealed" if sheet is ENTRIES else "k.account_sealed",
    }
    columns = ", ".join(named.get(c.name, f"k.{c.name}") for c in sheet.columns)
    joined = " JOIN holding_account a ON a.id = k.account_id" if sheet is ENTRIES else ""
    found = tx.session.execute(
        text(
            f"SELECT {columns} FROM {sheet.table} k JOIN party p ON p.id = k.owner_party_id{joined}"  # noqa: S608  of sheets.py
            " WHERE k.region_code = :region ORDER BY k.id"
        ),
        {"region": region_code},
        execution_options={"yield_per": BATCH},
    )
    yield from found


def _put(page: Any, row: int, at: int, column: Column, value: Any, writer: _Writer) -> None:
    if value is None:
        return
    match column.kind:
        case Kind.MONEY:
            page.write_number(row, at, Decimal(value).scaleb(-2), writer.as_money)
        case Kind.DECIMAL:
            page.write_number(row, at, Decimal(value).normalize())
        case Kind.DAY:
            page.write_datetime(row, at, datetime.combine(value, datetime.min.time()), writer.as_day)
        case Kind.FLAG:
            page.write_string(row, at, "是" if value else "否")
        case Kind.CHOICE:
            page.write_string(row, at, column.choices[value])
        case Kind.ACCOUNT:
            page.write_string(row, at, sealer().open(bytes(value), bound_to=SEALED_AS), writer.as_text)
        case _:
            page.write_string(row, at, value, writer.as_text if column.kind is Kind.CODE else None)
