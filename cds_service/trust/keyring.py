"""Caches a client's keys and fetches them again rarely: never twice at once, and not for every unknown key id."""

import logging
from datetime import datetime, timedelta
from threading import Lock
from typing import Final, NamedTuple

from jwt import PyJWK

from cds_service.trust.key_sources import KeySource, SourceUnavailable
from cds_service.trust.keys import Keys, KeysRefused, parse_key_set

DEFAULT_AGE: Final = timedelta(hours=1)  # without Cache-Control
MIN_AGE, MAX_AGE = timedelta(minutes=5), timedelta(hours=6)  # whatever Cache-Control says
STALE_LIMIT: Final = timedelta(hours=24)  # after the last fetch, keys stay usable if they cannot be fetched again
REFRESH_INTERVAL: Final = timedelta(seconds=30)  # the source is asked at most once in this time
_REFRESH_WAIT_S = 3.0  # for another thread that is fetching: a little more than a fetch may take

_logger = logging.getLogger(__name__)


class KeysUnavailable(Exception):
    """The keys cannot be fetched, and the cached ones are too old."""


class _CachedKeys(NamedTuple):
    keys: Keys
    fresh_until: datetime
    usable_until: datetime


class KeyRing:
    """The keys of one client, for all threads of a process. Its tokens may be signed with these `algorithms`."""

    def __init__(self, client_id: str, source: KeySource, algorithms: frozenset[str]) -> None:
        self._client = client_id
        self._source = source
        self._algorithms = algorithms
        self._cached: _CachedKeys | None = None
        self._refreshed_at: datetime | None = None
        self._refresh_lock = Lock()

    def find(self, kid: str, algorithm: str, now: datetime) -> tuple[PyJWK, ...]:
        """Return the keys with this id for this algorithm; empty if the client has none.

        An unknown key makes the source be asked again, at most once per `REFRESH_INTERVAL`.

        Raises:
            KeysUnavailable: there are no usable keys to search.
        """
        cached, key_id = self._cached, (kid, algorithm)
        if cached and now < cached.fresh_until and key_id in cached.keys:
            return cached.keys[key_id]
        is_usable = cached is not None and now < cached.usable_until and key_id in cached.keys
        cached = self._refresh(now, wait=not is_usable)
        if cached is None or now >= cached.usable_until:
            raise KeysUnavailable
        return cached.keys.get(key_id, ())

    def _refresh(self, now: datetime, *, wait: bool) -> _CachedKeys | None:
        """Fetch the keys unless that was just done. Without `wait`, do not wait for another thread that is fetching."""
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
            self._refreshed_at = now  # last, so that threads that arrive meanwhile wait for the result
