"""One plain ASGI layer around everything: a request id in and out, the security headers, and the last resort."""

import re
import secrets

from fastapi import FastAPI
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.base.context import request_id
from app.web.problems import MEDIA, of_status, unforeseen

_GOOD_ID = re.compile(r"[A-Za-z0-9._-]{8,64}\Z", re.ASCII)

SECURITY = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "content-security-policy": "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'",
}
INLINE = {
    "content-security-policy": SECURITY["content-security-policy"]
    + "; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'",
}
"""The interactive API documents are pages with inline scripts; nothing of a user's is shown in them."""
TOO_LARGE = 413
_DOCUMENTS = frozenset({"/docs", "/redoc"})


class Envelope:
    """Takes a well-formed `X-Request-ID` over or makes one; puts it and the security headers on the answer.

    It also answers what no handler foresaw, because here the request id is still known.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        given = Headers(scope=scope).get("x-request-id", "")
        this = given if _GOOD_ID.match(given) else secrets.token_hex(12)
        token = request_id.set(this)

        started = replaced = False
        security = SECURITY | INLINE if scope["path"] in _DOCUMENTS else SECURITY

        async def sealed(message: Message) -> None:
            nonlocal started, replaced
            if replaced:
                return
            if message["type"] == "http.response.start":
                if message["status"] == TOO_LARGE and Headers(raw=message["headers"]).get("content-type") != MEDIA:
                    await of_status(TOO_LARGE)(scope, receive, sealed)  # the framework's own is plain text
                    replaced = True
                    return
                started = True
                headers = MutableHeaders(scope=message)
                headers["x-request-id"] = this
                for name, value in security.items():
                    headers.setdefault(name, value)
                if scope["path"].startswith("/api/"):
                    headers.setdefault("cache-control", "no-store")
            await send(message)

        try:
            await self.app(scope, receive, sealed)
        except Exception as e:
            if started:
                raise  # half an answer is out: only a broken connection can still say that it is no whole one
            await unforeseen(scope["path"], e)(scope, receive, sealed)
        finally:
            request_id.reset(token)


def install(app: FastAPI, *, max_body: int) -> None:
    """Puts the envelope around the app, and the limit of bodies inside it: also a refusal for size is a problem."""
    app.add_middleware(RequestBodyLimitMiddleware, max_body_size=max_body)
    app.add_middleware(Envelope)
