"""The questions of others' forms as texts, under their headings, and their answers as parts of an Observation."""

import re
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from cds_service.fhir.answered_items import AnsweredItem
from cds_service.fhir.datatypes import CodeableConcept, is_present
from cds_service.fhir.resources import Component
from cds_service.model.questionnaire import OtherQuestions, QuestionWords

_NEAREST: Final = 2  # headings read with a question; what others say of family or past counts from all of them
_LONGEST: Final = 300  # characters; a longer text is no question but a page of instructions
_MOST_READ: Final = 30_000  # characters of one form; source: our own bound, twice a form of a hundred questions
_ENDS: Final = "?:.;, \t\r\n"
_NOTHING: Final = re.compile(r"(?!)")


class FormQuestion(NamedTuple):
    """A question with its headings. `is_apart`: it asks for something else than what the patient has, or had."""

    name: str
    is_past: bool
    is_apart: bool


class QuestionReader:
    """Reads what questions are about. Created once; safe to share between threads."""

    def __init__(self, others: OtherQuestions) -> None:
        self._others = others
        self._family, self._past = _compile(others.family), _compile(others.past)
        self._apart = _compile(others.apart)

    def read(self, item: AnsweredItem) -> FormQuestion | None:
        """Return the question of an item, or None if it has no text, or one that is no question."""
        texts = [text.strip(_ENDS) for text in (*item.heads[-_NEAREST:], item.text or "")]
        if not texts[-1] or len(texts[-1]) > _LONGEST:
            return None
        around = "\n".join([*item.heads, item.text or ""]).lower()
        is_past = self._past.search(around) is not None
        headings = [self._others.past.heading] if is_past else []
        if self._family.search(around):
            headings = [self._others.family.heading]
        names = [*headings, *(text for text in texts if text and len(text) <= _LONGEST)]
        return FormQuestion(": ".join(names), is_past, self._apart.search(around) is not None)


class Answered(NamedTuple):
    """An answer with its question, as a part of an Observation has them. No `question`: the item has no text."""

    question: FormQuestion | None
    part: Component


class AnsweredForm(NamedTuple):
    """The answers of a form, and whether they are all of it."""

    answers: list[Answered]
    is_whole: bool


def pair_answers(items: Iterable[AnsweredItem], questions: QuestionReader) -> AnsweredForm:
    """Pair each answer with its question. A question is read with every answer, so their characters are limited."""
    paired: list[Answered] = []
    left = _MOST_READ
    for item in items:
        question = questions.read(item)
        for part in _to_components(question.name if question else "", item):
            left -= len(question.name if question else "") + len(part.valueString or "")
            if left < 0:
                return AnsweredForm(paired, is_whole=False)
            paired.append(Answered(question, part))
    return AnsweredForm(paired, is_whole=True)


def _to_components(name: str, item: AnsweredItem) -> Iterator[Component]:
    code = CodeableConcept(text=name)
    for answer in item.answers:
        coding = answer.valueCoding
        yield Component(
            code=code,
            valueBoolean=answer.valueBoolean,
            valueString=answer.valueString,
            valueCodeableConcept=CodeableConcept([coding]) if coding is not None else None,
            valueInteger=answer.valueInteger if is_present(answer.valueInteger) else answer.valueDecimal,
            valueQuantity=answer.valueQuantity,
        )


def _compile(words: QuestionWords) -> re.Pattern[str]:
    """Return the pattern of words that stand anywhere, and of those that stand last."""
    anywhere, last = ("|".join(map(re.escape, listed)) for listed in (words.words, words.last))
    parts = [rf"\b(?:{anywhere})\b"] if anywhere else []
    parts += [rf"\b(?:{last})\s*(?:[?,.:;\n]|$)"] if last else []
    return re.compile("|".join(parts)) if parts else _NOTHING
