"""Tests of telling a format: content types as they are sent, and beginnings that cannot be mistaken."""

import pytest

from cds_service.documents.content_types import find_format, is_binary_file, parse_content_type
from cds_service.documents.document import Format

CDA = b'<?xml version="1.0"?>\n<!-- x -->\n<ClinicalDocument xmlns="urn:hl7-org:v3"/>'


@pytest.mark.parametrize(
    ("written", "mime_type", "charset"),
    [
        ("text/plain", "text/plain", ""),
        ("TEXT/Plain; Charset=Windows-1252", "text/plain", "windows-1252"),
        ('text/html;format=flowed ; charset = "UTF-8" ', "text/html", "utf-8"),
        ("text/plain; charset=utf-8; charset=latin-1", "text/plain", "utf-8"),
        (" application/rtf ;;=", "application/rtf", ""),
        ("", "", ""),
    ],
)
def test_a_content_type_is_read_with_its_charset(written: str, mime_type: str, charset: str) -> None:
    assert parse_content_type(written) == (mime_type, charset)


@pytest.mark.parametrize(
    ("content", "written", "expected"),
    [
        (b"x", "text/plain", Format.PLAIN_TEXT),
        (b"x", "text/html", Format.HTML),
        (b"x", "application/xhtml+xml", Format.HTML),
        (b"x", "text/rtf", Format.RTF),
        (b"x", "application/rtf", Format.RTF),
        (b"x", "text/xml", Format.CLINICAL_DOCUMENT),
        (b"x", "application/xml", Format.CLINICAL_DOCUMENT),
        (b"x", "application/cda+xml", Format.CLINICAL_DOCUMENT),
        (CDA, "application/hl7-sda+xml", None),
        (rb"{\rtf1 x}", "application/pdf", None),
        (b"x", "image/png", None),
        (b"x", "text/markdown", None),
        (b"x", "", None),
        (b"x", "application/octet-stream", None),
        (rb"{\rtf1 x}", "", Format.RTF),
        (rb"{\rtf1 x}", "application/octet-stream", Format.RTF),
        (rb" {\rtf1 x}", "text/plain", Format.RTF),  # as plain text it would show what was deleted
        (CDA, "", Format.CLINICAL_DOCUMENT),
        (CDA.decode().encode("utf-16"), "", Format.CLINICAL_DOCUMENT),
        (b'<cda:ClinicalDocument xmlns:cda="urn:hl7-org:v3"/>', "", Format.CLINICAL_DOCUMENT),
        (b"<!DOCTYPE html><p>x", "text/plain", Format.HTML),
        (b"<html><p>x", "", None),
        (b"the <ClinicalDocument > element", "text/plain", Format.PLAIN_TEXT),
    ],
)
def test_a_format_is_told_by_its_type_or_an_unmistakable_beginning(
    content: bytes, written: str, expected: Format | None
) -> None:
    assert find_format(content, parse_content_type(written)) is expected


@pytest.mark.parametrize("content", [b"%PDF-1.7", b"\x89PNG\r\n", b"\xff\xd8\xff\xe0", b"PK\x03\x04", b"\x1f\x8b\x08"])
def test_a_binary_file_is_known_by_its_beginning(content: bytes) -> None:
    assert is_binary_file(content)
    assert not is_binary_file(b"x" + content)
