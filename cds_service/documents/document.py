"""What reading an attachment gives: its text with sections, or the reason why it was not read."""

from enum import StrEnum, auto
from typing import Final, NamedTuple


class Format(StrEnum):
    """A format that can be read."""

    PLAIN_TEXT = auto()
    HTML = auto()  # and XHTML
    RTF = auto()
    CLINICAL_DOCUMENT = auto()  # HL7 CDA, of which C-CDA is the profile in use


NOTE_FORMATS: Final = frozenset(Format)
REPORT_FORMATS: Final = frozenset({Format.PLAIN_TEXT, Format.HTML})


class UnreadReason(StrEnum):
    """Why an attachment was not read. None of them carries anything of its content."""

    FORMAT = auto()  # PDF, an image, anything else that is not known or not accepted here
    CHARSET = auto()  # unknown, or not the one that the bytes are in
    TOO_LARGE = auto()  # more text than the limit, or so many bytes that it is not looked at
    MALFORMED = auto()  # the format's own rules are broken
    HOSTILE = auto()  # declares entities or a DTD, or nests without end
    BINARY = auto()  # sent as text
    EMPTY = auto()  # no text in it


class Section(NamedTuple):
    """A section of a clinical document. Its title is no part of its text."""

    title: str
    loinc: str  # "" where the document gives none
    text: str


class Document(NamedTuple):
    """An attachment that was read. Formats without sections have none; `text` is all of it, titles included."""

    text: str
    sections: tuple[Section, ...] = ()


class Unread(NamedTuple):
    """An attachment that was not read."""

    reason: UnreadReason


class UnreadableError(Exception):
    """Raised by a format's reader, caught by `read_document`. Carries the reason alone."""

    def __init__(self, reason: UnreadReason) -> None:
        super().__init__(reason.value)
        self.reason = reason
