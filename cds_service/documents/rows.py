"""Write a table's row as a line: "header: cell, header: cell", so that an answer stands behind its question."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from cds_service.documents.lines import Ending, Line

_ANSWERS: Final = frozenset(
    {
        *("yes", "no", "y", "n", "true", "false", "present", "absent", "denied", "denies", "none", "nil"),
        *("positive", "negative", "pos", "neg", "+", "-", "+ve", "-ve", "\u2713", "\u2714", "\u2611", "\u2612"),
        *("\u2610", "[x]", "[ ]", "active", "inactive", "resolved", "resolving", "ongoing", "chronic", "current"),
        *("past", "historical", "completed", "remission", "in remission", "refuted", "unconfirmed", "ruled out"),
        *("provisional", "differential", "confirmed", "entered in error", "normal", "abnormal", "unknown", "not asked"),
    }
)
_SIDES: Final = frozenset({"left", "right", "l", "r", "lt", "rt", "both", "bilateral", "left side", "right side"})
_LOOSE: Final = ".;:, "


class Cell(NamedTuple):
    """A cell: its lines, and whether it heads a column or a row."""

    lines: tuple[Line, ...]
    is_header: bool = False

    @property
    def text(self) -> str:
        """Return the text of a cell of one line."""
        return self.lines[0].text.strip() if self.lines else ""


def is_heading(cells: Sequence[Cell]) -> bool:
    """Return whether a row names the columns."""
    return len(cells) > 1 and all(cell.is_header and len(cell.lines) <= 1 for cell in cells)


def write_row(cells: Sequence[Cell], headers: Sequence[str]) -> list[Line]:
    """Return a row as lines: one, unless a cell holds more."""
    headers = headers if len(headers) == len(cells) else [""] * len(cells)
    if len(cells) == 1 or any(len(cell.lines) > 1 for cell in cells):
        return [line for cell, header in zip(cells, headers, strict=True) for line in _block(cell, header)]
    texts = [cell.text.rstrip(_LOOSE) for cell in cells]
    line = _labelled(texts, headers) if _begins_with_its_name(texts, headers) else _listed(texts, headers)
    return [Line(line, Ending.BLOCK)] if line else []


def _block(cell: Cell, header: str) -> list[Line]:
    return [*([Line(header, Ending.HEADING)] if header and cell.lines else []), *cell.lines]


def _begins_with_its_name(texts: Sequence[str], headers: Sequence[str]) -> bool:
    """Return whether the first cell is what the others say something of."""
    if not texts[0] or _is_answer(texts[0], headers[0]):
        return False
    return not any(headers) or any(
        _is_answer(text, header) for text, header in zip(texts[1:], headers[1:], strict=True)
    )


def _is_answer(text: str, header: str) -> bool:
    return text.lower() in _ANSWERS or (bool(text) and header.lower() in _SIDES)


def _labelled(texts: Sequence[str], headers: Sequence[str]) -> str:
    """Return "FABER: left positive, right negative", or "Saddle numbness: no, Since: 2025"."""
    rest = [(text, header) for text, header in zip(texts[1:], headers[1:], strict=True) if text]
    answers = [pair for pair in rest if _is_answer(*pair)]
    others = [pair for pair in rest if pair not in answers]
    told = [
        f"{header} {text}" if header.lower() in _SIDES or (header and len(answers) > 1) else text
        for text, header in answers
    ]
    told += [f"{header}: {text}" if header else text for text, header in others]
    return f"{texts[0]}: {', '.join(told)}" if told else texts[0]


def _listed(texts: Sequence[str], headers: Sequence[str]) -> str:
    pairs = zip(texts, headers, strict=True)
    return ", ".join(f"{header}: {text}" if header else text for text, header in pairs if text)
