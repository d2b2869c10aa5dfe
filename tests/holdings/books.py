"""Workbooks for tests: sound ones by the sheets of the ledger, and hostile ones by their parts."""

import zipfile
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from io import BytesIO
from typing import Any

import xlsxwriter
from sqlalchemy import text

from app.base.db import transaction
from app.holdings import actions, queries
from app.holdings.models import HoldingImport, HoldingImportProblem
from app.holdings.sheets import SHEETS
from app.holdings.states import ImportMode
from tests.holdings.conftest import Village

SHEET = {s.title: s for s in SHEETS}
Rows = Mapping[str, Sequence[Mapping[str, Any]]]

_CONTENT = """<?xml version="1.0" encoding="UTF-8"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>"""
_RELS = """<?xml version="1.0" encoding="UTF-8"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
<Relationship Id="rId1" Target="worksheets/sheet1.xml"/></Relationships>"""
_BOOK = """<?xml version="1.0" encoding="UTF-8"?>
<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"
 xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">
<sheets><sheet name="资产" sheetId="1" r:id="rId1"/></sheets></workbook>"""


def rows(village: Village) -> dict[str, list[dict[str, Any]]]:
    """One sound row of each sheet for the collective, and an account of the committee."""
    owner = village.collective
    return {
        "账户": [
            {
                "银行账号": "6228480000000001", "权属单位": owner, "账户类型": "基本存款账户", "开户银行": "演示银行",
                "账面余额（元）": "120000.05", "余额日期": date(2025, 12, 31),
            },
            {
                "银行账号": "6228480000000002", "权属单位": village.committee, "账户类型": "基本存款账户",
                "开户银行": "演示银行",
            },
            {"银行账号": "现金", "权属单位": owner, "账户类型": "库存现金"},
        ],
        "资金": [
            {
                "凭证号": "记-2025-001", "权属单位": owner, "银行账号": "6228480000000001", "记账日期": date(2025, 3, 1),
                "收支": "收入", "金额（元）": "5000", "摘要": "机动地租金", "对方单位": "演示合作社",
            }
        ],
        "资产": [
            {
                "资产编号": "ZC-001", "权属单位": owner, "资产名称": "演示厂房", "资产类别": "厂房", "数量": "320.5",
                "计量单位": "平方米", "原值（元）": "350000", "净值（元）": "210000", "取得日期": date(2016, 5, 1),
                "使用状况": "闲置", "经营性": "是", "公益性": "否", "财政资金形成": "否",
            }
        ],
        "资源": [
            {
                "资源编号": "ZY-001", "权属单位": owner, "资源名称": "演示机动地", "资源类别": "耕地",
                "面积（亩）": "54.5", "东至": "路", "使用状况": "发包", "永久基本农田": "否",
            }
        ],
        "合同": [
            {
                "合同编号": "HT-001", "权属单位": owner, "合同名称": "演示承包合同", "标的编号": "ZY-001",
                "承租方": "演示合作社", "承租方性质": "合作社", "签订日期": date(2025, 8, 1),
                "起始日期": date(2025, 10, 1), "终止日期": date(2030, 9, 30), "年租金（元）": "43600",
                "合同总额（元）": "218000",
            }
        ],
    }  # fmt: skip


def book(content: Rows, *, merges: Mapping[str, str] | None = None, formulas: Mapping[str, str] | None = None) -> bytes:
    """A workbook with a title row, the header and the rows; strings stay strings, numbers numbers, days days.

    `merges` and `formulas` name one range, or one cell and its formula (`D3==1+1`), by sheet.
    """
    into = BytesIO()
    made = xlsxwriter.Workbook(into, {"in_memory": True, "strings_to_formulas": False, "strings_to_numbers": False})
    day = made.add_format({"num_format": "yyyy-mm-dd"})
    for title, lines in content.items():
        page = made.add_worksheet(title)
        page.write_string(0, 0, title)
        titles = [c.title for c in SHEET[title].columns] if title in SHEET else []
        for at, name in enumerate(titles):
            page.write_string(1, at, name)
        for number, line in enumerate(lines, 2):
            for name, value in line.items():
                if isinstance(value, date | datetime):
                    page.write_datetime(number, titles.index(name), value, day)
                else:
                    page.write(number, titles.index(name), value)
        if merges and title in merges:
            page.merge_range(merges[title], "")
            where = merges[title].partition(":")[0]
            page.write_string(where, "一")
        if formulas and title in formulas:
            where, _, formula = formulas[title].partition("=")
            page.write_formula(where, formula)
    made.close()
    return into.getvalue()


def raw(
    sheet: str | bytes, parts: Mapping[str, str | bytes] | None = None, *, method: int = zipfile.ZIP_DEFLATED
) -> bytes:
    """A workbook of hand-written parts: one sheet, and others by their path."""
    into = BytesIO()
    given: dict[str, str | bytes] = {
        "[Content_Types].xml": _CONTENT,
        "xl/_rels/workbook.xml.rels": _RELS,
        "xl/workbook.xml": _BOOK,
        "xl/worksheets/sheet1.xml": sheet,
    }
    with zipfile.ZipFile(into, "w", method) as made:
        for path, content in (given | dict(parts or {})).items():
            made.writestr(path, content)
    return into.getvalue()


def send(village: Village, content: bytes, mode: ImportMode = ImportMode.WHOLE) -> HoldingImport:
    """Submits a workbook, has it read, and returns what came of it."""
    with transaction() as tx:
        made = actions.submit(
            tx, village.clerk, region_code=village.code, mode=mode, file_name="演示.xlsx", content=content
        )
    while actions.run_next() not in {made.id, 0}:
        pass
    with transaction(read_only=True) as tx:
        return queries.one_import(tx, made.id, seen_by=village.clerk)


def found(job: HoldingImport) -> list[HoldingImportProblem]:
    with transaction(read_only=True) as tx:
        return queries.problems(tx, job.id, after=None, limit=100)


def where(job: HoldingImport) -> list[tuple[str, str | None, int | None, str | None]]:
    """Code, sheet, row and column of every problem."""
    return [(p.code, p.sheet, p.row_no, p.column_title) for p in found(job)]


def n_kept() -> int:
    """Rows of the whole ledger."""
    with transaction(read_only=True) as tx:
        return sum(tx.execute(text(f"SELECT count(*) FROM {s.table}")).scalar_one() for s in SHEETS)
