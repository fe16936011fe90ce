"""A bounded queue between many threads that add items and one that writes them. Knows no cards and no database."""

from collections import deque
from collections.abc import Sequence
from threading import Condition
from typing import Generic, TypeVar

Item = TypeVar("Item")

_LINGER_S = 0.1
"""Seconds for which the writer lets items gather: a commit, most of the work, then is for twice as many as in 0.05.

Feedback in the same process ends it, and in another waits longer than that for a card (`StoreRecorder`)."""


class Backlog(Generic[Item]):
    """Waiting items, oldest first. When more than `limit` wait, the oldest are dropped and counted in `dropped`.

    `linger_s`: for how many seconds the writer lets items gather, if not `_LINGER_S`.
    """

    def __init__(self, limit: int, linger_s: float | None = None) -> None:
        self.dropped = 0
        self._linger_s = linger_s
        self._limit = limit
        self._changed = Condition()
        self._waiting: deque[tuple[int, Item]] = deque()
        self._in_progress: list[tuple[int, Item]] = []
        self._last_number = 0
        self._drain_waiters = 0
        self._closed = False

    @property
    def last_number(self) -> int:
        """The number of the newest item so far. The first is 1, and they are numbered in order."""
        return self._last_number

    @property
    def oldest_number(self) -> float:
        """The number of the oldest item that is not yet finished; infinity if none waits."""
        with self._changed:
            return self._find_oldest()

    def __len__(self) -> int:
        return len(self._waiting) + len(self._in_progress)

    def add(self, items: Sequence[Item]) -> bool:
        """Append the items and return True; once closed, count them as dropped and return False."""
        with self._changed:
            if self._closed:
                self.dropped += len(items)
                return False
            was_empty = not self._waiting
            self._waiting.extend(enumerate(items, self._last_number + 1))
            self._last_number += len(items)
            # A lingering writer is not woken for every item, or it could not gather them.
            if self._drop_oldest() or was_empty:
                self._changed.notify_all()
        return True

    def take_batch(self, size: int) -> list[Item]:
        """Wait for items and take up to `size`; none once closed. A batch that was not finished is taken again."""
        linger_s = _LINGER_S if self._linger_s is None else self._linger_s
        with self._changed:
            self._waiting.extendleft(reversed(self._in_progress))
            self._in_progress = []
            self._changed.wait_for(lambda: self._waiting or self._closed)
            self._changed.wait_for(lambda: self._drain_waiters or self._closed, linger_s)
            if self._closed:
                self._drop_all()
            self._in_progress = [self._waiting.popleft() for _ in range(min(size, len(self._waiting)))]
            return [item for _, item in self._in_progress]

    def finish_batch(self, dropped: int = 0) -> None:
        """Mark the batch as written, except for the number `dropped`."""
        with self._changed:
            self._in_progress = []
            self.dropped += dropped
            self._changed.notify_all()

    def wait_to_retry(self, seconds: float) -> None:
        """Wait before the next attempt, or until the backlog is closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed, seconds)

    def drain(self, timeout: float) -> bool:
        """Wait up to `timeout` seconds for all items added before this call; return whether they are gone."""
        with self._changed:
            last = self._last_number
            self._drain_waiters += 1
            self._changed.notify_all()
            is_drained = self._changed.wait_for(lambda: self._find_oldest() > last, timeout)
            self._drain_waiters -= 1
            return is_drained

    def close(self) -> None:
        """Accept no more items. Waiting items are dropped and counted; the batch in progress may still be finished."""
        with self._changed:
            self._closed = True
            self._drop_all()
            self._changed.notify_all()

    def _find_oldest(self) -> float:
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
