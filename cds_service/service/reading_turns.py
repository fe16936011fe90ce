"""The charts of one client are read in turn, so that however many it sends, others are answered between.

Reading is processor time, of which Python gives a worker one thread's worth: taking turns makes nothing slower. Many
threads that read at once would make every other call wait for each of them, many times.
"""

import time
from threading import Lock
from typing import Final

from cds_service.errors import OutOfTime

_LONG: Final = 100_000  # bytes; shorter charts wait for no longer one, or an ordinary call would wait for the longest
_LONGEST_READING_S: Final = 1.5  # of the most words that are read of one call, on a busy machine
_LEAST_WAIT_S: Final = 0.25  # also for a call whose FHIR server took its time: ordinary charts before it are soon read


class ReadingTurns:
    """The turns of a worker's clients: long charts have one line for each client, the others another."""

    def __init__(self) -> None:
        self._turns: dict[tuple[str, bool], Lock] = {}  # clients are those of the table

    def take(self, client_id: str, size: int, deadline: float) -> "_Turn":
        """Take the client's turn to read a chart of so many bytes by the deadline, which is on the monotonic clock.

        Raises:
            OutOfTime: charts that came before took too long.
        """
        turn = self._turns.setdefault((client_id, size > _LONG), Lock())
        if not turn.acquire(timeout=max(_LEAST_WAIT_S, deadline - _LONGEST_READING_S - time.monotonic())):
            raise OutOfTime("the deadline of the call came before its chart could be read")
        return _Turn(turn)


class _Turn:
    """A turn that was taken, and ends with the block."""

    def __init__(self, lock: Lock) -> None:
        self._lock = lock

    def __enter__(self) -> None:
        """Begin it."""

    def __exit__(self, *_: object) -> None:
        """End it."""
        self._lock.release()
