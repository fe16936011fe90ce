"""The notes of a request, with the words marked that the reader took."""

import base64
import binascii
from collections.abc import Iterator
from datetime import date
from typing import Any, Final, NamedTuple

from cds_service.chart.note_text import LONGEST_NOTE, list_texts
from cds_service.chart.text_reading import FoundInText, TextReader, TextReading, TextType
from cds_service.documents.document import NOTE_FORMATS, Document
from cds_service.documents.reader import read_document
from cds_service.ehr.prefetch_templates import NOTES_KEY
from cds_service.model.sides import Side
from cds_service.model.vocabulary import Vocabulary
from cds_service.report.overlapping import group_overlapping

_MOST_NOTES: Final = 20


class TextPart(NamedTuple):
    """A part of a text, and what its words state; nothing, where they state nothing that counts."""

    text: str
    states: tuple[str, ...] = ()


class MarkedNote(NamedTuple):
    """A note: its record, the day it was told, and its text in parts, or that it could not be shown."""

    reference: str
    day: str
    parts: tuple[TextPart, ...]
    is_truncated: bool = False


class NoteMarker:
    """Marks notes. Created once."""

    def __init__(self, reader: TextReader, findings: Vocabulary) -> None:
        self._reader = reader
        self._findings = findings

    def mark_all(self, request: Any, today: date) -> list[MarkedNote]:
        """Return the notes that stand in the request itself. What is elsewhere, or malformed, is left out here."""
        return [self._mark(record, today) for record in [*_list_notes(request)][:_MOST_NOTES]]

    def _mark(self, record: dict[str, Any], today: date) -> MarkedNote:
        told_on = _parse_day(record.get("date")) or today
        reading = self._reader.read_all(_decode(record), TextType.NOTE, told_on)
        reference = f"DocumentReference/{record.get('id', '')}"
        return MarkedNote(reference, told_on.isoformat(), tuple(self._part(reading)), reading.is_truncated)

    def _part(self, reading: TextReading) -> Iterator[TextPart]:
        place = 0
        for _, group in group_overlapping(reading.findings):
            start, end = group[0].start, max(found.end for found in group)
            yield TextPart(reading.text[place:start])
            yield TextPart(reading.text[start:end], tuple(map(self._describe, group)))
            place = end
        yield TextPart(reading.text[place:])

    def _describe(self, found: FoundInText) -> str:
        side = "" if found.side is Side.UNSTATED else f", {found.side.value}"
        return f"{self._findings[found.finding].label}: {found.value.value}{side}"


def _list_notes(request: Any) -> Iterator[dict[str, Any]]:
    bundle = _get(_get(request, "prefetch"), NOTES_KEY)
    entries = _get(bundle, "entry")
    for entry in entries if isinstance(entries, list) else ():
        resource = _get(entry, "resource")
        if isinstance(resource, dict) and _decode(resource):
            yield resource


def _decode(record: dict[str, Any]) -> tuple[str, ...]:
    """Return the texts of a note's attachments, read as the service reads them."""
    contents = record.get("content")
    attachments = [_get(content, "attachment") for content in contents] if isinstance(contents, list) else []
    return tuple(text for attachment in attachments for text in _read_attachment(attachment))


def _read_attachment(attachment: Any) -> tuple[str, ...]:
    data, content_type = _get(attachment, "data"), _get(attachment, "contentType")
    if not isinstance(data, str):
        return ()
    try:
        body = base64.b64decode("".join(data.split()), validate=True)
    except (binascii.Error, ValueError):
        return ()
    kind = content_type if isinstance(content_type, str) else ""
    read = read_document(body, kind, accepted=NOTE_FORMATS, limit=LONGEST_NOTE)
    return list_texts(read) if isinstance(read, Document) else ()


def _get(value: Any, name: str) -> Any:
    return value.get(name) if isinstance(value, dict) else None


def _parse_day(text: Any) -> date | None:
    try:
        return date.fromisoformat(text[:10]) if isinstance(text, str) else None
    except ValueError:
        return None
