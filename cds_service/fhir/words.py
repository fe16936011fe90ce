"""The words of a resource: how many there are, and the resource without them."""

from collections.abc import Callable
from functools import cache
from operator import attrgetter
from typing import Any, Final, NamedTuple

import msgspec

from cds_service.fhir.datatypes import NOT_PRESENT

_WORDS: Final = frozenset(
    {"text", "display", "valueString", "comment", "comments", "note", "notes", "conclusion", "description", "title"}
)
_WORDLESS: Final = frozenset(
    {"id", "subject", "patient", "language", "status", "system", "url", "data", "authored", "date"}
)
_WHOLE: Final = "item"  # the answers of a questionnaire: of many texts each is read
_UNPARSED_WORDS: Final = frozenset(
    {
        *("stage", "evidence", "onsetString", "complication", "followUp", "reasonReference", "report", "reason"),
        *("supportingInfo", "patientInstruction", "dosageInstruction", "dosage", "presentedForm", "contained"),
        *("reasonCode", "note", "group", "item"),
    }
)


class WordCount(NamedTuple):
    """The characters of words that a resource holds, and those of its texts that are short."""

    size: int
    short: tuple[str | bytes, ...]


def count_words(value: msgspec.Struct, longest: int, shortest: int) -> WordCount:
    """Return how many words a resource holds; texts of fewer than `shortest` characters are listed as well.

    Of each text, the characters beyond `longest` are never read.
    """
    size = 0
    short: list[str | bytes] = []
    waiting: list[msgspec.Struct] = [value]
    for part in waiting:  # it grows meanwhile
        names, get = _fields_of(type(part))
        for name, held in zip(names, get(part), strict=True):
            if held is None or held is NOT_PRESENT:  # most fields: this runs for every record of a large chart
                continue
            kind = type(held)
            if kind is str:
                if name in _WORDS:
                    size += min(len(held), longest)
                    if len(held) < shortest:
                        short.append(held)
            elif kind is msgspec.Raw:
                counted = _count_unparsed(name, held, longest)
                size += counted
                if 0 < counted < shortest:
                    short.append(bytes(held))
            elif kind is list:
                waiting += [one for one in held if isinstance(one, msgspec.Struct)]
            elif isinstance(held, msgspec.Struct):
                waiting.append(held)
    return WordCount(size, tuple(short))


@cache
def _fields_of(kind: type[msgspec.Struct]) -> tuple[tuple[str, ...], Callable[[Any], tuple[Any, ...]]]:
    """Return the fields of a type in which words may stand, and the function that gets them all."""
    names = tuple(name for name in kind.__struct_fields__ if name not in _WORDLESS) or kind.__struct_fields__
    if len(names) == 1:
        return names, lambda part: (getattr(part, names[0]),)
    return names, attrgetter(*names)


def _count_unparsed(name: str, held: msgspec.Raw, longest: int) -> int:
    if name not in _UNPARSED_WORDS:
        return 0
    return len(held) if name == _WHOLE else min(len(held), longest)


def strip_words(value: Any) -> Any:
    """Return a resource without its words. Codes, dates and numbers stay."""
    if isinstance(value, list):
        return [strip_words(part) for part in value]
    if not isinstance(value, msgspec.Struct):
        return value
    changed = {name: _stripped(name, getattr(value, name)) for name in value.__struct_fields__}
    return msgspec.structs.replace(value, **changed)


def _stripped(name: str, held: Any) -> Any:
    if isinstance(held, str):
        return None if name in _WORDS else held
    if isinstance(held, msgspec.Raw):
        return NOT_PRESENT if name in _UNPARSED_WORDS else held
    return strip_words(held)
