"""What the lists of the registry have in common: their parameters, and the page that is answered."""

from datetime import date
from typing import Annotated, Any

from fastapi import Query

from app.base.actor import Actor
from app.base.paging import MAX_PAGE, Page, cursor_of
from app.identity.auth import may
from app.identity.permissions import P
from app.registry.schemas import (
    Prefix,
)  # fmt: skip

Cursor = Annotated[str | None, Query(max_length=40)]
Limit = Annotated[int, Query(ge=1, le=MAX_PAGE)]
Key = Annotated[int | None, Query(ge=1, lt=2**63)]
Region = Annotated[Prefix | None, Query(description="行政区划代码前缀")]
On = Annotated[date | None, Query(description="按这一天终了时的登记状态回答，YYYY-MM-DD")]
Reader = Annotated[Actor, may(P.REGISTRY_READ)]
Recorder = Annotated[Actor, may(P.REGISTRY_RECORD)]


def page_of(rows: list[Any], limit: int, shape: Any) -> Page[Any]:
    """`rows` are asked for with one more than `limit`: that one says there is another page."""
    shown = [shape.model_validate(row) for row in rows[:limit]]
    return Page(items=shown, next_cursor=cursor_of(shown[-1].id) if len(rows) > limit else None)
