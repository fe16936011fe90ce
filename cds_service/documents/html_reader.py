"""Read HTML and XHTML as a browser shows it: without scripts, styles, comments, and what is hidden or struck out."""

import re
from typing import Final

from cds_service.documents.document import Document, UnreadableError, UnreadReason
from cds_service.documents.layout import Layout, Nesting
from cds_service.documents.lines import Ending, join_lines
from cds_service.documents.markup_parser import parse_html

_DROPPED: Final = frozenset(
    {
        *(
            "head",
            "title",
            "script",
            "style",
            "template",
            "noscript",
            "iframe",
            "object",
            "svg",
            "math",
            "canvas",
            "audio",
        ),
        *("video", "datalist", "del", "s", "strike"),  # what is struck out, its author took back
    }
)
_VOID: Final = frozenset(
    {
        *("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track"),
        *("wbr", "frame", "keygen"),
    }
)
_BLOCKS: Final = frozenset(
    {
        *("address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "dialog", "div"),
        *("dl", "fieldset", "figcaption", "figure", "footer", "form", "header", "hgroup", "hr", "legend", "main"),
        *("nav", "ol", "p", "pre", "section", "summary", "tbody", "tfoot", "thead", "ul"),
    }
)
_HEADINGS: Final = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_CELLS: Final = frozenset({"td", "th"})
_BOXES: Final = frozenset({"checkbox", "radio"})
_NOT_SHOWN: Final = frozenset({"hidden", "password", "submit", "button", "reset", "image", "file"})
_PREFORMATTED: Final = frozenset({"pre", "textarea", "listing", "plaintext", "xmp"})
_HIDING: Final = {"display": "none", "visibility": "hidden", "mso-hide": "all", "opacity": "0", "font-size": "0"}
_STRIKING: Final = frozenset({"text-decoration", "text-decoration-line"})
_SELF_CLOSED: Final = re.compile(r"<([A-Za-z][A-Za-z0-9:]{0,40})((?:\s[^<>]*)?)/>")
_ENTITY: Final = "<!ENTITY"


def read_html(text: str, *, is_xhtml: bool) -> Document:
    """Return the text of HTML.

    Raises:
        UnreadableError: it declares entities, or nests too deep.
    """
    if _ENTITY in text:
        raise UnreadableError(UnreadReason.HOSTILE)
    if is_xhtml:
        text = _SELF_CLOSED.sub(_closed, text)
    events = _HtmlEvents()
    parse_html(text, events)
    return Document(join_lines(events.layout.take_lines()))


def _closed(match: re.Match[str]) -> str:
    """Return an element that closes itself as HTML has it: "<script/>" would swallow all that follows."""
    return match[0] if match[1].lower() in _VOID else f"<{match[1]}{match[2]}></{match[1]}>"


class _HtmlEvents:
    def __init__(self) -> None:
        self.layout = Layout()
        self._nesting = Nesting()
        self._dropped = 0  # how deep inside an element that is not shown
        self._preformatted: list[bool] = [False]

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self._nesting.go_down()
        style = _declarations(attributes.get("style", ""))
        self._preformatted.append(_keeps_lines(tag, style, inherited=self._preformatted[-1]))
        if self._dropped or tag in _DROPPED or _is_hidden(tag, attributes, style):
            self._dropped += 1
        elif tag == "input":
            self._show_input(attributes)
        else:
            self._open(tag)

    def end(self, tag: str) -> None:
        self._nesting.go_up()
        if len(self._preformatted) > 1:
            self._preformatted.pop()
        if self._dropped:
            self._dropped -= 1
        else:
            self._close(tag)

    def data(self, text: str) -> None:
        if self._dropped:
            return
        if self._preformatted[-1]:
            self.layout.write_lines(text)
        else:
            self.layout.write(text)

    def close(self) -> None:
        """Do nothing: the lines are taken afterwards."""

    def _open(self, tag: str) -> None:
        if tag in _CELLS:
            self.layout.open_cell()
        elif tag == "tr":
            self.layout.end_row()
        elif tag == "table":
            self.layout.open_table()
        elif tag == "br":
            self.layout.end_line(Ending.BREAK)
        elif tag == "option":
            self.layout.write(" ")
        elif (tag in _BLOCKS and tag != "dd") or tag in _HEADINGS or tag in {"li", "dt"}:
            self.layout.end_line(Ending.BLOCK)

    def _close(self, tag: str) -> None:
        if tag in _CELLS:
            self.layout.close_cell(is_header=tag == "th")
        elif tag == "tr":
            self.layout.end_row()
        elif tag == "table":
            self.layout.close_table()
        elif tag == "dt":
            self.layout.write(": ")  # its description stands behind it
        elif tag in _HEADINGS:
            self.layout.end_line(Ending.HEADING)
        elif tag == "li":
            self.layout.end_line(Ending.ITEM)
        elif tag in _BLOCKS:
            self.layout.end_line(Ending.BLOCK)

    def _show_input(self, attributes: dict[str, str]) -> None:
        kind = attributes.get("type", "text").strip().lower()
        if kind in _BOXES:
            self.layout.write(" [x] " if "checked" in attributes else " [ ] ")
        elif kind not in _NOT_SHOWN:
            self.layout.write(f" {attributes.get('value', '')} ")


def _declarations(style: str) -> dict[str, str]:
    """Return the declarations of a style attribute."""
    pairs = (declaration.partition(":") for declaration in style.lower().split(";")) if style else ()
    return {name.strip(): value.replace("!important", "").strip() for name, _, value in pairs}


def _is_hidden(tag: str, attributes: dict[str, str], style: dict[str, str]) -> bool:
    if "hidden" in attributes or (tag == "option" and "selected" not in attributes):
        return True
    if not style:
        return False
    is_struck = any("line-through" in style.get(name, "") for name in _STRIKING)
    return is_struck or any(
        style.get(name, "").removesuffix("px").removesuffix("pt") == v for name, v in _HIDING.items()
    )


def _keeps_lines(tag: str, style: dict[str, str], *, inherited: bool) -> bool:
    """Return whether line breaks count in an element."""
    white_space = style.get("white-space", "")
    return white_space.startswith("pre") if white_space else tag in _PREFORMATTED or inherited
