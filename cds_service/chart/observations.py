"""Reading Observations: a finding with yes, no, coded or no value, and answers about where pain is and goes."""

from typing import NamedTuple

from cds_service.chart.answers import answer_words, extract_qualifiers
from cds_service.chart.code_lookup import KnownCode
from cds_service.chart.fact_collector import FactCollector, build_source, distinct_meanings
from cds_service.chart.observation_text import extract_from_answer, has_text
from cds_service.chart.record_text import RecordContext, extract_from_notes
from cds_service.fhir.resources import Component, Observation, is_present, list_concepts
from cds_service.model.dates import PartialDate
from cds_service.model.facts import NO_QUALIFIERS, FindingValue, Source, SourceKind
from cds_service.model.sides import Side
from cds_service.model.terminology import FindingMeaning

_EXCLUDED_STATUSES = frozenset({"entered-in-error", "cancelled", "registered"})
# HL7 v3 ObservationInterpretation.
_POSITIVE = frozenset({"POS", "A", "AA"})
_NEGATIVE = frozenset({"NEG", "N"})


class _ObservationContext(NamedTuple):
    observation: Observation
    source: Source
    side: Side
    when: PartialDate | None


def extract_observation(observation: Observation, collector: FactCollector) -> None:
    """Write down the findings of one Observation and of its components."""
    known = collector.look_up(observation.code)
    if not known and observation.component is None and not has_text(observation, observation.code):
        collector.ignore_unmapped(observation, observation.code)  # most Observations are numbers of other fields
        return
    if observation.status in _EXCLUDED_STATUSES:
        collector.ignore(observation, f"status {observation.status}")
        return
    period = observation.effectivePeriod
    when = collector.newest_date(
        observation.effectiveDateTime, observation.effectiveInstant, (period.end or period.start) if period else None
    )
    source = build_source(SourceKind.OBSERVATION, observation)
    frame = _ObservationContext(observation, source, collector.body_site_side(observation.bodySite), when)
    answered = [_extract_answer(observation, known, frame, collector)]
    answered += [
        _extract_answer(part, collector.look_up(part.code), frame, collector) for part in observation.component or ()
    ]
    is_known = bool(known) or not observation.code or not observation.code.coding or any(answered)
    answered += [_extract_notes(observation, frame, collector)] if is_known else []
    if not any(answered):
        collector.ignore_unmapped(observation, observation.code)


def _extract_notes(observation: Observation, context: _ObservationContext, collector: FactCollector) -> bool:
    """Notes are read beside codes known here, or none: what a note on another question is about cannot be told."""
    coded = [fact for fact in collector.findings if fact.source == context.source]
    telling = RecordContext(observation, context.source, coded, when=context.when).with_source_kind(
        SourceKind.OBSERVATION_TEXT
    )
    told = extract_from_notes(telling, observation.note, collector)
    return bool(told + extract_from_notes(telling, observation.comment or observation.comments, collector))


def _extract_answer(
    part: Observation | Component, known_codes: list[KnownCode], context: _ObservationContext, collector: FactCollector
) -> bool:
    """Read one question and its answer; whether it concerned a finding at all."""
    meanings = distinct_meanings(known_codes)
    for meaning in meanings:
        _extract_finding(meaning, part, context, collector)
    if meanings or _is_absent_data(part):
        return bool(meanings)
    question = next((one.question for one in known_codes if one.question), None)
    is_read = question is not None and _extract_coded_answer(question, part, context, collector)
    if is_read or not has_text(part, part.code):
        return is_read
    telling = RecordContext(context.observation, context.source, (), context.side, context.when).with_source_kind(
        SourceKind.OBSERVATION_TEXT
    )
    return extract_from_answer(
        part, question, telling, _finding_value(part, collector) if _is_answered(part) else None, collector
    )


def _is_answered(part: Observation | Component) -> bool:
    """Whether there is any answer at all, so that present or absent is one."""
    return part.valueBoolean is not None or part.valueCodeableConcept is not None or bool(_interpretation_codes(part))


def _extract_finding(
    meaning: FindingMeaning, part: Observation | Component, context: _ObservationContext, collector: FactCollector
) -> None:
    is_answered = collector.is_treatment(meaning.finding) and not _is_absent_data(part)
    stated = (
        extract_qualifiers(_result_words(part), collector.lookups.narrative_reader) if is_answered else NO_QUALIFIERS
    )
    # "No relief" from an injection, or a normal test, says that it was done; a normal sign is an absent one.
    value = FindingValue.PRESENT if stated else _finding_value(part, collector)
    if value is None:
        collector.ignore(context.observation, "no value is recorded for it, or one that is neither yes nor no")
        return
    collector.add_finding(meaning, value, context.source, side=context.side, when=context.when, qualifiers=stated)


def _result_words(part: Observation | Component) -> list[str]:
    """The words of the answer, and the interpretation as a result."""
    marks = _interpretation_codes(part) & {"A", "AA", "N"}
    return answer_words(part.valueCodeableConcept, part.valueString) + [
        "normal" if mark == "N" else "abnormal" for mark in marks
    ]


def _is_absent_data(part: Observation | Component) -> bool:
    return part.dataAbsentReason is not None


def _finding_value(part: Observation | Component, collector: FactCollector) -> FindingValue | None:
    """Present, absent, or None where nothing usable is recorded. No value at all counts as present."""
    if _is_absent_data(part):
        return None
    if part.valueBoolean is not None:
        return FindingValue.PRESENT if part.valueBoolean else FindingValue.ABSENT
    coded = [known.value for known in collector.look_up(part.valueCodeableConcept) if known.value]
    if coded:
        return FindingValue.ABSENT if FindingValue.ABSENT in coded else FindingValue.PRESENT
    marks = _interpretation_codes(part)
    if marks & (_POSITIVE | _NEGATIVE):
        return FindingValue.PRESENT if marks & _POSITIVE else FindingValue.ABSENT
    return None if _has_other_value(part) else FindingValue.PRESENT


def _has_other_value(part: Observation | Component) -> bool:
    """Whether it has a value that says neither yes nor no; a pain of 0 on a scale is none, so no number says yes."""
    numbers = (part.valueInteger, part.valueQuantity, part.valueRange, part.valueRatio)
    is_worded = part.valueCodeableConcept is not None or part.valueString is not None
    return is_worded or any(map(is_present, numbers))


def _interpretation_codes(part: Observation | Component) -> set[str]:
    codings = [coding for concept in list_concepts(part.interpretation) for coding in concept.coding or ()]
    return {str(coding.code) for coding in codings if coding and coding.code}


def _extract_coded_answer(
    question: str, part: Observation | Component, context: _ObservationContext, collector: FactCollector
) -> bool:
    """Read an answer that names findings or body sites: location, radiation, factors, or a finding as value."""
    concept = part.valueCodeableConcept
    meanings = collector.meanings(concept)
    radiates = {"radiation": "yes"} if question == "radiation" else NO_QUALIFIERS
    for meaning in meanings:
        collector.add_finding(
            meaning, FindingValue.PRESENT, context.source, side=context.side, when=context.when, qualifiers=radiates
        )
    sites = _pains_at_body_sites(part, context, collector) if question in {"location", "radiation"} else []
    for meaning in sites:
        collector.add_finding(
            meaning, FindingValue.PRESENT, context.source, side=context.side, when=context.when, qualifiers=radiates
        )
    return bool(meanings or sites)


def _pains_at_body_sites(
    part: Observation | Component, context: _ObservationContext, collector: FactCollector
) -> list[FindingMeaning]:
    """The pains that stand for the body sites of an answer, with the side its codes or text state."""
    concept = part.valueCodeableConcept
    sites = [known.site.body_site for known in collector.look_up(concept) if known.site]
    said = collector.body_site_side(concept)
    side = said if said is not Side.UNSTATED else context.side
    site_findings = collector.lookups.terminology.findings_by_body_site
    findings = dict.fromkeys(finding for site in sites for finding in site_findings.get(site, ()))
    return [FindingMeaning(finding, side) for finding in findings]
