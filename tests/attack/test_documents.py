"""Any bytes as an attachment of any type: never an error, never long, and nothing of them in a reason."""

import os
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cds_service.documents.document import NOTE_FORMATS, Document, Unread, UnreadableError, UnreadReason
from cds_service.documents.reader import read_document

EXAMPLES = int(os.environ.get("ATTACK_EXAMPLES", "12")) * 5
LIMIT = 100_000
CPU_S = 5.0  # of this process alone, ten times what the slowest takes on a slow machine
CANARY = "Qanari"
NARRATIVE = b'<ClinicalDocument xmlns="urn:hl7-org:v3"><component><section><title>T</title><text>%s</text>'
END = b"</section></component></ClinicalDocument>"

PIECES = {
    "text/plain": [
        b"no numbness",
        b"\n",
        b"\0",
        b"\xff\xfe",
        b"\xef\xbb\xbf",
        b"\xb0",
        b"{\\rtf1 ",
        b"<html>",
        b"%PDF-",
    ],
    "text/html": [
        *(b"<p>", b"</p>", b"<table>", b"</table>", b"<tr>", b"</tr>", b"<td>", b"<th>", b"</td>", b"<li>", b"<ul>"),
        *(b"<pre>", b"</pre>", b"<script>", b"</script>", b"<!--", b"-->", b"<b hidden>", b"<p style='display:none'>"),
        *(
            b"<input type=checkbox checked>",
            b"<select><option>",
            b"&#xd800;",
            b"&#1;",
            b"&nbsp;",
            b"<![CDATA[",
            b"<dt>",
        ),
        *(b"pain", b" ", b"\n", b"<br/>", b"<!DOCTYPE html>", b"<meta charset=utf-16>", b"\xff", b"</td></tr></table>"),
    ],
    "text/rtf": [
        *(
            b"{",
            b"}",
            b"\\",
            b"\\'",
            b"\\'e1",
            b"\\u",
            b"\\u-10179?",
            b"\\u8217?",
            b"\\uc",
            b"\\uc9 ",
            b"\\bin",
            b"\\bin3 ",
        ),
        *(
            b"{\\fonttbl",
            b"\\f1",
            b"\\fcharset",
            b"\\fcharset204 x;",
            b"\\ansicpg",
            b"\\ansicpg1251 ",
            b"\\*",
            b"\\pict",
        ),
        *(b"{\\field{\\*\\fldinst{", b"FORMCHECKBOX", b'HYPERLINK "x" }}', b"\\ffres1", b"\\cell", b"\\row", b"\\par "),
        *(b"\\v", b"\\v0 ", b"\\deleted ", b"\\plain ", b"pain", b" ", b"|", b"\xb0", b"\0", b"\\-", b"\\:", b"\\page"),
    ],
    "text/xml": [
        *(b"<section>", b"</section>", b"<component>", b"</component>", b"<text>", b"</text>", b"<title>", b"</title>"),
        *(b"<table>", b"</table>", b"<tr>", b"</tr>", b"<td>", b"</td>", b"<list>", b"</list>", b"<item>", b"</item>"),
        *(b"<br/>", b"<paragraph>", b"</paragraph>", b"<section nullFlavor='NI'>", b"<subject/>", b"<!--", b"-->"),
        *(
            b"<code code='1' codeSystem='2.16.840.1.113883.6.1'/>",
            b"&amp;",
            b"&x;",
            b"<!ENTITY",
            b"<nonXMLBody/>",
            b"pain",
        ),
    ],
}
HEADS = {"text/plain": b"", "text/html": b"", "text/rtf": rb"{\rtf1 ", "text/xml": NARRATIVE % b""}
TAILS = {"text/plain": b"", "text/html": b"", "text/rtf": b"}", "text/xml": END}
TYPES = sorted([*PIECES, "application/xhtml+xml", ""])


def attachments(content_type: str) -> st.SearchStrategy[bytes]:
    kind = content_type if content_type in PIECES else "text/html" if content_type else "text/rtf"
    pieces = st.lists(st.sampled_from(PIECES[kind]) | st.binary(max_size=6), max_size=40).map(b"".join)
    return st.binary(max_size=60) | pieces | pieces.map(lambda inside: HEADS[kind] + inside + TAILS[kind])


@pytest.mark.parametrize("content_type", TYPES)
def test_any_bytes_are_read_or_have_a_reason(content_type: str) -> None:
    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
    @given(attachments(content_type), st.sampled_from(["", "; charset=utf-16", "; charset=cp1252", "; charset=\0"]))
    def attack(content: bytes, charset: str) -> None:
        read = read_document(content, content_type + charset, accepted=NOTE_FORMATS, limit=LIMIT)
        assert isinstance(read, (Document, Unread))
        if isinstance(read, Document):
            read.text.encode()  # no half characters
            assert read.text.strip()
            assert "\0" not in read.text
            assert all(section.text in read.text for section in read.sections)

    attack()


@pytest.mark.parametrize("content_type", sorted(PIECES))
def test_any_piece_sent_without_end_takes_linear_time(content_type: str) -> None:
    """Whatever grows faster takes minutes for as many bytes as are looked at."""
    for piece in PIECES[content_type]:
        content = HEADS[content_type] + piece * (20 * LIMIT // len(piece) - 20) + TAILS[content_type]
        started = time.process_time()
        read_document(content, content_type, accepted=NOTE_FORMATS, limit=LIMIT)
        assert time.process_time() - started < CPU_S, piece


LAUGHS = b"<!DOCTYPE a [<!ENTITY a0 'ha'>%s]>" % b"".join(
    b"<!ENTITY a%d '%s'>" % (number, b"&a%d;" % (number - 1) * 10) for number in range(1, 10)
)
BOMBS = {
    "billion laughs": (LAUGHS + NARRATIVE % b"&a9;" + END, "text/xml"),
    "billion laughs in XHTML": (LAUGHS + b"<p>&a9;</p>", "application/xhtml+xml"),
    "external entity": (
        b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>' + NARRATIVE % b"&b;" + END,
        "text/xml",
    ),
    "external DTD": (b'<!DOCTYPE a SYSTEM "http://127.0.0.1:9/a.dtd">' + NARRATIVE % b"" + END, "text/xml"),
    "deep HTML": (b"<div>" * 100_000, "text/html"),
    "deep HTML with ends that match nothing": (b"<ul></p>" * 200_000, "text/html"),
    "deep tables": (b"<table><tr><td>" * 100_000, "text/html"),
    "deep XML": (NARRATIVE % (b"<content>" * 100_000) + END, "text/xml"),
    "deep RTF": (rb"{\rtf1 " + b"{" * 100_000, "text/rtf"),
    "50 MB of text": (b"a" * 50_000_000, "text/plain"),
    "50 MB of RTF": (rb"{\rtf1{\pict " + b"0" * 50_000_000 + b"}}", "text/rtf"),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_costs_only_itself(name: str) -> None:
    content, content_type = BOMBS[name]
    read = read_document(content, content_type, accepted=NOTE_FORMATS, limit=LIMIT)
    assert isinstance(read, Unread)
    assert read.reason in {UnreadReason.HOSTILE, UnreadReason.TOO_LARGE}


@pytest.mark.parametrize(
    ("content", "content_type"),
    [
        (f"{CANARY}\0".encode(), "text/plain"),
        (f"{CANARY} \u00b0".encode("cp1252"), f"text/plain; charset={CANARY}"),
        (f"{CANARY} \u00b0".encode("cp1252"), "text/plain; charset=utf-8"),
        (f"<{CANARY}>&{CANARY};".encode(), "text/xml"),
        ((NARRATIVE % CANARY.encode()) + f"<{CANARY}>".encode(), "text/xml"),
        (f"<!ENTITY {CANARY}><p>{CANARY}".encode(), "text/html"),
        (rf"{{\rtf1 {CANARY}".encode(), "text/rtf"),
        (b"x", f"application/{CANARY}"),
    ],
)
def test_no_reason_carries_anything_of_the_text(
    content: bytes, content_type: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    raised: list[UnreadableError] = []
    made = UnreadableError.__init__
    monkeypatch.setattr(
        UnreadableError, "__init__", lambda error, reason: (made(error, reason), raised.append(error))[0]
    )
    read = read_document(content, content_type, accepted=NOTE_FORMATS, limit=LIMIT)
    assert isinstance(read, Unread)
    assert CANARY not in repr(read) + caplog.text
    assert [error.args for error in raised] == [(read.reason.value,)]
    assert [
        error for error in raised if error.__cause__ or not (error.__suppress_context__ or not error.__context__)
    ] == []
