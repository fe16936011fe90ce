"""Which clinical notes of a patient are read: the newest that are valid, and of a type that tells of symptoms.

Notes that report on imaging are chosen apart from these: they would crowd out the others.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, NamedTuple

from cds_service.ehr.newest import Newest, dates_of
from cds_service.fhir.datatypes import CodeableConcept
from cds_service.fhir.documents import DocumentReference
from cds_service.fhir.resources import SupportedResource
from cds_service.fhir.subject import belongs_to_patient
from cds_service.model.dates import PartialDate
from cds_service.model.terminology import Terminology

NEWEST_NOTES: Final = Newest(count=5, days=180)
_CURRENT: Final = frozenset({"current", None})
_VOID: Final = frozenset({"entered-in-error", "cancelled", "deprecated", "registered"})
_DRAFT: Final = "preliminary"
_UNSTATED = date.min


class ChosenNote(NamedTuple):
    """A note to read. `tells`: of symptoms, or of what imaging showed. `is_draft`: nobody has signed it yet."""

    document: DocumentReference
    tells: str
    is_draft: bool


class NoteChoice(NamedTuple):
    """The notes to read, the newest first, and those left out, with the reasons."""

    chosen: tuple[ChosenNote, ...] = ()
    left_out: tuple[tuple[DocumentReference, str], ...] = ()


@dataclass(frozen=True, slots=True)
class NoteChooser:
    """Chooses notes. `tells_by_type`: what a document tells, by the URI and code of its type."""

    tells_by_type: Mapping[tuple[str | None, str], str]

    def choose(self, resources: Iterable[SupportedResource], patient_id: str, today: date | None) -> NoteChoice:
        """Choose among the patient's own documents. Without `today`, none is too old."""
        documents = [
            resource
            for resource in resources
            if isinstance(resource, DocumentReference) and belongs_to_patient(resource, patient_id)
        ]
        if not documents:  # as in most calls
            return NoteChoice()
        replaced = _list_replaced(documents)
        left_out: list[tuple[DocumentReference, str]] = []
        chosen: dict[str, list[ChosenNote]] = {}
        for document in sorted(documents, key=lambda one: _day(one, today), reverse=True):
            why_not = _why_not(document, replaced, today)
            tells = None if why_not else self._tells(document.type)
            if tells is None:
                left_out.append((document, why_not or "its type is not known to tell of symptoms or imaging"))
            elif len(chosen.setdefault(tells, [])) == NEWEST_NOTES.count:
                left_out.append((document, f"there are {NEWEST_NOTES.count} newer notes"))
            else:
                chosen[tells].append(ChosenNote(document, tells, _status(document.docStatus) == _DRAFT))
        return NoteChoice(tuple(note for notes in chosen.values() for note in notes), tuple(left_out))

    def _tells(self, kind: CodeableConcept | None) -> str | None:
        codings = (kind.coding if kind else None) or ()
        found = (self.tells_by_type.get((one.system, str(one.code))) for one in codings if one and one.code)
        return next((tells for tells in found if tells), None)


NO_NOTES: Final = NoteChooser({})


def build_note_chooser(terminology: Terminology) -> NoteChooser:
    """Build the chooser from the content's types of documents."""
    return NoteChooser(
        {
            (uri, code.code): tells
            for uri, system in terminology.system_by_uri.items()
            for code, tells in terminology.documents.items()
            if code.system == system
        }
    )


def _why_not(document: DocumentReference, replaced: frozenset[str], today: date | None) -> str | None:
    """Return why a document is not read, or None if it may be."""
    if document.status not in _CURRENT:
        return f"status {document.status}"
    if _status(document.docStatus) in _VOID:
        return f"docStatus {_status(document.docStatus)}"
    if document.id is not None and document.id in replaced:
        return "a newer document replaces it"
    when = dates_of(document)
    if when is not None and today is not None and when.last < NEWEST_NOTES.reaches_back_to(today):
        return f"it is older than {NEWEST_NOTES.days} days"
    return None


def _list_replaced(documents: Iterable[DocumentReference]) -> frozenset[str]:
    """Return the ids of the documents that valid ones replace."""
    return frozenset(
        related.target.reference.split("/_history/")[0].rpartition("/")[2]
        for document in documents
        if document.status in _CURRENT and _status(document.docStatus) not in {*_VOID, _DRAFT}
        for related in document.relatesTo or ()
        if related.is_replaced and related.target and related.target.reference
    )


def _status(value: CodeableConcept | str | None) -> str | None:
    if isinstance(value, CodeableConcept):
        return next((str(one.code) for one in value.coding or () if one and one.code), None)
    return value


def _day(document: DocumentReference, today: date | None) -> date:
    """Return the day to sort by. A date in the future is none: such notes, and undated ones, come last."""
    when: PartialDate | None = dates_of(document)
    if when is None or (today is not None and when.first > today + timedelta(days=1)):
        return _UNSTATED
    return when.first
