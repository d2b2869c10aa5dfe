"""One sheet of a workbook, from its header to its last row: each cell read, each row judged, the sound ones spooled."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from functools import lru_cache
from typing import Any, Final
from unicodedata import normalize

from app.base.sealing import sealer
from app.holdings.cells import Bad, Reader, Value, reader, shown
from app.holdings.elements import Row, Unreadable, letters_of
from app.holdings.found import MAX_ERRORS, MAX_ROWS, SEPARATE, Checked, Known, Page
from app.holdings.reading import Part, Workbook
from app.holdings.sheets import ACCOUNTS, ASSETS, CASH, CONTRACTS, ENTRIES, EXAMPLE, Kind, Sheet

HEADER_WITHIN: Final = 10
EVERY: Final = 2_000
REMEMBERED: Final = 2_048
SEALED_AS: Final = "holding_account.account"
_NEVER: Final = {
    "f": ("FORMULA", "单元格是公式，不导入；请复制后“粘贴为数值”"),
    "e": ("ERROR_VALUE", "单元格是错误值（如 #REF!），请更正"),
}


def _plain_title(text: str) -> str:
    return normalize("NFKC", text).replace(" ", "").replace("*", "").replace("\n", "")


class Reading:
    """One sheet, from its header to its last row."""

    def __init__(
        self, book: Workbook, part: Part, page: Page, known: Known, checked: Checked, tell: Callable[[], None]
    ) -> None:
        self.book, self.part, self.page, self.known, self.checked, self.tell = book, part, page, known, checked, tell
        self.sheet = page.sheet
        self.columns = self.sheet.columns
        # A column repeats itself (owners, kinds, units, days), so what was read lately is remembered.
        self.readers: list[Reader] = [
            lru_cache(REMEMBERED)(reader(c, owners=known.owners, is_1904=book.is_1904)) for c in self.columns
        ]
        self.places: dict[int, int] = {}
        self.at: list[int] = []
        self.header_row = 0
        self.noted: set[tuple[str, int]] = set()
        self.lines: list[str] = []
        self.marker = next(i for i, c in enumerate(self.columns) if c is self.sheet.code)
        self.required = [i for i, c in enumerate(self.columns) if c.required]
        self.texts = [c.kind in {Kind.CODE, Kind.ACCOUNT} for c in self.columns]
        self.digests: dict[tuple[Value, Value], bytes] = {}

    def run(self) -> None:
        for row in self.book.rows(self.part):
            if not self.header_row:
                self._header(row)
                continue
            self._row(row)
            if self.page.n_read % EVERY == 0:
                self._flush()
                self.tell()
        self._flush()
        if not self.header_row:
            self._error("HEADER", f"前 {HEADER_WITHIN} 行没有找到表头，请用模板填写")

    def _flush(self) -> None:
        if self.lines:
            self.page.spool.write("".join(self.lines).encode())
            self.lines = []

    def _error(self, code: str, reason: str, row: int | None = None, place: int | None = None) -> None:
        cell = f"{letters_of(self.at[place])}{row}" if place is not None and row and place < len(self.at) else None
        title = self.columns[place].title if place is not None else None
        self.checked.error(code, reason, sheet=self.sheet.title, row_no=row, column_title=title, cell=cell)

    def _note(self, code: str, reason: str, row: int, column: int, title: str | None) -> None:
        """Once a column: a habit of the writer, not ten thousand findings."""
        if (code, column) not in self.noted:
            self.noted.add((code, column))
            self.checked.note(
                code, reason, sheet=self.sheet.title, row_no=row, column_title=title, cell=f"{letters_of(column)}{row}"
            )

    def _header(self, row: Row) -> None:
        titles = {_plain_title(c.title): i for i, c in enumerate(self.columns)}
        seen = {column: _plain_title(text) for column, kind, text in row.cells if kind == "s"}
        places = {column: titles[title] for column, title in seen.items() if title in titles}
        if len(set(places.values())) < max(2, len(self.required) // 2):
            if row.number >= HEADER_WITHIN:
                raise Unreadable("HEADER", f"“{self.sheet.title}”前 {HEADER_WITHIN} 行没有找到表头，请用模板填写")
            return
        self.header_row, self.places = row.number, places
        self.page.header_row = row.number
        self.at = [next((c for c, i in places.items() if i == place), 0) for place in range(len(self.columns))]
        for place in self.required:
            if place not in places.values():
                raise Unreadable("COLUMN_MISSING", f"“{self.sheet.title}”缺少“{self.columns[place].title}”列")
        if len(set(places.values())) < len(places):
            raise Unreadable("COLUMN_TWICE", f"“{self.sheet.title}”有重复的列")
        for column, title in seen.items():
            if column not in places and title:
                self._note("COLUMN_UNKNOWN", f"“{title[:40]}”不是模板的列，未读取", row.number, column, None)

    def _row(self, row: Row) -> None:
        number = row.number
        values: list[Value] = [None] * len(self.columns)
        raw = self._cells(row)
        if not raw:
            return
        if any(place == self.marker and shown(kind, text).startswith(EXAMPLE) for place, kind, text in raw):
            self.page.n_examples += 1
            return
        self.page.n_read += 1
        self.page.last_row = number
        self.checked.n_rows += 1
        if self.checked.n_errors > MAX_ERRORS:
            raise Unreadable("ERRORS", f"问题超过 {MAX_ERRORS} 个，请核对是否选错了文件")
        if self.checked.n_rows > MAX_ROWS:
            raise Unreadable("ROWS", f"超过 {MAX_ROWS} 行，请按村、按年拆分后分次导入")
        if self._values(number, raw, values):
            self._sound(number, {c.name: v for c, v in zip(self.columns, values, strict=True)})

    def _cells(self, row: Row) -> list[tuple[int, str, str]]:
        """The cells that say something, by the column of ours that they stand in."""
        raw: list[tuple[int, str, str]] = []
        for column, kind, text in row.cells:
            place = self.places.get(column)
            if place is None:
                if text.strip():
                    self._note("OUTSIDE", "表头以外的内容，未读取", row.number, column, None)
            elif kind == "f" or (text and not text.isspace()):
                raw.append((place, kind, text))
        return raw

    def _values(self, number: int, raw: list[tuple[int, str, str]], values: list[Value]) -> bool:
        """Reads the cells of a row into their places; whether all of them are sound, and none is missing."""
        sound = True
        for place, kind, text in raw:
            try:
                if kind in _NEVER:
                    raise Bad(*_NEVER[kind])
                values[place] = self.readers[place](kind, text)
            except Bad as e:
                sound = False
                self._error(e.code, e.reason, number, place)
            if kind == "n" and self.texts[place]:
                said = "编号以数字存储，前面的零可能已丢失；请核对，宜设为文本"
                self._note("NUMBER_AS_CODE", said, number, self.at[place], self.columns[place].title)
        given = {place for place, _, _ in raw}
        for place in self.required:
            if place not in given:
                sound = False
                self._error("MISSING", "必填，未填写", number, place)
        return sound

    def _sound(self, number: int, row: dict[str, Value]) -> None:
        """A row whose cells are sound: against itself, its sheet, and what it names."""
        if "account_no" in row:
            row["account_digest"] = self._digest(row["account_no"], row["owner_party_id"])
        faults = list(_rules(self.sheet, row, self.known))
        key = tuple(row[name] for name in self.sheet.key)
        if (first := self.page.keys.get(key)) is not None:
            shared = self.sheet is ACCOUNTS and self.page.owners.get(bytes_of(key[0])) != row["owner_party_id"]
            faults.append(
                ("account_no", "ACCOUNT_SHARED", f"与第 {first} 行是同一账户而单位不同：{SEPARATE}")
                if shared
                else (self.sheet.key[-1], "DUPLICATE", f"与第 {first} 行是同一条记录（编号重复）")
            )
        for name, code, reason in faults:
            place = next((i for i, c in enumerate(self.columns) if c.name == name), self.marker)
            self._error(code, reason, number, place)
        if faults:
            return
        if self.sheet is ACCOUNTS:
            self.page.owners[bytes_of(key[0])] = int(str(row["owner_party_id"]))
        self.page.keys[key] = number
        self.page.n_valid += 1
        self.lines.append(_line(self.sheet, number, row))

    def _digest(self, account: Value, owner: Value) -> bytes:
        """Cash has no number: it is its owner's."""
        known = self.digests.get((account, owner))
        if known is None:
            owner_id = int(str(owner))
            known = sealer().digest(f"{CASH}/{owner_id}" if account == CASH else str(account))
            self.digests[account, owner] = known
        return known


Fault = tuple[str, str, str]


def _rules(sheet: Sheet, row: dict[str, Value], known: Known) -> Iterator[Fault]:
    """What must hold within a row and towards what it names: column, code, reason."""
    for name in ("balance_on", "entered_on", "acquired_on", "signed_on"):
        day = row.get(name)
        if isinstance(day, date) and day > known.today:
            yield name, "FUTURE", "日期在今天之后"
    if rules := _OF_SHEET.get(sheet.title):
        yield from rules(row, known)


def _account_rules(row: dict[str, Value], _: Known) -> Iterator[Fault]:
    if (row["kind"] == "cash") != (row["account_no"] == CASH):
        yield "account_no", "CASH", f"库存现金的银行账号填“{CASH}”，其他账户填银行账号"
    if row["kind"] != "cash" and row["bank_name"] is None:
        yield "bank_name", "MISSING", "银行账户须填开户银行"
    if (row["balance_fen"] is None) != (row["balance_on"] is None):
        yield "balance_on", "MISSING", "账面余额与余额日期须同时填写"


def _entry_rules(row: dict[str, Value], known: Known) -> Iterator[Fault]:
    if row["amount_fen"] == 0:
        yield "amount_fen", "RANGE", "金额须大于 0"
    if known.accounts.get(bytes_of(row["account_digest"])) != row["owner_party_id"]:
        yield "account_no", "ACCOUNT_UNKNOWN", "“账户”表和台账中没有该权属单位的这个账户"


def _asset_rules(row: dict[str, Value], _: Known) -> Iterator[Fault]:
    book, net = row["book_value_fen"], row["net_value_fen"]
    if isinstance(book, int) and isinstance(net, int) and net > book:
        yield "net_value_fen", "RANGE", "净值不能大于原值"


def _contract_rules(row: dict[str, Value], known: Known) -> Iterator[Fault]:
    starts, ends = row["starts_on"], row["ends_on"]
    if isinstance(starts, date) and isinstance(ends, date) and starts > ends:
        yield "ends_on", "TERM", "终止日期早于起始日期"
    if (row["owner_party_id"], row["thing_no"]) not in known.things:
        yield "thing_no", "THING_UNKNOWN", "“资产”“资源”表和台账中没有该权属单位的这个编号"


_OF_SHEET: Final[Mapping[str, Callable[[dict[str, Value], Known], Iterator[Fault]]]] = {
    ACCOUNTS.title: _account_rules,
    ENTRIES.title: _entry_rules,
    ASSETS.title: _asset_rules,
    CONTRACTS.title: _contract_rules,
}


def bytes_of(value: Any) -> bytes:
    return value if isinstance(value, bytes) else b""


def staged(sheet: Sheet) -> tuple[str, ...]:
    """The columns that a spooled row has, in order; the first is the row's number."""
    if sheet is ACCOUNTS:
        head: tuple[str, ...] = ("row_no", "account_digest", "account_sealed", "account_tail")
    elif sheet is ENTRIES:
        head = ("row_no", "account_digest")
    else:
        head = ("row_no",)
    return head + tuple(c.name for c in sheet.columns if c.name != "account_no")


def _line(sheet: Sheet, number: int, row: dict[str, Value]) -> str:
    if sheet is ACCOUNTS:
        account = str(row["account_no"])
        row["account_sealed"] = sealer().seal(account, bound_to=SEALED_AS)
        row["account_tail"] = account[-4:]
    row["row_no"] = number
    return "\t".join([_copied(row[name]) for name in staged(sheet)]) + "\n"


def _copied(value: Any) -> str:
    """A value in COPY's text format. Texts hold no control characters, so only the backslash is escaped."""
    if value is None:
        return "\\N"
    if type(value) is str:
        return value.replace("\\", "\\\\") if "\\" in value else value
    if value is True:
        return "t"
    if value is False:
        return "f"
    if type(value) is bytes:
        return "\\\\x" + value.hex()
    return str(value)
