"""Workbooks that mean harm, or were made by somebody in a hurry: a clear report, bounded memory, nothing half written."""

import subprocess
import sys
import zipfile
from io import BytesIO
from pathlib import Path

import pytest
from sqlalchemy import text

from app.base.db import transaction
from app.holdings.states import ImportMode, ImportState
from tests.holdings.books import book, found, n_kept, raw, rows, send, where
from tests.holdings.conftest import Village

NS = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
DTD = '<!DOCTYPE worksheet [<!ENTITY a SYSTEM "file:///etc/hostname">]>'
LAUGHS = '<!DOCTYPE worksheet [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
MEGABYTE = 1_000_000


def sheet(inside: str) -> str:
    return f"<worksheet {NS}><sheetData>{inside}</sheetData></worksheet>"


def flagged(content: bytes) -> bytes:
    """The same archive with its first entry marked as encrypted."""
    at = content.index(b"PK\x01\x02")
    return content[: at + 8] + b"\x01" + content[at + 9 :]


CASES = {
    "csv renamed": ("资产编号,权属单位\nZC-001,合作社\n".encode("gb18030"), "NOT_XLSX"),
    "empty zip": (b"PK\x05\x06" + b"\x00" * 18, "NOT_XLSX"),
    "an image": (b"\x89PNG\r\n\x1a\n" + b"\x00" * 40, "NOT_XLSX"),
    "old xls or a password": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "OLD_OR_ENCRYPTED"),
    "cut off": (raw(sheet(""))[:-60], "ZIP"),
    "encrypted entry": (flagged(raw(sheet(""))), "ENCRYPTED"),
    "another compression": (raw(sheet(""), method=zipfile.ZIP_LZMA), "ZIP_METHOD"),
    "no sheet part": (raw(sheet("")).replace(b"xl/workbook.xml", b"xl/workbooK.xml"),
                      "NOT_A_WORKBOOK"),
    "external entity": (raw(f"{DTD}{sheet('<row><c><v>&a;</v></c></row>')}"), "XML_DTD"),
    "entity expansion": (raw(f"{LAUGHS}{sheet('<row><c><v>&b;</v></c></row>')}"), "XML_DTD"),
    "not well-formed": (raw("<worksheet><sheetData>"), "XML"),
    "GBK that says UTF-8": (raw(b'<?xml version="1.0" encoding="UTF-8"?><worksheet>' + "资产".encode("gbk")
                                + b"</worksheet>"), "XML"),
    "unknown encoding": (raw(b'<?xml version="1.0" encoding="x-no-such"?><worksheet/>'), "XML"),
    "nested without end": (raw("<a>" * 1_000 + "</a>" * 1_000), "XML_DEPTH"),
    "rows out of order": (raw(sheet('<row r="5"/><row r="4"/>')), "ROW_ORDER"),
    "row beyond the last": (raw(sheet('<row r="1048577"/>')), "ROW_ORDER"),
    "cell nowhere": (raw(sheet('<row r="1"><c r="9A"><v>1</v></c></row>')), "XML"),
    "string that is not there": (raw(sheet('<row r="1"><c r="A1" t="s"><v>7</v></c></row>')), "XML"),
    "cells without end": (raw(sheet("<row>" + "<c><v>1</v></c>" * 300 + "</row>")), "COLUMNS"),
    "no header": (raw(sheet('<row r="40"><c r="A40"><v>1</v></c></row>')), "HEADER"),
    "external link": (raw(sheet(""), {"xl/externalLinks/externalLink1.xml": "<x/>"}), "EXTERNAL_LINK"),
    "data connection": (raw(sheet(""), {"xl/connections.xml": "<x/>"}), "EXTERNAL_LINK"),
    "macro": (raw(sheet(""), {"xl/vbaProject.bin": b"\x00"}), "MACRO"),
    "too many parts": (raw(sheet(""), {f"p{n}": "" for n in range(400)}), "ZIP_PARTS"),
    "one endless attribute": (raw(f'<worksheet a="{"x" * 3 * MEGABYTE}"/>'), "XML_TOKEN"),
    "zip bomb": (raw(b"<worksheet><sheetData>" + b" " * 60 * MEGABYTE), "ZIP_BOMB"),
    "bomb of strings": (
        raw(sheet('<row r="1"><c t="s"><v>0</v></c></row>'), {"xl/sharedStrings.xml": b"<sst>" + b" " * 90_000_000}),
        "ZIP_BOMB",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", list(CASES))
def test_a_hostile_file_is_refused_with_its_reason(village: Village, name: str) -> None:
    content, code = CASES[name]
    job = send(village, content, ImportMode.PARTIAL)
    assert [p.code for p in found(job)] == [code], found(job)[0].reason if found(job) else job.state
    assert (job.state, n_kept()) == (ImportState.REFUSED, 0)


def test_a_size_that_lies_in_the_directory_helps_nobody(village: Village) -> None:
    bomb = raw(b"<worksheet><sheetData>" + b" " * 60 * MEGABYTE)
    size = (60 * MEGABYTE + 22).to_bytes(4, "little")
    assert bomb.count(size) >= 1
    job = send(village, bomb.replace(size, (1_000).to_bytes(4, "little")))
    assert (job.state, n_kept()) == (ImportState.REFUSED, 0)


def test_formulas_are_named_and_their_rows_left_out(village: Village) -> None:
    content = book({"资产": rows(village)["资产"]}, formulas={"资产": "F3=1+1"})
    job = send(village, content)
    assert where(job) == [("FORMULA", "资产", 3, "数量")]
    assert "粘贴为数值" in found(job)[0].reason


def test_merged_cells_are_named_and_spoil_their_rows_alone(village: Village) -> None:
    line = rows(village)["资产"][0]
    lines = [line | {"资产编号": f"ZC-{n}"} for n in range(4)]
    content = book({"资产": lines}, merges={"资产": "P4:P5"})
    assert where(send(village, content)) == [("MERGED", "资产", 4, None)]
    job = send(village, content, ImportMode.PARTIAL)
    assert (job.summary["资产"]["valid"], job.summary["资产"]["added"], n_kept()) == (2, 2, 2)


def test_a_merged_title_above_the_header_is_no_fault(village: Village) -> None:
    content = book({"资产": rows(village)["资产"]}, merges={"资产": "A1:F1"})
    assert send(village, content).state is ImportState.APPLIED


def test_a_sheet_of_strangers_is_noted_and_an_unknown_column_too(village: Village) -> None:
    job = send(village, book({"资产": rows(village)["资产"], "随手记": []}))
    assert (job.state, where(job)) == (ImportState.APPLIED, [("SHEET_UNKNOWN", "随手记", None, None)])


def test_markup_in_cells_stays_text(village: Village) -> None:
    name = '=HYPERLINK("http://example.invalid") <b>&amp; _x0041_ \\N \\.'
    job = send(village, book({"资产": [rows(village)["资产"][0] | {"备注": name}]}))
    assert job.state is ImportState.APPLIED, found(job)
    with transaction(read_only=True) as tx:
        assert tx.scalar(text("SELECT note FROM holding_asset")) == name


def many(n_rows: int, *, owner: str = "") -> bytes:
    """A sheet of many assets, written as a stream; without an owner none of them is sound."""
    titles = ("资产编号", "权属单位", "资产名称", "资产类别", "数量", "计量单位", "使用状况", "经营性")
    line = (owner, "演示设备", "机械设备", "1", "台", "自用", "是")
    rest = "".join(_inline(value) for value in line) if owner else ""
    into = BytesIO()
    with zipfile.ZipFile(BytesIO(raw("x"))) as parts, zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as made:
        for name in parts.namelist():
            if "sheet1" not in name:
                made.writestr(name, parts.read(name))
        with made.open("xl/worksheets/sheet1.xml", "w") as part:
            part.write(f"<worksheet {NS}><sheetData><row>{''.join(_inline(t) for t in titles)}</row>".encode())
            for n in range(0, n_rows, 1_000):
                part.write("".join(f"<row>{_inline(f'N{i}')}{rest}</row>" for i in range(n, n + 1_000)).encode())
            part.write(b"</sheetData></worksheet>")
    return into.getvalue()


def _inline(value: str) -> str:
    return f'<c t="inlineStr"><is><t>{value}</t></is></c>'


CHILD = """
import resource, sys
from datetime import date
from pathlib import Path
from app.base.sealing import use_key
from app.holdings.checking import check
from app.holdings.found import Known
use_key(bytes(32))
content = Path(sys.argv[1]).read_bytes()
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
checked = check(content, Known({"演示村": 1}, {}, set(), lambda _: {}, date(2026, 1, 1)))
grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
sys.stdout.write(f"{checked.found[0].code} {len(checked.pages)} {grown}")
"""


@pytest.mark.storm
def test_a_million_rows_are_refused_in_bounded_memory(tmp_path: Path) -> None:
    content = many(1_000_000, owner="演示村")
    (tmp_path / "book.xlsx").write_bytes(content)
    told = subprocess.run(
        [sys.executable, "-c", CHILD, str(tmp_path / "book.xlsx")], capture_output=True, text=True, check=True
    ).stdout
    code, n_pages, kilobytes = told.split()
    assert (code, n_pages) == ("ROWS", "0")
    assert int(kilobytes) < 120_000


def test_a_file_that_is_wrong_all_over_is_read_no_further(village: Village) -> None:
    job = send(village, many(5_000), ImportMode.PARTIAL)
    assert (found(job)[0].code, job.state) == ("ERRORS", ImportState.REFUSED)
    assert 20_000 < job.n_errors < 20_020


def test_more_problems_than_anybody_reads_are_counted_and_not_kept(village: Village) -> None:
    job = send(village, many(2_000))
    assert job.state is ImportState.REFUSED
    assert job.n_errors == 7 * 2_000
    with transaction(read_only=True) as tx:
        assert tx.scalar(text("SELECT count(*) FROM holding_import_problem")) == 5_000
