"""Take the marks of HTML out of a text: a block ends a sentence, what stands inside a line leaves no trace."""

import html
import re
from typing import Final

_BLOCK: Final = "address|blockquote|br|center|dd|div|dl|dt|h[1-6]|hr|li|ol|p|pre|section|table|tbody|td|th|thead|tr|ul"
_INLINE: Final = "a|abbr|b|body|code|em|font|head|html|i|img|mark|o:p|s|small|span|strong|sub|sup|tt|u|wbr"
_BLOCKS: Final = re.compile(rf"(?:</?(?:{_BLOCK})(?:\s[^<>]*)?/?>\s*)+", re.IGNORECASE)
_INLINES: Final = re.compile(rf"</?(?:{_INLINE})(?:\s[^<>]*)?/?>|<!--[^<>]*-->", re.IGNORECASE)
_ENTITY: Final = re.compile(r"&(?:#x?[0-9a-f]{1,6}|[a-z]{2,8});", re.IGNORECASE)
_CROSSES: Final = frozenset("\u2717\u2718\u274c\U0001f6ab")
_TICKS: Final = str.maketrans("\u2705\u2713\u2714", "\u2611" * 3)  # beside crosses a tick is an answer, else a bullet
# "-numbness -fever +groin pain". A dash that opens a line may be a bullet, too: what stands behind it is not known,
# unless another sign of denial follows.
_SIGNED_LINE: Final = re.compile(r"^[^\n+]*+\+[^\n]*$", re.MULTILINE)
_MINUS: Final = re.compile(r"(?<!\S)-(?=[a-zA-Z])(?!ve\b)")
_PLUS: Final = re.compile(r"(?<!\S)\+(?=[a-zA-Z])(?!ve\b)")
_UNPARTED: Final = re.compile(r"(?<=[^\s,:;(])(\s+)(?=-[a-zA-Z](?!e\b))")  # between words and such a sign
_NEAR: Final = 40  # characters looked at before a block
_OPEN: Final = frozenset(":,")  # behind these a list goes on


def strip_markup(text: str) -> str:
    """Return a text without HTML. Most texts hold none, and "<" alone is a sign of comparison."""
    if "&" in text and _ENTITY.search(text):
        text = html.unescape(text)
    if "+" in text and "-" in text:
        text = _SIGNED_LINE.sub(_as_boxes, text)
    if not text.isascii() and not _CROSSES.isdisjoint(text):
        text = text.translate(_TICKS)
    if "<" not in text or ">" not in text:
        return text
    return _BLOCKS.sub(_as_end, _INLINES.sub("", text))


def _as_boxes(match: re.Match[str]) -> str:
    """Return a line with boxes for its signs, where it has both."""
    line = match[0]
    minus = [one.start() for one in _MINUS.finditer(line)]
    if not minus or not (_PLUS.search(line) or any(line[:at].rstrip().endswith(",") for at in minus)):
        return line
    is_bullet = len(minus) == 1 and not line[: minus[0]].strip()
    written = _MINUS.sub(" [ ] ", line) if is_bullet else _MINUS.sub(" neg ", _UNPARTED.sub(r"\1, ", line))
    return _PLUS.sub(" [x] ", written)


def _as_end(match: re.Match[str]) -> str:
    """Return the end of a sentence, or of an entry in a list. A line alone would go on in lower case."""
    before = match.string[max(0, match.start() - _NEAR) : match.start()].rstrip()[-1:]
    if before in _OPEN or not before:
        return "\n"
    if "<li" in match[0].lower():
        return ";\n"
    return "\n" if before in ".!?;" else ".\n"
