"""Adds counts up in memory, so that a call does not write each of them to the files that the workers share.

Writing one takes as long as adding up ten. The sums are written a moment later, from a thread of their own.
"""

import atexit
from collections import defaultdict
from collections.abc import Callable
from threading import Lock, Timer
from typing import Final, TypeAlias
from weakref import WeakSet

Labels: TypeAlias = tuple[str, ...]
Key: TypeAlias = tuple[str, Labels]
"""The name of a counter, and its labels."""

_LINGER_S: Final = 0.2  # a worker that is killed loses the counts of as long


class PendingCounts:
    """Sums that are still to be written. `write` adds one to its counter."""

    def __init__(self, write: Callable[[Key, float], None]) -> None:
        self._write = write
        self._sums: dict[tuple[str, tuple[Labels, ...]], float] = {}
        self._lock = Lock()
        _instances.add(self)

    def add(self, name: str, all_labels: tuple[Labels, ...], amount: float) -> None:
        """Add to the counter of this name with each of these labels: one sum, as most calls count the same together."""
        key = name, all_labels
        with self._lock:
            is_first = not self._sums
            self._sums[key] = self._sums.get(key, 0.0) + amount
        if is_first:
            self._write_soon()

    def flush(self) -> None:
        """Write all sums now."""
        with self._lock:
            sums, self._sums = self._sums, {}
        counts: defaultdict[Key, float] = defaultdict(float)
        for (name, all_labels), amount in sums.items():
            for labels in all_labels:
                counts[name, labels] += amount
        for key, total in counts.items():
            self._write(key, total)

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
