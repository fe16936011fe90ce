"""Moves the dates of a prepared body on, so that a running service, which looks at the clock, finds it recent."""

import re
from datetime import UTC, date, datetime

WRITTEN = date(2026, 3, 10)  # the day on which the bodies' charts are read
_DAY = re.compile(rb"202[56]-\d\d-\d\d")


def as_of_today(body: bytes) -> bytes:
    """The body as it would be sent today; its length does not change."""
    shift = datetime.now(UTC).date() - WRITTEN
    return _DAY.sub(lambda found: (date.fromisoformat(found[0].decode()) + shift).isoformat().encode(), body)
