"""Adds counts up in memory, so that a call does not write each of them to the files that the workers share.

Writing one takes as long as adding up ten. The sums are written a moment later, from a thread of their own.
"""

import atexit
from collections.abc import Callable, Iterable
from threading import Lock, Timer
from typing import Final, TypeAlias
from weakref import WeakSet

Key: TypeAlias = tuple[str, tuple[str, ...]]
"""The name of a counter, and its labels."""

_LINGER_S: Final = 0.2  # a worker that is killed loses the counts of as long


class PendingCounts:
    """Sums that are still to be written. `write` adds one to its counter."""

    def __init__(self, write: Callable[[Key, float], None]) -> None:
        self._write = write
        self._sums: dict[Key, float] = {}
        self._lock = Lock()
        _instances.add(self)

    def add(self, key: Key, amount: float) -> None:
        """Add to a sum."""
        with self._lock:
            is_first = not self._sums
            self._sums[key] = self._sums.get(key, 0.0) + amount
        if is_first:
            self._write_soon()

    def add_one_to_each(self, name: str, all_labels: Iterable[tuple[str, ...]]) -> None:
        """Add 1 to the sum of each of these labels, at once."""
        with self._lock:
            is_first = not self._sums
            for labels in all_labels:
                self._sums[name, labels] = self._sums.get((name, labels), 0.0) + 1
            is_first = is_first and bool(self._sums)
        if is_first:
            self._write_soon()

    def flush(self) -> None:
        """Write all sums now."""
        with self._lock:
            sums, self._sums = self._sums, {}
        for key, amount in sums.items():
            self._write(key, amount)

    def _write_soon(self) -> None:
        timer = Timer(_LINGER_S, self.flush)
        timer.daemon = True
        try:
            timer.start()
        except RuntimeError:  # no thread can be started now
            self.flush()


_instances: WeakSet[PendingCounts] = WeakSet()


def write_pending_counts() -> None:
    """Write what this process has counted so far."""
    for counts in list(_instances):
        counts.flush()


atexit.register(write_pending_counts)
