"""Questions and answers in words: Observations without a code that means anything here, and narrative ones."""

from typing import Final

from cds_service.chart.fact_collector import FactCollector
from cds_service.chart.record_text import RecordContext, concept_text, extract_from_name
from cds_service.fhir.resources import CodeableConcept, Component, Observation
from cds_service.model.facts import FindingValue

# What an answer to a question about pain stands behind, so that a bare place is one of pain.
_PREFIX_BY_QUESTION: Final = {"location": "pain: ", "radiation": "pain radiating to ", "finding": "", "narrative": ""}
_VALUE_TEXTS: Final = {FindingValue.PRESENT: "present", FindingValue.ABSENT: "absent"}


def has_text(part: Observation | Component, code: CodeableConcept | None) -> bool:
    """Whether there is anything to read: most Observations are numbers, and their notes those of other fields."""
    return bool(
        part.valueString
        or part.valueCodeableConcept is not None
        or part.valueBoolean is not None
        or part.interpretation
        or (code is not None and not code.coding and code.text)
        or (isinstance(part, Observation) and (part.note or part.comment or part.comments))
    )


def extract_from_answer(
    part: Observation | Component,
    question: str | None,
    record: RecordContext,
    value: FindingValue | None,
    collector: FactCollector,
) -> bool:
    """Read an answer in words; whether it said anything. `value`: what its code, yes or no, or interpretation says.

    An answer to a question about pain, or to none that is coded, is read as it stands. That to an unknown code is read
    only where the question's own words name a finding: what else it is about, family history say, cannot be told.
    """
    answer = part.valueString or (part.valueCodeableConcept.text if part.valueCodeableConcept else None)
    if question is not None:
        return bool(answer and extract_from_name(record, _PREFIX_BY_QUESTION[question] + answer, collector))
    name = concept_text(part.code, has_meaning=False)
    is_coded = bool(part.code and part.code.coding)
    reader = collector.lookups.narrative_reader
    if is_coded and not (reader.read(name).has_mention and (answer or value)):
        return False
    said = reader.answers.get((answer or "").strip(" .").lower(), value)
    return bool(extract_from_name(record, _question_with_answer(name, answer, said), collector))


def _question_with_answer(question: str | None, answer: str | None, value: FindingValue | None) -> str | None:
    """Question and answer as one text: a finding that is denied, or a test with its result."""
    if question is None or (answer is None and value is None):
        return question or answer
    if value is None:
        return f"{question}: {answer}"
    return f"{question}: {_VALUE_TEXTS[value]}"
