"""Shapes on the wire: unknown fields refused, no coercion, integers in fen, plain decimals, ISO days and instants."""

import json
import re
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer

from app.base.money import MAX_FEN

_PLAIN_DECIMAL = re.compile(r"(0|[1-9][0-9]{0,11})(\.[0-9]{1,6})?\Z", re.ASCII)
_ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z", re.ASCII)
# C0 and C1 controls, and the marks that reorder text under a reader's eyes; line breaks and tabs are text.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


class In(BaseModel):
    """What a client sends. Strict: `true` is no number, `"1"` is no integer, an unknown field is an error."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, str_strip_whitespace=True)


class Out(BaseModel):
    """What we answer; may be read from a row."""

    model_config = ConfigDict(from_attributes=True)


def _decimal(value: Any) -> Any:
    if isinstance(value, Decimal):
        return value
    if not isinstance(value, str) or not _PLAIN_DECIMAL.match(value):
        raise ValueError('须为十进制数字字符串，如 "12.50"')
    return Decimal(value)


def _day(value: Any) -> Any:
    if type(value) is date:
        return value
    if not isinstance(value, str) or not _ISO_DAY.match(value):
        raise ValueError("须为 YYYY-MM-DD 形式的日期")
    try:
        return date.fromisoformat(value)
    except ValueError as e:
        raise ValueError("没有这一天") from e


def _clean(value: str) -> str:
    if _UNPRINTABLE.search(value):
        raise ValueError("含有不可见控制字符")
    return value


T = TypeVar("T")
Choice = Annotated[T, Field(strict=False)]
"""An enum on the wire: its value as a string. Strict models would want the member itself."""
Text = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_clean)]
LongText = Annotated[str, Field(min_length=1, max_length=4000), AfterValidator(_clean)]
Fen = Annotated[int, Field(strict=True, ge=1, le=MAX_FEN, description="金额，整数分")]
FenOrZero = Annotated[int, Field(strict=True, ge=0, le=MAX_FEN, description="金额，整数分")]
Count = Annotated[int, Field(strict=True, ge=0, le=10_000_000)]
Id = Annotated[int, Field(strict=True, ge=1, lt=2**63)]
PlainDecimal = Annotated[
    Decimal,
    BeforeValidator(_decimal, json_schema_input_type=str),
    PlainSerializer(lambda d: format(d.normalize(), "f") if d else "0", return_type=str),
]
AreaMu = Annotated[PlainDecimal, Field(gt=0, le=Decimal(10_000_000), description="面积，亩，十进制字符串")]
Day = Annotated[date, BeforeValidator(_day, json_schema_input_type=str)]
Instant = Annotated[AwareDatetime, Field(strict=False)]
RegionCode = Annotated[
    str, Field(pattern=r"^[0-9]{6}([0-9]{3}([0-9]{3})?)?$", description="行政区划代码，6、9 或 12 位")
]


_SURROGATE = re.compile("[\ud800-\udfff]")


class BadJson(ValueError):
    """Bytes that are no JSON as RFC 8259 and our wire want it, and where. The message is Chinese and echoes no value."""

    def __init__(self, message: str, field: str = "body") -> None:
        super().__init__(message)
        self.field = field


class _Float:
    """Stands where a number with a fraction stood, until it is known in which field."""


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for key, value in pairs:
        if _SURROGATE.search(key):
            raise BadJson("字段名含有无效字符")
        if key in out:
            raise BadJson(f"字段“{key[:60]}”重复出现")
        out[key] = value
    return out


def _constant(name: str) -> Any:
    raise BadJson(f"不接受 {name}")


def _where(value: Any, path: str = "") -> str | None:
    """The path of the first number with a fraction, as `parcels[1].area_mu`."""
    if isinstance(value, _Float):
        return path
    if isinstance(value, dict):
        found = (_where(item, f"{path}.{name}" if path else name) for name, item in value.items())
    elif isinstance(value, list):
        found = (_where(item, f"{path}[{n}]") for n, item in enumerate(value))
    else:
        return None
    return next((each for each in found if each is not None), None)


def _int(text: str) -> int:
    if len(text) > 20:
        raise BadJson("数字过大")
    return int(text)


def loads(body: bytes) -> Any:
    """Strict JSON: UTF-8, no duplicate keys, no NaN or Infinity, no float (nothing on our wire is one), no huge numbers."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as e:
        raise BadJson("请求体不是有效的 UTF-8") from e
    fractions: list[_Float] = []

    def fraction(_: str) -> _Float:
        fractions.append(_Float())
        return fractions[-1]

    try:
        value = json.loads(
            text, object_pairs_hook=_pairs, parse_constant=_constant, parse_float=fraction, parse_int=_int
        )
        if fractions:
            field = (_where(value) or "body")[:200]
            raise BadJson(f"{field}：不接受小数形式的数字：金额用整数分，面积等用字符串", field)
        return value
    except BadJson:
        raise
    except (ValueError, RecursionError) as e:
        raise BadJson("请求体不是有效的 JSON") from e
