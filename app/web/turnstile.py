"""So many a minute from one address, and then an honest "later"."""

from threading import Lock
from time import monotonic

from app.base.errors import TooMany

MAX_ADDRESSES = 100_000


class Turnstile:
    """A token bucket per address, in this process: so many a minute, refilled evenly."""

    def __init__(self, per_minute: int, message: str) -> None:
        self._per_minute, self._message = per_minute, message
        self._lock = Lock()
        self._buckets: dict[str, tuple[float, float]] = {}

    def enter(self, address: str) -> None:
        """Takes one. Raises TooMany with the seconds until there is another."""
        with self._lock:
            left = self._left(address)
            if left >= 1:
                self._buckets[address] = (left - 1, monotonic())
        self._refuse_under_one(left)

    def look(self, address: str) -> None:
        """Raises TooMany where there is none left to take, and takes none."""
        with self._lock:
            left = self._left(address)
        self._refuse_under_one(left)

    def _left(self, address: str) -> float:
        if len(self._buckets) >= MAX_ADDRESSES:
            self._buckets.clear()
        now = monotonic()
        left, at = self._buckets.get(address, (float(self._per_minute), now))
        return min(self._per_minute, left + (now - at) * self._per_minute / 60)

    def _refuse_under_one(self, left: float) -> None:
        if left < 1:
            raise TooMany(self._message, retry_after=int((1 - left) * 60 / self._per_minute) + 1)
