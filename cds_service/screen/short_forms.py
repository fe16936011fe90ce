"""Tell whether an unknown word is a known one cut short, as clinicians write: "mech", "footwr", "migrain"."""

from bisect import bisect_left
from collections.abc import Iterable
from typing import Final

_VOWELS: Final = frozenset("aeiouy")
_SHORTEST_BEGINNING: Final = 4  # letters
_LEFT_OUT: Final = 2  # letters that a beginning leaves out at least
_SHORTEST_SKELETON: Final = 4  # letters: with fewer, too many words are alike


class ShortForms:
    """The short forms of words: their beginnings, and what is left of them without vowels and doubled letters."""

    def __init__(self, words: Iterable[str]) -> None:
        self._sorted = sorted(words)
        self._longest: dict[str, int] = {}
        for word in self._sorted:
            skeleton = _skeleton(word)
            if len(skeleton) >= _SHORTEST_SKELETON:
                self._longest[skeleton] = max(len(word), self._longest.get(skeleton, 0))

    def has(self, word: str) -> bool:
        """Return whether a word is the beginning of a known one, or one with letters left out."""
        return self._is_beginning(word) or len(word) < self._longest.get(_skeleton(word), 0)

    def _is_beginning(self, word: str) -> bool:
        if len(word) < _SHORTEST_BEGINNING:
            return False
        place = bisect_left(self._sorted, word)
        following = self._sorted[place : place + 3]  # behind "work" come "work's" and "works"
        return any(one.startswith(word) and len(one) >= len(word) + _LEFT_OUT for one in following)


def _skeleton(word: str) -> str:
    """Return a word without vowels but the first letter, and without doubled letters: "tunnel" is "tnl"."""
    kept: list[str] = []
    for place, letter in enumerate(word):
        if (place == 0 or letter not in _VOWELS) and (not kept or kept[-1] != letter):
            kept.append(letter)
    return "".join(kept)
