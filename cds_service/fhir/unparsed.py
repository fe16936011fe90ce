"""Parse what few records have, and senders fill in many ways: each field by itself, so that a strange one costs itself.

A field of an impossible shape is `UNREADABLE`: it was sent, and not read.
"""

from typing import Final, TypeVar

import msgspec

from cds_service.fhir.datatypes import CodeableConcept, Concepts, Notes, Reference, list_concepts, list_notes
from cds_service.fhir.documents import Attachment
from cds_service.fhir.quantities import Quantity
from cds_service.fhir.resources import Observation

T = TypeVar("T")
_ERRORS: Final = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
_NULL: Final = b"null"


class Unreadable:
    """The content of a field that cannot be read."""


UNREADABLE: Final = Unreadable()


class Part(msgspec.Struct, frozen=True, gc=False):
    """A stage (`summary`) or evidence of a problem (`code`, `detail`)."""

    summary: CodeableConcept | None = None
    code: Concepts = None
    detail: list[Reference] | Reference | None = None


class _Range(msgspec.Struct, frozen=True, gc=False):
    high: Quantity | None = None


class _Head(msgspec.Struct, frozen=True):
    resourceType: str | None = None  # noqa: N815 - FHIR's name


_PARTS: Final = msgspec.json.Decoder(list[Part] | Part)
_RANGES: Final = msgspec.json.Decoder(list[_Range])
_CONCEPTS: Final = msgspec.json.Decoder(list[CodeableConcept] | CodeableConcept)
_REFERENCES: Final = msgspec.json.Decoder(list[Reference] | Reference)
_NOTES: Final = msgspec.json.Decoder(Notes)
_STRING: Final = msgspec.json.Decoder(str)
_FORMS: Final = msgspec.json.Decoder(list[Attachment] | Attachment)
_RAWS: Final = msgspec.json.Decoder(list[msgspec.Raw])
_HEAD: Final = msgspec.json.Decoder(_Head)
_OBSERVATION: Final = msgspec.json.Decoder(Observation)
_NUMBER: Final = msgspec.json.Decoder(float)


def _parse(raw: msgspec.Raw, decoder: msgspec.json.Decoder[T]) -> T | Unreadable | None:
    """Return what a field holds, None if it was not sent, or that it cannot be read."""
    if len(raw) == 0 or bytes(raw) == _NULL:
        return None
    try:
        return decoder.decode(raw)
    except _ERRORS:
        return UNREADABLE


def parse_parts(raw: msgspec.Raw) -> list[Part] | Unreadable:
    """Return the stages or the evidence of a problem."""
    return _listed(_parse(raw, _PARTS))


def parse_concepts(raw: msgspec.Raw) -> list[CodeableConcept] | Unreadable:
    """Return the concepts of a field."""
    found = _parse(raw, _CONCEPTS)
    return found if isinstance(found, Unreadable) else list_concepts(found)


def parse_displays(raw: msgspec.Raw) -> list[str] | Unreadable:
    """Return what a field's references are called."""
    found = _listed(_parse(raw, _REFERENCES))
    return found if isinstance(found, Unreadable) else list_displays(found)


def parse_notes(raw: msgspec.Raw) -> list[tuple[str, str | None]] | Unreadable:
    """Return the notes of a field, each with its time."""
    found = _parse(raw, _NOTES)
    if isinstance(found, Unreadable):
        return found
    return [(note.text, note.time) for note in list_notes(found) if note.text]


def parse_string(raw: msgspec.Raw) -> list[str] | Unreadable:
    """Return the text of a field as a list: empty if there is none."""
    found = _parse(raw, _STRING)
    return found if isinstance(found, Unreadable) else [found] if found else []


def parse_forms(raw: msgspec.Raw) -> list[Attachment] | Unreadable:
    """Return the documents of a report."""
    return _listed(_parse(raw, _FORMS))


def parse_number(raw: msgspec.Raw) -> float | None:
    """Return a number, or None if there is none that can be read."""
    found = _parse(raw, _NUMBER)
    return None if isinstance(found, Unreadable) else found


def parse_contained_observations(raw: msgspec.Raw) -> list[Observation] | Unreadable:
    """Return the Observations that a resource contains. Other resources in it are not read."""
    found = _parse(raw, _RAWS)
    if found is None or isinstance(found, Unreadable):
        return found or []
    try:
        kinds = [_HEAD.decode(one).resourceType for one in found]
        return [_OBSERVATION.decode(one) for one, kind in zip(found, kinds, strict=True) if kind == "Observation"]
    except _ERRORS:
        return UNREADABLE


def parse_upper_limit(raw: msgspec.Raw) -> float | None:
    """Return the upper limit of a result's first range that states one."""
    ranges = _parse(raw, _RANGES)
    if ranges is None or isinstance(ranges, Unreadable):
        return None
    numbers = (part.high.number for part in ranges if part.high)
    return next((number for number in numbers if number is not None), None)


def list_displays(references: list[Reference]) -> list[str]:
    """Return what references are called, where they say so."""
    return [one.display for one in references if one.display]


def _listed(found: list[T] | T | Unreadable | None) -> list[T] | Unreadable:
    if found is None:
        return []
    return found if isinstance(found, (list, Unreadable)) else [found]
