"""Find the content's imaging words in the texts of orders and studies, with patterns compiled at start-up."""

import re
from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from cds_service.model.sides import Side
from cds_service.model.terminology import ImagingWords
from cds_service.narrative.text_cache import TextCache

_TOKEN = re.compile(r"[^\W_]+")
_SEPARATOR = " | "  # separates texts: no word of the content contains it
MAX_TEXT_LENGTH = 20_000  # characters of a record's texts; real orders and studies have some hundreds


class NamedWords(NamedTuple):
    """What the texts of a record name, each once. `is_truncated`: the texts exceed `MAX_TEXT_LENGTH` and were cut.

    A name that is part of another's picture is left out: a film of the hip "with pelvis" is one of the hip.
    """

    region: tuple[str, ...] = ()
    modality: tuple[str, ...] = ()
    contrast: tuple[str, ...] = ()
    side: tuple[Side, ...] = ()
    is_truncated: bool = False


NO_WORDS: Final = NamedWords()
_REGIONS: Final = dict.fromkeys(
    ("upper-spine", "sacrum", "thigh", "ankle", "head", "trunk"), "other"
)  # as orders name them


class WordMatcher:
    """Finds words of one kind. A longer word takes precedence over a shorter one inside it."""

    def __init__(self, words: tuple[tuple[str, str], ...]) -> None:
        self._names = dict(words)
        # Most texts contain none of these words. Comparing tokens shows that faster than the pattern does.
        self.firsts = frozenset(token for word in self._names for token in _TOKEN.findall(word)[:1])
        longest_first = "|".join(re.escape(word) for word, _ in words)
        self._pattern = re.compile(rf"(?<!\w)(?:{longest_first})(?!\w)")

    def match(self, text: str, tokens: list[str]) -> tuple[str, ...]:
        """Return the distinct names whose words occur in a text as whole words. `tokens` are all words of the text."""
        if self.firsts.isdisjoint(tokens):
            return ()
        return tuple(dict.fromkeys(self._names[word] for word in self._pattern.findall(text)))


class ImagingWordFinder:
    """Finds all kinds of imaging words in texts. Created once; results are cached for records with the same text."""

    def __init__(self, words: ImagingWords) -> None:
        self._words = words
        kinds = (words.region, words.modality, words.contrast, words.side)
        self._region, self._modality, self._contrast, self._side = map(WordMatcher, kinds)
        self._modality_else, self._purpose = WordMatcher(words.modality_else), WordMatcher(words.purpose)
        self._firsts_of_modalities = self._modality.firsts | self._modality_else.firsts
        self._cache = TextCache(self._find)
        self._purpose_cache = TextCache(self._find_purpose)

    def find(self, texts: Iterable[str | None]) -> NamedWords:
        """Return what the texts of a record name together."""
        joined = _SEPARATOR.join([text for text in texts if text])
        return self._cache(joined) if joined else NO_WORDS

    def may_name_modality(self, words: Iterable[str]) -> bool:
        """Return whether a text of these words may name a modality. Most hold none of the words that one begins with.

        An apostrophe parts two words.
        """
        return not self._firsts_of_modalities.isdisjoint(words)

    def _find(self, text: str) -> NamedWords:
        lower = text[:MAX_TEXT_LENGTH].lower()
        tokens = _TOKEN.findall(lower)
        region, modality, contrast, side = (
            matcher.match(lower, tokens) for matcher in (self._region, self._modality, self._contrast, self._side)
        )
        modality = modality or self._modality_else.match(lower, tokens)
        return NamedWords(
            tuple(dict.fromkeys(_REGIONS.get(name, name) for name in _without_parts(region, self._words.region_holds))),
            _without_parts(modality, self._words.modality_holds),
            contrast,
            tuple(map(Side, side)),
            len(text) > MAX_TEXT_LENGTH,
        )

    def names_ankle(self, text: str) -> bool:
        """Return whether a text names the ankle."""
        lower = text[:MAX_TEXT_LENGTH].lower()
        return "ankle" in self._region.match(lower, _TOKEN.findall(lower))

    def seeks_no_source_of_pain(self, names: Iterable[str | None]) -> bool:
        """Return whether names are of densitometry, a guided procedure, or other imaging that explains no pain."""
        joined = _SEPARATOR.join([name for name in names if name])
        return bool(joined) and self._purpose_cache(joined)

    def _find_purpose(self, text: str) -> bool:
        """Judge by the order of words: what is named first is what is done, the rest is how."""
        lower = text[:MAX_TEXT_LENGTH].lower()
        purposes = [name for name in self._purpose.match(lower, _TOKEN.findall(lower)) if name != "aside"]
        return "never" in purposes or purposes[:1] == ["procedure"]


def _without_parts(names: tuple[str, ...], holds: Mapping[str, frozenset[str]]) -> tuple[str, ...]:
    """Return the one name whose picture holds all others, if there is one."""
    if len(names) < 2:
        return names
    whole = (name for name in names if name in holds and holds[name].issuperset({*names} - {name}))
    return tuple(whole)[:1] or names
