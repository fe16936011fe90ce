"""Reading Observations: a finding with yes, no, coded or no value, and answers about where pain is and goes."""

from typing import NamedTuple

from cds_service.fhir.reading.answers import qualifiers_of, said
from cds_service.fhir.reading.lexicon import Known
from cds_service.fhir.reading.notebook import Notebook, meanings_of, source_of
from cds_service.fhir.reading.telling import Telling, tell_notes
from cds_service.fhir.reading.worded import has_words, tell_answer
from cds_service.fhir.resources import Component, Observation, concepts, is_given
from cds_service.logic.dates import When
from cds_service.logic.facts import NO_QUALIFIERS, Source, SourceKind, Value
from cds_service.logic.sides import Side
from cds_service.logic.terminology import Meaning

_NOT_COUNTED = frozenset({"entered-in-error", "cancelled", "registered"})
# HL7 v3 ObservationInterpretation.
_POSITIVE = frozenset({"POS", "A", "AA"})
_NEGATIVE = frozenset({"NEG", "N"})


class _Frame(NamedTuple):
    observation: Observation
    source: Source
    side: Side
    when: When | None


def read_observation(observation: Observation, notebook: Notebook) -> None:
    """Write down the findings of one Observation and of its components."""
    known = notebook.known(observation.code)
    if not known and observation.component is None and not has_words(observation, observation.code):
        notebook.ignore_unmapped(observation, observation.code)  # most Observations are numbers of other fields
        return
    if observation.status in _NOT_COUNTED:
        notebook.ignore(observation, f"status {observation.status}")
        return
    period = observation.effectivePeriod
    when = notebook.when(
        observation.effectiveDateTime, observation.effectiveInstant, (period.end or period.start) if period else None
    )
    source = source_of(SourceKind.OBSERVATION, observation)
    frame = _Frame(observation, source, notebook.site_side(observation.bodySite), when)
    answered = [_read_answer(observation, known, frame, notebook)]
    answered += [_read_answer(part, notebook.known(part.code), frame, notebook) for part in observation.component or ()]
    is_known = bool(known) or not observation.code or not observation.code.coding or any(answered)
    answered += [_tell_notes(observation, frame, notebook)] if is_known else []
    if not any(answered):
        notebook.ignore_unmapped(observation, observation.code)


def _tell_notes(observation: Observation, frame: _Frame, notebook: Notebook) -> bool:
    """Notes are read beside codes known here, or none: what a note on another question is about cannot be told."""
    coded = [fact for fact in notebook.findings if fact.source == frame.source]
    telling = Telling(observation, frame.source, coded, when=frame.when).of(SourceKind.OBSERVATION_WORDS)
    told = tell_notes(telling, observation.note, notebook)
    return bool(told + tell_notes(telling, observation.comment or observation.comments, notebook))


def _read_answer(part: Observation | Component, known: list[Known], frame: _Frame, notebook: Notebook) -> bool:
    """Read one question and its answer; whether it concerned a finding at all."""
    meanings = meanings_of(known)
    for meaning in meanings:
        _read_finding(meaning, part, frame, notebook)
    if meanings or _is_absent_data(part):
        return bool(meanings)
    question = next((one.question for one in known if one.question), None)
    is_read = question is not None and _read_value(question, part, frame, notebook)
    if is_read or not has_words(part, part.code):
        return is_read
    telling = Telling(frame.observation, frame.source, (), frame.side, frame.when).of(SourceKind.OBSERVATION_WORDS)
    return tell_answer(part, question, telling, _value(part, notebook) if _is_answered(part) else None, notebook)


def _is_answered(part: Observation | Component) -> bool:
    """Whether there is any answer at all, so that present or absent is one."""
    return part.valueBoolean is not None or part.valueCodeableConcept is not None or bool(_interpretation(part))


def _read_finding(meaning: Meaning, part: Observation | Component, frame: _Frame, notebook: Notebook) -> None:
    is_answered = notebook.is_treatment(meaning.finding) and not _is_absent_data(part)
    stated = qualifiers_of(_words(part), notebook.terms.narrative) if is_answered else NO_QUALIFIERS
    # "No relief" from an injection, or a normal test, says that it was done; a normal sign is an absent one.
    value = Value.PRESENT if stated else _value(part, notebook)
    if value is None:
        notebook.ignore(frame.observation, "no value is recorded for it, or one that is neither yes nor no")
        return
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
    coded = [known.value for known in notebook.known(part.valueCodeableConcept) if known.value]
    if coded:
        return Value.ABSENT if Value.ABSENT in coded else Value.PRESENT
    marks = _interpretation(part)
    if marks & (_POSITIVE | _NEGATIVE):
        return Value.PRESENT if marks & _POSITIVE else Value.ABSENT
    return None if _has_other_value(part) else Value.PRESENT


def _has_other_value(part: Observation | Component) -> bool:
    """Whether it has a value that says neither yes nor no; a pain of 0 on a scale is none, so no number says yes."""
    numbers = (part.valueInteger, part.valueQuantity, part.valueRange, part.valueRatio)
    is_worded = part.valueCodeableConcept is not None or part.valueString is not None
    return is_worded or any(map(is_given, numbers))


def _interpretation(part: Observation | Component) -> set[str]:
    codings = [coding for concept in concepts(part.interpretation) for coding in concept.coding or ()]
    return {str(coding.code) for coding in codings if coding and coding.code}


def _read_value(question: str, part: Observation | Component, frame: _Frame, notebook: Notebook) -> bool:
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
    sites = [known.site.site for known in notebook.known(concept) if known.site]
    said = notebook.site_side(concept)
    side = said if said is not Side.UNSTATED else frame.side
    site_findings = notebook.terms.terminology.site_findings
    findings = dict.fromkeys(finding for site in sites for finding in site_findings.get(site, ()))
    return [Meaning(finding, side) for finding in findings]
