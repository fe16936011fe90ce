"""Tests of decoding: charsets declared, marked, named inside or guessed, and those that are wrong."""

import codecs

import pytest

from cds_service.documents.decoding import decode
from cds_service.documents.document import UnreadableError, UnreadReason

TEXT = "Pain in the groin, 30\u00b0 of rotation \u2013 worse. No numbness."


@pytest.mark.parametrize(
    ("content", "charset"),
    [
        (TEXT.encode(), ""),
        (TEXT.encode(), "utf-8"),
        (TEXT.encode(), "us-ascii"),
        (TEXT.encode("utf-8-sig"), ""),
        (TEXT.encode("utf-8-sig"), "utf-8-sig"),
        (TEXT.encode("utf-8-sig"), "iso-8859-1"),  # the mark knows better
        (TEXT.encode("cp1252"), "windows-1252"),
        (TEXT.encode("cp1252"), "ISO-8859-1"),
        (TEXT.encode("cp1252"), ""),
        (TEXT.encode("utf-16"), ""),
        (TEXT.encode("utf-16"), "utf-16"),
        (codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"), "utf-8"),
        (TEXT.encode("utf-16-le"), ""),
        (TEXT.encode("utf-16-be"), ""),
        (TEXT.encode("utf-16-le"), "utf-16"),
        (TEXT.encode("utf-16-be"), "utf-16le"),
        (TEXT.encode("utf-32"), ""),
        (TEXT.encode("utf-32-be"), "utf-32-be"),
    ],
)
def test_a_text_is_decoded(content: bytes, charset: str) -> None:
    assert decode(content, charset) == TEXT


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ('<meta charset="windows-1252">\u2013'.encode("cp1252"), "\u2013"),
        ("<?xml version=\"1.0\" encoding='iso-8859-2'?>\u0159".encode("iso-8859-2"), "\u0159"),
        ('<meta charset="utf-16">\u2013'.encode(), "\u2013"),  # what could be read so far is no UTF-16
    ],
)
def test_a_document_may_name_its_charset_itself(content: bytes, expected: str) -> None:
    assert decode(content, "", may_name_its_own=True).endswith(expected)


@pytest.mark.parametrize(
    ("content", "charset"),
    [
        (TEXT.encode("cp1252"), "utf-8"),
        (TEXT.encode("cp1252"), "us-ascii"),
        (TEXT.encode(), "utf-16"),
        (TEXT.encode(), "no-such-charset"),
        (TEXT.encode(), "zip"),
        (TEXT.encode(), "punycode"),
        (TEXT.encode(), "unicode-escape"),
        (TEXT.encode(), "undefined"),
        (TEXT.encode(), "a\0b"),
        ("\u0431\u043e\u043b\u044c \u0432 \u043f\u0430\u0445\u0443".encode("cp1251"), ""),
    ],
)
def test_a_wrong_or_unknown_charset_is_never_guessed_over(content: bytes, charset: str) -> None:
    with pytest.raises(UnreadableError) as caught:
        decode(content, charset)
    assert caught.value.reason is UnreadReason.CHARSET


@pytest.mark.parametrize("content", [b"pain\0pain", bytes(range(1, 128)) * 20, b"\x01\x02 pain"])
def test_bytes_that_are_no_text_are_binary(content: bytes) -> None:
    with pytest.raises(UnreadableError) as caught:
        decode(content, "")
    assert caught.value.reason is UnreadReason.BINARY


def test_a_stray_control_character_makes_no_binary() -> None:
    assert decode(b"no numbness " * 100 + b"\x07", "")
