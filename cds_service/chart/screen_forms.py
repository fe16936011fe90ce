"""What the safety screen reads of an answered questionnaire: the answers, each with its question (R1)."""

from typing import Final

from cds_service.chart.form_questions import QuestionReader, pair_answers
from cds_service.chart.screened_record import ScreenedRecord
from cds_service.fhir.answered_items import parse_items
from cds_service.fhir.datatypes import is_present
from cds_service.fhir.documents import QuestionnaireResponse
from cds_service.model.facts import SourceKind
from cds_service.model.questionnaire import ANSWER_SYSTEM_URI

_IN_ERROR: Final = "entered-in-error"


def collect_form(response: QuestionnaireResponse, questions: QuestionReader) -> ScreenedRecord | None:
    """Return what is screened of a response. One that is not finished is screened too, though it is no record yet.

    A question is never screened by itself, and an answer always is.
    """
    if response.status == _IN_ERROR:
        return None
    record = ScreenedRecord(response, SourceKind.QUESTIONNAIRE, SourceKind.QUESTIONNAIRE_TEXT)
    parsed = parse_items(response.item)
    record.unread_fields += parsed.unreadable + is_present(response.group)
    form = pair_answers(parsed.items, questions)
    record.unread_fields += not form.is_whole
    for question, part in form.answers:
        if question is not None:
            record.parts.append(part)
        if part.valueString:
            record.add_prose([part.valueString])
        concept = part.valueCodeableConcept
        if concept is not None and not any(one and one.system == ANSWER_SYSTEM_URI for one in concept.coding or ()):
            record.add_concepts(concept)
    return record
