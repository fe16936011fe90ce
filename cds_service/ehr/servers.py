"""What a process remembers about FHIR servers: what requests each accepts, and whether it is down."""

import time
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import Final
from urllib.parse import urlsplit

FHIR_JSON: Final = "application/fhir+json"
_MAX_SERVERS: Final = 64  # in demo mode a caller may name any path
_FAILURE_THRESHOLD: Final = 3  # consecutive failed calls that open the circuit
_RECOVERY_S: Final = 10.0  # seconds for which the circuit is then open
_MAX_RECOVERY_S: Final = 60.0  # seconds, whatever the server asks for
_PORTS = {"http": 80, "https": 443}


class CircuitBreaker:
    """A circuit breaker: a server that keeps failing is not called for a while, then by one call as a probe.

    Our own, because pybreaker holds its lock during a call and circuitbreaker lets every waiting call probe. `clock`
    returns seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = Lock()
        self._failures = 0
        self._open_until = 0.0

    def allows_call(self) -> bool:
        """Return whether a call may use the server now. After each open period, one call may, as a probe."""
        with self._lock:
            if self._failures < _FAILURE_THRESHOLD:
                return True
            now = self._clock()
            if now < self._open_until:
                return False
            self._open_until = now + _RECOVERY_S
            return True

    def record_success(self) -> None:
        """Close the circuit: the server answered."""
        with self._lock:
            self._failures = 0

    def record_failure(self, retry_after: float | None = None) -> None:
        """Count a failed call. If the server asked us to wait `retry_after` seconds, open the circuit at once."""
        with self._lock:
            self._failures = self._failures + 1 if retry_after is None else max(self._failures + 1, _FAILURE_THRESHOLD)
            self._open_until = self._clock() + min(retry_after or _RECOVERY_S, _MAX_RECOVERY_S)


class FhirServer:
    """One FHIR server: its circuit breaker, and what we have learnt about the requests it accepts."""

    def __init__(self, breaker: CircuitBreaker) -> None:
        self.breaker = breaker
        self.supports_post: bool | None = None  # None: not known yet
        self.accept = FHIR_JSON


class ServerRegistry:
    """The recently used servers by origin and base path. The least recently used one is dropped first."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = Lock()
        self._by_base: OrderedDict[tuple[str, str | None, int | None, str], FhirServer] = OrderedDict()

    def get(self, base_url: str) -> FhirServer:
        """Return the server at `base_url`."""
        key = (*origin(base_url), urlsplit(base_url).path.rstrip("/"))
        with self._lock:
            server = self._by_base.pop(key, None) or FhirServer(CircuitBreaker(self._clock))
            self._by_base[key] = server
            if len(self._by_base) > _MAX_SERVERS:
                self._by_base.popitem(last=False)
        return server


def origin(url: str) -> tuple[str, str | None, int | None]:
    """Return the scheme, host and port of a URL, with the scheme's default port where the URL has none.

    Raises:
        ValueError: If it is not a URL.
    """
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or _PORTS.get(parts.scheme)
