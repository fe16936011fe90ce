"""Read tables of yes and no: each row under such a heading is written as an entry of a form, "Retention |  | x".

A row keeps its length, so that what stands behind it stays where it is.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final

_YES: Final = frozenset({"y", "yes", "present", "positive", "pos", "+", "+ve", "true"})
_NO: Final = frozenset({"n", "no", "absent", "negative", "neg", "-", "-ve", "false", "none", "nil"})
_MARKS: Final = frozenset(
    {"x", "xx", "1", "*", "[x]", "(x)", *"\u2713\u2714\u2705\u2022\u25cf\u25a0\u2611\u2612"}  # ticks, dots, boxes
)
_RULE: Final = re.compile(r"[\s|:+=-]*")  # the line below a heading
_LEAST_HEADS: Final = 3
_ROW, _SIGNS = 2, frozenset({"+", "-"})  # cells of a row that needs no heading, and its answers
_OPEN: Final = "?"


def settle_tables(text: str) -> str:
    """Return a text in which each row of a table of yes and no says its answer, or asks where none is marked."""
    if "|" not in text and "\t" not in text:
        return text
    return "".join(_settled(text.splitlines(keepends=True)))


def _settled(lines: Sequence[str]) -> Iterator[str]:
    heads: list[str] = []
    is_inside = False
    for line in lines:
        said = line.rstrip("\r\n")
        cells = _cells(said)
        if len(cells) == 1:
            heads, is_inside = [], False
        elif not is_inside and _is_heading(cells):
            heads, said = cells, _left_out(said)
        elif not heads and len(cells) == _ROW and "|" in said and cells[1] in _SIGNS:
            said = _answered(said, cells[0], ":y." if cells[1] in _YES else ":n.")
        elif heads:
            said = _left_out(said) if _RULE.fullmatch(said) else _answered(said, cells[0], _answer(heads, cells))
        is_inside = is_inside or len(cells) > 1
        yield said + line[len(said) :]


def _cells(line: str) -> list[str]:
    """Return the cells of a row. The bars around it are no cells."""
    if "|" not in line:
        return [cell.strip() for cell in line.split("\t")]
    return [cell.strip() for cell in line.strip().removeprefix("|").removesuffix("|").split("|")]


def _is_heading(cells: Sequence[str]) -> bool:
    heads = {cell.lower() for cell in cells[1:]}
    return len(cells) >= _LEAST_HEADS and not heads.isdisjoint(_YES) and not heads.isdisjoint(_NO)


def _answer(heads: Sequence[str], cells: Sequence[str]) -> str:
    """Return what a row answers. Whatever else is filled in beside a "no" may take it back."""
    filled = [(heads[at].lower() if at < len(heads) else "", cell.lower()) for at, cell in enumerate(cells) if at]
    said = [(head, cell) for head, cell in filled if cell]
    if any(head in _NO for head, _ in said):
        is_no = len(said) == 1 and (said[0][1] in _MARKS or said[0][1] in _NO)
        return ":n." if is_no else _OPEN
    is_yes = any(head in _YES and (cell in _MARKS or cell in _YES) for head, cell in said)
    return ":y." if is_yes else _OPEN


def _answered(line: str, title: str, answer: str) -> str:
    """Return a row with its answer right behind its title, as long as it was."""
    end = line.index(title) + len(title)
    rest = len(line) - end
    return line[:end].replace("|", " ") + answer[:rest].ljust(rest) if title else _left_out(line)


def _left_out(line: str) -> str:
    """Return a line of the same length that says nothing. A blank one would end a section."""
    return ".".ljust(len(line))
