"""Lets each token be used once: its id is kept until it expires, in the store, on this machine and in this process."""

import heapq
import logging
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Final

from cds_service.errors import StoreUnavailable, StoreUnwritable, TokenNotRecorded
from cds_service.store import SeenTokens
from cds_service.trust.machine_tokens import MachineTokens

_LIMIT: Final = 50_000  # tokens kept by a process: 80 a second for ten minutes, and one is valid for five by custom
_RETRY_INTERVAL: Final = timedelta(seconds=10)  # between attempts when the store is down; calls skip it meanwhile

_logger = logging.getLogger(__name__)


class ReplayGuard:
    """Tells the first use of a token from later ones. If the store is away, logs it once and relies on this machine.

    Replicas on other machines then decide for themselves: a store that hangs must not stop every call of all of them.
    A store that is there but cannot be written is another matter: other processes may be writing to it, so a token that
    it does not take could be used once with each of them.
    """

    def __init__(self, shared: SeenTokens, machine: MachineTokens, limit: int = _LIMIT) -> None:
        self._shared = shared
        self._machine = machine
        self._local = LocalTokens(limit)
        self._retry_at: datetime | None = None
        self._lock = Lock()

    def is_first_use(self, issuer: str, token_id: str, keep_until: float, now: datetime) -> bool:
        """Return whether this is the first use of the token, and remember it. `keep_until`: seconds since 1970.

        Raises:
            TokenNotRecorded: the store is there, but cannot be written. The token counts as used all the same.
        """
        if not self._local.add((issuer, token_id), keep_until, now):
            return False
        if not self._machine.add(issuer, token_id, keep_until, now):
            return False
        if not self._should_ask_store(now):
            return True
        try:
            is_new = self._shared.add(issuer, token_id, datetime.fromtimestamp(keep_until, UTC), now)
        except StoreUnwritable:
            raise TokenNotRecorded("the use of the token cannot be recorded") from None
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
            self._retry_at = now + _RETRY_INTERVAL  # this call tries the store; others do not wait for it
            return True

    def _record_failure(self, now: datetime, error: StoreUnavailable) -> None:
        with self._lock:
            was_down, self._retry_at = self._retry_at is not None, now + _RETRY_INTERVAL
        if not was_down:
            _logger.warning("used tokens kept by this machine alone", extra={"kind": type(error).__name__})

    def _record_success(self) -> None:
        if self._retry_at is None:
            return
        with self._lock:
            was_down, self._retry_at = self._retry_at is not None, None
        if was_down:
            _logger.warning("used tokens shared again")


class LocalTokens:
    """The tokens that this process has seen. Beyond `limit`, those that expire first are dropped."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._seen: set[tuple[str, str]] = set()
        self._by_expiry: list[tuple[float, tuple[str, str]]] = []
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._seen)

    def add(self, token: tuple[str, str], keep_until: float, now: datetime) -> bool:
        """Remember a token and return True, or False if it was known already."""
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
