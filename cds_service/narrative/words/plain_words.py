"""The words of a plain text: all that is needed to tell that it names nothing, which most names of a chart do."""

import re
from typing import Final

_LETTERS: Final = b"abcdefghijklmnopqrstuvwxyz"
_WORDS: Final = _LETTERS + _LETTERS.upper() + b"0123456789"
_APOSTROPHE: Final = b"'"
# No other mark is a word of a phrase, or makes words of its own: "#" is a fracture, "?" asks, a bar makes a table.
_MARKS: Final = b' \n\r!"$%(),-./:;=@' + _APOSTROPHE
_SIGNED: Final = re.compile(rb"\([^()]*-")  # "(-)" is a result, "(left -)" too
# The tokenizer parts a number from its unit: "8kg".
_UNITS: Final = rb"kgs?|lbs?|mls?|mg|mcg|m|yds?|yards|metres|mins?|hrs|wks?|weeks|yrs?|mths?|mo|mos|days"
_GLUED: Final = re.compile(rb"[0-9](?:" + _UNITS + rb")(?![a-z0-9])", re.IGNORECASE)
_AS_WORDS: Final = bytes(byte if byte in _WORDS else ord(" ") for byte in range(256)).lower()


def split_plain(text: str) -> list[str] | None:
    """Return the words of a text as the tokenizer has them, without marks; None if only a full look tells them."""
    if not text.isascii():
        return None
    written = text.encode()
    if written.translate(None, _WORDS + _MARKS) or b"''" in written or (b"(" in written and _SIGNED.search(written)):
        return None
    if _GLUED.search(written):
        return None
    return written.translate(_AS_WORDS, _APOSTROPHE).decode().split()
