"""The reading grade of a text: how many years of school it takes."""

import re
from collections.abc import Sequence
from typing import Final

_WORD: Final = re.compile(r"[A-Za-z][A-Za-z']*")
_VOWELS: Final = re.compile(r"[aeiouy]+")
_SILENT_END: Final = re.compile(r"(?<=[^aeiouyl])e$|(?<=[^aeiouytd])ed$|(?<=[^aeiouyscgzxh])es$")


def reading_grade(sentences: Sequence[str]) -> float:
    """Return the grade of Flesch and Kincaid (Kincaid 1975), with syllables counted by groups of vowels."""
    words = [word.lower() for sentence in sentences for word in _WORD.findall(sentence)]
    if not words:
        return 0.0
    syllables = sum(map(_count_syllables, words))
    return 0.39 * len(words) / len(sentences) + 11.8 * syllables / len(words) - 15.59


def _count_syllables(word: str) -> int:
    return max(1, len(_VOWELS.findall(_SILENT_END.sub("", word))))
