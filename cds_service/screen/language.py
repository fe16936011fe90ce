"""Tell whether a free text is in the language of the content. What is not was not screened.

By words, sentence by sentence: no statistics of letters tell "LBP x12d, no RF, SLR neg" from another language.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Final, NamedTuple

from cds_service.model.screen import LanguageWords
from cds_service.narrative.text_cache import TextCache
from cds_service.narrative.words.lexicon import Lexicon
from cds_service.narrative.words.markup import strip_markup
from cds_service.screen.folding import fold_characters
from cds_service.screen.short_forms import ShortForms

_SENTENCE_END: Final = re.compile(r"[.!?;:]\s+|[\r\n]+")
_WORD: Final = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)*")
_LATIN: Final = re.compile("[a-zA-Z\u00aa-\u024f\u1e00-\u1eff\u0300-\u036f]*")
_DOSED: Final = re.compile(r"\b[^\W\d_]+ +(?=\d[\d.,]* ?(?:mg|mcg|g|ml|units?|%))", re.IGNORECASE)  # the name of a drug
_DIGIT: Final = re.compile(r"\d")
_OWN, _OTHER, _UNKNOWN = "own", "other", "unknown"  # language
_APOSTROPHES: Final = str.maketrans("", "", "'\u2019")
_ENDINGS: Final = ("s", "es", "ed", "d", "ing", "ly", "er", "r", "est", "ness", "able", "ally", "ful", "less")
_VOWELS: Final = frozenset("aeiouy")
_SHORTEST_STEM, _LONGEST_ABBREVIATION = 3, 6  # letters
_SHORTEST_PART: Final = 4  # letters of a compound's parts
_LONGEST_SHORT: Final = 3  # letters: so short a word may be an abbreviation
_SHORTEST_COMPOUND: Final = 6  # letters: a part tells only in a word that may be one of two
_LONGEST_COMPOUND: Final = 40  # letters: what is longer is no word
_SHORTEST_SHAPED: Final = 8  # letters: an ending tells only in a long word
_FEW: Final = 2  # unknown words of a sentence, and words of a text that is too short to tell


class _Count(NamedTuple):
    """The words of a sentence: of the content's language, of others, and of none that is known."""

    own: int
    other: int
    unknown: int


class LanguageCheck:
    """Checks texts. Created once; safe to share between threads."""

    def __init__(self, words: LanguageWords, narrative: Lexicon) -> None:
        self._own = words.own.union(chain.from_iterable(map(str.split, narrative.entries)))
        self._whole = words.own  # what the content knows is often cut short: "cont" and "role" make no "controle"
        self._clinical = words.clinical
        self._other = frozenset(word for word in words.other if not word.startswith("-")) - self._own - self._clinical
        self._parts = tuple(word.strip("-") for word in words.other if word.startswith("-"))
        self._neutral = words.neutral
        self._endings = words.foreign_endings
        self._short_forms = ShortForms(word for word in self._own | self._clinical if word.isascii())
        self._cache = TextCache(self._is_other)
        self._is_known_other = TextCache(self._is_sentence_other)
        self.is_foreign_name = TextCache(self._is_foreign_name)

    def is_other(self, text: str) -> bool:
        """Return whether a text, or a sentence in it, is in another language. Recent results are cached."""
        return self._cache(text)

    def knows(self, words: Sequence[str]) -> bool:
        """Return whether each word of a plain text is a number, or one of this language: no name of them is foreign."""
        return not [word for word in words if not (word.isdecimal() or (word in self._own and word.isalpha()))]

    def other_sentences(self, text: str) -> list[tuple[int, int]]:
        """Return where the sentences of another language begin and end in a text without HTML."""
        ends = [*_SENTENCE_END.finditer(text)]
        starts = [0, *(match.end() for match in ends)]
        places = zip(starts, [*(match.start() for match in ends), len(text)], strict=True)
        return [place for place in places if self._is_known_other(fold_characters(text[slice(*place)]))]

    def _is_other(self, text: str) -> bool:
        folded = fold_characters(strip_markup(text))
        return any(self._is_known_other(sentence) for sentence in _SENTENCE_END.split(folded))

    def _is_foreign_name(self, name: str) -> bool:
        """Return whether the name of a disease or a procedure is clearly in another language.

        Unknown words tell nothing here: names are full of Latin, drugs and germs.
        """
        words = _WORD.findall(fold_characters(name))
        if name.isascii() and self._is_clearly_own(words):
            return False
        if not name.isascii() and any(_is_of_another_script(word) for word in words):
            return True
        kinds = list(self._kinds(enumerate(words)))
        others = kinds.count(_OTHER)
        if others > 1:
            return others >= kinds.count(_OWN)
        return others == 1 and _OWN not in kinds and max(map(len, words)) > _LONGEST_SHORT

    def _is_sentence_other(self, sentence: str) -> bool:
        words = _WORD.findall(_DOSED.sub("", sentence) if _DIGIT.search(sentence) else sentence)
        if sentence.isascii() and self._is_clearly_own(words):
            return False
        if not sentence.isascii() and any(_is_of_another_script(word) for word in words):
            return True
        kinds = list(self._kinds(enumerate(words)))
        count = _Count(kinds.count(_OWN), kinds.count(_OTHER), kinds.count(_UNKNOWN))
        if count.other:
            return count.other > 1 or 2 * count.other + count.unknown > count.own
        return count.unknown >= _FEW and len(words) > _FEW and count.unknown > count.own

    def _is_clearly_own(self, words: list[str]) -> bool:
        """Return whether no word is another language's, and too few are unknown to tell: so it is in most sentences."""
        rest = [(place, word) for place, word in enumerate(words) if word.lower() not in self._own]
        kinds = list(self._kinds(rest)) if rest else []
        return _OTHER not in kinds and kinds.count(_UNKNOWN) < _FEW

    def _kinds(self, words: Iterable[tuple[int, str]]) -> Iterator[str]:
        for place, written in words:
            word = written.translate(_APOSTROPHES).lower()
            if len(word) < 2 or (written.isupper() and len(word) < _LONGEST_ABBREVIATION):
                continue
            if word in self._other:
                yield _OTHER
            elif self._is_own(word):
                yield _OWN
            elif self._is_shaped_foreign(word, written):
                yield _OTHER
            elif not (place and written[0].isupper()) and not self._is_neutral(word):
                yield _UNKNOWN

    def _is_shaped_foreign(self, word: str, written: str) -> bool:
        """Return whether the letters or the parts of an unknown word are those of another language."""
        if written.islower() and not word.isascii():
            return True
        if len(word) < _SHORTEST_COMPOUND:
            return False
        is_ended = len(word) >= _SHORTEST_SHAPED and word.endswith(self._endings) and not self._is_neutral(word)
        return is_ended or any(part in word for part in self._parts)

    def _is_neutral(self, word: str) -> bool:
        """Return whether an unknown word says nothing of its language: a term of medicine, or one cut short."""
        if len(word) <= _LONGEST_SHORT or word in self._clinical or _VOWELS.isdisjoint(word):
            return True
        return word.endswith(self._neutral) or self._short_forms.has(word)

    def _is_own(self, word: str) -> bool:
        """Return whether a word is known, or a known one with an ending."""
        word = word if word.isascii() else _without_accents(word)
        if word in self._own or self._is_compound(word):
            return True
        stems = (word[: -len(one)] for one in _ENDINGS if word.endswith(one) and len(word) - len(one) >= _SHORTEST_STEM)
        return any(self._own.intersection(_without_ending(stem)) for stem in stems)

    def _is_compound(self, word: str) -> bool:
        """Return whether a word is two known ones: "weightlifter"."""
        splits = range(_SHORTEST_PART, min(len(word), _LONGEST_COMPOUND) - _SHORTEST_PART + 1)
        own = self._whole
        return any(word[:at] in own and word[at:].removesuffix("s") in own for at in splits)


def _without_ending(stem: str) -> Iterator[str]:
    """Yield what a stem may be as a word: "walk", "cough", "us[e]", "worr[y]", "run[n]"."""
    yield stem
    yield f"{stem}e"
    if stem.endswith("i"):
        yield f"{stem[:-1]}y"
    if len(stem) > _SHORTEST_STEM and stem[-1] == stem[-2]:
        yield stem[:-1]


def _without_accents(word: str) -> str:
    """Return "café" as "cafe"."""
    return "".join(letter for letter in unicodedata.normalize("NFD", word) if not unicodedata.combining(letter))


def _is_of_another_script(word: str) -> bool:
    """Return whether a word is written in letters other than Latin. One Greek letter, as in "β blocker", is none."""
    is_greek_letter = len(word) == 1 and "\u0370" <= word <= "\u03ff"
    return not is_greek_letter and _LATIN.fullmatch(word.translate(_APOSTROPHES)) is None
