"""Lay text out in lines that can be read as sentences: a block ends one, a wrapped line does not."""

from collections.abc import Sequence
from enum import Enum, auto
from typing import Final, NamedTuple

_OPEN: Final = (":", ",")  # behind these a list goes on
_ENDED: Final = (".", "!", "?", ";")
_WRAPPED: Final = 60  # characters; so long is a line that was broken because it was full


class Ending(Enum):
    """What ends a line."""

    BLOCK = auto()
    BREAK = auto()  # of a line alone
    ITEM = auto()  # of a list
    HEADING = auto()


class Line(NamedTuple):
    """A line of text, without its end."""

    text: str
    ending: Ending


def join_lines(lines: Sequence[Line]) -> str:
    """Return lines as a text in which each ends as a sentence does, unless it leads to the next one."""
    behind = (line.text for line in (*lines[1:], Line("", Ending.BLOCK)))
    return "\n".join(_ended(line, following) for line, following in zip(lines, behind, strict=False))


def _ended(line: Line, following: str) -> str:
    if line.text.endswith((*_OPEN, *_ENDED)):
        return line.text
    if line.ending is Ending.HEADING:
        return f"{line.text}:"
    if line.ending is Ending.ITEM:
        return f"{line.text};"
    if line.ending is Ending.BREAK and len(line.text) >= _WRAPPED and following[:1].islower():
        return line.text
    return f"{line.text}."
