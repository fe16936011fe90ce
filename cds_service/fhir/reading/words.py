"""Finding the content's words in the texts of an order or study: by patterns made at start-up, each text once."""

import re
from collections.abc import Iterable
from typing import Final, NamedTuple

from cds_service.fhir.kept import Kept
from cds_service.logic.sides import Side
from cds_service.logic.terminology import Words

_TOKEN = re.compile(r"[^\W_]+")
_BETWEEN = " | "  # no word of the content spans two texts
LONGEST = 20_000  # characters of a record's texts; an order's or a study's own words are some hundreds


class Worded(NamedTuple):
    """What the texts of one record name, each once. `is_cut`: they are longer than `LONGEST`, the rest is not read."""

    region: tuple[str, ...] = ()
    modality: tuple[str, ...] = ()
    contrast: tuple[str, ...] = ()
    side: tuple[Side, ...] = ()
    is_cut: bool = False


WORDLESS: Final = Worded()


class WordFinder:
    """Finds words of one kind. Longer words stand over shorter ones inside them."""

    def __init__(self, words: tuple[tuple[str, str], ...]) -> None:
        self._names = dict(words)
        # Most texts have no such word at all: their tokens tell faster than the pattern does.
        self._firsts = frozenset(token for word in self._names for token in _TOKEN.findall(word)[:1])
        longest_first = "|".join(re.escape(word) for word, _ in words)
        self._pattern = re.compile(rf"(?<!\w)(?:{longest_first})(?!\w)")

    def names(self, lower: str, tokens: list[str]) -> tuple[str, ...]:
        """The names whose words stand in a text as whole words, each once; `tokens` are all its words."""
        if self._firsts.isdisjoint(tokens):
            return ()
        return tuple(dict.fromkeys(self._names[word] for word in self._pattern.findall(lower)))


class WordReader:
    """Reads texts for every kind of word. Made once; what a text names is kept for the next record that says it."""

    def __init__(self, words: Words) -> None:
        kinds = (words.region, words.modality, words.contrast, words.side)
        self._region, self._modality, self._contrast, self._side = map(WordFinder, kinds)
        self._kept = Kept(self._read)

    def read(self, texts: Iterable[str | None]) -> Worded:
        """What the texts of one record name together."""
        said = _BETWEEN.join([text for text in texts if text])
        return self._kept(said) if said else WORDLESS

    def _read(self, said: str) -> Worded:
        lower = said[:LONGEST].lower()
        tokens = _TOKEN.findall(lower)
        region, modality, contrast, side = (
            finder.names(lower, tokens) for finder in (self._region, self._modality, self._contrast, self._side)
        )
        return Worded(region, modality, contrast, tuple(map(Side, side)), len(said) > LONGEST)
