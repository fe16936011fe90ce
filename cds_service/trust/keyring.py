"""A client's keys as last read, and when to read them again: seldom, never twice at once, not for every stranger."""

import logging
from datetime import datetime, timedelta
from threading import Lock
from typing import Final, NamedTuple

from jwt import PyJWK

from cds_service.trust.keys import Keys, KeysRefused, read_keys
from cds_service.trust.sources import Source, SourceUnavailable

DEFAULT_AGE: Final = timedelta(hours=1)  # where the answer has no Cache-Control
LEAST_AGE, MOST_AGE = timedelta(minutes=5), timedelta(hours=6)  # whatever Cache-Control says
STALE: Final = timedelta(hours=24)  # since they were last read, keys count even when they cannot be read again
WINDOW: Final = timedelta(seconds=30)  # in which the source is asked once, whatever comes
_WAIT_S = 3.0  # for another thread that reads the keys just now: a little more than reading may take

_logger = logging.getLogger(__name__)


class KeysUnavailable(Exception):
    """No keys can be had, and those read before are too old."""


class _Ring(NamedTuple):
    keys: Keys
    fresh_until: datetime
    usable_until: datetime


class KeyRing:
    """The keys of one client, for all threads of a process. `algorithms` are those its tokens may be signed with."""

    def __init__(self, client: str, source: Source, algorithms: frozenset[str]) -> None:
        self._client = client
        self._source = source
        self._algorithms = algorithms
        self._ring: _Ring | None = None
        self._asked: datetime | None = None
        self._reading = Lock()

    def find(self, kid: str, algorithm: str, now: datetime) -> tuple[PyJWK, ...]:
        """The keys of that id for that algorithm; none if the client has no such key.

        A key that is not known makes the source be asked again, at most once in a `WINDOW`.

        Raises:
            KeysUnavailable: there is nothing to look in.
        """
        place = (kid, algorithm)
        ring = self._ring
        if ring and now < ring.fresh_until and place in ring.keys:
            return ring.keys[place]
        is_needed = not (ring and now < ring.usable_until and place in ring.keys)
        ring = self._read_again(now, wait=is_needed)
        if ring is None or now >= ring.usable_until:
            raise KeysUnavailable
        return ring.keys.get(place, ())

    def _read_again(self, now: datetime, *, wait: bool) -> _Ring | None:
        """Read the source unless that was just done. Who can do with the old keys does not `wait` for who reads."""
        if self._may_ask(now) and self._reading.acquire(timeout=_WAIT_S if wait else 0):
            try:
                if self._may_ask(now):
                    self._read(now)
            finally:
                self._reading.release()
        return self._ring

    def _may_ask(self, now: datetime) -> bool:
        return self._asked is None or not self._asked <= now < self._asked + WINDOW

    def _read(self, now: datetime) -> None:
        try:
            fetched = self._source.read()
            keys = read_keys(fetched.data, self._algorithms)
        except (SourceUnavailable, KeysRefused) as error:
            _logger.warning("keys cannot be read", extra={"client": self._client, "kind": type(error).__name__})
        else:
            age = DEFAULT_AGE if fetched.max_age is None else timedelta(seconds=fetched.max_age)
            self._ring = _Ring(keys, now + min(max(age, LEAST_AGE), MOST_AGE), now + STALE)
        finally:
            self._asked = now  # last, so that those who came meanwhile have waited for what it brought
