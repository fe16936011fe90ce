"""The few data types of FHIR that the service reads, typed as leniently as the resources that hold them."""

from typing import Final, TypeAlias

import msgspec


class Coding(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """A code of a code system. Some senders write codes as numbers."""

    system: str | None = None
    code: str | int | None = None
    display: str | None = None


class CodeableConcept(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """A concept: codings with the same meaning, and text."""

    coding: list[Coding | None] | None = None
    text: str | None = None


Raw: TypeAlias = msgspec.Raw
NOT_PRESENT: Final = msgspec.Raw()  # default of a field whose content is not parsed: it is absent
Concepts: TypeAlias = list[CodeableConcept] | CodeableConcept | None
Status: TypeAlias = CodeableConcept | str | None  # R4: a concept; DSTU2: a plain string


class Reference(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """A reference to another resource."""

    reference: str | None = None
    display: str | None = None


class Subject(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """A reference to a record's patient. What it is called, which is the patient's name, is not read."""

    reference: str | None = None


class Period(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """A span of time."""

    start: str | None = None
    end: str | None = None


class Annotation(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """A note on a record, and when it was written."""

    text: str | None = None
    time: str | None = None


Notes: TypeAlias = list[Annotation] | Annotation | str | None  # R4: a list; DSTU2: a single note, or a plain string


class CodingOrConcept(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """A Coding (R4) or a CodeableConcept (R5) in the same place."""

    system: str | None = None
    code: str | int | None = None
    display: str | None = None
    coding: list[Coding | None] | None = None
    text: str | None = None

    def to_concept(self) -> CodeableConcept:
        """Return it as a CodeableConcept."""
        if self.code is not None:
            return CodeableConcept([Coding(self.system, self.code)], self.text or self.display)
        return CodeableConcept(self.coding, self.text or self.display)


def list_notes(value: Notes) -> list[Annotation]:
    """Return the notes of a field that is a list in one FHIR version, a single note or plain text in another."""
    notes = Annotation(value) if isinstance(value, str) else value
    return notes if isinstance(notes, list) else [notes] if notes is not None else []


def is_present(raw: msgspec.Raw) -> bool:
    """Return whether a field whose content is not parsed has a value."""
    return bytes(raw) not in {b"", b"null"}


def list_concepts(value: Concepts) -> list[CodeableConcept]:
    """Return the concepts of a field that is a list in one FHIR version and a single concept in another."""
    return value if isinstance(value, list) else [value] if value is not None else []
