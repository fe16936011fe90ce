"""Long charts of one client are read one after another, so that however many it sends, others are answered between.

Reading is processor time, of which Python gives a worker one thread's worth: taking turns makes nothing slower. Many
threads that read at once would make every other call wait for each of them, many times.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Final

from cds_service.errors import OutOfTime

_LONG: Final = 100_000  # bytes; shorter charts are read in some hundredths of a second, and wait for no turn
_LONGEST_READING_S: Final = 1.0  # of the most words that are read of one call
_LEAST_WAIT_S: Final = 0.25  # also for a call whose FHIR server took its time: ordinary charts before it are soon read


class ReadingTurns:
    """The turns of a worker's clients."""

    def __init__(self) -> None:
        self._turns: dict[str, Lock] = {}  # clients are those of the table

    @contextmanager
    def take(self, client_id: str, size: int, deadline: float) -> Iterator[None]:
        """Hold the client's turn to read a chart of so many bytes by the deadline, which is on the monotonic clock.

        Raises:
            OutOfTime: charts that came before took too long.
        """
        if size <= _LONG:
            yield
            return
        turn = self._turns.setdefault(client_id, Lock())
        if not turn.acquire(timeout=max(_LEAST_WAIT_S, deadline - _LONGEST_READING_S - time.monotonic())):
            raise OutOfTime("the deadline of the call came before its chart could be read")
        try:
            yield
        finally:
            turn.release()
