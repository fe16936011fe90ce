"""Screen measured values: by the code of the test, by a unit that says what was measured, or by the test's name."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import ahocorasick

from cds_service.model.screen import SafetyScreen, ScreenLimit
from cds_service.screen.folding import expand_word, fold_spelling
from cds_service.screen.numbers import exceeds


class ValueHit(NamedTuple):
    """A value beyond a limit: the group and the limit's name."""

    group: str
    cause: str


class Measurement(NamedTuple):
    """A value with its units, the upper limit of its own range, and what was measured."""

    number: float
    units: frozenset[str]
    upper: float | None
    codes: frozenset[str]
    names: tuple[str, ...]


class ValueScreen:
    """Screens values. Created once; safe to share."""

    def __init__(self, screen: SafetyScreen) -> None:
        limits = [(table.group.id, limit) for table in screen.tables for limit in table.limits]
        self._limits = limits
        self._codes = frozenset(code for _, limit in limits for code in limit.codes)
        self._names = ahocorasick.Automaton()
        for _, limit in limits:
            for word in limit.words:
                self._names.add_word(max(expand_word(word)[0].split(), key=len), True)
        self._names.make_automaton()

    def may_hit(self, codes: Iterable[object], names: Iterable[str], raw: bytes) -> bool:
        """Return whether a value needs parsing: for its code, a unit of temperature or the test's name. Most do not."""
        return is_temperature(raw) or self.has_limit(codes, names)

    def has_limit(self, codes: Iterable[object], names: Iterable[str]) -> bool:
        """Return whether a test has a limit, by its codes or its names."""
        return not self._codes.isdisjoint(codes) or next(self._names.iter(" ".join(names).lower()), None) is not None

    def hits(self, measurement: Measurement) -> Iterator[ValueHit]:
        """Yield the limits that a value is beyond."""
        for group, limit in self._limits:
            if _is_about(limit, measurement) and exceeds(
                limit, measurement.number, measurement.units, measurement.upper
            ):
                yield ValueHit(group, limit.cause)


def is_temperature(raw: bytes) -> bool:
    """Return whether a value that was not parsed may have a unit of temperature."""
    text = str(raw, "latin-1")  # a search in text is several times faster than one in bytes
    is_signed = not text.isascii() or "\\u" in text  # the sign of degrees, as it is or escaped
    return is_signed or "Cel" in text or "deg" in text


def _is_about(limit: ScreenLimit, measurement: Measurement) -> bool:
    if limit.only_units is not None and not measurement.units <= limit.only_units:
        return False
    if limit.codes & measurement.codes or limit.units & measurement.units:
        return True
    names = [f" {_folded(name)} " for name in measurement.names]
    return _names_any(limit.words, names) and not _names_any(limit.other_names, names)


def _names_any(words: Iterable[str], names: Sequence[str]) -> bool:
    return any(form in name for word in words for form in expand_word(word) for name in names)


def _folded(name: str) -> str:
    return " ".join(fold_spelling(name).replace("-", " ").replace(":", " ").replace(",", " ").split())
