"""Deletes what is older than the retention every night, from a thread of the process that watches over the workers."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from threading import Thread
from time import sleep
from typing import Final

from cds_service.errors import StoreUnavailable
from cds_service.settings import Settings
from cds_service.store import Purged
from cds_service.store import purge as purge_store
from cds_service.store_setup import resolve_database_and_key

_HOUR: Final = time(3, 30)  # at the site, where nobody works then
_LOOK_S: Final = 60.0
_TOLERANCE: Final = timedelta(hours=1)

_logger = logging.getLogger(__name__)


class NightlyPurge:
    """Runs `purge` once after the start and once after each night. `clock` returns the time with its zone.

    What a wrong clock deletes is lost. So a night is left out if the clock has moved otherwise than `monotonic`, the
    seconds that have really passed.
    """

    def __init__(
        self,
        purge: Callable[[datetime], Purged],
        retention: timedelta,
        clock: Callable[[], datetime],
        monotonic: Callable[[], float],
    ) -> None:
        self._purge = purge
        self._retention = retention
        self._clock = clock
        self._monotonic = monotonic
        self._next = clock()
        self._seen = self._next.astimezone(UTC), monotonic()

    def run_if_due(self) -> None:
        """Delete if a night has passed. A database that is away is tried again the next night."""
        now = self._clock()
        if not self._clock_is_steady(now):
            _logger.warning("purge left out")
            self._next = _night_after(now)
        if now < self._next:
            return
        self._next = _night_after(now)
        try:
            purged = self._purge(now - self._retention)
        except StoreUnavailable:
            _logger.warning("purge failed")
        else:
            _logger.info("purged", extra={"cards_deleted": purged.cards, "feedback_deleted": purged.feedback})

    def run_for_ever(self) -> None:
        """Look every minute whether it is time."""
        while True:
            sleep(_LOOK_S)
            self.run_if_due()

    def _clock_is_steady(self, now: datetime) -> bool:
        before, seconds = self._seen
        self._seen = now.astimezone(UTC), self._monotonic()  # in UTC: summer time begins and ends by no jump
        return abs((self._seen[0] - before) - timedelta(seconds=self._seen[1] - seconds)) <= _TOLERANCE


def start_nightly_purge(
    settings: Settings, clock: Callable[[], datetime], monotonic: Callable[[], float]
) -> NightlyPurge:
    """Start it in a thread that ends with the process."""
    url, _ = resolve_database_and_key(settings)
    nightly = NightlyPurge(
        lambda before: purge_store(url, before),
        timedelta(days=settings.retention),
        lambda: clock().astimezone(settings.zone),
        monotonic,
    )
    Thread(target=nightly.run_for_ever, name="nightly-purge", daemon=True).start()
    return nightly


def _night_after(now: datetime) -> datetime:
    tonight = datetime.combine(now.date(), _HOUR, now.tzinfo)
    return tonight if now < tonight else datetime.combine(now.date() + timedelta(days=1), _HOUR, now.tzinfo)
