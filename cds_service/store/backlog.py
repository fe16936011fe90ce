"""A bounded line of items between many threads that put and one that writes; knows neither cards nor a database."""

from collections import deque
from collections.abc import Sequence
from threading import Condition
from typing import Generic, TypeVar

Item = TypeVar("Item")

_LINGER_S = 0.05
"""How long the writer lets items gather, in seconds: one commit for many costs the answering threads far less."""


class Backlog(Generic[Item]):
    """Items waiting, oldest first. When more than `limit` wait, the oldest give way and are counted in `dropped`."""

    def __init__(self, limit: int) -> None:
        self.dropped = 0
        self._limit = limit
        self._changed = Condition()
        self._waiting: deque[tuple[int, Item]] = deque()
        self._in_progress: list[tuple[int, Item]] = []
        self._last_number = 0
        self._drain_waiters = 0
        self._closed = False

    def __len__(self) -> int:
        return len(self._waiting) + len(self._in_progress)

    def add(self, items: Sequence[Item]) -> bool:
        """Put the items at the end; False, and they count as dropped, once closed."""
        with self._changed:
            if self._closed:
                self.dropped += len(items)
                return False
            was_empty = not self._waiting
            self._waiting.extend(enumerate(items, self._last_number + 1))
            self._last_number += len(items)
            # A writer that lingers is left alone: waking it for every item would undo the gathering.
            if self._drop_oldest() or was_empty:
                self._changed.notify_all()
        return True

    def take_batch(self, size: int) -> list[Item]:
        """Wait for items and take up to `size`; none once closed. Those taken before and not done come again."""
        with self._changed:
            self._waiting.extendleft(reversed(self._in_progress))
            self._in_progress = []
            self._changed.wait_for(lambda: self._waiting or self._closed)
            self._changed.wait_for(lambda: self._drain_waiters or self._closed, _LINGER_S)
            if self._closed:
                self._drop_all()
            self._in_progress = [self._waiting.popleft() for _ in range(min(size, len(self._waiting)))]
            return [item for _, item in self._in_progress]

    def finish_batch(self, dropped: int = 0) -> None:
        """The items taken are written, but for those `dropped`."""
        with self._changed:
            self._in_progress = []
            self.dropped += dropped
            self._changed.notify_all()

    def wait_to_retry(self, seconds: float) -> None:
        """Wait before the next try, less long when the line is closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed, seconds)

    def drain(self, timeout: float) -> bool:
        """Wait, at most `timeout` seconds, until what was put before this call is gone; whether it is."""
        with self._changed:
            last = self._last_number
            self._drain_waiters += 1
            self._changed.notify_all()
            gone = self._changed.wait_for(lambda: self._oldest_number() > last, timeout)
            self._drain_waiters -= 1
            return gone

    def close(self) -> None:
        """Take nothing more. What waits is dropped and counted; what is being written may still be done."""
        with self._changed:
            self._closed = True
            self._drop_all()
            self._changed.notify_all()

    def _oldest_number(self) -> float:
        first = self._in_progress[0] if self._in_progress else self._waiting[0] if self._waiting else None
        return first[0] if first else float("inf")

    def _drop_oldest(self) -> int:
        surplus = max(0, len(self._waiting) - self._limit)
        for _ in range(surplus):
            self._waiting.popleft()
        self.dropped += surplus
        return surplus

    def _drop_all(self) -> None:
        self.dropped += len(self._waiting)
        self._waiting.clear()
