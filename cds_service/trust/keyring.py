"""A client's keys as last read, and when to read them again: seldom, never twice at once, not for every stranger."""

import logging
from datetime import datetime, timedelta
from threading import Lock
from typing import Final, NamedTuple

from jwt import PyJWK

from cds_service.trust.key_sources import KeySource, SourceUnavailable
from cds_service.trust.keys import Keys, KeysRefused, parse_key_set

DEFAULT_AGE: Final = timedelta(hours=1)  # where the answer has no Cache-Control
MIN_AGE, MAX_AGE = timedelta(minutes=5), timedelta(hours=6)  # whatever Cache-Control says
STALE_LIMIT: Final = timedelta(hours=24)  # since they were last read, keys count even when they cannot be read again
REFRESH_INTERVAL: Final = timedelta(seconds=30)  # in which the source is asked once, whatever comes
_REFRESH_WAIT_S = 3.0  # for another thread that reads the keys just now: a little more than reading may take

_logger = logging.getLogger(__name__)


class KeysUnavailable(Exception):
    """No keys can be had, and those read before are too old."""


class _CachedKeys(NamedTuple):
    keys: Keys
    fresh_until: datetime
    usable_until: datetime


class KeyRing:
    """The keys of one client, for all threads of a process. `algorithms` are those its tokens may be signed with."""

    def __init__(self, client_id: str, source: KeySource, algorithms: frozenset[str]) -> None:
        self._client = client_id
        self._source = source
        self._algorithms = algorithms
        self._cached: _CachedKeys | None = None
        self._refreshed_at: datetime | None = None
        self._refresh_lock = Lock()

    def find(self, kid: str, algorithm: str, now: datetime) -> tuple[PyJWK, ...]:
        """The keys of that id for that algorithm; none if the client has no such key.

        A key that is not known makes the source be asked again, at most once in a `WINDOW`.

        Raises:
            KeysUnavailable: there is nothing to look in.
        """
        place = (kid, algorithm)
        ring = self._cached
        if ring and now < ring.fresh_until and place in ring.keys:
            return ring.keys[place]
        is_needed = not (ring and now < ring.usable_until and place in ring.keys)
        ring = self._refresh(now, wait=is_needed)
        if ring is None or now >= ring.usable_until:
            raise KeysUnavailable
        return ring.keys.get(place, ())

    def _refresh(self, now: datetime, *, wait: bool) -> _CachedKeys | None:
        """Read the source unless that was just done. Who can do with the old keys does not `wait` for who reads."""
        if self._may_refresh(now) and self._refresh_lock.acquire(timeout=_REFRESH_WAIT_S if wait else 0):
            try:
                if self._may_refresh(now):
                    self._fetch_keys(now)
            finally:
                self._refresh_lock.release()
        return self._cached

    def _may_refresh(self, now: datetime) -> bool:
        return self._refreshed_at is None or not self._refreshed_at <= now < self._refreshed_at + REFRESH_INTERVAL

    def _fetch_keys(self, now: datetime) -> None:
        try:
            fetched = self._source.fetch()
            keys = parse_key_set(fetched.data, self._algorithms)
        except (SourceUnavailable, KeysRefused) as error:
            _logger.warning("keys cannot be read", extra={"client": self._client, "kind": type(error).__name__})
        else:
            age = DEFAULT_AGE if fetched.max_age is None else timedelta(seconds=fetched.max_age)
            self._cached = _CachedKeys(keys, now + min(max(age, MIN_AGE), MAX_AGE), now + STALE_LIMIT)
        finally:
            self._refreshed_at = now  # last, so that those who came meanwhile have waited for what it brought
