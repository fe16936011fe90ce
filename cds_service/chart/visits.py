"""Visits: why the visit takes place during which the service is called."""

from typing import Final

from cds_service.chart.fact_collector import FactCollector, build_source
from cds_service.chart.record_text import RecordContext, concept_text, extract_from_name
from cds_service.fhir.datatypes import CodeableConcept, list_concepts
from cds_service.fhir.documents import Encounter
from cds_service.fhir.unparsed import Unreadable, parse_concepts
from cds_service.model.facts import FindingValue, SourceKind

VOID_VISITS: Final = frozenset({"entered-in-error", "cancelled"})


def list_reasons(visit: Encounter) -> list[CodeableConcept] | Unreadable:
    """Return why a visit takes place, as concepts, under whichever name its version of FHIR has for them."""
    reasons = list_concepts(visit.reasonCode)
    return reasons or parse_concepts(visit.reason)


def list_reason_names(visit: Encounter) -> list[str]:
    """Return what the records are called that are the reason for a visit."""
    references = visit.reasonReference
    listed = references if isinstance(references, list) else [references] if references else []
    return [one.display for one in listed if one.display]


def extract_visit(visit: Encounter, collector: FactCollector) -> None:
    """Add the reasons of a visit as findings, dated by its beginning. A record that it names is read by itself."""
    if visit.status in VOID_VISITS:
        collector.ignore(visit, f"status {visit.status}")
        return
    when = collector.start_date(None, visit.period)
    source = build_source(SourceKind.VISIT, visit)
    reasons = list_reasons(visit)
    for concept in [] if isinstance(reasons, Unreadable) else reasons:
        count = len(collector.findings)
        meanings = collector.meanings(concept)
        for meaning in meanings:
            collector.add_finding(meaning, FindingValue.PRESENT, source, when=when)
        coded = collector.findings[count:]
        record = RecordContext(visit, source, coded, when=when).with_source_kind(SourceKind.VISIT_TEXT)
        extract_from_name(record, concept_text(concept, collector.lookups, has_meaning=bool(meanings)), collector)
    record = RecordContext(visit, source, when=when).with_source_kind(SourceKind.VISIT_TEXT)
    for name in list_reason_names(visit):
        extract_from_name(record, name, collector)
