"""Each token counts once: its id is remembered, in the store all workers share and in this process, till it expires."""

import heapq
import logging
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Final

from cds_service.errors import StoreUnavailable
from cds_service.store import SeenTokens

_LIMIT: Final = 50_000  # tokens a process remembers: 80 a second for the ten minutes one lasts with its leeway
_RETRY_INTERVAL: Final = timedelta(
    seconds=10
)  # before a store that failed is asked again; nobody waits for it meanwhile

_logger = logging.getLogger(__name__)


class ReplayGuard:
    """Tells a token's first use from its second. A store that is down is told once; then this process judges alone."""

    def __init__(self, shared: SeenTokens, limit: int = _LIMIT) -> None:
        self._shared = shared
        self._local = LocalTokens(limit)
        self._retry_at: datetime | None = None
        self._lock = Lock()

    def is_first_use(self, issuer: str, token_id: str, keep_until: float, now: datetime) -> bool:
        """Whether this token has not been used before, and remember it. `keep_until`: seconds since 1970."""
        if not self._local.add((issuer, token_id), keep_until, now):
            return False
        if not self._should_ask_store(now):
            return True
        try:
            is_new = self._shared.add(issuer, token_id, datetime.fromtimestamp(keep_until, UTC), now)
        except StoreUnavailable as error:
            self._record_failure(now, error)
            return True
        self._record_success()
        return is_new

    def _should_ask_store(self, now: datetime) -> bool:
        with self._lock:
            if self._retry_at is None:
                return True
            if self._retry_at - _RETRY_INTERVAL <= now < self._retry_at:
                return False
            self._retry_at = now + _RETRY_INTERVAL  # this call asks; the others need not wait with it
            return True

    def _record_failure(self, now: datetime, error: StoreUnavailable) -> None:
        with self._lock:
            was_away, self._retry_at = self._retry_at is not None, now + _RETRY_INTERVAL
        if not was_away:
            _logger.warning("used tokens kept by this process alone", extra={"kind": type(error).__name__})

    def _record_success(self) -> None:
        if self._retry_at is None:
            return
        with self._lock:
            was_away, self._retry_at = self._retry_at is not None, None
        if was_away:
            _logger.warning("used tokens shared again")


class LocalTokens:
    """The tokens this process has seen. Beyond `limit`, those that expire first are forgotten first."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._seen: set[tuple[str, str]] = set()
        self._by_expiry: list[tuple[float, tuple[str, str]]] = []
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._seen)

    def add(self, token: tuple[str, str], keep_until: float, now: datetime) -> bool:
        """Remember a token; False if it was remembered already."""
        with self._lock:
            present = now.timestamp()
            while self._by_expiry and self._by_expiry[0][0] < present:
                self._forget_first()
            if token in self._seen:
                return False
            if len(self._seen) >= self._limit:
                self._forget_first()
            self._seen.add(token)
            heapq.heappush(self._by_expiry, (keep_until, token))
            return True

    def _forget_first(self) -> None:
        self._seen.discard(heapq.heappop(self._by_expiry)[1])
