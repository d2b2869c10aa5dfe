"""Routes that read JSON strictly: what the wire does not allow never reaches a handler."""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from app.base.wire import BadJson, loads

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class BadBody(HTTPException):
    """A body that is no JSON of ours. (FastAPI lets only its own HTTPException through while it reads a body.)"""

    def __init__(self, detail: str) -> None:
        super().__init__(status_code=422, detail=detail)


class _StrictRequest(Request):
    async def json(self) -> Any:
        if not hasattr(self, "_json"):
            try:
                self._json = loads(await self.body())
            except BadJson as e:
                raise BadBody(str(e)) from e
        return self._json


class StrictRoute(APIRoute):
    """Use as `route_class` of every router with JSON bodies."""

    def get_route_handler(self) -> Handler:
        handle = super().get_route_handler()

        async def strictly(request: Request) -> Response:
            return await handle(_StrictRequest(request.scope, request.receive))

        return strictly
