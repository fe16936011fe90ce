"""Numbers that are a reason to act, in words ("Temp 38.9", "residual 650 mL") and as measured values."""

import re
from collections.abc import Iterator, Sequence, Set
from typing import Final

from cds_service.model.screen import ScreenLimit, ScreenPattern, ScreenTable

MARK: Final = "screenlimit"
_CELSIUS_FROM = 50.0  # degrees: a higher body temperature is in Fahrenheit
# A number that its unit alone makes a temperature: "101.8 F oral", "38.9 °C", "39.2C". A bare "38 C" is none.
_BARE_TEMPERATURE: Final = re.compile(
    r"(?<![\d.,/])(?P<number>1\d\d(?:[.,]\d)?(?= ?(?:°|º|deg(?:rees)?)? ?f(?:ahrenheit)?\b)"
    r"|[34]\d[.,]\d(?= ?(?:°|º|deg(?:rees)?)? ?c(?:elsius)?\b)|[34]\d(?= ?(?:°|º|deg(?:rees)?) ?c(?:elsius)?\b))",
    re.IGNORECASE,
)
# What of it a first look sees, between single spaces and without marks.
BARE_TEMPERATURE_ENDS: Final = tuple(
    f"{digit}{gap}{unit} " for digit in range(10) for gap in ("", " ") for unit in "fc"
)
_FAHRENHEIT_UNITS: Final = frozenset({"f", "degf", "[degf]", "°f", "deg f", "fahrenheit"})
# After the name at most a few small words and marks, then the number. No part begins as another one continues.
_NUMBER: Final = r"[^\d\n.;]{0,24}?(?P<number>(?:minus +|[-\u2212\u2013])?\d{1,4}(?:[.,]\d{1,2})?)(?![\d/])"


def exceeds(limit: ScreenLimit, number: float, units: Set[str] = frozenset(), own_upper: float | None = None) -> bool:
    """Return whether a number is a reason to act. `own_upper`: the upper limit of its own range, if it was sent."""
    if limit.is_temperature and (units & _FAHRENHEIT_UNITS or number >= _CELSIUS_FROM):
        number = round((number - 32) / 1.8, 1)
    if limit.most is not None and number > limit.most:
        return False
    if limit.low is not None:
        return number <= limit.low
    if limit.high is not None:
        return number >= limit.high
    if limit.times_upper is None or limit.upper is None:
        return False
    if own_upper is not None and own_upper > 0:
        return number > limit.times_upper * own_upper
    factor = next((limit.factors[unit] for unit in units if unit in limit.factors), 1.0)
    return number * factor > limit.times_upper * limit.upper


class NumberMarker:
    """Puts a word of its own in place of each number beyond a limit. Created once; safe to share.

    `patterns`: by group, what finds these words, so that a number is read in its sentence as any other mention is.
    """

    def __init__(self, tables: Sequence[ScreenTable]) -> None:
        self._limits: list[tuple[ScreenLimit, re.Pattern[str], str]] = []
        self._parts: list[tuple[str, ...]] = []  # of each limit's names: one has to be in a text that has a name
        self._groups: list[str] = []
        self.patterns: dict[str, list[ScreenPattern]] = {}
        for table in tables:
            for limit in table.limits:
                if limit.words and limit.is_in_texts:
                    mark = f"{MARK}{len(self._limits)}"
                    self._limits.append((limit, _pattern(limit), f" {mark} "))
                    self._parts.append(tuple({max(word.split(), key=len) for word in limit.words}))
                    self._groups.append(table.group.id)
                    self.patterns.setdefault(table.group.id, []).append(ScreenPattern(limit.cause, ((mark,),)))

    def find(self, text: str) -> Iterator[tuple[str, str]]:
        """Yield the groups and names of the limits that a number in a text is beyond."""
        for group, (limit, pattern, _) in zip(self._groups, self._limits, strict=True):
            if any(exceeds(limit, _number(match)) for match in pattern.finditer(text)):
                yield group, limit.cause

    def mark(self, text: str) -> str:
        """Return a text with its numbers beyond a limit marked."""
        lower, is_simple = text.lower(), text.isascii()  # beyond ASCII some letters are alike to a pattern alone
        for (limit, pattern, mark), parts in zip(self._limits, self._parts, strict=True):
            if limit.is_temperature:
                text = _BARE_TEMPERATURE.sub(lambda match, limit=limit, mark=mark: _marked(match, limit, mark), text)  # type: ignore[misc]  # bound at once
            if is_simple and not any(part in lower for part in parts):
                continue
            text = pattern.sub(lambda match, limit=limit, mark=mark: _marked(match, limit, mark), text)  # type: ignore[misc]  # bound at once
        return text


def _number(match: re.Match[str]) -> float:
    return float(re.sub("minus +|[\u2212\u2013]", "-", match["number"]).replace(",", "."))


def _marked(match: re.Match[str], limit: ScreenLimit, mark: str) -> str:
    return mark if exceeds(limit, _number(match)) else match[0]


def _pattern(limit: ScreenLimit) -> re.Pattern[str]:
    words = "|".join(re.escape(word).replace(r"\ ", r"[\s-]+") for word in limit.words)
    return re.compile(rf"\b(?:{words})\b{_NUMBER}", re.IGNORECASE)
