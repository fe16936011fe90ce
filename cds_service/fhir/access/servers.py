"""What a process remembers of the FHIR servers it reads: how each likes to be asked, and whether it is down."""

import time
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import Final
from urllib.parse import urlsplit

FHIR_JSON: Final = "application/fhir+json"
_REMEMBERED: Final = 64  # servers; a caller of demo mode may name any path
_FAILURES: Final = 3  # calls that failed one after the other before a server is left alone
_REST_S: Final = 10.0  # seconds it is left alone then
_LONGEST_REST_S: Final = 60.0  # seconds, whatever it asks for
_PORTS = {"http": 80, "https": 443}


class Breaker:
    """A circuit breaker: a server that keeps failing is left alone, then asked by one call before all ask again.

    Our own, because the kept libraries do not fit: pybreaker 1.4.1 holds its lock while it calls, so that searches
    would queue; circuitbreaker 2.1.3 lets every waiting call through as a probe. `clock` counts seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = Lock()
        self._failures = 0
        self._closed_until = 0.0

    def admits(self) -> bool:
        """Whether a call may ask now. Once the rest is over one call may, and for another rest no second one."""
        with self._lock:
            if self._failures < _FAILURES:
                return True
            now = self._clock()
            if now < self._closed_until:
                return False
            self._closed_until = now + _REST_S
            return True

    def answered(self) -> None:
        """The server answered: all may ask."""
        with self._lock:
            self._failures = 0

    def failed(self, rest: float | None = None) -> None:
        """The server answered nothing of use; `rest` is the seconds it asked to be left alone."""
        with self._lock:
            self._failures = self._failures + 1 if rest is None else max(self._failures + 1, _FAILURES)
            self._closed_until = self._clock() + min(rest or _REST_S, _LONGEST_REST_S)


class Server:
    """One FHIR server: its breaker, and the habits that were found out by asking."""

    def __init__(self, breaker: Breaker) -> None:
        self.breaker = breaker
        self.takes_post: bool | None = None  # None: nobody knows yet
        self.accept = FHIR_JSON


class Servers:
    """The servers read of late, by origin and base path. The one not read for longest is forgotten first."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = Lock()
        self._known: OrderedDict[tuple[str, str | None, int | None, str], Server] = OrderedDict()

    def of(self, base: str) -> Server:
        """The server at `base`."""
        key = (*origin(base), urlsplit(base).path.rstrip("/"))
        with self._lock:
            server = self._known.pop(key, None) or Server(Breaker(self._clock))
            self._known[key] = server
            if len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)
        return server


def origin(url: str) -> tuple[str, str | None, int | None]:
    """Scheme, host and port of a URL, the port also where it is the scheme's own.

    Raises:
        ValueError: when it is no URL.
    """
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or _PORTS.get(parts.scheme)
