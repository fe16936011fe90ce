"""Tests of reading RTF: code pages, tables, tick boxes, and what its reader could not take."""

import pytest

from cds_service.documents import rtf_reader
from cds_service.documents.document import UnreadableError, UnreadReason
from cds_service.documents.rtf_reader import read_rtf

HEAD = rb"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0\fcharset0 Arial;}{\f1\fcharset204 Arial;}}\f0 "
BOX = rb"{\field{\*\fldinst{ FORMCHECKBOX }{\*\formfield{\fftype1\ffres%d\ffdefres%d}}}{\fldrslt }}"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (rb"Groin \b pain\b0 \par no numbness", "Groin pain.\nno numbness."),
        (rb"30\'b0, 20" + b"\xb0" + rb" \u8211 ?worse", "30\u00b0, 20\u00b0 \u2013worse."),
        (rb"{\f1 \'e1\'ee\'eb\'fc}", "\u0431\u043e\u043b\u044c."),
        (rb"groin {\deleted no }{\v no }{\strike no }pain", "groin pain."),
        (rb"\trowd Saddle numbness\cell No\cell\row\trowd Fever\cell\cell\row", "Saddle numbness: No.\nFever."),
        (BOX % (0, 1) + b"Saddle numbness", "[ ] Saddle numbness."),
        (BOX % (1, 0) + b"Saddle numbness", "[x] Saddle numbness."),
        (BOX % (25, 1) + b"Saddle numbness", "[x] Saddle numbness."),
        (rb'{\field{\*\fldinst{HYPERLINK "http://x.example/"}}{\fldrslt{no numbness}}}', "no numbness."),
        (rb"{\header Ann}{\footer 1}{\info{\title T}}{\*\annotation no}groin pain", "groin pain."),
        (rb"\u-10179?\u-8704? pain", "\ufffd\ufffd pain."),
    ],
)
def test_rtf_is_read(body: bytes, expected: str) -> None:
    assert read_rtf(HEAD + body + b"}", 10_000).text == expected


@pytest.mark.parametrize(
    "body",
    [
        rb"\uc x\u x{\pict\bin x}",
        rb"\ansicpg99999 \'e1{\fonttbl{\f0\fcharset78 x;}}\f0\'e1",
        rb"{\field{\*\fldinst{" * 300 + b"}}}" * 300,
        rb'{\field{\*\fldinst{HYPERLINK "a" }} { ' * 150 + b"}" * 300,
        rb"{\fonttbl " + rb"\f1\fcharset0 " * 5000 + b"}",
    ],
)
def test_what_breaks_its_reader_does_not_reach_it(body: bytes) -> None:
    """Each of these raises in striprtf 0.0.35, or keeps it busy for minutes."""
    assert read_rtf(rb"{\rtf1 kept " + body + b" too}", 100_000).text.startswith("kept")


def test_an_error_of_its_reader_is_malformed(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: str, **__: str) -> str:
        raise TypeError("groin")

    monkeypatch.setattr(rtf_reader, "rtf_to_text", broken)
    with pytest.raises(UnreadableError) as caught:
        read_rtf(rb"{\rtf1 x}", 100)
    assert caught.value.reason is UnreadReason.MALFORMED
