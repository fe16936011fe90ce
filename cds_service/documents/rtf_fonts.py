"""The fonts of RTF: which code page the bytes of each are in."""

import codecs
from typing import Final

from striprtf.striprtf import charset_map


def _is_known(encoding: str) -> bool:
    try:
        codecs.lookup(encoding)
    except LookupError:
        return False
    return True


_CHARSETS: Final = frozenset(charset for charset, encoding in charset_map.items() if _is_known(encoding))


class FontTable:
    """The fonts met so far."""

    def __init__(self) -> None:
        self._charsets: dict[int, int] = {}
        self._font: int | None = None

    def add(self, word: str, number: int | None) -> None:
        """Take a control word of the font table: of a font, or of its charset."""
        if word == "f":
            self._font = number
        elif self._font is not None and number in _CHARSETS:
            self._charsets[self._font] = number

    def as_rtf(self) -> str:
        """Return the font table with all that its reader needs, which it reads in linear time."""
        fonts = "".join(f"{{\\f{font}\\fcharset{charset} x;}}\n" for font, charset in self._charsets.items())
        return f"{{\\fonttbl{fonts}}}" if fonts else ""
