"""How words of the content are misspelt: a letter too few or twice, two in the wrong order, another vowel."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from types import MappingProxyType
from typing import Final

_VOWELS: Final = "aeiou"
_SHORT: Final = 5  # letters: of so short a word another vowel makes another word


def list_misspellings(words: Collection[str], known: Collection[str]) -> Mapping[str, str]:
    """Return the misspellings of words, each with its word. What is a word, or may be two of them, is none."""
    meant: dict[str, set[str]] = defaultdict(set)
    for word in words:
        for slip in _slips(word):
            meant[slip].add(word)
    others = set(known) - set(words)

    def is_word(slip: str) -> bool:
        return slip in words or slip in others or slip.removesuffix("s") in others

    return MappingProxyType({slip: ones.pop() for slip, ones in meant.items() if len(ones) == 1 and not is_word(slip)})


def _slips(word: str) -> Iterator[str]:
    for at, letter in enumerate(word):
        before, behind = word[:at], word[at + 1 :]
        if before:
            yield before + behind
        yield before + letter + letter + behind
        if behind:
            yield before + behind[0] + letter + behind[1:]
        if letter in _VOWELS and len(word) > _SHORT:
            yield from (before + vowel + behind for vowel in _VOWELS)
