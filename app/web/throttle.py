"""Counting tries in a sliding window, in this process: enough for guessing, never for people."""

from collections import deque
from threading import Lock


class Throttle:
    """Allows `limit` events per `seconds` and key; a whole building may share one address."""

    def __init__(self, limit: int, seconds: float) -> None:
        self._limit = limit
        self._seconds = seconds
        self._events: dict[str, deque[float]] = {}
        self._lock = Lock()

    def count(self, key: str, at: float) -> None:
        """Remember one event of `key` at this time (seconds)."""
        with self._lock:
            if len(self._events) > 10_000:
                self._events = {k: e for k, e in self._events.items() if e[-1] > at - self._seconds}
            self._events.setdefault(key, deque(maxlen=self._limit)).append(at)

    def is_over(self, key: str, at: float) -> bool:
        """Say whether `key` has used up its events of the window that ends now."""
        with self._lock:
            events = self._events.get(key)
            return (
                events is not None and len(events) == self._limit and events[0] > at - self._seconds
            )
