"""A crowd of bidders in one process: raw HTTP/1.1 on connections that stay open, as cheap as Python lets a client be.

Each connection has one offer under way. Offers of a hot lot take their amounts from one counter, so each is a step above
the one sent before it; whatever arrives out of order is refused by the rules and counts as refused.
"""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from time import perf_counter


@dataclass
class Heard:
    """What came of the offers: answers by status, and the seconds each accepted one waited."""

    seconds: float = 0
    statuses: dict[int, int] = field(default_factory=dict)
    waits: list[float] = field(default_factory=list)

    @property
    def accepted(self) -> float:
        """Accepted offers (or good answers) per second."""
        return len(self.waits) / self.seconds

    def p(self, share: float) -> float:
        """The wait in milliseconds that this share of the accepted did not exceed."""
        return sorted(self.waits)[int(len(self.waits) * share)] * 1000 if self.waits else float("nan")


class _Bidder(asyncio.Protocol):
    """One connection: writes the next request as soon as the last is answered, until the time is over."""

    def __init__(self, following: Callable[[], bytes], heard: Heard, until: float) -> None:
        self._next, self._heard, self._until = following, heard, until
        self._buffer = b""
        self._sent_at = 0.0
        self.over = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - TCP
        self._transport = transport

    def begin(self) -> None:
        self._sent_at = perf_counter()
        self._transport.write(self._next())

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, found, rest = self._buffer.partition(b"\r\n\r\n")
        if not found:
            return
        lower = head.lower()
        at = lower.find(b"content-length:")
        length = (
            int(lower[at + 15 : lower.find(b"\r\n", at) if lower.find(b"\r\n", at) > 0 else None]) if at >= 0 else 0
        )
        if len(rest) < length:
            return
        self._buffer = rest[length:]
        now, status = perf_counter(), int(head[9:12])
        self._heard.statuses[status] = self._heard.statuses.get(status, 0) + 1
        if status < 300:
            self._heard.waits.append(now - self._sent_at)
        if now < self._until:
            self.begin()
        else:
            self._transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.over.done():
            self.over.set_result(exc)


async def _play(port: int, nexts: list[Callable[[], bytes]], seconds: float) -> Heard:
    loop, heard = asyncio.get_running_loop(), Heard(seconds)
    until = perf_counter() + seconds
    crowd = [(await loop.create_connection(lambda n=n: _Bidder(n, heard, until), "127.0.0.1", port))[1] for n in nexts]
    for one in crowd:
        one.begin()
    await asyncio.gather(*(one.over for one in crowd))
    heard.seconds = perf_counter() - (until - seconds)
    return heard


def play(port: int, nexts: list[Callable[[], bytes]], seconds: float) -> Heard:
    """As many connections as there are makers of requests, for so many seconds."""
    return asyncio.run(_play(port, nexts, seconds))


def request(method: str, path: str, token: str, body: object = None, key: str = "") -> bytes:
    """One request on the wire."""
    content = b"" if body is None else json.dumps(body).encode()
    head = f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n"
    if key:
        head += f"Idempotency-Key: {key}\r\n"
    if content:
        head += f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n"
    return head.encode() + b"\r\n" + content
