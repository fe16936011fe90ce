"""Build the words of time from their file."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import TypeVar

from cds_service.knowledge.schema.narrative import TimeFile
from cds_service.narrative.words.time_finder import TimeWords
from cds_service.narrative.words.tokenizer import normalize_phrase

V = TypeVar("V")


def build_time_words(file: TimeFile) -> TimeWords:
    """Return the words of time, each form by what it means."""
    units = {form: str(unit) for unit, words in file.units.items() for word in words for form in _with_plural(word)}
    short = {word: str(unit) for unit, words in file.short_units.items() for word in words}
    return TimeWords(
        units=MappingProxyType(units),
        short_units=MappingProxyType(units | short),
        fractions=MappingProxyType({over: str(unit) for unit, over in file.fractions.items()}),
        amounts=MappingProxyType(
            {normalize_phrase(word): (least, most) for word, (least, most) in file.amounts.items()}
        ),
        words=MappingProxyType({str(name): _normalized(words) for name, words in file.words.items()}),
        days=_by_word((str(name), words) for name, words in file.days.items()),
        months=_by_word(enumerate(file.months, start=1)),
        weekdays=_by_word(enumerate(file.weekdays)),
    )


def _with_plural(word: str) -> tuple[str, str]:
    return word, f"{word}s"


def _normalized(words: Iterable[str]) -> list[str]:
    return [normalize_phrase(word) for word in words]


def _by_word(named: Iterable[tuple[V, list[str]]]) -> Mapping[str, V]:
    return MappingProxyType({normalize_phrase(word): name for name, words in named for word in words})
