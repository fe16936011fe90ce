"""Finding the content's words in the texts of an order or study: by patterns made at start-up, each text once."""

import re
from collections.abc import Iterable
from typing import Final, NamedTuple

from cds_service.model.sides import Side
from cds_service.model.terminology import ImagingWords
from cds_service.narrative.text_cache import TextCache

_TOKEN = re.compile(r"[^\W_]+")
_BETWEEN = " | "  # no word of the content spans two texts
MAX_TEXT_LENGTH = 20_000  # characters of a record's texts; an order's or a study's own words are some hundreds


class NamedWords(NamedTuple):
    """What the texts of one record name, each once. `is_cut`: they are longer than `LONGEST`, the rest is not read."""

    region: tuple[str, ...] = ()
    modality: tuple[str, ...] = ()
    contrast: tuple[str, ...] = ()
    side: tuple[Side, ...] = ()
    is_truncated: bool = False


NO_WORDS: Final = NamedWords()


class WordMatcher:
    """Finds words of one kind. Longer words stand over shorter ones inside them."""

    def __init__(self, words: tuple[tuple[str, str], ...]) -> None:
        self._names = dict(words)
        # Most texts have no such word at all: their tokens tell faster than the pattern does.
        self._firsts = frozenset(token for word in self._names for token in _TOKEN.findall(word)[:1])
        longest_first = "|".join(re.escape(word) for word, _ in words)
        self._pattern = re.compile(rf"(?<!\w)(?:{longest_first})(?!\w)")

    def match(self, text: str, tokens: list[str]) -> tuple[str, ...]:
        """The names whose words stand in a text as whole words, each once; `tokens` are all its words."""
        if self._firsts.isdisjoint(tokens):
            return ()
        return tuple(dict.fromkeys(self._names[word] for word in self._pattern.findall(text)))


class ImagingWordFinder:
    """Reads texts for every kind of word. Made once; what a text names is kept for the next record that says it."""

    def __init__(self, words: ImagingWords) -> None:
        kinds = (words.region, words.modality, words.contrast, words.side)
        self._region, self._modality, self._contrast, self._side = map(WordMatcher, kinds)
        self._cache = TextCache(self._find)

    def find(self, texts: Iterable[str | None]) -> NamedWords:
        """What the texts of one record name together."""
        said = _BETWEEN.join([text for text in texts if text])
        return self._cache(said) if said else NO_WORDS

    def _find(self, text: str) -> NamedWords:
        lower = text[:MAX_TEXT_LENGTH].lower()
        tokens = _TOKEN.findall(lower)
        region, modality, contrast, side = (
            finder.match(lower, tokens) for finder in (self._region, self._modality, self._contrast, self._side)
        )
        return NamedWords(region, modality, contrast, tuple(map(Side, side)), len(text) > MAX_TEXT_LENGTH)
