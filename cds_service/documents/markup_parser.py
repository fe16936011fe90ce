"""Run the parser of lxml over HTML or XML: events only, no tree, no network, no entities of the document's own."""

from typing import Final, Protocol

from lxml import etree

from cds_service.documents.document import UnreadableError, UnreadReason

_ENCODING: Final = "utf-8"  # what the parser is given, whatever the document says
_CHUNK: Final = 4096  # bytes; an error of the events' reader is raised at the end of one, so nesting stops there


class EventReader(Protocol):
    """Takes the parser's events."""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Take an element's start."""

    def end(self, tag: str) -> None:
        """Take an element's end."""

    def data(self, text: str) -> None:
        """Take text."""

    def close(self) -> None:
        """Take the document's end."""


def parse_html(text: str, events: EventReader) -> None:
    """Parse HTML, however broken."""
    _parse(etree.HTMLParser(target=events, encoding=_ENCODING, no_network=True, huge_tree=False), text)


def parse_xml(text: str, events: EventReader) -> None:
    """Parse XML.

    Raises:
        UnreadableError: it is not well formed.
    """
    parser = etree.XMLParser(
        target=events,
        encoding=_ENCODING,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    _parse(parser, text)


def _parse(parser: etree.XMLParser | etree.HTMLParser, text: str) -> None:
    content = text.encode(_ENCODING)
    try:
        for start in range(0, len(content), _CHUNK):
            parser.feed(content[start : start + _CHUNK])
        parser.close()
    except etree.LxmlError:
        raise UnreadableError(UnreadReason.MALFORMED) from None
