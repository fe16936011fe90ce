"""A time told in words, and the days that it may mean, counted from the day on which it was told."""

from calendar import monthrange
from datetime import date, timedelta
from typing import Final, NamedTuple

from cds_service.model.dates import PartialDate, full_date

_DAYS: Final = {"hour": 0, "day": 1, "week": 7}
_MONTHS: Final = {"month": 1, "year": 12}
_NEW, _OLD = 21, 365  # days: what began so recently is new, and what began so long ago long-standing
_ABOUT: Final = {"hour": 0, "day": 1, "week": 7, "month": 30, "year": 365}  # days, for the course alone


class When(NamedTuple):
    """A time: so many units ago, between `least` and `most`, or a date, or the last such weekday.

    `whole`: of the calendar, as in "last month". A year, month or day of 0 is not told.
    """

    unit: str = ""
    least: int = 0
    most: int = 0
    whole: bool = False
    year: int = 0
    month: int = 0
    day: int = 0
    weekday: int = -1

    def on(self, told: date) -> PartialDate | None:
        """Return the days that are meant in a text of this day; None if there is no such day."""
        try:
            return self._resolve(told)
        except (ValueError, OverflowError):
            return None

    @property
    def is_relative(self) -> bool:
        """Return whether it means nothing without the day on which it was told."""
        return not self.year

    @property
    def is_counted(self) -> bool:
        """Return whether it is a number of days, weeks, months or years."""
        return bool(self.unit) and not self.whole

    @property
    def course(self) -> str | None:
        """Return the course of what began then: new, long-standing, or None for what is between or a date."""
        if not self.unit:
            return "new" if self.weekday >= 0 else None
        if self.most * _ABOUT[self.unit] <= _NEW:
            return "new"
        return "long-standing" if self.least * _ABOUT[self.unit] >= _OLD else None

    def _resolve(self, told: date) -> PartialDate:
        if self.weekday >= 0:
            return full_date(told - timedelta(days=(told.weekday() - self.weekday - 1) % 7 + 1))
        if self.unit:
            return self._calendar(told) if self.whole else self._counted(told)
        year = self.year or (told.year if (self.month, self.day) <= (told.month, told.day) else told.year - 1)
        if self.day:
            return full_date(date(year, self.month, self.day))
        first, last = (self.month, self.month) if self.month else (1, 12)
        return PartialDate(date(year, first, 1), date(year, last, monthrange(year, last)[1]))

    def _counted(self, told: date) -> PartialDate:
        return PartialDate(_back(told, self.unit, self.most), _back(told, self.unit, self.least))

    def _calendar(self, told: date) -> PartialDate:
        """Return a whole week, month or year of the calendar, of this one only the days until then."""
        start = _back(_start(told, self.unit), self.unit, self.most)
        end = _back(start, self.unit, -1) - timedelta(days=1)
        return PartialDate(start, min(end, told))


def _start(day: date, unit: str) -> date:
    if unit == "week":
        return day - timedelta(days=day.weekday())
    if unit == "month":
        return day.replace(day=1)
    return day.replace(month=1, day=1) if unit == "year" else day


def _back(day: date, unit: str, amount: int) -> date:
    """Return the day so many units before another. A month that lacks the day ends earlier."""
    if unit in _DAYS:
        return day - timedelta(days=_DAYS[unit] * amount)
    months = day.year * 12 + day.month - 1 - _MONTHS[unit] * amount
    year, month = divmod(months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


TODAY: Final = When("day")
