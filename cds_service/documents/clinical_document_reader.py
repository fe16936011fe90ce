"""Read a clinical document (HL7 CDA): titles and codes of its sections, and their narrative blocks; no entries.

A section whose `nullFlavor` says that there is no information is left out: it denies nothing.
"""

import re
from typing import Final

from cds_service.documents.document import Document, Section, UnreadableError, UnreadReason
from cds_service.documents.layout import Layout, Nesting
from cds_service.documents.lines import Ending, join_lines
from cds_service.documents.markup_parser import parse_xml

_NAMESPACE: Final = "{urn:hl7-org:v3}"
_ROOT: Final = "ClinicalDocument"
_LOINC: Final = "2.16.840.1.113883.6.1"
_DECLARATION: Final = re.compile(r"\s*<\?xml\s[^<>]*\?>")
_DECLARING: Final = ("<!DOCTYPE", "<!ENTITY")
_NO_INFORMATION: Final = "nullFlavor"
_DELETED: Final = "delete"  # a revision's mark
_ITEMS: Final = frozenset({"item"})
_BLOCKS: Final = frozenset({"paragraph", "list", "caption", "thead", "tbody", "tfoot", "footnote"})
_CELLS: Final = frozenset({"td", "th"})


def read_clinical_document(text: str) -> Document:
    """Return the sections of a clinical document, with the text of them all.

    Raises:
        UnreadableError: other XML, not well formed, declares entities, nests too deep, or holds another file.
    """
    if any(mark in text for mark in _DECLARING):
        raise UnreadableError(UnreadReason.HOSTILE)
    events = _DocumentEvents()
    parse_xml(_DECLARATION.sub("", text, count=1), events)
    sections = tuple(
        section for place, section in enumerate(events.sections) if section.text and place not in events.of_others
    )
    return Document("\n\n".join(_whole(section) for section in sections), sections)


def _whole(section: Section) -> str:
    title = section.title if section.title.endswith((":", ".")) else f"{section.title}:"
    return f"{title}\n{section.text}" if section.title else section.text


class _DocumentEvents:
    def __init__(self) -> None:
        self.sections: list[Section] = []
        self.of_others: set[int] = set()  # places of sections that have a subject of their own, as a fetus
        self._layout = Layout()
        self._nesting = Nesting()
        self._path: list[str] = []
        self._open: list[int] = []  # the places of the sections that are being read
        self._left_out = 0  # how deep inside what is left out
        self._block = ""  # the child of a section whose text is taken: "title" or "text"

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self._nesting.go_down()
        name = tag.removeprefix(_NAMESPACE)
        if not self._path and tag != f"{_NAMESPACE}{_ROOT}":
            raise UnreadableError(UnreadReason.FORMAT)
        if name == "nonXMLBody":
            raise UnreadableError(UnreadReason.FORMAT)
        parent = self._path[-1] if self._path else ""
        self._path.append(name)
        if self._left_out or self._is_left_out(name, attributes):
            self._left_out += 1
        elif self._block:
            self._start_narrative(name)
        elif name == "section":
            self._open_section()
        elif parent == "section" and self._open:
            self._start_part(name, attributes)

    def end(self, tag: str) -> None:
        self._nesting.go_up()
        name = tag.removeprefix(_NAMESPACE)
        self._path.pop()
        if self._left_out:
            self._left_out -= 1
        elif self._block and self._path[-1] == "section" and name == self._block:
            self._end_part()
        elif self._block:
            self._end_narrative(name)
        elif name == "section" and self._open:
            self._open.pop()

    def data(self, text: str) -> None:
        if self._block and not self._left_out:
            self._layout.write(text)

    def close(self) -> None:
        """Do nothing: the sections are taken afterwards."""

    def _is_left_out(self, name: str, attributes: dict[str, str]) -> bool:
        if self._block:
            return attributes.get("revised") == _DELETED
        return name == "entry" or (name in {"section", "text"} and _NO_INFORMATION in attributes)

    def _open_section(self) -> None:
        if self._open and self._open[-1] in self.of_others:
            self.of_others.add(len(self.sections))
        self._open.append(len(self.sections))
        self.sections.append(Section("", "", ""))

    def _start_part(self, name: str, attributes: dict[str, str]) -> None:
        if name in {"title", "text"}:
            self._block = name
        elif name == "code" and attributes.get("codeSystem") == _LOINC:
            self._change(loinc=attributes.get("code", ""))
        elif name == "subject":
            self.of_others.add(self._open[-1])

    def _end_part(self) -> None:
        lines = self._layout.take_lines()
        if self._block == "title":
            self._change(title=" ".join(line.text for line in lines))
        else:
            self._change(text=join_lines(lines))
        self._block = ""

    def _change(self, **parts: str) -> None:
        place = self._open[-1]
        self.sections[place] = self.sections[place]._replace(**parts)

    def _start_narrative(self, name: str) -> None:
        if name in _CELLS:
            self._layout.open_cell()
        elif name == "tr":
            self._layout.end_row()
        elif name == "table":
            self._layout.open_table()
        elif name == "br":
            self._layout.end_line(Ending.BREAK)
        elif name in _ITEMS or name in _BLOCKS:
            self._layout.end_line(Ending.BLOCK)

    def _end_narrative(self, name: str) -> None:
        if name in _CELLS:
            self._layout.close_cell(is_header=name == "th")
        elif name == "tr":
            self._layout.end_row()
        elif name == "table":
            self._layout.close_table()
        elif name == "caption":
            self._layout.end_line(Ending.HEADING)
        elif name in _ITEMS:
            self._layout.end_line(Ending.ITEM)
        elif name in _BLOCKS:
            self._layout.end_line(Ending.BLOCK)
