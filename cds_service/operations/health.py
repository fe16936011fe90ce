"""Whether the store answers, asked beside the probes: one that hangs must not make a probe hang with it."""

import time
from collections.abc import Callable
from contextlib import suppress
from threading import Lock, Thread

from cds_service.errors import StoreUnavailable

_CACHE_S = 5.0  # seconds an answer stands
_WAIT_S = 0.5  # seconds a new one is waited for, by all probes together; Kubernetes gives up after 1


class StoreHealth:
    """Asks the store at most every few seconds. `ask` raises `StoreUnavailable`."""

    def __init__(self, check_store: Callable[[], object]) -> None:
        self._check_store = check_store
        self._lock = Lock()
        self._thread: Thread | None = None
        self._was_up = False
        self._started_at = self._checked_at = float("-inf")

    def is_up(self) -> bool:
        """Whether it answered when last asked; while it hangs, it does not."""
        with self._lock:
            now = time.monotonic()
            if now - self._checked_at < _CACHE_S:
                return self._was_up
            if self._thread is None or not self._thread.is_alive():
                self._started_at = now
                self._thread = Thread(target=self._run_check, name="store-watch", daemon=True)
                self._thread.start()
            # They come one after the other, for the lock: were each to wait anew, probes would hold all threads.
            self._thread.join(max(0.0, self._started_at + _WAIT_S - now))
            return self._was_up and not self._thread.is_alive()

    def _run_check(self) -> None:
        is_up = False  # nor is it where asking fails in a way that nobody foresaw
        try:
            with suppress(StoreUnavailable):
                self._check_store()
                is_up = True
        finally:
            self._was_up, self._checked_at = is_up, time.monotonic()
