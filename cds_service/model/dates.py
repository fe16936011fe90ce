"""Dates as charts give them, often partial, and the three-valued questions asked of them. Days, never instants."""

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

_MAX_LENGTH = 64  # characters; what is kept of dates read before must stay small, whatever is sent as one


@dataclass(frozen=True, slots=True)
class PartialDate:
    """The days a recorded date may mean: one day, or the first and last of a month or year."""

    first: date
    last: date

    @property
    def is_exact(self) -> bool:
        """Whether it names one day."""
        return self.first == self.last


def full_date(day: date) -> PartialDate:
    """A full date."""
    return PartialDate(day, day)


def newest_date(dates: Iterable[PartialDate | None]) -> PartialDate | None:
    """The days on which the newest of these may lie. None when one has no date: it may be the newest of all."""
    known = list(dates)
    if not known or None in known:
        return None
    dated = [when for when in known if when]
    return PartialDate(max(when.first for when in dated), max(when.last for when in dated))


def parse_partial_date(text: str) -> PartialDate | None:
    """Read a FHIR date or dateTime: the day as written, whatever the zone. None if it is no date.

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
            case _:
                return _parse_day(text)
    except ValueError:
        return None


def _parse_day(text: str) -> PartialDate | None:
    if len(text) > 10 and text[10] != "T":
        return None
    return full_date(date.fromisoformat(text[:10])) if len(text) >= 10 else None


def is_within(when: PartialDate, today: date, days: int) -> bool | None:
    """Whether it lies at most `days` ago, limit included. None: a partial date satisfies it only in part."""
    limit = today - timedelta(days=days)
    return _on_or_after(when, limit, limit)


def is_at_least_ago(when: PartialDate, today: date, days: int) -> bool | None:
    """Whether it lies at least `days` ago, limit included. None: a partial date satisfies it only in part."""
    limit = today - timedelta(days=days)
    if when.last <= limit:
        return True
    return False if when.first > limit else None


def is_since(when: PartialDate, anchor: PartialDate) -> bool | None:
    """Whether it lies on or after the anchor. None: one of the two is too coarse to tell."""
    return _on_or_after(when, anchor.last, anchor.first)


def _on_or_after(when: PartialDate, certain_from: date, possible_from: date) -> bool | None:
    if when.first >= certain_from:
        return True
    return False if when.last < possible_from else None
