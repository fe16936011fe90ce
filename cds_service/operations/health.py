"""Checks in a thread of its own whether the store answers, so that a hanging store does not hang the probes."""

import time
from collections.abc import Callable
from contextlib import suppress
from threading import Lock, Thread

from cds_service.errors import StoreUnavailable

_CACHE_S = 5.0  # how long a result is reused
_WAIT_S = 0.5  # how long all probes together wait for a new result; Kubernetes gives up after 1 s


class StoreHealth:
    """Checks the store at most every few seconds. `check_store` raises `StoreUnavailable` if it is down."""

    def __init__(self, check_store: Callable[[], object]) -> None:
        self._check_store = check_store
        self._lock = Lock()
        self._thread: Thread | None = None
        self._was_up = False
        self._started_at = self._checked_at = float("-inf")

    def is_up(self) -> bool:
        """Return whether the store answered the last check. While a check hangs, it did not."""
        with self._lock:
            now = time.monotonic()
            if now - self._checked_at < _CACHE_S:
                return self._was_up
            if self._thread is None or not self._thread.is_alive():
                self._started_at = now
                self._thread = Thread(target=self._run_check, name="store-watch", daemon=True)
                self._thread.start()
            # Probes wait in turn for the lock. If each waited the full time again, they would occupy all threads.
            self._thread.join(max(0.0, self._started_at + _WAIT_S - now))
            return self._was_up and not self._thread.is_alive()

    def _run_check(self) -> None:
        is_up = False  # also if the check fails with an unexpected error
        try:
            with suppress(StoreUnavailable):
                self._check_store()
                is_up = True
        finally:
            self._was_up, self._checked_at = is_up, time.monotonic()
