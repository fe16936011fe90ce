"""Finding the content's words in the text of an order or study, each kind of word by one pattern made at start-up."""

import re
from collections.abc import Iterable
from typing import NamedTuple

from cds_service.logic.terminology import Words

_TOKEN = re.compile(r"[^\W_]+")
_BETWEEN = " | "  # no word of the content spans two texts
LONGEST = 20_000  # characters of a record's texts; an order's or a study's own words are some hundreds


class Passage:
    """The texts of one record. They are looked into only when a code does not say it all.

    `is_cut`: there was more than `LONGEST`, which is not read.
    """

    __slots__ = ("_lower", "_texts", "_tokens", "is_cut")

    def __init__(self, texts: Iterable[str | None]) -> None:
        self._texts = [text for text in texts if text]
        self.is_cut = sum(map(len, self._texts)) > LONGEST
        if self.is_cut:
            self._texts = [_BETWEEN.join(self._texts)[:LONGEST]]
        self._lower = ""
        self._tokens: list[str] | None = None

    def tokens(self) -> list[str]:
        """The words and numbers of all texts, in lower case."""
        if self._tokens is None:
            self._lower = _BETWEEN.join(self._texts).lower()
            self._tokens = _TOKEN.findall(self._lower)
        return self._tokens

    def lower(self) -> str:
        """All texts in lower case."""
        self.tokens()
        return self._lower


class WordFinder:
    """Finds words of one kind. Longer words stand over shorter ones inside them."""

    def __init__(self, words: tuple[tuple[str, str], ...]) -> None:
        self._names = dict(words)
        # Most texts have no such word at all: their tokens tell faster than the pattern does.
        self._firsts = frozenset(token for word in self._names for token in _TOKEN.findall(word)[:1])
        longest_first = "|".join(re.escape(word) for word, _ in words)
        self._pattern = re.compile(rf"(?<!\w)(?:{longest_first})(?!\w)")

    def names(self, passage: Passage) -> list[str]:
        """The names whose words stand in the passage as whole words, each once."""
        if self._firsts.isdisjoint(passage.tokens()):
            return []
        return list(dict.fromkeys(self._names[word] for word in self._pattern.findall(passage.lower())))


class WordFinders(NamedTuple):
    """The finders of each kind."""

    region: WordFinder
    modality: WordFinder
    contrast: WordFinder
    side: WordFinder


def make_finders(words: Words) -> WordFinders:
    """The finders of the content's words."""
    return WordFinders(*(WordFinder(table) for table in (words.region, words.modality, words.contrast, words.side)))
