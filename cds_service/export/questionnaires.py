"""Our own questionnaires, as FHIR R4 Questionnaires whose items carry the codes of the findings."""

from collections.abc import Iterator
from typing import Any

from cds_service.export.metadata import Resource, build_metadata
from cds_service.knowledge import Knowledge
from cds_service.model.questionnaire import ANSWER_SYSTEM_URI, SINCE_SUFFIX, Answer, Question, Questionnaire
from cds_service.model.terminology import FINDING_SYSTEM

_INTRODUCTION = "introduction"


def build_questionnaires(knowledge: Knowledge) -> Iterator[Resource]:
    """Build one for the patient and one for the clinician."""
    for form in knowledge.terminology.questionnaires.forms:
        yield _build_questionnaire(form, knowledge)


def _build_questionnaire(form: Questionnaire, knowledge: Knowledge) -> Resource:
    metadata = build_metadata("Questionnaire", form.id, form.title, form.purpose, knowledge.content.edition)
    introduction = {"linkId": _INTRODUCTION, "text": form.introduction, "type": "display"}
    sections = [
        {
            "linkId": section.id,
            "text": section.title,
            "type": "group",
            "item": [item for question in section.questions for item in _build_items(question, knowledge)],
        }
        for section in form.sections
    ]
    return metadata | {"subjectType": ["Patient"], "purpose": form.purpose, "item": [introduction, *sections]}


def _build_items(question: Question, knowledge: Knowledge) -> Iterator[dict[str, Any]]:
    """Yield a question, and the one for the first day, which is enabled by what says that the finding is there."""
    system = knowledge.terminology.uri_by_system[FINDING_SYSTEM]
    label = knowledge.content.findings[question.finding].label
    yield {
        "linkId": question.finding,
        "code": [{"system": system, "code": question.finding, "display": label}],
        "text": question.text,
        "type": "choice",
        "answerOption": [{"valueCoding": _to_coding(answer, knowledge)} for answer in question.answers],
    }
    if question.since:
        enabled_by = [
            {"question": question.finding, "operator": "=", "answerCoding": _to_coding(answer, knowledge)}
            for answer in question.affirming
        ]
        yield {
            "linkId": f"{question.finding}{SINCE_SUFFIX}",
            "text": question.since,
            "type": "date",
            "enableWhen": enabled_by,
            **({"enableBehavior": "any"} if len(enabled_by) > 1 else {}),
        }


def _to_coding(answer: Answer, knowledge: Knowledge) -> dict[str, str]:
    label = knowledge.terminology.questionnaires.labels[answer]
    return {"system": ANSWER_SYSTEM_URI, "code": answer.value, "display": label}
