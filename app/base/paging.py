"""Keyset pages: stable while rows are added, as quick in the middle as at the start."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Annotated, Generic, TypeVar

from pydantic import BaseModel, Field

from app.base.errors import Invalid

MAX_PAGE = 100

T = TypeVar("T")

Limit = Annotated[int, Field(ge=1, le=MAX_PAGE)]


class Page(BaseModel, Generic[T]):
    """One page. `next_cursor` is absent on the last one."""

    items: list[T]
    next_cursor: str | None = None


def cursor_of(key: int) -> str:
    """An opaque cursor for the last key of a page."""
    return urlsafe_b64encode(str(key).encode()).decode().rstrip("=")


def key_of(cursor: str | None) -> int | None:
    """The key behind a cursor. Raises Invalid for anything that `cursor_of` did not make."""
    if cursor is None:
        return None
    try:
        key = int(urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4)).decode("ascii"))
    except (ValueError, UnicodeError) as e:
        raise Invalid("分页游标无效", field="cursor") from e
    if not 0 <= key < 2**63 or cursor_of(key) != cursor:
        raise Invalid("分页游标无效", field="cursor")
    return key
