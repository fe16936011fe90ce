"""Checks in a thread of its own whether the store answers, so that a hanging store does not hang the probes.

Probes are answered in the event loop of a worker: none of them waits, but for the first result of all.
"""

import time
from collections.abc import Callable
from contextlib import suppress
from threading import Lock, Thread

from cds_service.errors import StoreUnavailable

_CACHE_S = 5.0  # how long a result is reused
_WAIT_S = 0.5  # how long a check may take before its store counts as down


class StoreHealth:
    """Checks the store at most every few seconds. `check_store` raises `StoreUnavailable` if it is down."""

    def __init__(self, check_store: Callable[[], object]) -> None:
        self._check_store = check_store
        self._lock = Lock()
        self._thread: Thread | None = None
        self._was_up = False
        self._started_at = self._checked_at = float("-inf")

    def is_up(self) -> bool:
        """Return whether the store answered the last check, and begin a new one if that is some time ago.

        While a check takes too long, it did not. The first call waits for its result.
        """
        with self._lock:
            now = time.monotonic()
            is_first = self._thread is None
            if now - self._checked_at >= _CACHE_S and not self._is_checking():
                self._started_at = now
                self._thread = Thread(target=self._run_check, name="store-watch", daemon=True)
                self._thread.start()
            if is_first and self._thread is not None:
                self._thread.join(_WAIT_S)
            is_late = self._is_checking() and time.monotonic() - self._started_at >= _WAIT_S
            return self._was_up and not is_late

    def _is_checking(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    def _run_check(self) -> None:
        is_up = False  # also if the check fails with an unexpected error
        try:
            with suppress(StoreUnavailable):
                self._check_store()
                is_up = True
        finally:
            self._was_up, self._checked_at = is_up, time.monotonic()
