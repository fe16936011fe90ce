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
_ENDS: Final = ("resolved", "resolution", "end", "ended", "stop", "stopped", "abated", "abatement", "inactive")
_RELATIVES: Final = ("relation", "relationship", "relative", "family", "member")  # words of a header
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
    pairs = [_Pair(header, cell.text.rstrip(_LOOSE)) for cell, header in zip(cells, headers, strict=True)]
    if _begins_with_its_name(pairs):
        return [
            Line(line, Ending.BLOCK) for line in _labelled(pairs[0].text, [pair for pair in pairs[1:] if pair.text])
        ]
    line = ", ".join(str(pair) for pair in sorted(pairs, key=_is_not_relative) if pair.text)
    return [Line(line, Ending.BLOCK)] if line else []


class _Pair(NamedTuple):
    """A cell behind its header, "" if it has none."""

    header: str
    text: str

    def __str__(self) -> str:
        return f"{self.header}: {self.text}" if self.header else self.text

    @property
    def is_of_a_side(self) -> bool:
        return self.header.lower() in _SIDES

    @property
    def is_end(self) -> bool:
        return any(character.isdigit() for character in self.text) and _has_word(self.header, _ENDS)

    @property
    def is_answer(self) -> bool:
        return self.text.lower() in _ANSWERS or (bool(self.text) and (self.is_of_a_side or self.is_end))


def _block(cell: Cell, header: str) -> list[Line]:
    return [*([Line(header, Ending.HEADING)] if header and cell.lines else []), *cell.lines]


def _begins_with_its_name(pairs: Sequence[_Pair]) -> bool:
    """Return whether the first cell is what the others say something of."""
    first, *others = pairs
    if not first.text or first.is_answer or any(_has_word(pair.header, _RELATIVES) for pair in pairs):
        return False
    return not any(pair.header for pair in pairs) or any(pair.is_answer for pair in others)


def _is_not_relative(pair: _Pair) -> bool:
    """Sort whose it is before what it is: "Relation: mother, Problem: sciatica"."""
    return not _has_word(pair.header, _RELATIVES)


def _has_word(header: str, words: Sequence[str]) -> bool:
    return any(word in words for word in header.lower().split())


def _labelled(name: str, pairs: Sequence[_Pair]) -> list[str]:
    """Return "Saddle numbness: no, Since: 2025", and a line for each side: "left FABER: positive"."""
    sides = [pair for pair in pairs if pair.is_of_a_side]
    answers = [pair for pair in pairs if pair.is_answer and not pair.is_of_a_side]
    others = [str(pair) for pair in pairs if not pair.is_answer]
    told = [_answer(pair, is_only=len(answers) == 1) for pair in answers]
    lines = [f"{pair.header} {name}: {', '.join((pair.text, *told))}" for pair in sides]
    if not lines:
        return [f"{name}: {', '.join((*told, *others))}" if told or others else name]
    return [*lines, ", ".join(others)] if others else lines


def _answer(pair: _Pair, *, is_only: bool) -> str:
    """Return an answer, behind its header where there are more. A day on which it ended says that it did."""
    if pair.is_end:
        return f"resolved {pair.text}"
    return pair.text if is_only else str(pair).replace(":", "", 1)
