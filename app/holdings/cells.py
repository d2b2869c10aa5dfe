"""One cell to one value: what a village writes, read as it is meant, or a sentence that says why it cannot be."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Context, Decimal, InvalidOperation
from typing import Final
from unicodedata import normalize

from app.base.money import MAX_FEN
from app.holdings.sheets import CASH, Column, Kind

Value = str | int | date | bool | bytes | None
Reader = Callable[[str, str], Value]
"""Takes the kind of a cell (as `reading.Cell` has it) and its text; raises Bad."""


class Bad(ValueError):
    """`reason` is Chinese and says what to write instead."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code, self.reason = code, reason


EARLIEST: Final = date(1949, 10, 1)
LATEST: Final = date(2100, 12, 31)
_FIFTEEN: Final = Context(prec=15, rounding=ROUND_HALF_EVEN)
"""A spreadsheet keeps fifteen digits; what it writes beyond them is an artefact of binary fractions."""
_YUAN = re.compile(r"([0-9]{1,13})(?:\.([0-9]{1,2}))?\Z", re.ASCII)
_PLAIN = re.compile(r"[0-9]{1,12}(?:\.[0-9]{1,6})?\Z", re.ASCII)
_GROUPED = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?\Z", re.ASCII)
_DAY = re.compile(r"([0-9]{4})(?:-|/|\.|年)([0-9]{1,2})(?:-|/|\.|月)([0-9]{1,2})日?\Z", re.ASCII)
_EIGHT = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})\Z", re.ASCII)
_CODE = re.compile(r"[0-9A-Za-z\u4e00-\u9fff\-_/.()〔〕\[\]#]+\Z")
_ACCOUNT = re.compile(r"[0-9]{8,30}\Z", re.ASCII)
_SPACE = re.compile(r"\s+")
_UNPRINTABLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufffe\uffff\ufffd\ud800-\udfff]"
)


def shown(kind: str, text: str) -> str:
    """The text of a cell without the blanks around and doubled in it; full-width blanks are blanks."""
    return text.strip() if kind == "n" else _SPACE.sub(" ", text).strip()


def _text(column: Column) -> Reader:
    def read(kind: str, text: str) -> Value:
        text = _whole_number(text) if kind == "n" else text
        if _UNPRINTABLE.search(text):
            raise Bad("UNPRINTABLE", "含有乱码或不可见字符")
        if len(text) > column.size:
            raise Bad("TOO_LONG", f"超过 {column.size} 个字")
        return text

    return read


def _whole_number(text: str) -> str:
    """A number where a text is meant. Beyond fifteen digits its end is lost already, and nobody can tell how it was."""
    try:
        number = Decimal(text)
    except InvalidOperation as e:
        raise Bad("NUMBER", "不是有效的数字") from e
    if not number.is_finite() or abs(number) >= Decimal(10) ** 15:
        raise Bad("DIGITS_LOST", "以数字存储，超过 15 位的末位已丢失；请把单元格设为文本后重新填写")
    return format(_FIFTEEN.create_decimal(number).normalize(), "f")


def _code(column: Column) -> Reader:
    text_of = _text(column)

    def read(kind: str, text: str) -> Value:
        code = normalize("NFKC", str(text_of(kind, text))).replace(" ", "")
        if not _CODE.match(code) or len(code) > column.size:
            raise Bad("CODE", "编号只能由汉字、字母、数字和 - _ / . ( ) 〔 〕 # 组成")
        return code

    return read


def _account(kind: str, text: str) -> Value:
    number = normalize("NFKC", _whole_number(text) if kind == "n" else text).replace(" ", "").replace("-", "")
    if number == CASH or _ACCOUNT.match(number):
        return number
    raise Bad("ACCOUNT", f"银行账号须为 8 至 30 位数字，库存现金填“{CASH}”")


def _decimal_of(kind: str, text: str) -> Decimal:
    if kind == "n":
        try:
            number = Decimal(text)
        except InvalidOperation as e:
            raise Bad("NUMBER", "不是有效的数字") from e
        if not number.is_finite():
            raise Bad("NUMBER", "不是有效的数字")
        return _FIFTEEN.create_decimal(number)
    text = normalize("NFKC", text).replace(" ", "").removeprefix("¥").removesuffix("元").removesuffix("亩")
    if _GROUPED.match(text):
        text = text.replace(",", "")
    if not re.fullmatch(r"-?[0-9]{1,15}(\.[0-9]{1,10})?", text, re.ASCII):
        raise Bad("NUMBER", "不是数字；只填数字，不写“约”“万”等字")
    return Decimal(text)


def _money(kind: str, text: str) -> Value:
    if found := _YUAN.match(text):
        fen = int(found[1]) * 100 + (int(found[2].ljust(2, "0")) if found[2] else 0)
    else:
        yuan = _decimal_of(kind, text)
        if yuan < 0:
            raise Bad("NEGATIVE", "金额不能为负数")
        if yuan >= Decimal(10) ** 13:
            raise Bad("TOO_LARGE", "金额过大")
        exact = yuan * 100
        if exact != exact.to_integral_value():
            raise Bad("FRACTION_OF_FEN", "金额最多两位小数（到分）")
        fen = int(exact)
    if fen > MAX_FEN:
        raise Bad("TOO_LARGE", "金额过大")
    return fen


def _decimal(column: Column) -> Reader:
    def read(kind: str, text: str) -> Value:
        if _PLAIN.match(text) and len(text.partition(".")[2]) <= column.scale:
            number = Decimal(text)
        else:
            number = _decimal_of(kind, text).normalize()
            exponent = number.as_tuple().exponent
            if isinstance(exponent, int) and -exponent > column.scale:
                raise Bad("DECIMALS", f"最多 {column.scale} 位小数")
        if not 0 < number <= 10_000_000:
            raise Bad("RANGE", "须大于 0 且不超过一千万")
        return format(number, "f")

    return read


def _day(*, is_1904: bool) -> Reader:
    def read(kind: str, text: str) -> Value:
        plain = text if kind == "n" else normalize("NFKC", text).replace(" ", "")
        if kind == "d":
            plain = plain.removesuffix("Z").removesuffix("T00:00:00.000").removesuffix("T00:00:00")
        found = _DAY.match(plain) or _EIGHT.match(plain)
        try:
            if found:
                day = date(int(found[1]), int(found[2]), int(found[3]))
            elif kind == "n":
                serial = Decimal(plain)
                if serial != serial.to_integral_value():
                    raise Bad("DAY_WITH_TIME", "日期带有时刻；只填日期")
                day = date(1899, 12, 30) + timedelta(days=int(serial) + (1462 if is_1904 else 0))
            else:
                raise Bad("DAY", "不是日期；写成 2025-10-01、2025/10/1 或 2025年10月1日")
        except (InvalidOperation, OverflowError) as e:
            raise Bad("DAY", "不是日期") from e
        except ValueError as e:
            if isinstance(e, Bad):
                raise
            raise Bad("DAY", "没有这一天") from e
        if not EARLIEST <= day <= LATEST:
            raise Bad("DAY_RANGE", f"日期须在 {EARLIEST} 至 {LATEST} 之间")
        return day

    return read


def _choice(column: Column) -> Reader:
    known = {zh: value for value, zh in column.choices.items()}

    def read(_: str, text: str) -> Value:
        value = known.get(text) or known.get(normalize("NFKC", text).replace(" ", ""))
        if value is None:
            raise Bad("CHOICE", "须为下列之一：" + "、".join(known))
        return value

    return read


_FLAGS: Final = {"是": True, "否": False}


def _flag(kind: str, text: str) -> Value:
    value = {"1": True, "0": False}.get(text) if kind == "b" else _FLAGS.get(text)
    if value is None:
        raise Bad("FLAG", "须填“是”或“否”")
    return value


def _owner(owners: dict[str, int]) -> Reader:
    plain = {normalize("NFKC", name): key for name, key in owners.items()}

    def read(_: str, text: str) -> Value:
        key = owners.get(text) or plain.get(normalize("NFKC", text))
        if key is None:
            raise Bad("OWNER", "本村没有登记这个权属单位（村集体经济组织、村民委员会或村民小组），或有重名")
        return key

    return read


def reader(column: Column, *, owners: dict[str, int], is_1904: bool) -> Reader:
    """The reader of a column in one workbook of one village; blanks around a value count for nothing."""
    read = _reader(column, owners, is_1904=is_1904)
    return lambda kind, text: read(kind, shown(kind, text))


def _reader(column: Column, owners: dict[str, int], *, is_1904: bool) -> Reader:
    match column.kind:
        case Kind.TEXT:
            return _text(column)
        case Kind.CODE:
            return _code(column)
        case Kind.ACCOUNT:
            return _account
        case Kind.MONEY:
            return _money
        case Kind.DECIMAL:
            return _decimal(column)
        case Kind.DAY:
            return _day(is_1904=is_1904)
        case Kind.CHOICE:
            return _choice(column)
        case Kind.FLAG:
            return _flag
        case Kind.OWNER:
            return _owner(owners)
