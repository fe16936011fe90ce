"""Read a question and its answer as one text, as a note would have it: "Saddle sensation: decreased"."""

import re
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from cds_service.model.screen import AnswerWords
from cds_service.narrative.text_cache import TextCache
from cds_service.narrative.words.markup import strip_markup
from cds_service.screen.folding import expand_word, spread_words

_WORD: Final = re.compile(r"[^\W\d_]")
_NUMBER: Final = re.compile(r"\s*[<>=]*\s*([-\u2212]?\d{1,9}(?:[.,]\d{1,4})?)\s*(\D.{0,30})?")
_LONGEST: Final = 2_000  # characters; a longer text is no answer, and is screened by itself
_IMPAIRED: Final = "impaired"


class WrittenNumber(NamedTuple):
    """A number that was sent as text, with its unit."""

    number: float
    unit: str


class _Answer(NamedTuple):
    """What an answer is. `is_lost`: it says that something is absent. `tells`: it is no number and denies nothing."""

    is_lost: bool = False
    tells: bool = False


class AnswerReader:
    """Reads answers. Created once; safe to share between threads."""

    def __init__(self, words: AnswerWords) -> None:
        said = sorted((*words.normal, *words.unanswered), key=len, reverse=True)
        self._said = [spread_words(one) for one in said]
        self._beside = words.beside
        self._faculties = _forms(words.faculties)
        self._signs = _forms(words.signs)
        self._lost = frozenset(spread_words(one) for one in words.lost)
        self._read = TextCache(self._read_answer)
        self.is_faculty = TextCache(self._is_faculty)

    def to_text(self, name: str, answer: str) -> str | None:
        """Return a question with its answer as a text to screen, or None if the answer denies it or is a number."""
        read = self._read(answer)
        if read.is_lost and self.is_faculty(name):
            return f"{name}: {_IMPAIRED}"
        return f"{name}: {answer}" if read.tells else None

    def denied(self, name: str) -> str | None:
        """Return the text for an answer of no: that of a faculty is a sign."""
        return f"{name}: {_IMPAIRED}" if self.is_faculty(name) else None

    def _read_answer(self, answer: str) -> _Answer:
        if len(answer) > _LONGEST or not _WORD.search(answer):
            return _Answer()
        spoken = spread_words(strip_markup(answer))
        is_number = answer.lstrip(" <>=-")[:1].isdigit()
        return _Answer(spoken in self._lost, not (is_number or self._says_nothing(spoken)))

    def _is_faculty(self, name: str) -> bool:
        """Return whether a name is of what a healthy person has, and not of a sign."""
        spread = spread_words(name)
        return any(form in spread for form in self._faculties) and not any(form in spread for form in self._signs)

    def _says_nothing(self, spoken: str) -> bool:
        """Return whether an answer holds no words but those that are normal, or that answer nothing."""
        rest = spoken
        for one in self._said:
            rest = rest.replace(one, " ")
        return rest != spoken and all(word in self._beside for word in rest.split())


def read_number(answer: str) -> WrittenNumber | None:
    """Return the number that a text is, or None if it is anything else."""
    match = _NUMBER.fullmatch(answer)
    if match is None:
        return None
    number = match[1].replace(",", ".").replace("\u2212", "-")
    return WrittenNumber(float(number), (match[2] or "").strip().lower())


def _forms(words: Iterable[str]) -> Sequence[str]:
    return [form for word in words for form in expand_word(word)]
