"""Read the bytes of the chosen notes: all at once, within what is left of the call's time."""

from collections.abc import Sequence

from cds_service.ehr.access import Access, NoAccess
from cds_service.ehr.attachments import FILE_LIMIT, locate, open_file
from cds_service.ehr.client import EhrClient
from cds_service.ehr.notes import ChosenNote
from cds_service.ehr.search_result import Fault
from cds_service.fhir.chart_data import ClinicalNote, FileContent

_BINARY = "Binary"
_NO_SCOPE = "scope"


def read_contents(
    chosen: Sequence[ChosenNote], access: Access | NoAccess | None, client: EhrClient
) -> tuple[ClinicalNote, ...]:
    """Return the notes with their content, or with the reason why there is none. One that fails costs itself alone."""
    base_url = access.base_url if isinstance(access, Access) else None
    placed = [locate(note.document.attachments, base_url) for note in chosen]
    urls = {str(number): place.url for number, place in enumerate(placed) if place.url}
    files = client.fetch_files(access, urls, FILE_LIMIT) if urls and isinstance(access, Access) and _may(access) else {}
    notes = []
    for number, (note, place) in enumerate(zip(chosen, placed, strict=True)):
        content = place.content
        if content is None:
            received = files.get(str(number))
            if received is None or isinstance(received, Fault):
                content = FileContent(fault=received.code if received else _NO_SCOPE)
            else:
                content = open_file(received, note.document.attachments)
        notes.append(ClinicalNote(note.document, note.tells, note.is_draft, content))
    return tuple(notes)


def _may(access: Access) -> bool:
    return access.scopes is None or access.scopes.allow(_BINARY, is_search=False)
