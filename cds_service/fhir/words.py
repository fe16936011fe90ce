"""The words of a resource: how many there are, and the resource without them."""

from typing import Any, Final

import msgspec

from cds_service.fhir.datatypes import NOT_PRESENT

_WORDS: Final = frozenset(
    {"text", "display", "valueString", "comment", "comments", "note", "notes", "conclusion", "description", "title"}
)
_WHOLE: Final = "item"  # the answers of a questionnaire: of many texts each is read
_UNPARSED_WORDS: Final = frozenset(
    {
        *("stage", "evidence", "onsetString", "complication", "followUp", "reasonReference", "report", "reason"),
        *("supportingInfo", "patientInstruction", "dosageInstruction", "dosage", "presentedForm", "contained"),
        *("reasonCode", "note", "group", "item"),
    }
)


def count_words(value: object, longest: int) -> int:
    """Return how many characters of words a resource holds. Of each text, those beyond `longest` are never read."""
    size = 0
    waiting: list[object] = [value]
    while waiting:
        part = waiting.pop()
        if isinstance(part, list):
            waiting += part
        elif isinstance(part, msgspec.Struct):
            for name in part.__struct_fields__:
                held = getattr(part, name)
                if isinstance(held, str):
                    size += min(len(held), longest) if name in _WORDS else 0
                elif isinstance(held, msgspec.Raw):
                    size += _count_unparsed(name, held, longest)
                else:
                    waiting.append(held)
    return size


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
