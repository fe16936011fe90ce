"""Read Procedures, completed requests and medications: treatments that were tried and imaging that was done."""

import re

from cds_service.chart.answers import answer_words, extract_qualifiers
from cds_service.chart.code_lookup import KnownCode
from cds_service.chart.fact_collector import FactCollector, build_source, distinct_meanings
from cds_service.chart.imaging import describe_imaging
from cds_service.chart.record_text import RecordContext, concept_text, extract_from_name, extract_from_notes
from cds_service.fhir.datatypes import CodeableConcept
from cds_service.fhir.resources import (
    MedicationRecord,
    MedicationRequest,
    MedicationStatement,
    Procedure,
    ServiceRequest,
)
from cds_service.model.facts import FindingValue, Source, SourceKind, Stage
from cds_service.model.terminology import FindingMeaning

_WORD = re.compile(r"\w+|/")
_PERFORMED = frozenset({"completed", "in-progress", "stopped", "unknown", None})
_TAKEN = frozenset({"active", "completed", "stopped", "on-hold", "unknown", None})


def extract_procedure(procedure: Procedure, collector: FactCollector) -> None:
    """Add the treatment or imaging of a Procedure. Its date is when it began, so of a period the start counts."""
    if procedure.status not in _PERFORMED:
        collector.ignore(procedure, f"status {procedure.status}")
        return
    known_codes = collector.look_up(procedure.code)
    meanings = distinct_meanings(known_codes)
    imaging = describe_imaging(known_codes, procedure.code, procedure.bodySite, None, collector)
    is_done = imaging.region is not None and procedure.status == "completed"
    name = concept_text(procedure.code, has_meaning=bool(known_codes))
    if not (meanings or is_done or procedure.note) and collector.lookups.narrative_reader.says_nothing(name):
        collector.ignore_unmapped(procedure, procedure.code)
        return
    source = build_source(SourceKind.PROCEDURE, procedure)
    when = collector.start_date(procedure.performedDateTime, procedure.performedPeriod)
    side = collector.body_site_side(procedure.bodySite)
    qualifiers = extract_qualifiers(answer_words(procedure.outcome), collector.lookups.narrative_reader)
    count = len(collector.findings)
    for meaning in meanings:
        collector.add_finding(meaning, FindingValue.PRESENT, source, side=side, when=when, qualifiers=qualifiers)
    if is_done:
        collector.imaging.append(imaging.to_imaging(Stage.STUDY, when, source))
    record = RecordContext(procedure, source, collector.findings[count:], side, when).with_source_kind(
        SourceKind.PROCEDURE_TEXT
    )
    statements = extract_from_name(record, _with_outcome(name, procedure, collector), collector, only_done=True)
    statements += extract_from_notes(record, procedure.note, collector)
    if not (meanings or is_done or statements):
        collector.ignore_unmapped(procedure, procedure.code)


def _with_outcome(name: str | None, procedure: Procedure, collector: FactCollector) -> str | None:
    """Return the name, followed by the outcome if its text states a response, as a note would put it."""
    outcome = procedure.outcome.text if procedure.outcome else None
    is_response = bool(name and outcome and collector.lookups.narrative_reader.parse_response(outcome))
    return f"{(name or '').rstrip('. ')}, {outcome}" if is_response else name


def extract_completed_request(
    request: ServiceRequest, known_codes: list[KnownCode], source: Source, collector: FactCollector
) -> None:
    """Add what a completed request shows was done. It was not necessarily done on the day it was requested."""
    when = collector.start_date(request.occurrenceDateTime, request.occurrencePeriod)
    for meaning in distinct_meanings(known_codes):
        side = collector.body_site_side(request.bodySite)
        begin = when or collector.newest_date(request.authoredOn)
        collector.add_finding(meaning, FindingValue.PRESENT, source, side=side, when=begin)
    imaging = describe_imaging(known_codes, request.code, request.bodySite, request.orderDetail, collector)
    if imaging.region:
        collector.imaging.append(imaging.to_imaging(Stage.STUDY, when, source))


def extract_medication(record: MedicationRequest | MedicationStatement, collector: FactCollector) -> None:
    """Add the treatment that a medication stands for, by its code, else by a drug name in its text."""
    reason = _reason_to_ignore(record)
    if reason:
        collector.ignore(record, reason)
        return
    source = build_source(SourceKind.MEDICATION, record)
    concept = _medication_concept(record)
    meanings = collector.meanings(concept) or _meanings_by_drug_name(record, concept, collector)
    if not meanings:
        collector.ignore_unmapped(record, concept)
    when = (
        collector.newest_date(record.authoredOn)
        if isinstance(record, MedicationRequest)
        else collector.start_date(record.effectiveDateTime, record.effectivePeriod)
    )
    for meaning in meanings:
        collector.add_finding(meaning, FindingValue.PRESENT, source, when=when)


def _reason_to_ignore(record: MedicationRequest | MedicationStatement) -> str | None:
    """Return why a medication does not count as taken, if it does not."""
    if record.status not in _TAKEN:
        return f"status {record.status}"
    if isinstance(record, MedicationRequest):
        return "it says not to give it" if record.doNotPerform else None
    return "it was not taken" if record.wasNotTaken or record.taken == "n" else None


def _medication_concept(record: MedicationRecord) -> CodeableConcept | None:
    if record.medicationCodeableConcept is not None:
        return record.medicationCodeableConcept
    local_id = (record.medicationReference.reference or "").removeprefix("#") if record.medicationReference else ""
    return next((medication.code for medication in record.contained or () if medication.id == local_id), None)


def _meanings_by_drug_name(
    record: MedicationRecord, concept: CodeableConcept | None, collector: FactCollector
) -> list[FindingMeaning]:
    """Return what the drug names in the text mean. Orders often carry local codes (terminology §8)."""
    texts = [concept.text] if concept else []
    texts += [coding.display for coding in (concept.coding if concept else None) or () if coding]
    texts += [record.medicationReference.display] if record.medicationReference else []
    words = f" {' '.join(_WORD.findall(' / '.join(text for text in texts if text).lower()))} "
    drug_names = collector.lookups.terminology.drug_names
    findings = dict.fromkeys(finding for name, finding in drug_names.items() if f" {name} " in words)
    return [FindingMeaning(finding) for finding in findings]
