"""Decode the bytes of a text by what they say of themselves, what was declared, and what fits."""

import codecs
import re
from typing import Final

from cds_service.documents.document import UnreadableError, UnreadReason

# Longest first: the mark of UTF-32 begins with that of UTF-16.
_BYTE_ORDER_MARKS: Final = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_ASCII_SUPERSETS: Final = frozenset(
    {
        *("utf-8", "gb18030", "gbk", "gb2312", "big5", "euc_jp", "euc_kr", "shift_jis", "cp932", "cp949", "koi8-r"),
        *("cp1250", "cp1251", "cp1252", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp1258", "cp437", "cp850"),
        *("mac-roman", *(f"iso8859-{part}" for part in range(2, 17) if part != 12)),
    }
)
_WIDE: Final = frozenset({"utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"})
_TWO_BYTES: Final = frozenset({"utf-16", "utf-16-le", "utf-16-be"})
_READ_AS: Final = {
    "ascii": "utf-8",
    "iso8859-1": "cp1252",  # as browsers do: what is sent under these names often is
    "utf-8-sig": "utf-8",
}
_UNDECLARED: Final = "cp1252"  # the commonest that is not UTF-8; the letters of English are the same in all of them
_LEAST_ASCII: Final = 0.9  # share of the bytes, for text whose charset is unknown
_LEAST_NULS: Final = 0.2  # share of the bytes in English text of two bytes a character: half
_LOOKED_AT: Final = 1024  # bytes at the beginning
_IN_DOCUMENT: Final = re.compile(rb"(?:charset|encoding)=[\"']?([A-Za-z0-9_.:-]{1,40})")
_CONTROL: Final = re.compile(r"[\x01-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ufffd]")
_MOST_CONTROL: Final = 0.005  # share of the characters: a stray one happens


def decode(content: bytes, charset: str, *, may_name_its_own: bool = False) -> str:
    """Return bytes as text.

    Args:
        content: the bytes.
        charset: as the content type declares it, "" if it does not.
        may_name_its_own: whether the format has a place for the charset, as HTML and XML have.

    Raises:
        UnreadableError: the charset is unknown or wrong, or these are no bytes of a text.
    """
    for mark, encoding in _BYTE_ORDER_MARKS:
        if content.startswith(mark):
            return _checked(_decoded(content[len(mark) :], encoding))
    named = _known(charset) if charset else _named_inside(content) if may_name_its_own else ""
    if named in _TWO_BYTES:
        return _checked(_decoded(content, _two_bytes(content)))
    return _checked(_decoded(content, named) if named else _guessed(content))


def _known(charset: str) -> str:
    """Return the codec of a charset. Python has codecs that are none, and slow: "zip", "punycode"."""
    try:
        name = codecs.lookup(charset).name
    except (LookupError, ValueError):
        raise UnreadableError(UnreadReason.CHARSET) from None
    name = _READ_AS.get(name, name)
    if name not in _ASCII_SUPERSETS | _WIDE:
        raise UnreadableError(UnreadReason.CHARSET)
    return name


def _named_inside(content: bytes) -> str:
    """Return the codec that a document names itself, "" if none. What is read so far is no UTF-16, whatever it says."""
    match = _IN_DOCUMENT.search(content[:_LOOKED_AT])
    if match is None:
        return ""
    name = _known(match[1].decode("ascii"))
    return "utf-8" if name in _WIDE else name


def _two_bytes(content: bytes) -> str:
    """Return the byte order of UTF-16 without its mark, by where English has its zero bytes."""
    low, high = content[1::2].count(0), content[::2].count(0)
    if max(low, high) < len(content) * _LEAST_NULS:
        raise UnreadableError(UnreadReason.CHARSET)
    return "utf-16-le" if low > high else "utf-16-be"


def _guessed(content: bytes) -> str:
    """Return bytes of which nobody says what they are in."""
    if content.count(0) > len(content) * _LEAST_NULS:
        return _decoded(content, _two_bytes(content))
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        pass
    ascii_bytes = len(content.translate(None, bytes(range(128, 256))))
    if ascii_bytes < len(content) * _LEAST_ASCII:
        raise UnreadableError(UnreadReason.CHARSET)
    return _decoded(content, _UNDECLARED)


def _decoded(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        raise UnreadableError(UnreadReason.CHARSET) from None


def _checked(text: str) -> str:
    if "\0" in text or len(_CONTROL.findall(text)) > len(text) * _MOST_CONTROL:
        raise UnreadableError(UnreadReason.BINARY)
    return text
