"""Tests of reading an attachment: each format by its type, and a named reason for what is not read."""

import pytest

from cds_service.documents.document import NOTE_FORMATS, REPORT_FORMATS, Document, Unread, UnreadReason
from cds_service.documents.reader import read_document

CDA = (
    b'<ClinicalDocument xmlns="urn:hl7-org:v3"><component><structuredBody><component><section><title>T</title>'
    b"<text>Groin pain</text></section></component></structuredBody></component></ClinicalDocument>"
)
READABLE = {
    "text/plain": b"Groin pain.",
    "text/html": b"<p>Groin pain",
    "application/xhtml+xml": b"<p>Groin pain</p>",
    "text/rtf": rb"{\rtf1 Groin pain}",
    "application/cda+xml": CDA,
    "": rb"{\rtf1 Groin pain}",
}


def read(content: bytes, content_type: str, limit: int = 1000) -> Document | Unread:
    return read_document(content, content_type, accepted=NOTE_FORMATS, limit=limit)


@pytest.mark.parametrize("content_type", READABLE)
def test_each_format_is_read(content_type: str) -> None:
    document = read(READABLE[content_type], content_type)
    assert isinstance(document, Document)
    assert document.text.endswith("Groin pain.")


@pytest.mark.parametrize("content_type", ["text/rtf", "application/cda+xml", ""])
def test_a_report_is_read_as_text_and_html_only(content_type: str) -> None:
    unread = read_document(READABLE[content_type], content_type, accepted=REPORT_FORMATS, limit=1000)
    assert unread == Unread(UnreadReason.FORMAT)
    assert isinstance(read_document(READABLE["text/html"], "text/html", accepted=REPORT_FORMATS, limit=1000), Document)


@pytest.mark.parametrize(
    ("content", "content_type", "reason"),
    [
        (b"%PDF-1.7", "application/pdf", UnreadReason.FORMAT),
        (b"\x89PNG", "image/png", UnreadReason.FORMAT),
        (b"%PDF-1.7", "", UnreadReason.FORMAT),
        (b"%PDF-1.7", "text/plain", UnreadReason.BINARY),
        (b"\xff\xd8\xff\xe0", "text/html", UnreadReason.BINARY),
        (b"pain\0pain", "text/plain", UnreadReason.BINARY),
        (b"", "text/plain", UnreadReason.EMPTY),
        (b" \r\n\t", "text/plain", UnreadReason.EMPTY),
        ("\ufeff\u200b\u00ad".encode(), "text/plain", UnreadReason.EMPTY),
        (b"<script>x</script>", "text/html", UnreadReason.EMPTY),
        (b"\xb0 pain", "text/plain; charset=utf-8", UnreadReason.CHARSET),
        (b"pain", "text/plain; charset=klingon", UnreadReason.CHARSET),
        (b"pain " * 201, "text/plain", UnreadReason.TOO_LARGE),
        (b" " * 50_000_000 + b"x", "text/plain", UnreadReason.TOO_LARGE),
        (CDA[:-9], "text/xml", UnreadReason.MALFORMED),
        (b"<p>", "text/xml", UnreadReason.FORMAT),
        (b"pain", "text/rtf", UnreadReason.MALFORMED),
        (b"<b>" * 5000, "text/html", UnreadReason.HOSTILE),
    ],
)
def test_what_is_not_read_has_a_reason(content: bytes, content_type: str, reason: UnreadReason) -> None:
    assert read(content, content_type) == Unread(reason)


def test_the_limit_is_of_characters_of_text() -> None:
    assert read("\u00e9".encode() * 10, "text/plain", limit=10) == Document("\u00e9" * 10)
    assert read("\u00e9".encode() * 11, "text/plain", limit=10) == Unread(UnreadReason.TOO_LARGE)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("one\r\ntwo\rthree", "one\ntwo\nthree"),
        ("numb\u00adness in\u200bside", "numbness inside"),
        ("flexion\u2010adduction", "flexion-adduction"),
        ("page\fpage\u2028line", "page\n\npage\nline"),
        ("\uf0a8 numb \uf0fe weak", "\u2610 numb \u2612 weak"),
        ("pain\u00a0left", "pain left"),
    ],
)
def test_characters_that_nobody_sees_part_no_words(text: str, expected: str) -> None:
    assert read(text.encode(), "text/plain") == Document(expected)


def test_sections_are_cleaned_as_the_text_is() -> None:
    document = read(CDA.replace(b"Groin pain", "numb\u00adness".encode()), "text/xml")
    assert isinstance(document, Document)
    assert document.sections[0].text == "numbness."
