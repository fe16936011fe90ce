"""Whether the store answers, asked beside the probes: one that hangs must not make a probe hang with it."""

import time
from collections.abc import Callable
from contextlib import suppress
from threading import Lock, Thread

from cds_service.errors import StoreUnavailable

_KEPT_S = 5.0  # seconds an answer stands
_WAIT_S = 0.5  # seconds a new one is waited for, by all probes together; Kubernetes gives up after 1


class StoreWatch:
    """Asks the store at most every few seconds. `ask` raises `StoreUnavailable`."""

    def __init__(self, ask: Callable[[], object]) -> None:
        self._ask = ask
        self._lock = Lock()
        self._running: Thread | None = None
        self._answer = False
        self._began = self._asked = float("-inf")

    def is_up(self) -> bool:
        """Whether it answered when last asked; while it hangs, it does not."""
        with self._lock:
            now = time.monotonic()
            if now - self._asked < _KEPT_S:
                return self._answer
            if self._running is None or not self._running.is_alive():
                self._began = now
                self._running = Thread(target=self._find_out, name="store-watch", daemon=True)
                self._running.start()
            # They come one after the other, for the lock: were each to wait anew, probes would hold all threads.
            self._running.join(max(0.0, self._began + _WAIT_S - now))
            return self._answer and not self._running.is_alive()

    def _find_out(self) -> None:
        is_up = False  # nor is it where asking fails in a way that nobody foresaw
        try:
            with suppress(StoreUnavailable):
                self._ask()
                is_up = True
        finally:
            self._answer, self._asked = is_up, time.monotonic()
