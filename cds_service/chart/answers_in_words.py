"""Read the answers to others' questions in words: "Saddle numbness" and "Yes" as one text.

A question names what it asks for, so the two together say that it is there whenever the answer is not understood. An
answer therefore counts as a yes only if it says so, or tells something that the question does not.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Final

from cds_service.chart.fact_collector import FactCollector, build_source
from cds_service.chart.form_questions import FormQuestion, pair_answers
from cds_service.chart.own_answers import note_unread
from cds_service.chart.record_text import RecordContext, add_statements, read_statements
from cds_service.fhir.answered_items import AnsweredItem
from cds_service.fhir.documents import QuestionnaireResponse
from cds_service.fhir.resources import Component
from cds_service.model.dates import PartialDate
from cds_service.model.facts import FindingValue, SourceKind
from cds_service.model.terminology import FindingMeaning
from cds_service.narrative.reader import TextKind
from cds_service.narrative.statements import Statement

_SEVERITY: Final = "severity"
_TEXTS: Final = {FindingValue.PRESENT: "present", FindingValue.ABSENT: "absent"}
_NUMBER: Final = re.compile(r"[\s<>=~+-]*\d[\d.,/\s%-]*")
_FIRST_WORD: Final = re.compile(r"\w+")
_AND, _OR = re.compile(r"\band\b"), re.compile(r"\bor\b|/|,")


def extract_in_words(
    response: QuestionnaireResponse, items: Iterable[AnsweredItem], when: PartialDate | None, collector: FactCollector
) -> None:
    """Add what questions and answers say together. Numbers and scores say nothing."""
    record = RecordContext(response, build_source(SourceKind.QUESTIONNAIRE_TEXT, response), (), when=when)
    form = pair_answers(items, collector.lookups.questions)
    if not form.is_whole:
        note_unread(response, "it is too long: only its beginning was read", collector)
    for question, part in form.answers:
        if question is not None and not question.is_apart:
            _add_answer(question, part, record, collector)


def _add_answer(question: FormQuestion, part: Component, record: RecordContext, collector: FactCollector) -> None:
    answer = _text_of(part)
    value = _value_of(part, answer, collector)
    if value is FindingValue.ABSENT:
        _deny(question, record, collector)
    elif value is FindingValue.PRESENT:
        text = f"{question.name}: {_TEXTS[value]}"
        add_statements(record, read_statements(record, text, collector, TextKind.NOTE), collector)
    elif answer and not _NUMBER.fullmatch(answer):
        told = _Told(question.name, answer, collector)
        said = read_statements(record, f"{question.name}: {answer}", collector, TextKind.NOTE)
        add_statements(record, filter(told.accepts, said), collector)


def _text_of(part: Component) -> str:
    concept = part.valueCodeableConcept
    codings = [one for one in (concept.coding if concept else None) or () if one]
    return (part.valueString or next((one.display for one in codings if one.display), None) or "").strip()


def _value_of(part: Component, answer: str, collector: FactCollector) -> FindingValue | None:
    """Return yes or no, by the answer's value, code or whole text."""
    if part.valueBoolean is not None:
        return FindingValue.PRESENT if part.valueBoolean else FindingValue.ABSENT
    known = {one.value for one in collector.look_up(part.valueCodeableConcept) if one.value}
    if known:
        return known.pop() if len(known) == 1 else None
    codings = part.valueCodeableConcept.coding if part.valueCodeableConcept else None
    words = [answer, *(str(one.code) for one in codings or () if one and not answer)]
    answers = collector.lookups.narrative_reader.answers
    return next((answers[word] for word in (one.strip(" .!").lower() for one in words) if word in answers), None)


def _deny(question: FormQuestion, record: RecordContext, collector: FactCollector) -> None:
    """Add what a no denies: all that the question names as there, and what question and answer together deny.

    "No" to a question that denies already says nothing. "Fever and chills? No" may leave one of them. What was not in
    the past may be now, so only what would have stayed is denied.
    """
    asked = collector.read_text(question.name, TextKind.NOTE).statements
    said = collector.read_text(f"{question.name}: absent", TextKind.NOTE).statements
    denied = [one for one in said if one.value is FindingValue.ABSENT]
    negative = {one.finding for one in asked if one.value is not FindingValue.PRESENT}
    named = [one for one in asked if one.value is FindingValue.PRESENT]
    if len({one.finding for one in named}) > 1 and _AND.search(question.name) and not _OR.search(question.name):
        return
    for one in dict.fromkeys((one.finding, one.side) for one in (*named, *denied) if one.finding not in negative):
        if not question.is_past or collector.lookups.findings[one[0]].stays:
            meaning = FindingMeaning(one[0], one[1])
            collector.add_finding(meaning, FindingValue.ABSENT, record.source, when=record.when)


class _Told:
    """What an answer in free words tells beyond its question."""

    def __init__(self, question: str, answer: str, collector: FactCollector) -> None:
        self._asked: Sequence[Statement] = collector.read_text(question, TextKind.NOTE).statements
        self._answered: Sequence[Statement] = collector.read_text(answer, TextKind.NOTE).statements
        first = _FIRST_WORD.search(answer)
        self._is_yes = (
            first is not None
            and collector.lookups.narrative_reader.answers.get(first[0].lower()) is FindingValue.PRESENT
        )

    def accepts(self, said: Statement) -> bool:
        """Return whether a statement of question and answer together is one that the answer makes."""
        asked = [one for one in self._asked if one.finding == said.finding]
        answered = {one.value for one in self._answered if one.finding == said.finding}
        if said.value is FindingValue.ASKED:
            return FindingValue.ASKED in answered
        if said.value is FindingValue.ABSENT:
            return FindingValue.PRESENT not in answered and all(one.value is FindingValue.PRESENT for one in asked)
        if FindingValue.PRESENT in answered or not asked:
            return True
        if any(one.value is not FindingValue.PRESENT for one in asked):
            return False
        return self._is_yes or all(_tells_more(said, one) for one in asked)


def _tells_more(said: Statement, asked: Statement) -> bool:
    """Return whether a side or a severity was added. A time ("several days") may be how often, on a scale."""
    added = {name for name, _ in set(said.qualifiers) - set(asked.qualifiers)}
    return said.side is not asked.side or _SEVERITY in added
