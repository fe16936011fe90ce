"""The bytes of a note: in its record, or in a Binary of the same FHIR server, and nowhere else."""

import base64
import binascii
import re
from collections.abc import Sequence
from typing import Final, NamedTuple
from urllib.parse import urlsplit

import msgspec

from cds_service.ehr.page_links import resolve_page_url
from cds_service.ehr.received import Received
from cds_service.ehr.search_result import SearchFailed
from cds_service.fhir.chart_data import FileContent
from cds_service.fhir.documents import Attachment, Binary

FILE_LIMIT: Final = 2_000_000  # bytes of one note, whatever its format: 100 kB of words in RTF are a tenth of this
_BINARY: Final = re.compile(r"/Binary/([A-Za-z0-9.-]{1,64})(?:/_history/[A-Za-z0-9.-]{1,64})?")
_JSON: Final = "json"
_UNSTATED_TYPES: Final = frozenset({"", "application/octet-stream"})
# The forms of a document say the same, so one is read: that with the least around its words. The rest is not readable.
_BY_EASE: Final = (
    "text/plain",
    "text/html",
    "application/xhtml",
    "application/xml",
    "text/xml",
    "text/",
    "application/rtf",
)
_FORMAT, _TOO_LARGE, _MALFORMED, _EMPTY, _ELSEWHERE = "format", "too-large", "malformed", "empty", "elsewhere"
_UNREADABLE_TYPES: Final = ("application/pdf", "image/", "audio/", "video/", "application/dicom", "application/msword")
_DECODER: Final = msgspec.json.Decoder(Binary)


class Placed(NamedTuple):
    """Where the bytes of a note are: here, at a URL of the FHIR server, or out of reach."""

    content: FileContent | None = None
    url: str | None = None


def locate(attachments: Sequence[Attachment], base_url: str | None) -> Placed:
    """Return the content of a document's readable form, or the URL to read it from.

    A form that cannot be read here is not fetched. `base_url`: of the server that may be read, if any.
    """
    forms = [form for form in attachments if form.data or form.url]
    if not forms:
        return Placed(FileContent(fault=_EMPTY))
    form = min(forms, key=lambda form: (_rank(form.contentType), not form.data))
    content_type = form.contentType or ""
    if content_type.lower().startswith(_UNREADABLE_TYPES):
        return Placed(FileContent(fault=_FORMAT))
    if form.data:
        return Placed(_decode(form.data, content_type))
    url = _resolve_binary(form.url or "", base_url) if base_url else None
    return Placed(url=url) if url else Placed(FileContent(fault=_ELSEWHERE if base_url else "no-access"))


def open_file(received: Received, attachments: Sequence[Attachment]) -> FileContent:
    """Return the content of a Binary: as a resource, or as the bytes themselves, whichever the server sends."""
    stated = state_type(attachments)
    sent = received.content_type
    if _JSON not in sent.partition(";")[0].lower():
        content_type = stated if sent.partition(";")[0].strip().lower() in _UNSTATED_TYPES else sent
        return FileContent(received.body, content_type)
    try:
        binary = _DECODER.decode(received.body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return FileContent(fault=_MALFORMED)
    data = binary.data or binary.content
    return _decode(data, binary.contentType or stated) if data else FileContent(fault=_EMPTY)


def state_type(attachments: Sequence[Attachment]) -> str:
    """Return the media type that a document states for what it only links to."""
    return min((form.contentType or "" for form in attachments if form.url), key=_rank, default="")


def read_binary_id(url: str) -> str | None:
    """Return the id of the Binary that a URL names, on whatever server."""
    try:
        _, found, rest = f"/{urlsplit(url).path}".rpartition("/Binary/")
    except ValueError:  # not a URL
        return None
    match = _BINARY.fullmatch(found + rest)
    return match[1] if match else None


def _rank(content_type: str | None) -> int:
    """Return how easily a form is read: the lower, the better."""
    kind = (content_type or "").lower()
    if kind.startswith(_UNREADABLE_TYPES):
        return len(_BY_EASE) + 1
    return next((rank for rank, start in enumerate(_BY_EASE) if kind.startswith(start)), len(_BY_EASE))


def _decode(data: str, content_type: str) -> FileContent:
    if len(data) * 3 // 4 > FILE_LIMIT:
        return FileContent(fault=_TOO_LARGE)
    try:
        return FileContent(base64.b64decode("".join(data.split()), validate=True), content_type)
    except (binascii.Error, ValueError):
        return FileContent(fault=_MALFORMED)


def _resolve_binary(url: str, base_url: str) -> str | None:
    """Return the URL of a Binary, or None if it is not one under the server's base: nothing else is fetched."""
    try:
        resolved = resolve_page_url(url, base_url)
    except SearchFailed:
        return None
    parts = urlsplit(resolved)
    path = parts.path.removeprefix(urlsplit(base_url).path.rstrip("/"))
    return resolved if _BINARY.fullmatch(path) and not (parts.query or parts.fragment) else None
