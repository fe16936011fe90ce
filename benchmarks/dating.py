"""Shifts the dates of a prepared body to today: a running service reads the clock, and must find them recent."""

import re
from datetime import UTC, date, datetime, time, timedelta
from time import sleep

WRITTEN = date(2026, 3, 10)  # the day on which the bodies' charts are read
_DAY = re.compile(rb"202[56]-\d\d-\d\d")
_DAY_OR_MONTH = re.compile(r"\b(?:19|20)\d\d-(?:0[1-9]|1[0-2])(?:-\d\d(?=T|\b)|\b(?!-))")
_MONTH_LENGTH = len("2026-03")


def stay_within_a_day(seconds: float) -> None:
    """Wait until after midnight (UTC) if it comes within so many seconds: the right answers may change then."""
    now = datetime.now(UTC)
    midnight = datetime.combine(now.date() + timedelta(days=1), time.min, UTC)
    remaining = (midnight - now).total_seconds()
    if remaining < seconds:
        sleep(remaining)


def as_of_today(body: bytes) -> bytes:
    """Return the body as it would be sent today; its length does not change."""
    return as_of(body, datetime.now(UTC).date())


def as_of(body: bytes, day: date) -> bytes:
    """Return the body as it would be sent on this day; its length does not change."""
    shift = day - WRITTEN
    return _DAY.sub(lambda match: (date.fromisoformat(match[0].decode()) + shift).isoformat().encode(), body)


def dated(text: str, written: date, today: date) -> str:
    """Shift the days and months in the JSON of a chart, written for the day `written`, to `today`."""
    shift = today - written

    def move(match: re.Match[str]) -> str:
        if len(match[0]) == _MONTH_LENGTH:
            return (date.fromisoformat(f"{match[0]}-15") + shift).isoformat()[:_MONTH_LENGTH]
        return (date.fromisoformat(match[0]) + shift).isoformat()

    return _DAY_OR_MONTH.sub(move, text)
