"""Observations whose code has no meaning here, and narrative ones: read their questions and answers as text."""

import re
from typing import Final

from cds_service.chart.fact_collector import FactCollector
from cds_service.chart.record_text import RecordContext, concept_text, extract_from_name, with_sites
from cds_service.fhir.datatypes import CodeableConcept
from cds_service.fhir.resources import Component, Observation
from cds_service.model.facts import FindingValue

# The text to put before the answer to a question about pain, so that a bare place is read as a pain there.
_PREFIX_BY_QUESTION: Final = {
    "location": "pain: ",
    "radiation": "pain radiating to ",
    "finding": "",
    "narrative": "",
    "examination": "",
}
_NUMBER: Final = re.compile(r"\s*[<>=]*\s*[-+]?\d+([.,]\d+)?\s*")
_VALUE_TEXTS: Final = {FindingValue.PRESENT: "present", FindingValue.ABSENT: "absent"}


def has_text(part: Observation | Component, code: CodeableConcept | None) -> bool:
    """Return whether there is any text to read. Most Observations are numbers, with notes about other fields."""
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
    """Read an answer as text and return whether it states anything. `value` is the answer by code or interpretation.

    The answer to a question about pain, or to a question without a code, is read as it is. The answer to an unknown
    code is read only if the question's text names a finding: otherwise it may be about anything, such as family
    history.
    """
    answer = part.valueString or (part.valueCodeableConcept.text if part.valueCodeableConcept else None)
    if question is not None:
        return bool(answer and extract_from_name(record, _PREFIX_BY_QUESTION[question] + answer, collector))
    if part.code is not None and collector.lookups.codes.names_no_disease(part.code):
        return False  # the answer is about the family, a screening, or a benign disease
    name = concept_text(part.code, collector.lookups, has_meaning=False)
    is_coded = bool(part.code and part.code.coding)
    reader = collector.lookups.narrative_reader
    if is_coded and not (reader.read(name).has_mention and (answer or value)):
        return False
    if is_coded and value is None and answer and _NUMBER.fullmatch(answer):
        return False  # "Cancer Ag 125: 12": a number is neither yes nor no
    name = name.rstrip("? ") if name else name  # a question that is answered is no doubt
    if isinstance(part, Observation):
        name = with_sites(name, part.bodySite, collector, has_meaning=False)
    value = reader.answers.get((answer or "").strip(" .").lower(), value)
    # Question and answer become one text: a finding that is denied, or a test with its result.
    text = name or answer
    if name is not None and value is not None:
        text = f"{name}: {_VALUE_TEXTS[value]}"
    elif name is not None and answer is not None:
        text = f"{name}: {answer}"
    return bool(extract_from_name(record, text, collector))
