"""Moves the dates of a prepared body on, so that a running service, which looks at the clock, finds it recent."""

import re
from datetime import UTC, date, datetime, time, timedelta
from time import sleep

WRITTEN = date(2026, 3, 10)  # the day on which the bodies' charts are read
_DAY = re.compile(rb"202[56]-\d\d-\d\d")
_DAY_OR_MONTH = re.compile(r"\b(?:19|20)\d\d-(?:0[1-9]|1[0-2])(?:-\d\d(?=T|\b)|\b(?!-))")
_MONTH_LENGTH = len("2026-03")


def stay_within_a_day(seconds: float) -> None:
    """Wait for midnight (UTC) if it would come within so many seconds: what was right before it may be wrong after."""
    now = datetime.now(UTC)
    midnight = datetime.combine(now.date() + timedelta(days=1), time.min, UTC)
    left = (midnight - now).total_seconds()
    if left < seconds:
        sleep(left)


def as_of_today(body: bytes) -> bytes:
    """The body as it would be sent today; its length does not change."""
    shift = datetime.now(UTC).date() - WRITTEN
    return _DAY.sub(lambda found: (date.fromisoformat(found[0].decode()) + shift).isoformat().encode(), body)


def dated(text: str, written: date, today: date) -> str:
    """JSON of a chart that is read on the day `written`, as it would be were that day `today`: days and months."""
    shift = today - written

    def moved(found: re.Match[str]) -> str:
        if len(found[0]) == _MONTH_LENGTH:
            return (date.fromisoformat(f"{found[0]}-15") + shift).isoformat()[:_MONTH_LENGTH]
        return (date.fromisoformat(found[0]) + shift).isoformat()

    return _DAY_OR_MONTH.sub(moved, text)
