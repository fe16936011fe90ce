"""Questions and answers in words: Observations without a code that means anything here, and narrative ones."""

from typing import Final

from cds_service.fhir.reading.notebook import Notebook
from cds_service.fhir.reading.telling import Telling, name_of, tell_name
from cds_service.fhir.resources import CodeableConcept, Component, Observation
from cds_service.logic.facts import Value

# What an answer to a question about pain stands behind, so that a bare place is one of pain.
_OPENINGS: Final = {"location": "pain: ", "radiation": "pain radiating to ", "finding": "", "narrative": ""}
_SAID: Final = {Value.PRESENT: "present", Value.ABSENT: "absent"}


def has_words(part: Observation | Component, code: CodeableConcept | None) -> bool:
    """Whether there is anything to read: most Observations are numbers, and their notes those of other fields."""
    return bool(
        part.valueString
        or part.valueCodeableConcept is not None
        or part.valueBoolean is not None
        or part.interpretation
        or (code is not None and not code.coding and code.text)
        or (isinstance(part, Observation) and (part.note or part.comment or part.comments))
    )


def tell_answer(
    part: Observation | Component, question: str | None, telling: Telling, value: Value | None, notebook: Notebook
) -> bool:
    """Read an answer in words; whether it said anything. `value`: what its code, yes or no, or interpretation says.

    An answer to a question about pain, or to none that is coded, is read as it stands. That to an unknown code is read
    only where the question's own words name a finding: what else it is about, family history say, cannot be told.
    """
    answer = part.valueString or (part.valueCodeableConcept.text if part.valueCodeableConcept else None)
    if question is not None:
        return bool(answer and tell_name(telling, _OPENINGS[question] + answer, notebook))
    name = name_of(part.code, has_meaning=False)
    is_coded = bool(part.code and part.code.coding)
    reader = notebook.terms.narrative
    if is_coded and not (reader.read(name).is_about and (answer or value)):
        return False
    said = reader.answers.get((answer or "").strip(" .").lower(), value)
    return bool(tell_name(telling, _worded(name, answer, said), notebook))


def _worded(name: str | None, answer: str | None, said: Value | None) -> str | None:
    """Question and answer as one text: a finding that is denied, or a test with its result."""
    if name is None or (answer is None and said is None):
        return name or answer
    if said is None:
        return f"{name}: {answer}"
    return f"{name}: {_SAID[said]}"
