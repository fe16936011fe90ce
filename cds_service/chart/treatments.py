"""Reading Procedures, completed requests and medications: what has been tried, and imaging that was done."""

import re

from cds_service.chart.answers import answer_words, extract_qualifiers
from cds_service.chart.code_lookup import KnownCode
from cds_service.chart.fact_collector import FactCollector, build_source, distinct_meanings
from cds_service.chart.imaging import describe_imaging
from cds_service.chart.record_text import RecordContext, concept_text, extract_from_name, extract_from_notes
from cds_service.fhir.resources import (
    CodeableConcept,
    MedicationRecord,
    MedicationRequest,
    MedicationStatement,
    Procedure,
    ServiceRequest,
)
from cds_service.model.dates import PartialDate
from cds_service.model.facts import FindingValue, Source, SourceKind, Stage
from cds_service.model.terminology import FindingMeaning

_WORD = re.compile(r"\w+|/")
_PERFORMED = frozenset({"completed", "in-progress", "stopped", "unknown", None})
_TAKEN = frozenset({"active", "completed", "stopped", "on-hold", "unknown", None})


def extract_procedure(procedure: Procedure, collector: FactCollector) -> None:
    """Write down the treatment or imaging of one Procedure. "In 12 months" means begun: a period's start counts."""
    if procedure.status not in _PERFORMED:
        collector.ignore(procedure, f"status {procedure.status}")
        return
    known = collector.look_up(procedure.code)
    meanings = distinct_meanings(known)
    imaging = describe_imaging(known, procedure.code, procedure.bodySite, None, collector)
    is_done = imaging.region is not None and procedure.status == "completed"
    name = concept_text(procedure.code, has_meaning=bool(known))
    if not (meanings or is_done or procedure.note) and collector.lookups.narrative_reader.says_nothing(name):
        collector.ignore_unmapped(procedure, procedure.code)
        return
    source = build_source(SourceKind.PROCEDURE, procedure)
    period = procedure.performedPeriod
    when = collector.newest_date(procedure.performedDateTime) or collector.newest_date(period.start if period else None)
    side, qualifiers = (
        collector.body_site_side(procedure.bodySite),
        extract_qualifiers(answer_words(procedure.outcome), collector.lookups.narrative_reader),
    )
    count = len(collector.findings)
    for meaning in meanings:
        collector.add_finding(meaning, FindingValue.PRESENT, source, side=side, when=when, qualifiers=qualifiers)
    if is_done:
        collector.imaging.append(imaging.to_imaging(Stage.STUDY, when, source))
    telling = RecordContext(procedure, source, collector.findings[count:], side, when).with_source_kind(
        SourceKind.PROCEDURE_TEXT
    )
    told = extract_from_name(telling, _with_outcome(name, procedure, collector), collector, only_done=True)
    told += extract_from_notes(telling, procedure.note, collector)
    if not (meanings or is_done or told):
        collector.ignore_unmapped(procedure, procedure.code)


def _with_outcome(name: str | None, procedure: Procedure, collector: FactCollector) -> str | None:
    """The name with the response that the outcome states in words, as a note would have both."""
    outcome = procedure.outcome.text if procedure.outcome else None
    is_response = bool(name and outcome and collector.lookups.narrative_reader.parse_response(outcome))
    return f"{(name or '').rstrip('. ')}, {outcome}" if is_response else name


def extract_completed_request(
    request: ServiceRequest, known_codes: list[KnownCode], source: Source, collector: FactCollector
) -> None:
    """Write down what a completed request shows to have been done. Its own date is not that of the deed."""
    period = request.occurrencePeriod
    when = collector.newest_date(request.occurrenceDateTime) or collector.newest_date(period.start if period else None)
    for meaning in distinct_meanings(known_codes):
        begun = when or collector.newest_date(request.authoredOn)
        collector.add_finding(
            meaning, FindingValue.PRESENT, source, side=collector.body_site_side(request.bodySite), when=begun
        )
    imaging = describe_imaging(known_codes, request.code, request.bodySite, request.orderDetail, collector)
    if imaging.region:
        collector.imaging.append(imaging.to_imaging(Stage.STUDY, when, source))


def extract_medication(record: MedicationRequest | MedicationStatement, collector: FactCollector) -> None:
    """Write down the treatment a medication stands for, by code, else by a drug's name in its text."""
    refusal = _reason_to_ignore(record)
    if refusal:
        collector.ignore(record, refusal)
        return
    source = build_source(SourceKind.MEDICATION, record)
    concept = _medication_concept(record)
    meanings = collector.meanings(concept) or _meanings_by_drug_name(record, concept, collector)
    if not meanings:
        collector.ignore_unmapped(record, concept)
    for meaning in meanings:
        collector.add_finding(meaning, FindingValue.PRESENT, source, when=_start_date(record, collector))


def _reason_to_ignore(record: MedicationRequest | MedicationStatement) -> str | None:
    """Why it was not taken, if it was not."""
    if record.status not in _TAKEN:
        return f"status {record.status}"
    if isinstance(record, MedicationRequest):
        return "it asks not to be given" if record.doNotPerform else None
    return "it was not taken" if record.wasNotTaken or record.taken == "n" else None


def _medication_concept(record: MedicationRecord) -> CodeableConcept | None:
    if record.medicationCodeableConcept is not None:
        return record.medicationCodeableConcept
    wanted = (record.medicationReference.reference or "").removeprefix("#") if record.medicationReference else ""
    return next((one.code for one in record.contained or () if one.id == wanted), None)


def _start_date(record: MedicationRequest | MedicationStatement, collector: FactCollector) -> PartialDate | None:
    if isinstance(record, MedicationRequest):
        return collector.newest_date(record.authoredOn)
    period = record.effectivePeriod
    return collector.newest_date(record.effectiveDateTime) or collector.newest_date(period.start if period else None)


def _meanings_by_drug_name(
    record: MedicationRecord, concept: CodeableConcept | None, collector: FactCollector
) -> list[FindingMeaning]:
    """Drug names are read from text because orders often carry local codes (terminology §8)."""
    texts = [concept.text] if concept else []
    texts += [coding.display for coding in (concept.coding if concept else None) or () if coding]
    texts += [record.medicationReference.display] if record.medicationReference else []
    said = f" {' '.join(_WORD.findall(' / '.join(text for text in texts if text).lower()))} "
    named = (finding for name, finding in collector.lookups.terminology.drug_names.items() if f" {name} " in said)
    return [FindingMeaning(finding) for finding in dict.fromkeys(named)]
