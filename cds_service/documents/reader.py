"""Read an attachment: find its format, check its bytes, hand it to the format's reader."""

from collections.abc import Set
from typing import Final

from cds_service.documents.clinical_document_reader import read_clinical_document
from cds_service.documents.content_types import ContentType, find_format, is_binary_file, parse_content_type
from cds_service.documents.decoding import decode
from cds_service.documents.document import Document, Format, Section, Unread, UnreadableError, UnreadReason
from cds_service.documents.html_reader import read_html
from cds_service.documents.rtf_reader import read_rtf

_BYTES_PER_CHARACTER: Final = 20  # of text; beyond it, markup and pictures are not even parsed
_DROPPED: Final = dict.fromkeys(
    (*range(9), *range(0x0E, 0x20), *range(0x7F, 0x85), *range(0x86, 0xA0), 0xAD, 0x200B, 0x2060, 0xFEFF, 0xFFFE)
)  # control characters, and those without width, which would part a word
_READ_AS: Final = {
    0x0B: "\n",
    0x0C: "\n\n",
    0x85: "\n",
    0x2028: "\n",
    0x2029: "\n\n",
    0xA0: " ",
    0x202F: " ",
    0x2010: "-",
    0x2011: "-",
    0xF0A8: "\u2610",
    0xF06F: "\u2610",
    0xF071: "\u2610",
    0xF0FE: "\u2612",
    0xF0FD: "\u2612",  # Wingdings: boxes
}
_TABLE: Final = {**_DROPPED, **_READ_AS}


def read_document(content: bytes, content_type: str, *, accepted: Set[Format], limit: int) -> Document | Unread:
    """Return the text of an attachment, or why it was not read. Never raises.

    Args:
        content: the bytes, decoded from base64.
        content_type: the MIME type as sent, with its parameters; "" if none was sent.
        accepted: the formats that are read here: `NOTE_FORMATS` or `REPORT_FORMATS`.
        limit: characters of text; more are not read at all, for the end of a note may take back its beginning.
    """
    try:
        return _checked(_read(content, parse_content_type(content_type), accepted, limit), limit)
    except UnreadableError as error:
        return Unread(error.reason)


def _read(content: bytes, declared: ContentType, accepted: Set[Format], limit: int) -> Document:
    form = find_format(content, declared)
    if form is None or form not in accepted:
        raise UnreadableError(UnreadReason.FORMAT)
    if not content.strip(b" \t\r\n\0"):
        raise UnreadableError(UnreadReason.EMPTY)
    if len(content) > limit * _BYTES_PER_CHARACTER:
        raise UnreadableError(UnreadReason.TOO_LARGE)
    if is_binary_file(content):
        raise UnreadableError(UnreadReason.BINARY)
    match form:
        case Format.PLAIN_TEXT:
            return Document(decode(content, declared.charset).replace("\r\n", "\n").replace("\r", "\n"))
        case Format.HTML:
            text = decode(content, declared.charset, may_name_its_own=True)
            return read_html(text, is_xhtml=declared.is_xhtml or text.lstrip().startswith("<?xml"))
        case Format.RTF:
            return read_rtf(content, limit)
        case Format.CLINICAL_DOCUMENT:
            return read_clinical_document(decode(content, declared.charset, may_name_its_own=True))


def _checked(document: Document, limit: int) -> Document:
    """Return a document without the characters that nobody sees.

    Raises:
        UnreadableError: there is no text in it, or too much.
    """
    text = document.text.translate(_TABLE).strip()
    if not text:
        raise UnreadableError(UnreadReason.EMPTY)
    if len(text) > limit:
        raise UnreadableError(UnreadReason.TOO_LARGE)
    return Document(
        text, tuple(Section(*(part.translate(_TABLE).strip() for part in one)) for one in document.sections)
    )
