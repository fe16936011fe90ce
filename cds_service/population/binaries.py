"""The text of notes that stands apart from them, in Binaries: each is brought to the patients whose notes name it.

The service reads such a note from the FHIR server. An export holds Binaries as lines of their own, anywhere, and none
says whose it is. What a Binary holds is opened when its line is read, by the service's own code.
"""

import base64
import zlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import msgspec

from cds_service.documents.content_types import parse_content_type
from cds_service.ehr.attachments import locate, open_file, read_binary_id, state_type
from cds_service.ehr.received import Received
from cds_service.fhir.chart_data import FileContent
from cds_service.fhir.documents import Attachment, DocumentReference
from cds_service.population.attachments import unpack
from cds_service.population.counts import Counts, LineNumbers, Measure, Row
from cds_service.population.records import (
    BINARY,
    BINARY_KEY,
    TAB,
    Record,
    write_binary,
    write_named,
)
from cds_service.population.told import Reason

BINARY_TYPE: Final = "Binary"
_SERVER: Final = "https://export.invalid"  # stands for the server of the export, which an export need not name
_NO_ACCESS: Final = FileContent(fault="no-access")
_FHIR: Final = "application/fhir+json"
_ENCODE: Final = msgspec.msgpack.Encoder().encode
_DECODER: Final = msgspec.msgpack.Decoder(FileContent)


def record_binary(name: str, updated: str | None, text: bytes) -> Record:
    """Return the record of a line that is a Binary. Of a format that is not read, only stays that it was one."""
    content = open_file(Received(text, _FHIR), ())
    declared = parse_content_type(content.content_type)
    if declared.is_declared and declared.format is None:
        content = content._replace(body=b"\0")
    packed = base64.b64encode(zlib.compress(_ENCODE(content), 1))
    return Record(BINARY_KEY + name, write_binary(updated, packed))


def list_named(document: DocumentReference, patient: str) -> Iterator[Record]:
    """Yield a record for each Binary that a note of a patient names."""
    for form in document.attachments:
        name = read_binary_id(form.url) if form.url else None
        if name:
            yield Record(BINARY_KEY + name, write_named(patient))


def has_binaries(read: Counts) -> bool:
    """Return whether any line was a Binary."""
    return read[Row(Measure.LINES, detail=BINARY_TYPE)] > 0


def join_binaries(binaries: Iterable[tuple[str, Iterable[bytes]]], numbers: LineNumbers) -> Iterator[Record]:
    """Yield each Binary for each patient whose notes name it, and count its lines.

    `binaries`: by `BINARY_KEY` and id, its lines and the notes that name it. Of several lines the newest counts.
    """
    for key, records in binaries:
        split = [record.split(TAB) for record in records]
        lines = [rest for kind, *rest in split if kind == BINARY]
        if not lines:
            continue
        patients = {rest[0].decode() for kind, *rest in split if kind != BINARY}
        numbers[Measure.LINES_JUDGED if patients else Measure.LINES_UNUSED, BINARY_TYPE] += 1
        if len(lines) > 1:
            numbers[Measure.LINES_TOLD, f"{BINARY_TYPE}|{Reason.DUPLICATE.value}"] += len(lines) - 1
        _, packed = max(lines)
        for patient in patients:
            yield Record(patient, write_binary(key.removeprefix(BINARY_KEY), packed))


def read_content(document: DocumentReference, binaries: Mapping[str, bytes]) -> FileContent:
    """Return the text of a note: in its record, or in a Binary of the export. `binaries`: packed, by id."""
    placed = locate([_name_here(unpack(form)) for form in document.attachments], _SERVER)
    if placed.content is not None:
        return placed.content
    packed = binaries.get((placed.url or "").rpartition("/")[2])
    if packed is None:
        return _NO_ACCESS
    content = _DECODER.decode(zlib.decompress(base64.b64decode(packed)))
    return content if content.content_type else content._replace(content_type=state_type(document.attachments))


def _name_here(form: Attachment) -> Attachment:
    """Return an attachment whose link to a Binary, on whatever server, is one to the export's."""
    name = read_binary_id(form.url) if form.url else None
    return msgspec.structs.replace(form, url=f"{BINARY_TYPE}/{name}") if name else form
