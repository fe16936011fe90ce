"""Read the answers to our own questionnaires, by linkId: the same facts as coded Observations give."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from cds_service.chart.fact_collector import FactCollector, build_source
from cds_service.fhir.answered_items import AnsweredItem, GivenAnswer
from cds_service.fhir.datatypes import CodeableConcept, Coding
from cds_service.fhir.documents import QuestionnaireResponse
from cds_service.model.dates import PartialDate
from cds_service.model.facts import FindingValue, SourceKind
from cds_service.model.questionnaire import ANSWER_SYSTEM_URI, SINCE_SUFFIX, Answer
from cds_service.model.sides import Side, combine_sides
from cds_service.model.terminology import FindingMeaning

_BY_CODE: Final = {answer.value: answer for answer in Answer}
_BY_SIDE: Final = {Side.RIGHT: Answer.RIGHT, Side.LEFT: Answer.LEFT, Side.BOTH: Answer.BOTH}
_BY_VALUE: Final = {FindingValue.PRESENT: Answer.YES, FindingValue.ABSENT: Answer.NO}
_SIDES: Final = {Answer.RIGHT: Side.RIGHT, Answer.LEFT: Side.LEFT, Answer.BOTH: Side.BOTH, Answer.YES: Side.UNSTATED}


@dataclass(slots=True)
class _Answered:
    """What was answered about one finding. `is_unclear`: an answer could not be read, or is none of ours."""

    answers: set[Answer] = field(default_factory=set)
    onset: PartialDate | None = None
    is_unclear: bool = False

    @property
    def affirming(self) -> set[Answer]:
        """The answers that say the finding is there."""
        return self.answers - {Answer.NO, Answer.UNKNOWN}


def extract_own_answers(
    response: QuestionnaireResponse, items: Iterable[AnsweredItem], when: PartialDate | None, collector: FactCollector
) -> list[AnsweredItem]:
    """Add the findings that our items answer, and return the items that are not ours."""
    answered: dict[str, _Answered] = {}
    others: list[AnsweredItem] = []
    for item in items:
        name, _, suffix = (item.link_id or "").partition(SINCE_SUFFIX)
        finding = _find(name, collector)
        if finding is None or suffix:
            others.append(item)
        elif item.link_id == name:
            _add_answers(item, answered.setdefault(finding, _Answered()), collector)
        else:
            onsets = (collector.newest_date(one.valueDate, one.valueDateTime) for one in item.answers)
            answered.setdefault(finding, _Answered()).onset = next(filter(None, onsets), None)
    for finding, answer in answered.items():
        _add_finding(finding, answer, response, when, collector)
    return others


def note_unread(response: QuestionnaireResponse, reason: str, collector: FactCollector) -> None:
    """Note that a part of a response was not read. It may be anything, so advice to wait cannot rest on the rest."""
    collector.ignore(response, reason)
    collector.missing_types.add(type(response).__name__)


def _find(link_id: str, collector: FactCollector) -> str | None:
    """Return the finding of a linkId, of this version of the form or an earlier one."""
    finding = collector.lookups.terminology.questionnaires.former.get(link_id, link_id)
    return finding if finding in collector.lookups.findings else None


def _add_answers(item: AnsweredItem, answered: _Answered, collector: FactCollector) -> None:
    read = [_to_answer(answer, collector) for answer in item.answers]
    answered.answers.update(answer for answer in read if answer is not None)
    answered.is_unclear |= None in read or not item.is_whole


def _add_finding(
    finding: str,
    answered: _Answered,
    response: QuestionnaireResponse,
    when: PartialDate | None,
    collector: FactCollector,
) -> None:
    """Add what was answered. Yes and no together, or no beside what could not be read, are neither."""
    is_denied = Answer.NO in answered.answers
    if answered.is_unclear or (is_denied and answered.affirming):
        note_unread(response, "an answer in it is unclear", collector)
    source = build_source(SourceKind.QUESTIONNAIRE, response)
    if answered.affirming and not is_denied:
        side = combine_sides(_SIDES[answer] for answer in answered.affirming)
        meaning = FindingMeaning(finding)
        collector.add_finding(meaning, FindingValue.PRESENT, source, side=side, when=when, onset=answered.onset)
    elif answered.answers == {Answer.NO} and not answered.is_unclear:
        collector.add_finding(FindingMeaning(finding), FindingValue.ABSENT, source, when=when)


def _to_answer(answer: GivenAnswer, collector: FactCollector) -> Answer | None:
    """Return what an answer is, however the form's software writes it; None if it is none of ours."""
    if answer.valueBoolean is not None:
        return Answer.YES if answer.valueBoolean else Answer.NO
    if answer.valueCoding is not None:
        return _from_coding(answer.valueCoding, collector)
    return _from_text(answer.valueString, collector)


def _from_coding(coding: Coding, collector: FactCollector) -> Answer | None:
    if coding.system in {ANSWER_SYSTEM_URI, None} and coding.code is not None:
        return _BY_CODE.get(str(coding.code))
    for known in collector.look_up(CodeableConcept([coding])):
        found = _BY_VALUE.get(known.value) if known.value else _BY_SIDE.get(known.side)
        if found is not None:
            return found
    return _from_text(coding.display, collector)


def _from_text(text: str | None, collector: FactCollector) -> Answer | None:
    said = (text or "").strip().casefold()
    labels = collector.lookups.terminology.questionnaires.labels
    return next((answer for answer in Answer if said in {answer.value, labels[answer].casefold()}), None)
