"""What a process remembers of the FHIR servers it reads: how each likes to be asked, and whether it is down."""

import time
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import Final
from urllib.parse import urlsplit

FHIR_JSON: Final = "application/fhir+json"
_MAX_SERVERS: Final = 64  # servers; a caller of demo mode may name any path
_FAILURE_THRESHOLD: Final = 3  # calls that failed one after the other before a server is left alone
_RECOVERY_S: Final = 10.0  # seconds it is left alone then
_MAX_RECOVERY_S: Final = 60.0  # seconds, whatever it asks for
_PORTS = {"http": 80, "https": 443}


class CircuitBreaker:
    """A circuit breaker: a server that keeps failing is left alone, then asked by one call before all ask again.

    Our own, because the kept libraries do not fit: pybreaker 1.4.1 holds its lock while it calls, so that searches
    would queue; circuitbreaker 2.1.3 lets every waiting call through as a probe. `clock` counts seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = Lock()
        self._failures = 0
        self._open_until = 0.0

    def allows_call(self) -> bool:
        """Whether a call may ask now. Once the rest is over one call may, and for another rest no second one."""
        with self._lock:
            if self._failures < _FAILURE_THRESHOLD:
                return True
            now = self._clock()
            if now < self._open_until:
                return False
            self._open_until = now + _RECOVERY_S
            return True

    def record_success(self) -> None:
        """The server answered: all may ask."""
        with self._lock:
            self._failures = 0

    def record_failure(self, retry_after: float | None = None) -> None:
        """The server answered nothing of use; `rest` is the seconds it asked to be left alone."""
        with self._lock:
            self._failures = self._failures + 1 if retry_after is None else max(self._failures + 1, _FAILURE_THRESHOLD)
            self._open_until = self._clock() + min(retry_after or _RECOVERY_S, _MAX_RECOVERY_S)


class FhirServer:
    """One FHIR server: its breaker, and the habits that were found out by asking."""

    def __init__(self, breaker: CircuitBreaker) -> None:
        self.breaker = breaker
        self.supports_post: bool | None = None  # None: nobody knows yet
        self.accept = FHIR_JSON


class ServerRegistry:
    """The servers read of late, by origin and base path. The one not read for longest is forgotten first."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = Lock()
        self._by_base: OrderedDict[tuple[str, str | None, int | None, str], FhirServer] = OrderedDict()

    def get(self, base_url: str) -> FhirServer:
        """The server at `base`."""
        key = (*origin(base_url), urlsplit(base_url).path.rstrip("/"))
        with self._lock:
            server = self._by_base.pop(key, None) or FhirServer(CircuitBreaker(self._clock))
            self._by_base[key] = server
            if len(self._by_base) > _MAX_SERVERS:
                self._by_base.popitem(last=False)
        return server


def origin(url: str) -> tuple[str, str | None, int | None]:
    """Scheme, host and port of a URL, the port also where it is the scheme's own.

    Raises:
        ValueError: when it is no URL.
    """
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or _PORTS.get(parts.scheme)
