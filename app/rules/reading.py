"""Reads a case from its document, exactly as the case format has it, and exports the format as JSON Schema.

One table, made once from the sections' annotations, serves both. What cannot be is an `Invalid` problem that names
the field by its path (`parcels[1].area_mu`); all wrong top-level fields are listed together.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

from app.base.days import Calendar
from app.base.errors import Invalid
from app.rules.contradictions import contradictions
from app.rules.facts import Case
from app.rules.facts.parameters import CountyParameters
from app.rules.facts.section import Section, defaults
from app.rules.params.tables import COUNTY_DEFAULTS, WORKDAYS

Read = Callable[[Any, str], Any]
"""Takes a value of the document and its path; returns the fact or raises `Wrong`."""

_DECIMALS = {
    "area": r"\d{1,9}(\.\d{1,4})?",
    "yuan": r"\d{1,14}(\.\d{1,2})?",
    "number": r"-?\d{1,12}(\.\d{1,6})?",
}
_REQUIRED = {
    "Case": ("as_of", "county", "category"),
    "Period": ("start", "end"),
    "Owner": ("consents",),
    "Lot": ("kind", "estimate_yuan"),
}
_MOST_PARCELS = 1000


class Wrong(Exception):
    """A value that the case format does not allow."""

    def __init__(self, path: str, why: str) -> None:
        self.path, self.why = path, why


def _date(value: Any, path: str) -> date:
    if type(value) is not str or len(value) != 10 or value[4] != "-" or value[7] != "-":
        raise Wrong(path, "须为 YYYY-MM-DD 形式的日期")
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise Wrong(path, "没有这一天") from None


def _bool(value: Any, path: str) -> bool:
    if type(value) is not bool:
        raise Wrong(path, "须为 true 或 false")
    return value


def _whole(least: int) -> Read:
    def read(value: Any, path: str) -> int:
        if type(value) is not int:
            raise Wrong(path, "须为整数")
        if value < least:
            raise Wrong(path, f"不得小于 {least}")
        return value

    return read


def _text(least: int, most: int | None) -> Read:
    def read(value: Any, path: str) -> str:
        if type(value) is not str:
            raise Wrong(path, "须为字符串")
        if len(value) < least or (most is not None and len(value) > most):
            raise Wrong(path, f"须为 {least} 至 {most} 个字")
        return value

    return read


def _decimal(pattern: str) -> Read:
    matches = re.compile(pattern, re.ASCII).fullmatch

    def read(value: Any, path: str) -> Decimal:
        if type(value) is not str or not matches(value):
            raise Wrong(path, "须为十进制数字字符串，位数在允许范围内")
        return Decimal(value)

    return read


def _choice(words: tuple[str, ...]) -> Read:
    allowed = frozenset(words)

    def read(value: Any, path: str) -> str:
        if type(value) is not str or value not in allowed:
            raise Wrong(path, "不在允许的取值之内")
        return value

    return read


def _list(item: Read, most: int | None) -> Read:
    def read(value: Any, path: str) -> tuple[Any, ...]:
        if type(value) is not list:
            raise Wrong(path, "须为数组")
        if most is not None and len(value) > most:
            raise Wrong(path, f"最多 {most} 项")
        return tuple([item(each, f"{path}[{i}]") for i, each in enumerate(value)])

    return read


class Shape:
    """How one section is read: per field the slot that takes it, the reader and the schema."""

    def __init__(self, cls: type[Section]) -> None:
        self.cls = cls
        self.defaults = defaults(cls)
        self.required = _REQUIRED.get(cls.__name__, ())
        self.labels: dict[str, str] = {}
        self.fields: dict[str, tuple[Callable[[Any, Any], None], Read]] = {}
        self.schemas: dict[str, dict[str, Any]] = {}
        for name, hint in get_type_hints(cls, include_extras=True).items():
            if get_origin(hint) is not Annotated:
                continue  # `at`, `given`, and what the platform adds to a case
            *kinds, label = hint.__metadata__
            reader, schema = _shape_of(hint.__origin__, kinds[0] if kinds else "")
            self.labels[name] = label
            self.fields[name] = (getattr(cls, name).__set__, reader)
            self.schemas[name] = schema
        self.preset = tuple((self.fields[name][0], value) for name, value in self.defaults.items())

    def read(self, value: Any, path: str) -> Any:
        if type(value) is not dict:
            raise Wrong("", "须为对象")
        new = self.cls.__new__(self.cls)
        for put, preset in self.preset:
            put(new, preset)
        get = self.fields.get
        for name, each in value.items():
            field = get(name)
            if field is None:
                raise Wrong(name[:60], "没有这个字段")
            put, reader = field
            put(new, reader(each, name))
        for name in self.required:
            if name not in value:
                raise Wrong(name, "缺少此项")
        _put_at(new, path)
        _put_given(new, {**self.defaults, **value} if self.defaults else value)
        return new

    def read_in(self, value: Any, path: str) -> Any:
        """Reads a section; a path within it is put together only where something is wrong."""
        try:
            return self.read(value, path)
        except Wrong as wrong:
            wrong.path = f"{path}.{wrong.path}" if wrong.path else path
            raise

    @property
    def schema(self) -> dict[str, Any]:
        out: dict[str, Any] = {"type": "object", "additionalProperties": False}
        if self.required:
            out["required"] = list(self.required)
        out["properties"] = {
            name: each | {"title": self.labels[name]} | self._default(name) for name, each in self.schemas.items()
        }
        return out

    def _default(self, name: str) -> dict[str, Any]:
        return {"default": self.defaults[name]} if name in self.defaults else {}


_put_at: Callable[[Section, str], None] = Section.__dict__["at"].__set__
_put_given: Callable[[Section, Mapping[str, Any]], None] = Section.__dict__["given"].__set__


def _shape_of(kind: Any, mark: str) -> tuple[Read, dict[str, Any]]:
    """The reader and the schema of an annotation."""
    if mark in _DECIMALS:
        return _decimal(_DECIMALS[mark]), {"type": "string", "pattern": f"^{_DECIMALS[mark]}$"}
    if get_origin(kind) is Literal:
        return _choice(get_args(kind)), {"enum": list(get_args(kind))}
    if get_origin(kind) is tuple:
        inner = get_args(kind)[0]
        most = _MOST_PARCELS if getattr(inner, "__name__", "") == "Parcel" else None
        item, schema = _shape_of(inner, "")
        return _list(item, most), {"type": "array", "items": schema} | ({"maxItems": most} if most else {})
    if isinstance(kind, type) and issubclass(kind, Section):
        shape = shape_of(kind)
        return shape.read_in, shape.schema
    plain: dict[Any, tuple[Read, dict[str, Any]]] = {
        (date, ""): (_date, {"type": "string", "format": "date", "pattern": r"^\d{4}-\d{2}-\d{2}$"}),
        (bool, ""): (_bool, {"type": "boolean"}),
        (int, ""): (_whole(0), {"type": "integer", "minimum": 0}),
        (int, "positive"): (_whole(1), {"type": "integer", "minimum": 1}),
        (str, "text"): (_text(1, 4000), {"type": "string", "minLength": 1, "maxLength": 4000}),
        (str, ""): (_text(0, None), {"type": "string"}),
    }
    return plain[kind, mark]


_shapes: dict[type[Section], Shape] = {}


def shape_of(cls: type[Section]) -> Shape:
    if cls not in _shapes:
        _shapes[cls] = Shape(cls)
    return _shapes[cls]


def _nothing(cls: type[Section], name: str) -> Section:
    """A section of which nothing is said; its defaults count."""
    found: Section = shape_of(cls).read({}, name)
    return found


_CASE = shape_of(Case)
_ABSENT = tuple(
    (_CASE.fields[name][0], _nothing(hint.__origin__, name), name)
    for name, hint in get_type_hints(Case, include_extras=True).items()
    if get_origin(hint) is Annotated and isinstance(hint.__origin__, type) and issubclass(hint.__origin__, Section)
)
_put_param: Callable[[Case, CountyParameters], None] = Case.__dict__["param"].__set__
_put_calendar: Callable[[Case, Calendar], None] = Case.__dict__["calendar"].__set__


def county_parameters(values: Mapping[str, Any]) -> CountyParameters:
    """A set of county parameters as a document gives it, on top of the defaults; an unset one is a missing fact."""
    read: CountyParameters = shape_of(CountyParameters).read_in({**COUNTY_DEFAULTS, **values}, "county_parameters")
    return read


_DEFAULT_PARAMETERS = county_parameters({})


def read_case(document: Any, *, parameters: Mapping[str, Any] | None = None, calendar: Calendar = WORKDAYS) -> Case:
    """The case in a document of the case format (dates and decimals as strings).

    `parameters`: what the county has set, as a document; the case's own `county_parameters` go on top. Raises `Invalid`.
    """
    if type(document) is not dict:
        raise Invalid("请求体须为对象", field="body")
    case = Case.__new__(Case)
    wrong: list[Wrong] = []
    get = _CASE.fields.get
    for name, value in document.items():
        field = get(name)
        if field is None:
            wrong.append(Wrong(str(name)[:60], "没有这个字段"))
            continue
        try:
            field[0](case, field[1](value, name))
        except Wrong as each:
            wrong.append(each)
    wrong += [Wrong(name, "缺少此项") for name in _CASE.required if name not in document]
    if not wrong:
        for put, nothing, name in _ABSENT:
            if name not in document:
                put(case, nothing)
        _put_at(case, "")
        _put_given(case, document)
        own = document.get("county_parameters")
        _put_param(
            case, county_parameters({**(parameters or {}), **(own or {})}) if own or parameters else _DEFAULT_PARAMETERS
        )
        _put_calendar(case, calendar)
        wrong += [Wrong(path, why) for path, why in contradictions(case)]
    if wrong:
        raise Invalid(
            f"{wrong[0].path}：{wrong[0].why}",
            field=wrong[0].path,
            extra={"errors": [{"field": each.path, "detail": each.why} for each in wrong]},
        )
    return case


def json_schema() -> dict[str, Any]:
    """The case format as JSON Schema (2020-12)."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "合规检查案件"} | _CASE.schema
