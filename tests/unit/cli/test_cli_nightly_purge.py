"""What is older than the retention is deleted once a night, and not by a clock that was set."""

import logging
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from cds_service.cli.nightly_purge import NightlyPurge
from cds_service.errors import StoreUnavailable
from cds_service.store import Purged

ZONE = ZoneInfo("America/New_York")
START = datetime(2026, 3, 7, 15, tzinfo=ZONE)  # the next night has no 2:30: the clocks go forward


class Clock:
    """The time, and the seconds that have passed; only `set` makes them differ."""

    def __init__(self) -> None:
        self.now, self.seconds, self.purges = START, 0.0, list[datetime]()
        self.is_away = False

    def wait(self, **time: float) -> None:
        self.now = (self.now.astimezone(UTC) + timedelta(**time)).astimezone(ZONE)
        self.seconds += timedelta(**time).total_seconds()

    def purge(self, before: datetime) -> Purged:
        self.purges.append(before)
        if self.is_away:
            raise StoreUnavailable
        return Purged(cards=2, feedback=1)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def nightly(clock: Clock) -> NightlyPurge:
    return NightlyPurge(clock.purge, timedelta(days=400), lambda: clock.now, lambda: clock.seconds)


def test_it_runs_after_the_start_and_once_each_night(clock: Clock, nightly: NightlyPurge) -> None:
    times = []
    for _ in range(3 * 24 * 60):
        nightly.run_if_due()
        if len(clock.purges) > len(times):
            times.append(clock.now)
        clock.wait(minutes=1)
    assert [time.strftime("%d %H:%M") for time in times] == ["07 15:00", "08 03:30", "09 03:30", "10 03:30"]
    assert clock.purges[0] == START - timedelta(days=400)


def test_a_database_that_is_away_is_tried_the_next_night(
    clock: Clock, nightly: NightlyPurge, caplog: pytest.LogCaptureFixture
) -> None:
    clock.is_away = True
    nightly.run_if_due()
    clock.wait(minutes=1)
    nightly.run_if_due()
    assert len(clock.purges) == 1
    assert "purge failed" in caplog.text
    clock.is_away = False
    clock.wait(days=1)
    nightly.run_if_due()
    assert len(clock.purges) == 2


@pytest.mark.parametrize("jump", [timedelta(days=5000), timedelta(days=-5000)])
def test_a_clock_that_jumps_deletes_nothing(
    clock: Clock, nightly: NightlyPurge, jump: timedelta, caplog: pytest.LogCaptureFixture
) -> None:
    nightly.run_if_due()
    clock.now += jump
    for _ in range(60):
        clock.wait(minutes=1)
        nightly.run_if_due()
    assert len(clock.purges) == 1
    assert caplog.text.count("purge left out") == 1


def test_what_was_deleted_is_logged_by_number(
    clock: Clock, nightly: NightlyPurge, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        nightly.run_if_due()
    [record] = caplog.records
    assert (record.message, record.cards_deleted, record.feedback_deleted) == ("purged", 2, 1)  # type: ignore[attr-defined]
    assert clock.purges
