"""Partial dates as charts record them, and comparisons that may have no answer. Days, never instants."""

from calendar import monthrange
from collections.abc import Iterable
from datetime import date, timedelta
from functools import lru_cache

import msgspec

_MAX_LENGTH = 64  # characters; keeps the cache small, whatever a client sends as a date


class PartialDate(msgspec.Struct, frozen=True, gc=False):
    """The days that a recorded date may mean: one day, or the first and last day of a month or year."""

    first: date
    last: date

    @property
    def is_exact(self) -> bool:
        """Whether the date names one day."""
        return self.first == self.last


def full_date(day: date) -> PartialDate:
    """Return the partial date that means exactly this day."""
    return PartialDate(day, day)


def newest_date(dates: Iterable[PartialDate | None]) -> PartialDate | None:
    """Return the days on which the newest date may lie. None if one is missing: it could be the newest."""
    candidates = list(dates)
    known = [when for when in candidates if when]
    if not known or len(known) < len(candidates):
        return None
    return PartialDate(max(when.first for when in known), max(when.last for when in known))


def parse_partial_date(text: str) -> PartialDate | None:
    """Parse a FHIR date or dateTime into the day as written, whatever its zone. None if it is not a date.

    FHIR R4, "Primitive types": YYYY, YYYY-MM, YYYY-MM-DD, or YYYY-MM-DDThh:mm:ss+zz:zz.
    """
    return _parse(text) if len(text) <= _MAX_LENGTH else None


@lru_cache(maxsize=4096)
def _parse(text: str) -> PartialDate | None:
    try:
        match len(text):
            case 4:
                year = int(text)
                return PartialDate(date(year, 1, 1), date(year, 12, 31))
            case 7:
                year, month = int(text[:4]), int(text[5:])
                return PartialDate(date(year, month, 1), date(year, month, monthrange(year, month)[1]))
            case length if length == 10 or text[10:11] == "T":
                return full_date(date.fromisoformat(text[:10]))
            case _:
                return None
    except ValueError:
        return None


def is_within(when: PartialDate, today: date, days: int) -> bool | None:
    """Return whether the date is at most `days` ago, limit included. None: the partial date spans the limit."""
    limit = today - timedelta(days=days)
    return _on_or_after(when, limit, limit)


def is_at_least_ago(when: PartialDate, today: date, days: int) -> bool | None:
    """Return whether the date is at least `days` ago, limit included. None: the partial date spans the limit."""
    limit = today - timedelta(days=days)
    if when.last <= limit:
        return True
    return False if when.first > limit else None


def is_since(when: PartialDate, anchor: PartialDate) -> bool | None:
    """Return whether the date is on or after the anchor. None: one of the two is too coarse to tell."""
    return _on_or_after(when, anchor.last, anchor.first)


def is_at_most_after(when: PartialDate, anchor: PartialDate, days: int) -> bool | None:
    """Return whether the date is at most `days` after the anchor, limit included. None: too coarse to tell."""
    limit = timedelta(days=days)
    if when.last <= anchor.first + limit:
        return True
    return False if when.first > anchor.last + limit else None


def _on_or_after(when: PartialDate, certain_from: date, possible_from: date) -> bool | None:
    if when.first >= certain_from:
        return True
    return False if when.last < possible_from else None
