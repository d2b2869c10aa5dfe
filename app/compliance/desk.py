"""What whoever asks the law needs from the database, kept at hand for a second.

Questions change nothing, and there are many of them; a new calendar or parameter is heard of within a second. Acts on a
lot read both in their own transaction.
"""

from collections.abc import Callable
from datetime import date
from threading import Lock
from time import monotonic
from typing import Any, Generic, TypeVar

from app.base.days import Calendar
from app.base.db import Tx, transaction
from app.compliance import queries

FRESH_SECONDS = 1.0
MOST = 1000
T = TypeVar("T")


class _Kept(Generic[T]):
    """Answers by key, each as old as `FRESH_SECONDS` at most."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._kept: dict[Any, tuple[float, T]] = {}

    def get(self, key: Any, read: Callable[[Tx], T]) -> T:
        at, found = self._kept.get(key, (0.0, None))
        if found is None or monotonic() - at > FRESH_SECONDS:
            with transaction(read_only=True) as tx:
                found = read(tx)
            with self._lock:
                if len(self._kept) >= MOST:
                    self._kept.clear()
                self._kept[key] = (monotonic(), found)
        return found


class Desk:
    """The published calendar, and each county's approved parameters by day."""

    def __init__(self) -> None:
        self._calendar: _Kept[Calendar] = _Kept()
        self._parameters: _Kept[dict[str, Any]] = _Kept()

    def calendar(self) -> Calendar:
        return self._calendar.get(None, queries.calendar)

    def parameters(self, county_code: str, on: date) -> dict[str, Any]:
        return self._parameters.get((county_code, on), lambda tx: queries.overrides(tx, county_code, on))
