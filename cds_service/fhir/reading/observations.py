"""Reading Observations: a finding with yes, no, coded or no value, and answers about where pain is and goes."""

from typing import NamedTuple

from cds_service.fhir.reading.answers import qualifiers_of, said
from cds_service.fhir.reading.notebook import Notebook, source_of
from cds_service.fhir.resources import Component, Observation, concepts
from cds_service.logic.dates import When
from cds_service.logic.facts import NO_QUALIFIERS, Source, SourceKind, Value
from cds_service.logic.sides import Side
from cds_service.logic.terminology import Code, Meaning

_NOT_COUNTED = frozenset({"entered-in-error", "cancelled", "registered"})
# HL7 v3 ObservationInterpretation.
_POSITIVE = frozenset({"POS", "A", "AA"})
_NEGATIVE = frozenset({"NEG", "N"})


class _Frame(NamedTuple):
    source: Source
    side: Side
    when: When | None


def read_observation(observation: Observation, notebook: Notebook) -> None:
    """Write down the findings of one Observation and of its components."""
    source = source_of(SourceKind.OBSERVATION, observation)
    if observation.status in _NOT_COUNTED:
        notebook.ignore(source, f"status {observation.status}")
        return
    period = observation.effectivePeriod
    when = notebook.when(
        observation.effectiveDateTime, observation.effectiveInstant, (period.end or period.start) if period else None
    )
    frame = _Frame(source, notebook.site_side(observation.bodySite), when)
    answered = [_read_answer(part, frame, notebook) for part in (observation, *(observation.component or ()))]
    if not any(answered):
        notebook.ignore_unmapped(source, observation.code)


def _read_answer(part: Observation | Component, frame: _Frame, notebook: Notebook) -> bool:
    """Read one question and its answer; whether it concerned a finding at all."""
    meanings = notebook.meanings(part.code)
    for meaning in meanings:
        _read_finding(meaning, part, frame, notebook)
    question = next((notebook.terms.questions.get(code) for code in notebook.codes(part.code)), None)
    if meanings or part.valueCodeableConcept is None or _is_absent_data(part):
        return bool(meanings)
    return _read_value(question, part, frame, notebook)


def _read_finding(meaning: Meaning, part: Observation | Component, frame: _Frame, notebook: Notebook) -> None:
    value = _value(part, notebook)
    if value is None:
        notebook.ignore(frame.source, "no value is recorded for it, or one that is neither yes nor no")
        return
    stated = qualifiers_of(_words(part))
    if stated:  # "no relief" from an injection, or a normal test, says that it was done
        value = Value.PRESENT
    notebook.add(meaning, value, frame.source, side=frame.side, when=frame.when, qualifiers=stated)


def _words(part: Observation | Component) -> list[str]:
    """The words of the answer, and the interpretation as a result."""
    marks = _interpretation(part) & {"A", "AA", "N"}
    return said(part.valueCodeableConcept, part.valueString) + [
        "normal" if mark == "N" else "abnormal" for mark in marks
    ]


def _is_absent_data(part: Observation | Component) -> bool:
    return part.dataAbsentReason is not None


def _value(part: Observation | Component, notebook: Notebook) -> Value | None:
    """Present, absent, or None where nothing usable is recorded. No value at all counts as present."""
    if _is_absent_data(part):
        return None
    if part.valueBoolean is not None:
        return Value.PRESENT if part.valueBoolean else Value.ABSENT
    coded = _coded_value(notebook.codes(part.valueCodeableConcept), notebook)
    if coded:
        return coded
    marks = _interpretation(part)
    if marks & (_POSITIVE | _NEGATIVE):
        return Value.PRESENT if marks & _POSITIVE else Value.ABSENT
    has_value = part.valueCodeableConcept is not None or part.valueString is not None
    return Value.PRESENT if not has_value or qualifiers_of(_words(part)) else None


def _coded_value(codes: list[Code], notebook: Notebook) -> Value | None:
    if any(code in notebook.terms.absent for code in codes):
        return Value.ABSENT
    if any(code in notebook.terms.present or code in notebook.terms.severity for code in codes):
        return Value.PRESENT
    return None


def _interpretation(part: Observation | Component) -> set[str]:
    codings = [coding for concept in concepts(part.interpretation) for coding in concept.coding or ()]
    return {str(coding.code) for coding in codings if coding and coding.code}


def _read_value(question: str | None, part: Observation | Component, frame: _Frame, notebook: Notebook) -> bool:
    """Read an answer that names findings or body sites: location, radiation, factors, or a finding as value."""
    concept = part.valueCodeableConcept
    meanings = notebook.meanings(concept)
    radiates = {"radiation": "yes"} if question == "radiation" else NO_QUALIFIERS
    for meaning in meanings:
        notebook.add(meaning, Value.PRESENT, frame.source, side=frame.side, when=frame.when, qualifiers=radiates)
    sites = _sites(part, frame, notebook) if question in {"location", "radiation"} else []
    for meaning in sites:
        notebook.add(meaning, Value.PRESENT, frame.source, side=frame.side, when=frame.when, qualifiers=radiates)
    return bool(meanings or sites)


def _sites(part: Observation | Component, frame: _Frame, notebook: Notebook) -> list[Meaning]:
    """The pains that stand for the body sites of an answer, with the side its codes or text state."""
    concept = part.valueCodeableConcept
    sites = [notebook.terms.sites[code] for code in notebook.codes(concept) if code in notebook.terms.sites]
    said = notebook.site_side(concept)
    side = said if said is not Side.UNSTATED else frame.side
    findings = {finding: None for site in sites for finding in notebook.terms.site_findings.get(site.site, ())}
    return [Meaning(finding, side) for finding in findings]
