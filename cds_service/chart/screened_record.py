"""What is screened of one resource: concepts, names, texts and answers, and how many fields were not read."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from cds_service.chart.note_text import read_forms
from cds_service.fhir.datatypes import CodeableConcept, Concepts, Notes, list_concepts, list_notes
from cds_service.fhir.documents import Attachment
from cds_service.fhir.resource import Resource
from cds_service.fhir.resources import Component, Observation
from cds_service.fhir.unparsed import Unreadable
from cds_service.model.facts import SourceKind


class Prose(NamedTuple):
    """A free text. `time`: when it was written, if it says so. `is_note`: it may have been written after its record."""

    text: str
    time: str | None = None
    is_note: bool = False


@dataclass(slots=True)
class ScreenedRecord:
    """What is screened of one resource.

    `acts`: what was done, or is to be (`is_planned`). `is_of_now`: it is about the patient of today, whatever its date.
    `unread_fields`: how many fields were sent in a shape or a format that cannot be read.
    """

    resource: Resource
    kind: SourceKind
    text_kind: SourceKind
    concepts: list[CodeableConcept] = field(default_factory=list)
    acts: list[CodeableConcept] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    prose: list[Prose] = field(default_factory=list)
    parts: list[Observation | Component] = field(default_factory=list)
    sites: Concepts = None
    is_planned: bool = False
    is_of_now: bool = False
    unread_fields: int = 0

    def add_concepts(self, *values: Concepts) -> None:
        """Add the concepts of fields."""
        for value in values:
            if value is not None:
                self.concepts += list_concepts(value)

    def add_notes(self, *values: Notes) -> None:
        """Add the notes of fields."""
        for value in values:
            if value is not None:
                self.prose += [Prose(note.text, note.time, is_note=True) for note in list_notes(value) if note.text]

    def add_prose(self, texts: Sequence[str] | Unreadable) -> None:
        """Add free texts that are as old as the record."""
        if isinstance(texts, Unreadable):
            self.unread_fields += 1
        else:
            self.prose += [Prose(text) for text in texts]

    def add_names(self, names: Sequence[str] | Unreadable) -> None:
        """Add what the references of a field are called."""
        if isinstance(names, Unreadable):
            self.unread_fields += 1
        else:
            self.names += names

    def add_read_concepts(self, concepts: Sequence[CodeableConcept] | Unreadable) -> None:
        """Add the concepts of a field that few records have."""
        if isinstance(concepts, Unreadable):
            self.unread_fields += 1
        else:
            self.concepts += concepts

    def add_read_notes(self, notes: Sequence[tuple[str, str | None]] | Unreadable) -> None:
        """Add the notes of a field that few records have."""
        if isinstance(notes, Unreadable):
            self.unread_fields += 1
        else:
            self.prose += [Prose(text, time, is_note=True) for text, time in notes]

    def sites_of(self, concept: CodeableConcept) -> list[CodeableConcept]:
        """Return the body sites that are said of a concept: those of the record, of the record's own name."""
        is_own = self.sites is not None and concept is getattr(self.resource, "code", None)
        return list_concepts(self.sites) if is_own else []

    def add_forms(self, forms: Sequence[Attachment] | Unreadable) -> None:
        """Add the documents of a report that are text. By the standard all its documents say the same."""
        texts = [] if isinstance(forms, Unreadable) else read_forms(forms)
        if texts:
            self.add_prose(texts)
        elif isinstance(forms, Unreadable) or forms:
            self.unread_fields += 1


def concept_texts(concept: CodeableConcept) -> list[str]:
    """Return the text and the displays of a concept, each once."""
    texts = [concept.text] if concept.text else []
    for coding in concept.coding or ():  # a hot path: every record
        if coding is not None and coding.display and coding.display not in texts:
            texts.append(coding.display)
    return texts


def placed_texts(concept: CodeableConcept, sites: Sequence[CodeableConcept]) -> list[str]:
    """Return the texts of a concept, each also with the place: a fracture, of L1."""
    texts = concept_texts(concept)
    places = ", ".join(text for site in sites for text in concept_texts(site))
    return [*texts, *(f"{text}, {places}" for text in texts)] if places else texts
