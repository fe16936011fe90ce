"""Fold texts so that spelling decides nothing: ligatures, case, British and American spelling."""

import re
import unicodedata
from itertools import product
from typing import Final

from cds_service.narrative.words.tokenizer import normalize_phrase

# The tokenizer drops most marks, or makes them words that no phrase of ours holds.
_MARKS: Final = b'!"#$%&()*,-.:;<=>?@[\\]^_`{|}~\t\r\n'
_NO_MARKS: Final = bytes.maketrans(_MARKS, b" " * len(_MARKS))
_APOSTROPHE: Final = b"'"
_WORD_MARKS: Final = "/+"
_JOINED_LETTERS: Final = str.maketrans({"\u00e6": "ae", "\u00c6": "AE", "\u0153": "oe", "\u0152": "OE"})
_OTHER_MARKS: Final = re.compile(r"[^\w /+]|_")
_BEYOND_ASCII: Final = re.compile(r"[^\x00-\x7f]")
_RIGHT_QUOTE: Final = "\u2019"  # the typographic apostrophe
_ANY_DIGIT: Final = "#"
_MOST_DIGITS = 2  # "#" signs in one word of the content


def fold_characters(text: str) -> str:
    """Return a text without ligatures, soft hyphens and other characters that only look different."""
    if text.isascii():
        return text
    composed = unicodedata.normalize("NFKC", text).translate(_JOINED_LETTERS)
    return _BEYOND_ASCII.sub(_shown, composed)


def _shown(match: re.Match[str]) -> str:
    """Return a character, unless it only formats."""
    return "" if unicodedata.category(match[0]) == "Cf" else match[0]


def fold_spelling(text: str) -> str:
    """Return a text in lower case, with "ae" and "oe" as "e": "Leukaemia" is "leukemia". Spaces stay as they are."""
    return text.lower().replace("ae", "e").replace("oe", "e")


def spread_words(text: str) -> str:
    """Return a folded text as words between single spaces, without marks: quickly, for a first look at raw texts."""
    folded = fold_spelling(fold_characters(text))
    spread = folded.encode("utf-8", "surrogatepass").translate(_NO_MARKS, _APOSTROPHE).decode("utf-8", "surrogatepass")
    for mark in _WORD_MARKS:
        if mark in spread:
            spread = spread.replace(mark, f" {mark} ")
    if not spread.isascii():
        spread = _OTHER_MARKS.sub(" ", spread.replace(_RIGHT_QUOTE, ""))
    return f" {' '.join(spread.split())} "


def expand_word(word: str) -> list[str]:
    """Return what to look for in the folded, space-separated words of a sentence for a word of the content.

    "fever" is a whole word, "malignan-" the beginning of one, "-sarcoma-" any part of one, and "#" any digit.
    """
    is_inside, is_open = word.startswith("-") and len(word) > 1, word.endswith("-")
    plain = word[is_inside : len(word) - is_open]
    found = []
    for digits in product("0123456789", repeat=min(plain.count(_ANY_DIGIT), _MOST_DIGITS)):
        spelled = plain
        for digit in digits:
            spelled = spelled.replace(_ANY_DIGIT, digit, 1)
        core = fold_spelling(normalize_phrase(fold_characters(spelled)))
        found.append(f"{'' if is_inside else ' '}{core}{'' if is_open else ' '}")
    return found
