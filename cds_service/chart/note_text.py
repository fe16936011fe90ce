"""The words of clinical notes and of the forms of reports: from bytes to texts, each with the title of its section."""

import base64
import binascii
from collections.abc import Sequence
from typing import Final, NamedTuple

from cds_service.documents.document import NOTE_FORMATS, REPORT_FORMATS, Document
from cds_service.documents.reader import read_document
from cds_service.fhir.chart_data import ClinicalNote
from cds_service.fhir.documents import Attachment

_LONGEST_FORM: Final = 1_000_000  # characters of base64; more is no text that is screened to its end
LONGEST_NOTE: Final = 100_000  # characters; a longer one is not read at all: its end may take back its beginning


class ReadNote(NamedTuple):
    """A note and its texts: none, if it could not be read."""

    note: ClinicalNote
    texts: tuple[str, ...]

    @property
    def size(self) -> int:
        """Return how many characters its texts have."""
        return sum(map(len, self.texts))


def read_note(note: ClinicalNote) -> ReadNote:
    """Read the bytes of a note."""
    content = note.content
    if content.fault is not None:
        return ReadNote(note, ())
    read = read_document(content.body, content.content_type, accepted=NOTE_FORMATS, limit=LONGEST_NOTE)
    return ReadNote(note, list_texts(read) if isinstance(read, Document) else ())


def read_forms(forms: Sequence[Attachment]) -> list[str]:
    """Return the texts of a report's forms: plain text or HTML in the record itself."""
    return [text for form in forms for text in _read_form(form)]


def _read_form(form: Attachment) -> tuple[str, ...]:
    if not form.data or len(form.data) > _LONGEST_FORM:
        return ()
    try:
        body = base64.b64decode("".join(form.data.split()), validate=True)
    except (binascii.Error, ValueError):
        return ()
    read = read_document(body, form.contentType or "", accepted=REPORT_FORMATS, limit=LONGEST_NOTE)
    return list_texts(read) if isinstance(read, Document) else ()


def list_texts(document: Document) -> tuple[str, ...]:
    """Return the texts of a document: each section behind its title, which says how it is meant, or the whole."""
    if not document.sections:
        return (document.text,) if document.text.strip() else ()
    sections = [(section.title.strip(" :\n"), section.text) for section in document.sections if section.text.strip()]
    return tuple(f"{title}:\n{text}" if title else text for title, text in sections)
