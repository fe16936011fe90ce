"""Parse what few records have: a problem's stage and evidence, and a result's range. A strange one counts as none."""

from typing import Final

import msgspec

from cds_service.fhir.datatypes import CodeableConcept, Concepts, list_concepts
from cds_service.fhir.quantities import Quantity


class _Part(msgspec.Struct, frozen=True, gc=False):
    """A stage (`summary`) or evidence (`code`) of a problem."""

    summary: CodeableConcept | None = None
    code: Concepts = None


class _Range(msgspec.Struct, frozen=True, gc=False):
    high: Quantity | None = None


_PARTS: Final = msgspec.json.Decoder(list[_Part] | _Part)
_RANGES: Final = msgspec.json.Decoder(list[_Range])


def parse_parts(raw: msgspec.Raw) -> list[CodeableConcept]:
    """Return the concepts of a problem's stages or evidence."""
    if len(raw) == 0:
        return []
    try:
        parts = _PARTS.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return []
    listed = parts if isinstance(parts, list) else [parts]
    return [concept for part in listed for concept in (part.summary, *list_concepts(part.code)) if concept is not None]


def parse_upper_limit(raw: msgspec.Raw) -> float | None:
    """Return the upper limit of a result's first range that states one."""
    if len(raw) == 0:
        return None
    try:
        ranges = _RANGES.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    numbers = (part.high.number for part in ranges if part.high)
    return next((number for number in numbers if number is not None), None)
