"""Routes that read requests strictly: what the wire does not allow never reaches a handler."""

import re
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass
from typing import Any, Final, get_args, get_origin

from fastapi import Request, Response, params
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.routing import Match
from starlette.types import Scope

from app.base.errors import Invalid
from app.base.wire import BadJson, loads

Handler = Callable[[Request], Coroutine[Any, Any, Response]]

_INTEGER = re.compile(r"-?[0-9]{1,19}\Z", re.ASCII)
_FORMS: Final = frozenset({"application/x-www-form-urlencoded", "multipart/form-data"})


class BadBody(HTTPException):
    """A body that is no JSON of ours. (FastAPI lets only its own HTTPException through while it reads a body.)"""

    def __init__(self, detail: str, field: str) -> None:
        super().__init__(status_code=422, detail=detail)
        self.field = field


class _StrictRequest(Request):
    async def json(self) -> Any:
        if not hasattr(self, "_json"):
            try:
                self._json = loads(await self.body())
            except BadJson as e:
                raise BadBody(str(e), e.field) from e
        return self._json


def _all(dependant: Dependant) -> Iterator[Dependant]:
    yield dependant
    for inner in dependant.dependencies:
        yield from _all(inner)


def _is(annotation: Any, kind: type) -> bool:
    """Whether a type, or a part of it, is of that kind: `Annotated[int, …] | None` is an integer."""
    return annotation is kind or get_origin(annotation) is kind or any(_is(part, kind) for part in get_args(annotation))


def _is_integer(text: str) -> bool:
    return bool(_INTEGER.match(text)) and -(2**63) <= int(text) < 2**63


@dataclass(frozen=True, slots=True)
class _Expected:
    """What a route takes from the URL, and of which type its body is."""

    path_integers: frozenset[str]
    query: frozenset[str]
    query_integers: frozenset[str]
    query_lists: frozenset[str]
    body: str | None

    @classmethod
    def of(cls, route: APIRoute) -> "_Expected":
        path = [f for d in _all(route.dependant) for f in d.path_params]
        query = [f for d in _all(route.dependant) for f in d.query_params]
        shapes: dict[str, Any] = {}
        for f in query:
            shape = f.field_info.annotation
            if isinstance(shape, type) and issubclass(shape, BaseModel):
                shapes |= {info.alias or name: info.annotation for name, info in shape.model_fields.items()}
            else:
                shapes[f.alias] = shape
        body = None
        if route.body_field is not None:
            body = "form" if isinstance(route.body_field.field_info, params.Form) else "json"
        return cls(
            frozenset(f.alias for f in path if _is(f.field_info.annotation, int)),
            frozenset(shapes),
            frozenset(name for name, shape in shapes.items() if _is(shape, int)),
            frozenset(name for name, shape in shapes.items() if _is(shape, list)),
            body,
        )

    def check(self, request: Request) -> None:
        """Raises Invalid, or 415. Numbers are ASCII digits, each parameter is known and given once."""
        for name in self.path_integers:
            if not _is_integer(str(request.path_params.get(name, ""))):
                raise Invalid(f"{name}：须为整数", field=name)
        for name in request.query_params:
            values = request.query_params.getlist(name)
            if name not in self.query:
                raise Invalid(f"{name[:60]}：没有这个参数", field=name[:60])
            if len(values) > 1 and name not in self.query_lists:
                raise Invalid(f"{name}：重复给出", field=name)
            if name in self.query_integers and not all(_is_integer(value) for value in values):
                raise Invalid(f"{name}：须为整数", field=name)
        if self.body and _has_body(request):
            kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
            if kind not in _FORMS if self.body == "form" else kind != "application/json":
                raise HTTPException(415)


def _has_body(request: Request) -> bool:
    length = request.headers.get("content-length", "0")
    return length != "0" or "transfer-encoding" in request.headers


class StrictRoute(APIRoute):
    """Use as `route_class` of every JSON router."""

    def __init__(self, path: str, *args: Any, **options: Any) -> None:
        super().__init__(path, *args, **options)
        self._begins = path.partition("{")[0]

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Most of some hundred routes are told apart by how they begin, which costs far less than their pattern."""
        if not scope["path"].removeprefix(scope.get("root_path", "")).startswith(self._begins):
            return Match.NONE, {}
        return super().matches(scope)

    def get_route_handler(self) -> Handler:
        handle = super().get_route_handler()
        expected = _Expected.of(self)

        async def strictly(request: Request) -> Response:
            expected.check(request)
            return await handle(_StrictRequest(request.scope, request.receive))

        return strictly
