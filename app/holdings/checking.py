"""A workbook against the rules of the ledger: every problem by sheet, row and column; what is sound waits in spools.

No transaction is open while a workbook is read. The sound rows lie in files in COPY's own text format, so that writing
them afterwards is one short transaction, and memory holds keys and not rows.
"""

import re
from collections.abc import Callable
from tempfile import SpooledTemporaryFile
from typing import Final

from app.holdings.elements import Unreadable, column_of, letters_of
from app.holdings.found import SEPARATE, Checked, Known, Page
from app.holdings.reading import Part, Workbook
from app.holdings.rows import Reading, bytes_of
from app.holdings.sheets import ACCOUNTS, ASSETS, LISTS, NOTES, RESOURCES, SHEETS

IN_MEMORY: Final = 4_000_000

_RANGE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})(?::([A-Z]{1,3})([0-9]{1,7}))?\Z", re.ASCII)


def check(content: bytes, known: Known, progress: Callable[[int, int], None] = lambda *_: None) -> Checked:
    """Reads all of a workbook. A file that cannot be read to its end has that as one problem, and no pages.

    `progress` hears the percentage and the rows read, every couple of thousand rows.
    """
    checked = Checked()
    try:
        book = Workbook(content)
        _read_all(book, known, checked, progress)
    except Unreadable as e:
        checked.fatal(e.code, e.reason)
    return checked


def _read_all(book: Workbook, known: Known, checked: Checked, progress: Callable[[int, int], None]) -> None:
    parts: dict[str, Part] = {}
    for part in book.sheets:
        if part.title in parts:
            raise Unreadable("SHEETS", "有两张同名的工作表")
        parts[part.title] = part
    for title in parts.keys() - {s.title for s in SHEETS} - {NOTES, LISTS}:
        checked.note("SHEET_UNKNOWN", "不是台账模板的工作表，未读取", sheet=title[:60])
    wanted = [(sheet, parts[sheet.title]) for sheet in SHEETS if sheet.title in parts]
    if not wanted:
        raise Unreadable("NO_SHEET", "没有找到“" + "”“".join(s.title for s in SHEETS) + "”中的任何一张工作表")
    total = sum(part.size for _, part in wanted) or 1
    before = book.unpacked

    def tell() -> None:
        progress(min(99, 100 * (book.unpacked - before) // total), checked.n_rows)

    for sheet, part in wanted:
        page = Page(sheet, SpooledTemporaryFile(max_size=IN_MEMORY))  # noqa: SIM115  closed by whoever applies it
        checked.pages.append(page)
        Reading(book, part, page, known, checked, tell).run()
        _merged(part, page, checked)
        if sheet is ACCOUNTS:
            _elsewhere(page, known, checked)
        elif sheet is ASSETS or sheet is RESOURCES:
            known.things.update((int(str(owner)), str(number)) for owner, number in page.keys)


def _elsewhere(page: Page, known: Known, checked: Checked) -> None:
    """政经分离: an account that another owner has, in this file or anywhere on the platform, is no account of this one."""
    claimed = {bytes_of(key[0]): number for key, number in page.keys.items()}
    holders = known.holders(list(claimed))
    for digest, number in claimed.items():
        holder = holders.get(digest)
        if holder is not None and holder != page.owners[digest]:
            checked.error(
                "ACCOUNT_SHARED", f"该账户已属另一单位：{SEPARATE}",
                sheet=page.sheet.title, row_no=number, column_title="银行账号",
            )  # fmt: skip
            page.spoilt.append((number, number))
            del page.keys[(digest,)]
            page.n_valid -= 1
        else:
            known.accounts[digest] = page.owners[digest]


def _merged(part: Part, page: Page, checked: Checked) -> None:
    """Merged cells have one value for several rows or columns: which row it belongs to, only the writer knows."""
    for ref in part.merges:
        if not (found := _RANGE.match(ref)):
            continue
        top, bottom = int(found[2]), int(found[4] or found[2])
        if bottom <= page.header_row or top > page.last_row:
            continue
        checked.error(
            "MERGED", f"合并单元格 {ref}：一个值对应多格，请取消合并后逐行填写",
            sheet=page.sheet.title, row_no=max(top, page.header_row + 1), cell=f"{letters_of(column_of(found[1]))}{top}",
        )  # fmt: skip
        page.spoilt.append((top, bottom))
    if page.spoilt:
        gone = [key for key, row in page.keys.items() if any(a <= row <= b for a, b in page.spoilt)]
        for key in gone:
            del page.keys[key]
        page.n_valid -= len(gone)
