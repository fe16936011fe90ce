"""Read an attachment: find its format, check its bytes, hand it to the format's reader."""

from collections.abc import Set

from cds_service.documents.document import Document, Format, Unread, UnreadReason


def read_document(content: bytes, content_type: str, *, accepted: Set[Format], limit: int) -> Document | Unread:
    """Return the text of an attachment, or why it was not read. Never raises.

    Args:
        content: the bytes, decoded from base64.
        content_type: the MIME type as sent, with its parameters; "" if none was sent.
        accepted: the formats that are read here: `NOTE_FORMATS` or `REPORT_FORMATS`.
        limit: characters of text; more are not read at all, for the end of a note may take back its beginning.
    """
    return Unread(UnreadReason.FORMAT)
