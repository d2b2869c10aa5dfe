"""Reading .xlsx row by row, from strangers: memory bounded by constants, and nothing outside the file is ever asked for.

Only what a ledger needs is read: text, numbers, formulas as such, merged ranges. Document types are refused, so there
are no entities; what a part unpacks to is counted while it is read, so a size that lies in the directory helps nobody.
"""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from posixpath import join, normpath
from typing import Final
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from app.holdings.elements import Parser, Row, Rows, Texts, Unreadable

MAX_PARTS: Final = 300
MAX_PART: Final = 400_000_000
"""Bytes that one part may unpack to; the others are far smaller."""
MAX_WHOLE: Final = 600_000_000
MAX_STRINGS_PART: Final = 64_000_000
MAX_SMALL_PART: Final = 4_000_000
MAX_RATIO: Final = 200
"""How many times its size a part may unpack to, once it is large enough to matter. Honest sheets reach about 40."""
RATIO_MATTERS: Final = 20_000_000
CHUNK: Final = 65_536


@dataclass(slots=True)
class Part:
    """A sheet of the workbook: its name, and where it lies. `merges` is whole once its rows have been read."""

    title: str
    path: str
    size: int
    merges: list[str] = field(default_factory=list)


class Workbook:
    """An .xlsx held as bytes. Raises Unreadable, on opening and while its rows are read."""

    def __init__(self, content: bytes) -> None:
        self.zip = _opened(content)
        self.names = {info.filename: info for info in self.zip.infolist()}
        self.unpacked = 0
        self.is_1904 = False
        self._check_directory()
        self.sheets = self._sheets()
        self._strings: list[str] | None = None

    def _check_directory(self) -> None:
        infos = self.zip.infolist()
        if len(infos) > MAX_PARTS or len(self.names) != len(infos):
            raise Unreadable("ZIP_PARTS", "文件内部的部件过多或重名，拒绝读取")
        for info in infos:
            if info.flag_bits & 0x1:
                raise Unreadable("ENCRYPTED", "文件加了密码，请去掉密码后重新上传")
            if info.compress_type not in {ZIP_STORED, ZIP_DEFLATED}:
                raise Unreadable("ZIP_METHOD", "文件的压缩方式不是 Excel 所用，拒绝读取")
            _check_size(info, info.file_size)
        if sum(info.file_size for info in infos) > MAX_WHOLE:
            raise Unreadable("ZIP_BOMB", "文件解压后过大，拒绝读取")
        if any("vbaproject" in name.lower() for name in self.names):
            raise Unreadable("MACRO", "文件含有宏，请另存为不含宏的 .xlsx 后重新上传")
        if any(name.startswith("xl/externalLinks/") or name == "xl/connections.xml" for name in self.names):
            raise Unreadable("EXTERNAL_LINK", "文件引用了外部工作簿或数据连接，请断开链接（粘贴为数值）后重新上传")

    def _pieces(self, path: str, limit: int) -> Iterator[bytes]:
        info = self.names.get(path)
        if info is None:
            raise Unreadable("NOT_A_WORKBOOK", "这不是 Excel 工作簿（缺少工作表部件）")
        read = 0
        try:
            with self.zip.open(info) as stream:
                while piece := stream.read(CHUNK):
                    read += len(piece)
                    self.unpacked += len(piece)
                    if read > limit or self.unpacked > MAX_WHOLE:
                        raise Unreadable("ZIP_BOMB", "文件解压后过大，拒绝读取")
                    _check_size(info, read)
                    yield piece
        except (BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as e:
            raise Unreadable("ZIP", "文件损坏，无法解压") from e

    def _parse(self, path: str, limit: int, parser: Parser) -> None:
        for piece in self._pieces(path, limit):
            parser.feed(piece)
        parser.feed(b"", last=True)

    def _sheets(self) -> list[Part]:
        targets: dict[str, str] = {}
        found: list[Part] = []
        listed: list[tuple[str, str]] = []

        def relation(name: str, attributes: dict[str, str]) -> None:
            if name == "Relationship":
                if attributes.get("TargetMode") == "External":
                    raise Unreadable("EXTERNAL_LINK", "文件引用了外部内容，请断开链接后重新上传")
                targets[attributes.get("Id", "")] = attributes.get("Target", "")

        def sheet(name: str, attributes: dict[str, str]) -> None:
            if name == "sheet":
                key = next((v for k, v in attributes.items() if k.endswith(":id")), "")
                listed.append((attributes.get("name", ""), key))
            elif name == "workbookPr":
                self.is_1904 = attributes.get("date1904") in {"1", "true"}

        self._parse("xl/_rels/workbook.xml.rels", MAX_SMALL_PART, Parser(relation, _nothing))
        self._parse("xl/workbook.xml", MAX_SMALL_PART, Parser(sheet, _nothing))
        for title, key in listed:
            target = targets.get(key, "")
            path = target.lstrip("/") if target.startswith("/") else normpath(join("xl", target))
            if path in self.names:
                found.append(Part(title.strip(), path, self.names[path].file_size))
        if not found:
            raise Unreadable("NOT_A_WORKBOOK", "这不是 Excel 工作簿（没有工作表）")
        return found

    def _shared(self) -> list[str]:
        if self._strings is None:
            strings: list[str] = []
            if "xl/sharedStrings.xml" in self.names:
                reader = Texts(strings)
                parser = Parser(reader.start, reader.end)
                parser.parser.CharacterDataHandler = reader.text
                self._parse("xl/sharedStrings.xml", MAX_STRINGS_PART, parser)
            self._strings = strings
        return self._strings

    def rows(self, part: Part) -> Iterator[Row]:
        """Every row that has a cell, in order. Rows without content are passed over."""
        reader = Rows(self._shared(), part.merges)
        parser = Parser(reader.start, reader.end)
        parser.parser.CharacterDataHandler = reader.text
        for piece in self._pieces(part.path, MAX_PART):
            parser.feed(piece)
            yield from reader.taken()
        parser.feed(b"", last=True)
        yield from reader.taken()


def _opened(content: bytes) -> ZipFile:
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise Unreadable("OLD_OR_ENCRYPTED", "这是旧版 .xls 或加了密码的文件，请另存为不加密的 .xlsx 后重新上传")
    if not content.startswith(b"PK\x03\x04"):
        said = "看起来是 CSV 或文本文件改了扩展名" if _is_text(content[:4096]) else "文件格式不符"
        raise Unreadable("NOT_XLSX", f"这不是 .xlsx 文件（{said}），请用 Excel 或 WPS 另存为 .xlsx 后重新上传")
    try:
        return ZipFile(BytesIO(content))
    except (BadZipFile, ValueError, EOFError, NotImplementedError, RuntimeError) as e:
        raise Unreadable("ZIP", "文件损坏，无法解压") from e


def _is_text(head: bytes) -> bool:
    return b"\x00" not in head and (b"," in head or b"\t" in head or b"\n" in head)


def _check_size(info: ZipInfo, size: int) -> None:
    too_dense = size > RATIO_MATTERS and size > MAX_RATIO * max(info.compress_size, 1)
    if size > MAX_PART or too_dense:
        raise Unreadable("ZIP_BOMB", "文件解压后过大（压缩炸弹），拒绝读取")


def _nothing(_: str) -> None:
    return
