"""Read Observations: findings with a yes, no, coded or missing value, and answers about where pain is and radiates."""

from collections.abc import Iterable
from typing import NamedTuple

from cds_service.chart.answers import answer_words, extract_qualifiers
from cds_service.chart.code_lookup import KnownCode
from cds_service.chart.fact_collector import FactCollector, build_source, meanings_of
from cds_service.chart.observation_text import extract_from_answer, has_text
from cds_service.chart.record_text import RecordContext, extract_from_notes
from cds_service.fhir.datatypes import is_present, list_concepts
from cds_service.fhir.quantities import Quantity, parse_quantity, to_celsius
from cds_service.fhir.resources import Component, Observation
from cds_service.model.dates import PartialDate, is_within
from cds_service.model.facts import NO_QUALIFIERS, FindingValue, Source, SourceKind
from cds_service.model.sides import Side
from cds_service.model.terminology import FindingMeaning, Measurement

EXCLUDED_STATUSES = frozenset({"entered-in-error", "cancelled", "registered"})
# HL7 v3 ObservationInterpretation.
_POSITIVE = frozenset({"POS", "A", "AA"})
_NEGATIVE = frozenset({"NEG", "N"})
_ABNORMAL = frozenset({"A", "AA"})


class _ObservationContext(NamedTuple):
    observation: Observation
    source: Source
    side: Side
    when: PartialDate | None


def extract_observation(observation: Observation, collector: FactCollector) -> None:
    """Add the findings of an Observation and its components."""
    known_codes = collector.look_up(observation.code)
    if not known_codes and observation.component is None and not has_text(observation, observation.code):
        collector.ignore_unmapped(observation, observation.code)  # most Observations are numbers of other fields
        return
    if observation.status in EXCLUDED_STATUSES:
        collector.ignore(observation, f"status {observation.status}")
        return
    period = observation.effectivePeriod
    when = collector.newest_date(
        observation.effectiveDateTime, observation.effectiveInstant, (period.end or period.start) if period else None
    )
    source = build_source(SourceKind.OBSERVATION, observation)
    context = _ObservationContext(observation, source, collector.body_site_side(observation.bodySite), when)
    is_relevant = [_extract_answer(observation, known_codes, context, collector)]
    is_relevant += [
        _extract_answer(part, collector.look_up(part.code), context, collector) for part in observation.component or ()
    ]
    # A note beside an unknown code is not read: it may be about anything.
    if known_codes or not observation.code or not observation.code.coding or any(is_relevant):
        is_relevant.append(_extract_notes(observation, context, collector))
    if not any(is_relevant):
        collector.ignore_unmapped(observation, observation.code)


def _extract_notes(observation: Observation, context: _ObservationContext, collector: FactCollector) -> bool:
    remarks = observation.comment or observation.comments
    if not (observation.note or remarks):  # as most
        return False
    coded = [fact for fact in collector.findings if fact.source == context.source]
    record = RecordContext(observation, context.source, coded, when=context.when).with_source_kind(
        SourceKind.OBSERVATION_TEXT
    )
    statements = extract_from_notes(record, observation.note, collector)
    return bool(statements + extract_from_notes(record, remarks, collector))


def _extract_answer(
    part: Observation | Component, known_codes: list[KnownCode], context: _ObservationContext, collector: FactCollector
) -> bool:
    """Read one question with its answer, and return whether it is about any finding."""
    if any(known.measurement for known in known_codes):
        return _extract_measurement(known_codes, part, context, collector)
    meanings = collector.meanings(part.code)
    for meaning in meanings:
        _extract_finding(meaning, part, context, collector)
    if meanings or part.dataAbsentReason is not None:
        return bool(meanings)
    question = next((known.question for known in known_codes if known.question), None)
    if question is not None and _extract_coded_answer(question, part, context, collector):
        return True
    if not has_text(part, part.code):
        return False
    record = RecordContext(context.observation, context.source, (), context.side, context.when).with_source_kind(
        SourceKind.OBSERVATION_TEXT
    )
    # Without any coded or boolean answer, the default "present" is no answer.
    is_answered = (
        part.valueBoolean is not None or part.valueCodeableConcept is not None or bool(_interpretation_codes(part))
    )
    value = _finding_value(part, collector) if is_answered else None
    return extract_from_answer(part, question, record, value, collector)


def _extract_measurement(
    known_codes: list[KnownCode], part: Observation | Component, context: _ObservationContext, collector: FactCollector
) -> bool:
    """Add the finding that a value shows if it is high enough and not too old. A lower one does not deny it."""
    measurements = (known.measurement for known in known_codes if known.measurement)
    for measurement in find_reached(measurements, parse_quantity(part.valueQuantity)):
        if context.when is None or is_within(context.when, collector.today, measurement.within) is not False:
            meaning = FindingMeaning(measurement.finding)
            collector.add_finding(meaning, FindingValue.PRESENT, context.source, when=context.when)
    return True


def find_reached(measurements: Iterable[Measurement], quantity: Quantity | None) -> list[Measurement]:
    """Return the measurements, each once, for which a value is high enough to show their finding."""
    value = to_celsius(quantity) if quantity else None
    if value is None:
        return []
    return [one for one in dict.fromkeys(measurements) if round(value, 1) >= one.at_least]


def _extract_finding(
    meaning: FindingMeaning, part: Observation | Component, context: _ObservationContext, collector: FactCollector
) -> None:
    qualifiers = NO_QUALIFIERS
    if collector.is_treatment(meaning.finding) and part.dataAbsentReason is None:
        words = answer_words(part.valueCodeableConcept, part.valueString)
        interpretations = _interpretation_codes(part)
        if interpretations & _ABNORMAL:  # beside a normal one, too: the abnormal result is the one to act on
            words.append("abnormal")
        elif "N" in interpretations:
            words.append("normal")
        qualifiers = extract_qualifiers(words, collector.lookups.narrative_reader)
    # "No relief" from an injection, or a normal test, means that it was done. A normal sign is an absent one.
    value = FindingValue.PRESENT if qualifiers else _finding_value(part, collector)
    if value is None:
        collector.ignore(context.observation, "it has no value, or one that is neither yes nor no")
        return
    collector.add_finding(meaning, value, context.source, side=context.side, when=context.when, qualifiers=qualifiers)


def _finding_value(part: Observation | Component, collector: FactCollector) -> FindingValue | None:
    """Return present, absent, or None if nothing usable is recorded. No value at all counts as present."""
    if part.dataAbsentReason is not None:
        return None
    if part.valueBoolean is not None:
        return FindingValue.PRESENT if part.valueBoolean else FindingValue.ABSENT
    coded = [known.value for known in collector.look_up(part.valueCodeableConcept) if known.value]
    if coded:
        return FindingValue.ABSENT if FindingValue.ABSENT in coded else FindingValue.PRESENT
    interpretations = _interpretation_codes(part)
    if interpretations & (_POSITIVE | _NEGATIVE):
        return FindingValue.PRESENT if interpretations & _POSITIVE else FindingValue.ABSENT
    if part.valueCodeableConcept is not None or part.valueString is not None:
        return None
    # A pain score of 0 means no pain, so a number never counts as present.
    numbers = (part.valueInteger, part.valueQuantity, part.valueRange, part.valueRatio)
    return None if any(map(is_present, numbers)) else FindingValue.PRESENT


def _interpretation_codes(part: Observation | Component) -> set[str]:
    codings = [coding for concept in list_concepts(part.interpretation) for coding in concept.coding or ()]
    return {str(coding.code) for coding in codings if coding and coding.code}


def _extract_coded_answer(
    question: str, part: Observation | Component, context: _ObservationContext, collector: FactCollector
) -> bool:
    """Add the findings of an answer that names findings or body sites, and return whether there are any."""
    answer = part.valueCodeableConcept
    known_codes = collector.look_up(answer)
    meanings = meanings_of(known_codes)
    if question in {"location", "radiation"}:
        # Body sites mean the pains there, on the side that the answer's codes or text state.
        stated_side = collector.body_site_side(answer)
        side = stated_side if stated_side is not Side.UNSTATED else context.side
        sites = [known.site.body_site for known in known_codes if known.site]
        site_findings = collector.lookups.terminology.findings_by_body_site
        findings = dict.fromkeys(finding for site in sites for finding in site_findings.get(site, ()))
        meanings = [*meanings, *(FindingMeaning(finding, side) for finding in findings)]
    qualifiers = {"radiation": "yes"} if question == "radiation" else NO_QUALIFIERS
    for meaning in meanings:
        collector.add_finding(
            meaning, FindingValue.PRESENT, context.source, side=context.side, when=context.when, qualifiers=qualifiers
        )
    return bool(meanings)
