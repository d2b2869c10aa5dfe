"""What a request carries with it unsaid: its id, from the answer's header to the audit event."""

from contextvars import ContextVar

request_id: ContextVar[str | None] = ContextVar("request_id", default=None)
