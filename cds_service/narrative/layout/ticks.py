"""Write the marks by which forms are ticked as boxes: "● normal ○ reduced", "_X_ No ___ Yes"."""

import re
from typing import Final

# Filled and hollow marks are boxes where both are in one line behind a title. Else they may be bullets.
_FILLED: Final = "\u25cf\u25c9\u29bf\u25a0\u25fc\u2713\u2714\u2611"
_HOLLOW: Final = "\u25cb\u25ef\u25a1\u25fb\u2610"
_MARKED_LINE: Final = re.compile(rf"^[ \t]*\w(?=[^\n]*[{_FILLED}])(?=[^\n]*[{_HOLLOW}])[^\n]*$", re.MULTILINE)
_AS_BOXES: Final = str.maketrans(dict.fromkeys(_FILLED, "\u2611") | dict.fromkeys(_HOLLOW, "\u2610"))
_FILLINGS: Final = {
    "_x_": "___",
    "_X_": "___",
    "(\u2022)": "( )",
    "(\u25cf)": "( )",
    "(*)": "( )",
}  # and the gap beside


def write_boxes(text: str) -> str:
    """Return a text in which what ticks an answer, and what leaves another open beside it, is a box."""
    if any(filled in text for filled in _FILLINGS):
        text = "".join(_filled_in(line) for line in text.splitlines(keepends=True))
    return text if text.isascii() else _MARKED_LINE.sub(_marked, text)


def _filled_in(line: str) -> str:
    for filled, gap in _FILLINGS.items():
        if filled in line and gap in line:
            line = line.replace(filled, "[x]").replace(gap, "[ ]")
    return line


def _marked(match: re.Match[str]) -> str:
    return match[0].translate(_AS_BOXES)
