"""Tell an attachment's format from its content type, or from an unmistakable beginning of its bytes."""

import re
from typing import Final, NamedTuple

from cds_service.documents.document import Format

_FORMATS: Final = {
    "text/plain": Format.PLAIN_TEXT,
    "text/html": Format.HTML,
    "application/xhtml+xml": Format.HTML,
    "text/rtf": Format.RTF,
    "application/rtf": Format.RTF,
    "text/xml": Format.CLINICAL_DOCUMENT,
    "application/xml": Format.CLINICAL_DOCUMENT,
    "application/cda+xml": Format.CLINICAL_DOCUMENT,
}
_UNDECLARED: Final = frozenset({"", "application/octet-stream"})
_XHTML: Final = "application/xhtml+xml"
_LONGEST: Final = 500  # characters of a content type
_LOOKED_AT: Final = 4096  # bytes at the beginning
_RTF: Final = re.compile(rb"\s*\{\\rtf1?")
_CLINICAL_DOCUMENT: Final = re.compile(rb"<(?:[A-Za-z][\w.-]{0,30}:)?ClinicalDocument[\s>]")
_HTML: Final = re.compile(rb"\s*<(?:!doctype\s+html|html)[\s>]", re.IGNORECASE)
_BYTE_ORDER_MARKS: Final = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_SIGNATURES: Final = (
    *(b"%PDF-", b"%!PS", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"II*\0", b"MM\0*"),
    *(b"PK\x03\x04", b"\x1f\x8b", b"\xd0\xcf\x11\xe0", b"RIFF", b"7z\xbc\xaf"),
)


class ContentType(NamedTuple):
    """A content type: its MIME type in lower case, and its charset, "" if it names none."""

    mime_type: str
    charset: str

    @property
    def format(self) -> Format | None:
        """Return the format that it declares, None for one that is not read."""
        return _FORMATS.get(self.mime_type)

    @property
    def is_declared(self) -> bool:
        """Return whether it says anything: "application/octet-stream" does not."""
        return self.mime_type not in _UNDECLARED

    @property
    def is_xhtml(self) -> bool:
        """Return whether elements may close themselves, as they do in XML."""
        return self.mime_type == _XHTML


def parse_content_type(written: str) -> ContentType:
    """Return a content type as sent, with any case, spaces, quotes and other parameters."""
    mime_type, *parameters = written[:_LONGEST].split(";")
    charset = ""
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset" and not charset:
            charset = value.strip().strip("\"'").strip().lower()
    return ContentType(mime_type.strip().lower(), charset)


def find_format(content: bytes, declared: ContentType) -> Format | None:
    """Return the format of an attachment, None for one that is not read.

    RTF read as plain text would show what its author deleted, so an unmistakable beginning weighs more than the type.
    """
    if declared.is_declared and declared.format is None:
        return None
    return _sniffed(content, declared) or declared.format


def is_binary_file(content: bytes) -> bool:
    """Return whether the bytes begin as a PDF, an image, an archive or an office file does."""
    return content.startswith(_SIGNATURES)


def _sniffed(content: bytes, declared: ContentType) -> Format | None:
    head = content[:_LOOKED_AT]
    for mark in _BYTE_ORDER_MARKS:
        head = head.removeprefix(mark)
    head = head.replace(b"\0", b"")  # UTF-16
    if _RTF.match(head):
        return Format.RTF
    if head.lstrip().startswith(b"<") and _CLINICAL_DOCUMENT.search(head):
        return Format.CLINICAL_DOCUMENT
    if declared.format is Format.PLAIN_TEXT and _HTML.match(head):
        return Format.HTML
    return None
