"""The XML inside a workbook, as elements come and go: what memory may hold of it is bounded here, cell by cell.

A document type is refused before an entity can be declared, and nothing but text, numbers, formulas as such and merged
ranges is looked at.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final
from xml.parsers import expat

MAX_CELLS_IN_ROW: Final = 200
MAX_TEXT: Final = 5_000
MAX_DEPTH: Final = 40
MAX_MERGES: Final = 5_000
MAX_SILENCE: Final = 2_000_000
"""Bytes of XML without the begin of an element: one endless attribute or comment."""
LAST_ROW: Final = 1_048_576
MAX_STRINGS: Final = 800_000

_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")


class Unreadable(Exception):
    """A file that is not read to its end. `reason` is Chinese, for the person who sent it."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code, self.reason = code, reason


Cell = tuple[int, str, str]
"""Column from 0; `n` number, `s` text, `b` truth, `d` ISO date, `e` error value, `f` formula; what is written there."""


@dataclass(slots=True)
class Row:
    number: int
    cells: list[Cell]


class Parser:
    """Feeds a part to expat in pieces, with the limits that hold for every part."""

    def __init__(self, start: Callable[[str, dict[str, str]], None], end: Callable[[str], None]) -> None:
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.depth = self.heard = self.silent = self.elements = 0
        self._start, self._end = start, end
        self.parser.StartElementHandler = self._on_start
        self.parser.EndElementHandler = self._on_end
        self.parser.StartDoctypeDeclHandler = self._refuse_doctype

    def _on_start(self, name: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        self.elements += 1
        if self.depth > MAX_DEPTH:
            raise Unreadable("XML_DEPTH", "文件内部结构嵌套过深，拒绝读取")
        self._start(name.rpartition(":")[2] if ":" in name else name, attributes)

    def _on_end(self, name: str) -> None:
        self.depth -= 1
        self._end(name.rpartition(":")[2] if ":" in name else name)

    @staticmethod
    def _refuse_doctype(*_: Any) -> None:
        raise Unreadable("XML_DTD", "文件内部含有文档类型声明（DTD），可能夹带外部实体，拒绝读取")

    def feed(self, piece: bytes, *, last: bool = False) -> None:
        try:
            self.parser.Parse(piece, last)
        except expat.ExpatError as e:
            raise Unreadable("XML", "文件内部的 XML 损坏或编码不正确") from e
        except LookupError as e:
            raise Unreadable("XML", "文件内部的 XML 声明了不认识的编码") from e
        self.silent = self.silent + len(piece) if self.elements == self.heard else 0
        self.heard = self.elements
        if self.silent > MAX_SILENCE:
            raise Unreadable("XML_TOKEN", "文件内部有过长的单个内容，拒绝读取")


def _plain(text: str) -> str:
    """Excel writes what XML cannot hold as _xHHHH_."""
    return _ESCAPED.sub(lambda m: chr(int(m[1], 16)), text) if "_x" in text else text


class Texts:
    """The shared strings; runs of rich text are one text, readings for pronunciation are left out."""

    def __init__(self, into: list[str]) -> None:
        self.into, self.parts = into, []  # type: list[str], list[str]
        self.collects = self.phonetic = False
        self.length = 0

    def start(self, name: str, _: dict[str, str]) -> None:
        if name == "si":
            self.parts, self.length = [], 0
        elif name == "t":
            self.collects = not self.phonetic
        elif name == "rPh":
            self.phonetic = True

    def end(self, name: str) -> None:
        if name == "t":
            self.collects = False
        elif name == "rPh":
            self.phonetic = False
        elif name == "si":
            if len(self.into) >= MAX_STRINGS:
                raise Unreadable("STRINGS", f"不同的文字超过 {MAX_STRINGS} 个，请按村、按年拆分")
            self.into.append(_plain("".join(self.parts)))

    def text(self, data: str) -> None:
        if self.collects:
            self.length += len(data)
            if self.length <= MAX_TEXT:
                self.parts.append(data)


class Rows:
    """The rows of a sheet, as elements come and go."""

    def __init__(self, strings: list[str], merges: list[str]) -> None:
        self.strings, self.merges = strings, merges
        self.done: list[Row] = []
        self.cells: list[Cell] = []
        self.number = 0
        self.columns: dict[str, int] = {}
        self.column = -1
        self.kind = "n"
        self.parts: list[str] = []
        self.length = 0
        self.collects = self.phonetic = self.has_formula = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "c":
            ref = attributes.get("r")
            self.column = self._column(ref) if ref else self.column + 1
            self.kind = attributes.get("t", "n")
            self.parts, self.length, self.has_formula = [], 0, False
        elif name in {"v", "t"}:
            self.collects = not self.phonetic
        elif name == "f":
            self.has_formula = True
        elif name == "row":
            given = attributes.get("r", "")
            number = int(given) if given.isascii() and given.isdigit() and len(given) < 8 else self.number + 1
            if not self.number < number <= LAST_ROW:
                raise Unreadable("ROW_ORDER", "工作表的行号错乱，请用 Excel 或 WPS 重新保存")
            self.number, self.cells, self.column = number, [], -1
        elif name == "mergeCell":
            if len(self.merges) >= MAX_MERGES:
                raise Unreadable("MERGES", f"合并单元格超过 {MAX_MERGES} 处，请取消合并")
            self.merges.append(attributes.get("ref", ""))
        elif name == "rPh":
            self.phonetic = True

    def end(self, name: str) -> None:
        if name == "c":
            if self.parts or self.has_formula:
                self._cell("".join(self.parts))
        elif name in {"v", "t"}:
            self.collects = False
        elif name == "rPh":
            self.phonetic = False
        elif name == "row" and self.cells:
            self.done.append(Row(self.number, self.cells))

    def text(self, data: str) -> None:
        if self.collects:
            self.length += len(data)
            if self.length <= MAX_TEXT:
                self.parts.append(data)

    def _cell(self, text: str) -> None:
        if len(self.cells) >= MAX_CELLS_IN_ROW:
            raise Unreadable("COLUMNS", f"第 {self.number} 行的单元格超过 {MAX_CELLS_IN_ROW} 个，请删去无关的列")
        kind = self.kind
        if self.has_formula:
            kind = "f"
        elif kind == "s":
            at = int(text) if text.isascii() and text.isdigit() and len(text) < 8 else len(self.strings)
            if at >= len(self.strings):
                raise Unreadable("XML", "文件内部的文字表损坏，请用 Excel 或 WPS 重新保存")
            text = self.strings[at]
        elif kind in {"inlineStr", "str"}:
            kind, text = "s", _plain(text)
        elif kind not in {"n", "b", "d", "e"}:
            kind = "s"
        self.cells.append((self.column, kind, text))

    def _column(self, ref: str) -> int:
        letters = ref.rstrip("0123456789")
        known = self.columns.get(letters)
        if known is None:
            known = column_of(letters)
            self.columns[letters] = known
        return known

    def taken(self) -> list[Row]:
        rows, self.done = self.done, []
        return rows


def column_of(letters: str) -> int:
    """`A` is 0, `XFD` the last. Raises Unreadable for anything else."""
    if not 0 < len(letters) <= 3 or not letters.isascii() or not letters.isupper() or not letters.isalpha():
        raise Unreadable("XML", "工作表的单元格位置错乱，请用 Excel 或 WPS 重新保存")
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def letters_of(column: int) -> str:
    """The name of a column, from 0."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name
