"""Whether the store answers, asked beside the probes: one that hangs must not make a probe hang with it."""

import time
from collections.abc import Callable
from threading import Lock, Thread

from cds_service.errors import StoreUnavailable

_KEPT_S = 5.0  # seconds an answer stands
_WAIT_S = 0.5  # seconds a probe waits for a new one; Kubernetes gives up after 1


class StoreWatch:
    """Asks the store at most every few seconds. `ask` raises `StoreUnavailable`."""

    def __init__(self, ask: Callable[[], object]) -> None:
        self._ask = ask
        self._lock = Lock()
        self._running: Thread | None = None
        self._answer = False
        self._asked = float("-inf")

    def is_up(self) -> bool:
        """Whether it answered when last asked; while it hangs, it does not."""
        with self._lock:
            if time.monotonic() - self._asked < _KEPT_S:
                return self._answer
            if self._running is None or not self._running.is_alive():
                self._running = Thread(target=self._find_out, name="store-watch", daemon=True)
                self._running.start()
            self._running.join(_WAIT_S)
            return self._answer and not self._running.is_alive()

    def _find_out(self) -> None:
        try:
            self._ask()
        except StoreUnavailable:
            self._answer = False
        else:
            self._answer = True
        self._asked = time.monotonic()
