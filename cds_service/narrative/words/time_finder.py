"""Find times in a sentence: "for three weeks", "x10 days", "3/52 hx of", "since March", "fell last week"."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import chain
from typing import Final, NamedTuple

from cds_service.narrative.words.when import When

_ROUGHLY: Final = ("about", "around", "early", "mid", "late", "the", "last")  # before a date
_YEAR: Final = r"(?:19|20)\d\d"
_LATEST_MONTH, _LATEST_DAY = 12, 31
_BESIDE_MONTH: Final = ("since", "began", "dated", "monthyear", "daybefore", "daybehind")


class TimeKind(Enum):
    """What a time says: since when, what follows having lasted so long, on which day, or nothing of the kind."""

    SINCE = "since"
    HISTORY = "history"
    AT = "at"
    OTHER = "other"


class Time(NamedTuple):
    """A time in a sentence: its words, from `first` up to `end`, and what it says."""

    first: int
    end: int
    kind: TimeKind
    when: When


@dataclass(frozen=True, slots=True)
class TimeWords:
    """The content's words of time, in the form of `normalize_phrase`, by what they mean."""

    units: Mapping[str, str]
    short_units: Mapping[str, str]
    fractions: Mapping[int, str]
    amounts: Mapping[str, tuple[int, int]]
    words: Mapping[str, Sequence[str]]
    days: Mapping[str, str]
    months: Mapping[str, int]
    weekdays: Mapping[str, int]


NO_TIMES: Final = TimeWords({}, {}, {}, {}, {}, {}, {}, {})


class TimeFinder:
    """Finds times. Created once and never changed, so it is safe to share."""

    def __init__(self, words: TimeWords) -> None:
        self._words = words
        self._pattern = re.compile(_pattern(words))
        names = (*words.units, *words.days, *words.months, *words.weekdays)
        self._signs = frozenset(name.rpartition(" ")[2] for name in names)  # "last night"
        named = (*words.amounts, *words.days, *words.months, *words.weekdays, *chain(*words.words.values()))
        self._openers = frozenset(name.partition(" ")[0] for name in named) | {"on", "last", "this", *_ROUGHLY}
        over, short = _any_of(map(str, words.fractions)), _any_of(words.short_units)
        self._numbers = re.compile(rf"{_YEAR}|/ (?:{over})\b|\d(?:{short})\b")  # those that tell a time by themselves

    def find(self, words: Sequence[str]) -> list[Time]:
        """Return the times in the words of a sentence, in order."""
        text = f" {' '.join(words)} "
        if self._signs.isdisjoint(words) and not self._numbers.search(text):
            return []
        found = ((match, self._read(match)) for match in self._matches(text, words))
        return [_placed(text, match, *time) for match, time in found if time]

    def _matches(self, text: str, words: Sequence[str]) -> Iterator[re.Match[str]]:
        """Yield what `finditer` would, but try only the words that may begin a time."""
        at, end = 1, 0
        for word in words:
            if at >= end and (word in self._openers or word[0] == "x" or word[0].isdecimal()):
                match = self._pattern.match(text, at)
                if match:
                    end = match.end()
                    yield match
            at += len(word) + 1

    def _read(self, match: re.Match[str]) -> tuple[TimeKind, When] | None:
        if match["month"] and not any(match[name] for name in _BESIDE_MONTH):
            return None  # "may" and "march" are words too
        if match["year"] or match["month"] or match["iso"] or match["slashed"]:
            when = self._date(match)
            return (TimeKind.SINCE if match["since"] or match["began"] else TimeKind.AT, when) if when else None
        if match["weekday"]:
            when = When(weekday=self._words.weekdays[match["weekday"]])
        elif match["dayname"]:
            when = _DAY_NAMES[self._words.days[match["dayname"]]]
        elif match["calendar"]:
            when = _calendar(self._words.units[match["calendar"]], match["which"])
        else:
            return self._duration(match)
        return (TimeKind.SINCE if match["since"] or match["began"] else TimeKind.AT), when

    def _duration(self, match: re.Match[str]) -> tuple[TimeKind, When]:
        if match["over"]:
            unit, least, most = self._words.fractions[int(match["over"])], int(match["part"]), int(match["part"])
        else:
            unit = self._words.units.get(match["unit"]) or self._words.short_units[match["short"]]
            least, most = self._amount(match["number"] or match["count"], match["upto"])
        return _duration_kind(match), When(unit=unit, least=least, most=most)

    def _amount(self, number: str, up_to: str | None) -> tuple[int, int]:
        if not number.isdecimal():
            return self._words.amounts[number]
        return int(number), max(int(number), int(up_to or 0))

    def _date(self, match: re.Match[str]) -> When | None:
        if match["iso"]:
            year, month, day = map(int, match["iso"].split())
            return _checked(year, month, day)
        if match["slashed"]:
            one, other, year = (int(part) for part in re.findall(r"\d+", match["slashed"]))
            if one <= _LATEST_MONTH and other <= _LATEST_MONTH and one != other:
                return When(year=year)  # day first or month first: nobody can tell
            return _checked(year, *((other, one) if one > _LATEST_MONTH else (one, other)))
        month = self._words.months[match["month"]] if match["month"] else 0
        year = int(match["year"] or match["monthyear"] or 0)
        day = int(match["daybefore"] or match["daybehind"] or 0)
        return When(year=year, month=month, day=day if day <= _LATEST_DAY else 0)


_DAY_NAMES: Final = {
    "today": When(unit="day"),
    "yesterday": When(unit="day", least=1, most=1),
    "weekend": When(weekday=5),
}


def _calendar(unit: str, which: str) -> When:
    back = int(which != "this")
    return When(unit=unit, least=back, most=back, whole=True)


def _checked(year: int, month: int, day: int) -> When | None:
    is_date = 1 <= month <= _LATEST_MONTH and 1 <= day <= _LATEST_DAY
    return When(year=year, month=month, day=day) if is_date else None


def _duration_kind(match: re.Match[str]) -> TimeKind:
    if match["ahead"] or match["later"] or (match["dated"] and not match["ago"]):
        return TimeKind.OTHER
    if match["history"]:
        return TimeKind.HISTORY
    if match["ago"] and not (match["since"] or match["began"]):
        return TimeKind.AT
    return TimeKind.SINCE


def _placed(text: str, match: re.Match[str], kind: TimeKind, when: When) -> Time:
    first = text.count(" ", 0, match.start() + 1) - 1
    return Time(first, first + match[0].strip().count(" ") + 1, kind, when)


def _pattern(words: TimeWords) -> str:
    """Return the pattern of all times: a duration, a day or a date, with the words that say how it is meant."""
    said = {name: _any_of(listed) for name, listed in words.words.items()}
    amount = rf"(?P<number>\d{{1,3}}|{_any_of(words.amounts)})(?: (?:(?:-|to|or) )?(?P<upto>\d{{1,3}}))?"
    compact = rf"x?(?P<count>\d{{1,3}})(?P<short>{_any_of(words.short_units)})"
    fraction = rf"(?P<part>\d{{1,2}}) / (?P<over>{_any_of(map(str, words.fractions))})"
    duration = (
        rf"(?:(?P<ahead>{said['ahead']}) |(?P<lasting>{said['lasting']}) )?(?:(?:{said['roughly']}) )*"
        rf"(?:x(?=\d))?(?:{amount} (?P<unit>{_any_of(words.units)})|{compact}|{fraction})"
        rf"(?: (?:(?P<later>{said['later']})|(?P<history>{said['history']})|(?P<ago>{said['ago']})))?"
    )
    date = (
        rf"(?P<iso>{_YEAR} \d\d \d\d)|(?P<slashed>\d{{1,2}} (?:/ )?\d{{1,2}} (?:/ )?{_YEAR})"
        rf"|(?:(?P<daybefore>\d{{1,2}})(?:st|nd|rd|th)? (?:of )?)?(?P<month>{_any_of(words.months)})"
        rf"(?: (?P<daybehind>\d{{1,2}})(?= ))?(?: ,)?(?: (?P<monthyear>{_YEAR}))?|(?P<year>{_YEAR})"
    )
    day = (
        rf"(?:last |on )?(?P<weekday>{_any_of(words.weekdays)})|(?P<dayname>{_any_of(words.days)})"
        rf"|(?P<which>last|this) (?P<calendar>{_any_of(words.units)})"
    )
    roughly = rf"(?:(?:{'|'.join(_ROUGHLY)}) )*"
    dated = said["dated"]
    since = rf"(?:(?P<since>{said['since']}) |(?P<began>{said['began']}) (?:(?:{dated}) )?|(?P<dated>{dated}) )?"
    return rf"(?<= ){since}(?:{roughly}(?:{date}|{day})|{duration})(?= )"


def _any_of(words: Iterable[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
