"""Sections of a note: whose, when and how sure what stands under a title is."""

from collections.abc import Mapping
from typing import Final

from cds_service.narrative.words.lexicon import CueEffect, Section
from cds_service.narrative.words.tokenizer import LINE, PARAGRAPH, STOP, Sentence

_BEHIND_TITLE: Final = frozenset({":", "-"})
_LINE_ENDS: Final = frozenset({LINE, PARAGRAPH})
_NOTHING: Final = frozenset({"nil", "none", "nad", "no", "unremarkable", "negative", "noncontributory", "unknown"})
_LONGEST_TITLE: Final = 6  # words
_LONGEST_DATED_TITLE: Final = 10
PLAIN: Final = Section()
REPORT: Final = Section(is_of_diagnoses=True)


class SectionReader:
    """Follows the sections of one text, sentence by sentence. `base`: what stands before the first title."""

    def __init__(self, titles: Mapping[str, Section], base: Section = PLAIN) -> None:
        self._titles = titles
        self._base = base
        self._current = base
        self._is_ended = False
        self.is_opened = False  # by the last sentence: what a heading before it led has ended

    def enter(self, sentence: Sentence) -> Section:
        """Return the section that a sentence stands in."""
        if self._is_ended:
            self._current, self._is_ended = self._base, False
        section = self._titled(sentence)
        self.is_opened = section is not None and section.opens
        if section is not None:
            self._current = section if section.effect or section.is_of_diagnoses else self._base
        is_last = self._current.until_blank and sentence.ending == PARAGRAPH and not self._is_bare(sentence)
        self._is_ended = is_last or (section is not None and _is_family_answered(section, sentence))
        return self._current

    def _titled(self, sentence: Sentence) -> Section | None:
        """Return the section that a sentence begins, or None."""
        words = sentence.words
        marks = [at for at, word in enumerate(words[1:_LONGEST_DATED_TITLE], 1) if word in _BEHIND_TITLE]
        end = marks[0] if marks else None
        if end is None and not self._is_bare(sentence):
            return None
        titled = self._titles.get(" ".join(words[:end]).rstrip(" :-"))
        if titled is None and end is not None and end > 1:
            return self._titles.get(" ".join(word for word in words[:end] if word.isalpha()))  # "notes from 2018"
        return titled

    def _is_bare(self, sentence: Sentence) -> bool:
        """Return whether a sentence is a line of its own that may be a title."""
        words = sentence.words
        is_short = sentence.ending in _LINE_ENDS and len(words) <= _LONGEST_TITLE + 1
        return is_short and " ".join(words).rstrip(" :-") in self._titles


def _is_family_answered(section: Section, sentence: Sentence) -> bool:
    """Return whether a family's title is answered in a word: "FH: nil." is all of it."""
    return (
        section.effect is CueEffect.FAMILY
        and sentence.ending == STOP
        and sentence.words[-2:-1] == (":",)
        and (sentence.words[-1] in _NOTHING)
    )
