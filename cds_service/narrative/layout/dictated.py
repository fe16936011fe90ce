"""Write the punctuation that was dictated in words: "no fever comma no weight loss full stop new paragraph".

A text keeps its length, so that what stands behind such a word stays where it is.
"""

import re
from types import MappingProxyType
from typing import Final

_MARKS: Final = MappingProxyType(
    {
        "comma": ",",
        "semicolon": ";",
        "semi colon": ";",
        "full stop": ".",
        "period": ".",
        "new line": ".",
        "newline": ".",
        "next line": ".",
        "new paragraph": ".\n\n",
        "next paragraph": ".\n\n",
    }
)
# "A period of rest", "her period", "came to a full stop" are no marks.
_NAMING: Final = (
    r"(?<!\ba )(?<!\bthe )(?<!\bthis )(?<!\bthat )(?<!\bher )(?<!\blast )(?<!\btime )(?<!\bone )(?<!\bevery )"
)
_NAMING_ON: Final = (
    r"(?<!\bmenstrual )(?<!\beach )(?<!\bof )(?<!\blong )(?<!\bshort )(?<!\bweek )(?<!\bmonth )(?<!\bdead )"
)
_SAID: Final = re.compile(
    rf"(?<=\w ){_NAMING}{_NAMING_ON}(?:{'|'.join(_MARKS)})\b(?! of\b| pains?\b| time\b| shaped\b|[-'\u2019])",
    re.IGNORECASE,
)


def write_punctuation(text: str) -> str:
    """Return a text with each such word as its mark. A lone "period" may be one of time, but for one at the end."""
    lower = text.lower()
    said = _SAID.findall(text) if any(word in lower for word in _MARKS) else ()
    if not said:
        return text
    is_sure = len(said) > 1 or said[0].lower() != "period" or lower.rstrip(" .\n").endswith("period")
    return _SAID.sub(_mark, text) if is_sure else text


def _mark(match: re.Match[str]) -> str:
    return _MARKS[match[0].lower()].ljust(len(match[0]))
