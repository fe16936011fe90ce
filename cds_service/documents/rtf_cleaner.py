"""Take out of RTF what is not to be read, and what its reader cannot take, before it is read.

striprtf 0.0.35 shows deleted, struck and hidden text, leaves tick boxes out, takes a minute for the fonts of 3 kB that
somebody wrote on purpose, and raises at a number that is missing or too large. What leaves here has none of that.
"""

import re
from typing import Final

from cds_service.documents.document import UnreadableError, UnreadReason
from cds_service.documents.rtf_fonts import FontTable

CELL_END: Final = "\ue000"  # written for the end of a table's cell
_TOKEN: Final = re.compile(
    r"\\([a-zA-Z]{1,32})(-?[0-9]{1,9})? ?|\\'([0-9a-fA-F]{2})|\\(.)|([{}])|([^\\{}]+)|\\", re.DOTALL
)
_HEADER: Final = re.compile(r"\s*(?=\{\\rtf)")
_HIGH: Final = re.compile("[\x80-\xff]")
_HIDING: Final = frozenset({"v", "webhidden", "deleted", "strike", "striked"})
_WITHOUT_TEXT: Final = frozenset(
    {"pict", "stylesheet", "info", "colortbl", "fonttbl", "listtable", "themedata", "objdata"}
)
_SYMBOLS: Final = frozenset("{}\\~-_\n\r")
_CELLS: Final = frozenset({"cell", "nestcell"})
_BOX: Final = "FORMCHECKBOX"
_BY_DEFAULT: Final = 25  # of \ffres: the box is as \ffdefres says
_DEEPEST: Final = 1000  # groups in each other
_MOST: Final = 200_000  # control words, groups and runs of text
_WRITTEN_PER_CHARACTER: Final = 8  # characters of RTF for one of text, without pictures and tables of fonts and styles
_MOST_SKIPPED: Final = 9  # characters that stand for one in Unicode, where a reader knows none
_SURROGATES: Final = range(0xD800, 0xE000)
_CODE_POINTS: Final = range(1, 0x110000)


class _Group:
    __slots__ = ("has_fonts", "hiding", "is_dropped", "is_field")

    def __init__(self, hiding: frozenset[str] = frozenset(), *, is_dropped: bool = False) -> None:
        self.hiding = hiding  # the control words that hide what follows in this group
        self.is_dropped = is_dropped
        self.is_field = False
        self.has_fonts = False


def clean_rtf(text: str, limit: int) -> str:
    """Return RTF of which every character is one byte, as RTF that is safe to read.

    Raises:
        UnreadableError: it is no RTF, does not end, nests too deep, or holds far more text than the limit.
    """
    header = _HEADER.match(text)
    if header is None:
        raise UnreadableError(UnreadReason.MALFORMED)
    return _Cleaner(limit).clean(text, header.end())


class _Cleaner:
    def __init__(self, limit: int) -> None:
        self._left = limit * _WRITTEN_PER_CHARACTER
        self._written: list[str] = []
        self._groups: list[_Group] = []
        self._fonts = FontTable()
        self._box: dict[str, int] | None = None  # of the form field that is being read

    def clean(self, text: str, place: int) -> str:
        for _ in range(_MOST):
            match = _TOKEN.match(text, place)
            if match is None:
                raise UnreadableError(UnreadReason.MALFORMED)
            place = match.end()
            word, number, byte, symbol, brace, run = match.groups()
            if run:
                self._take_run(run)
            elif word:
                place += self._take_word(word, int(number) if number else None)
            elif brace == "{":
                self._open()
            elif brace:
                self._close()
                if not self._groups:
                    return "".join(self._written)
            elif byte:
                self._write(f"\\'{byte}")
            elif symbol:
                self._take_symbol(symbol)
        raise UnreadableError(UnreadReason.TOO_LARGE)

    def _write(self, rtf: str) -> None:
        group = self._groups[-1]
        if not group.is_dropped and not group.hiding:
            self._written.append(rtf)
            self._left -= len(rtf)
            if self._left < 0:
                raise UnreadableError(UnreadReason.TOO_LARGE)

    def _take_run(self, run: str) -> None:
        if _BOX in run:
            self._box = {}
        if not self._groups[-1].is_dropped:
            self._write(_HIGH.sub(lambda match: f"\\'{ord(match[0]):02x}", run))

    def _take_word(self, word: str, number: int | None) -> int:
        """Take a control word. Return how many bytes of no text follow it."""
        group = self._groups[-1]
        if word in _HIDING:
            group.hiding = group.hiding - {word} if number == 0 else group.hiding | {word}
        elif word == "plain":
            group.hiding = frozenset()
        elif word in _WITHOUT_TEXT:
            group.is_dropped = True
            group.has_fonts = word == "fonttbl"
        elif word == "bin":
            return max(number or 0, 0)
        elif word in {"f", "fcharset"}:
            self._take_font(word, number)
        elif word in {"ffres", "ffdefres"} and self._box is not None:
            self._box[word] = number or 0
        elif word in _CELLS:
            self._write(f"{{\\uc0\\u{ord(CELL_END)} }}")
        else:
            group.is_field = group.is_field or word == "field"
            self._write(_as_word(word, number))
        return 0

    def _take_font(self, word: str, number: int | None) -> None:
        if any(group.has_fonts for group in self._groups[-2:]):
            self._fonts.add(word, number)
        elif word == "f" and number is not None:
            self._write(f"\\f{number} ")

    def _take_symbol(self, symbol: str) -> None:
        if symbol == "*":
            self._groups[-1].is_dropped = True
        elif symbol in _SYMBOLS:
            self._write(f"\\{symbol}")

    def _open(self) -> None:
        if len(self._groups) >= _DEEPEST:
            raise UnreadableError(UnreadReason.HOSTILE)
        outer = self._groups[-1] if self._groups else _Group()
        if not outer.is_dropped:
            self._written.append("{")
        self._groups.append(_Group(outer.hiding, is_dropped=outer.is_dropped))

    def _close(self) -> None:
        group = self._groups[-1]
        if group.is_field and self._box is not None:
            result = self._box.get("ffres", _BY_DEFAULT)
            is_ticked = self._box.get("ffdefres", 0) if result == _BY_DEFAULT else result
            self._write(" [x] " if is_ticked else " [ ] ")
            self._box = None
        self._groups.pop()
        is_outer_dropped = bool(self._groups) and self._groups[-1].is_dropped
        if group.has_fonts and not is_outer_dropped:
            self._written.append(self._fonts.as_rtf())
        if not is_outer_dropped:
            self._written.append("}")


def _as_word(word: str, number: int | None) -> str:
    """Return a control word with a number that its reader can take."""
    if word == "u":
        return "" if number is None else f"\\u{_code_point(number)} "
    if word == "uc":
        return f"\\uc{min(max(1 if number is None else number, 0), _MOST_SKIPPED)} "
    return f"\\{word} " if number is None else f"\\{word}{number} "


def _code_point(number: int) -> int:
    """Return a character's number. Half a character, as emoji have it, or none at all is marked as unknown."""
    code = number + 0x10000 if number < 0 else number
    return 0xFFFD if code in _SURROGATES or code not in _CODE_POINTS else code
