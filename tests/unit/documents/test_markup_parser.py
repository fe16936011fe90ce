"""Tests of the parser: nothing outside the document is ever opened, and broken XML is malformed."""

from pathlib import Path

import pytest

from cds_service.documents.document import UnreadableError, UnreadReason
from cds_service.documents.markup_parser import parse_html, parse_xml


class Collected:
    def __init__(self) -> None:
        self.text = ""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Pass over it."""

    def end(self, tag: str) -> None:
        """Pass over it."""

    def data(self, text: str) -> None:
        self.text += text

    def close(self) -> None:
        """Pass over it."""


def test_an_external_entity_is_not_opened(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("secret")
    for parse in (parse_xml, parse_html):
        events = Collected()
        parse(f'<!DOCTYPE a [<!ENTITY b SYSTEM "{secret.as_uri()}">]><a>&b;x</a>', events)
        assert "secret" not in events.text


@pytest.mark.parametrize("text", ["<a>", "<a></b>", "a", "<a>&b;</a>", "<a><a/>", "<a>\x01</a>", "<a b='1' b='2'/>"])
def test_broken_xml_is_malformed(text: str) -> None:
    with pytest.raises(UnreadableError) as caught:
        parse_xml(text, Collected())
    assert caught.value.reason is UnreadReason.MALFORMED
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_long_text_is_parsed_as_if_in_one_piece() -> None:
    text = "30\u00b0 &amp; 3 &lt; 4 numbness " * 2000
    events = Collected()
    parse_xml(f"<a>{text}</a>", events)
    assert events.text == text.replace("&amp;", "&").replace("&lt;", "<")
    events = Collected()
    parse_html(f"<p>{text}</p>", events)
    assert events.text == text.replace("&amp;", "&").replace("&lt;", "<")
