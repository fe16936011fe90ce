"""Screen measured values: by the code of the test, by a unit that says what was measured, or by the test's name."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

import ahocorasick

from cds_service.model.screen import SafetyScreen, ScreenLimit
from cds_service.screen.folding import expand_word, fold_spelling
from cds_service.screen.numbers import exceeds


class ValueHit(NamedTuple):
    """A value beyond a limit: the group and the limit's name."""

    group: str
    cause: str


class Limits(NamedTuple):
    """Which limits are on the values of a test, by its codes or names, whatever the unit: their numbers.

    `may_exist`: a first look at its codes and names finds any; without, only a unit of temperature does.
    """

    may_exist: bool
    numbers: frozenset[int]


NO_LIMITS: Final = Limits(may_exist=False, numbers=frozenset())


class Measurement(NamedTuple):
    """A value with its units, the upper limit of its own range, and the limits on the test."""

    number: float
    units: frozenset[str]
    upper: float | None
    limits: Limits


class _GroupLimit(NamedTuple):
    """A limit with its group, and its words as they are looked for in a name."""

    group: str
    limit: ScreenLimit
    words: tuple[str, ...]
    other_names: tuple[str, ...]


class ValueScreen:
    """Screens values. Created once; safe to share."""

    def __init__(self, screen: SafetyScreen) -> None:
        self._limits = [
            _GroupLimit(table.group.id, limit, _expand(limit.words), _expand(limit.other_names))
            for table in screen.tables
            for limit in table.limits
        ]
        self._by_unit: dict[str, list[int]] = {}
        for number, one in enumerate(self._limits):
            for unit in one.limit.units:
                self._by_unit.setdefault(unit, []).append(number)
        self._codes = frozenset(code for one in self._limits for code in one.limit.codes)
        self._names = ahocorasick.Automaton()
        for one in self._limits:
            for word in one.limit.words:
                self._names.add_word(max(expand_word(word)[0].split(), key=len), True)
        self._names.make_automaton()

    def find_limits(self, codes: Iterable[str], names: Iterable[str]) -> Limits:
        """Return the limits on a test, by its codes or its names."""
        known, called = frozenset(codes), list(names)
        is_coded, said = bool(known & self._codes), " ".join(called)
        if not (is_coded or self._may_be_named(_folded(said)) or self._may_be_named(said.lower())):
            return NO_LIMITS  # like most
        folded = [f" {_folded(name)} " for name in called]
        numbers = [number for number, one in enumerate(self._limits) if _is_about(one, known, folded)]
        return Limits(is_coded or self._may_be_named(said.lower()), frozenset(numbers))

    def _may_be_named(self, said: str) -> bool:
        return next(self._names.iter(said), None) is not None

    def hits(self, measurement: Measurement) -> Iterator[ValueHit]:
        """Yield the limits that a value is beyond."""
        units = measurement.units
        for number in sorted(measurement.limits.numbers.union(*(self._by_unit.get(unit, ()) for unit in units))):
            group, limit, *_ = self._limits[number]
            is_comparable = limit.only_units is None or units <= limit.only_units
            if is_comparable and exceeds(limit, measurement.number, units, measurement.upper):
                yield ValueHit(group, limit.cause)


def is_temperature(raw: bytes) -> bool:
    """Return whether a value that was not parsed may have a unit of temperature."""
    text = str(raw, "latin-1")  # a search in text is several times faster than one in bytes
    is_signed = not text.isascii() or "\\u" in text  # the sign of degrees, as it is or escaped
    return is_signed or "Cel" in text or "deg" in text


def _is_about(one: _GroupLimit, codes: frozenset[str], names: Sequence[str]) -> bool:
    is_named = _names_any(one.words, names) and not _names_any(one.other_names, names)
    return is_named or not one.limit.codes.isdisjoint(codes)


def _expand(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(form for word in words for form in expand_word(word))


def _names_any(forms: Iterable[str], names: Sequence[str]) -> bool:
    return any(form in name for name in names for form in forms)


def _folded(name: str) -> str:
    return " ".join(fold_spelling(name).replace("-", " ").replace(":", " ").replace(",", " ").split())
