"""Properties of our questionnaires: each answer is a fact of its own, and what is not answered is not recorded."""

import json
from datetime import date
from functools import cache

from hypothesis import given, settings
from hypothesis import strategies as st
from synthetic import PATIENT, resource

from cds_service.chart.chart_reader import ChartReader
from cds_service.fhir.bundles import decode_resources
from cds_service.fhir.chart_data import ChartData
from cds_service.knowledge import Knowledge
from cds_service.model.dates import full_date
from cds_service.model.facts import FindingValue
from cds_service.model.questionnaire import ANSWER_SYSTEM_URI, Answer, Question, Questionnaire
from cds_service.model.sides import Side
from tests.shipped import shipped_knowledge

ALWAYS_THE_SAME = settings(max_examples=60, derandomize=True, database=None, deadline=None)
TODAY, DAY = date(2026, 3, 10), date(2026, 3, 1)
Fact = tuple[str, FindingValue, Side]
_SAYS = {
    Answer.YES: (FindingValue.PRESENT, Side.UNSTATED),
    Answer.RIGHT: (FindingValue.PRESENT, Side.RIGHT),
    Answer.LEFT: (FindingValue.PRESENT, Side.LEFT),
    Answer.BOTH: (FindingValue.PRESENT, Side.BOTH),
    Answer.NO: (FindingValue.ABSENT, Side.UNSTATED),
}


@cache
def _knowledge() -> Knowledge:
    return shipped_knowledge()


@cache
def _reader() -> ChartReader:
    return ChartReader(_knowledge().terminology, _knowledge().content, _knowledge().narrative, _knowledge().screen)


def questions(form: Questionnaire) -> list[Question]:
    return [question for section in form.sections for question in section.questions]


@st.composite
def filled(draw: st.DrawFn) -> tuple[Questionnaire, dict[str, Answer | None]]:
    """A form with an answer, or none, to each question."""
    form = draw(st.sampled_from(_knowledge().terminology.questionnaires.forms))
    return form, {one.finding: draw(st.sampled_from((*one.answers, None))) for one in questions(form)}


def read(form: Questionnaire, answers: dict[str, Answer | None]) -> set[Fact]:
    texts = {one.finding: one.text for one in questions(form)}
    labels = _knowledge().terminology.questionnaires.labels
    items = [
        {"linkId": name, "text": texts[name], **({"answer": [_coding(answer, labels[answer])]} if answer else {})}
        for name, answer in answers.items()
    ]
    fields = {"status": "completed", "questionnaire": form.url, "authored": DAY.isoformat(), "item": items}
    response = resource("QuestionnaireResponse", **fields)
    bundle = {"resourceType": "Bundle", "entry": [{"resource": response}]}
    decoded = decode_resources(json.dumps(bundle).encode(), "prefetch.test")
    chart = _reader().build_chart(ChartData(decoded.resources), PATIENT, TODAY)
    assert {fact.when for fact in chart.findings} <= {full_date(DAY)}
    assert chart.missing_types == frozenset()
    return {(fact.id, fact.value, fact.side) for fact in chart.findings}


def _coding(answer: Answer, label: str) -> dict[str, dict[str, str]]:
    return {"valueCoding": {"system": ANSWER_SYSTEM_URI, "code": answer.value, "display": label}}


@ALWAYS_THE_SAME
@given(filled())
def test_the_facts_are_the_answers_one_by_one(filled_form: tuple[Questionnaire, dict[str, Answer | None]]) -> None:
    form, answers = filled_form
    said = {(name, *_SAYS[answer]) for name, answer in answers.items() if answer in _SAYS}
    assert read(form, answers) == said


@ALWAYS_THE_SAME
@given(filled(), st.data())
def test_an_answer_left_out_takes_its_own_fact_and_no_other(
    filled_form: tuple[Questionnaire, dict[str, Answer | None]], data: st.DataObject
) -> None:
    form, answers = filled_form
    left_out = data.draw(st.sampled_from(sorted(answers)))
    rest = {name: answer for name, answer in answers.items() if name != left_out}
    assert read(form, rest) == {fact for fact in read(form, answers) if fact[0] != left_out}
