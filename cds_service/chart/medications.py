"""Read medications: treatments that were tried, drugs that stand for a finding, and courses that last for long."""

import re

from cds_service.chart.drug_courses import describe_course
from cds_service.chart.fact_collector import FactCollector, build_source, code_displays
from cds_service.chart.not_done import says_not_done
from cds_service.fhir.datatypes import CodeableConcept
from cds_service.fhir.resources import MedicationRecord, MedicationRequest, MedicationStatement
from cds_service.model.dates import PartialDate, is_within
from cds_service.model.facts import FindingValue, SourceKind
from cds_service.model.terminology import FindingMeaning

_WORD = re.compile(r"\w+|/")
_TAKEN = frozenset({"active", "completed", "stopped", "on-hold", "unknown", None})
_ENDED = frozenset({"completed", "stopped"})


def extract_medication(record: MedicationRequest | MedicationStatement, collector: FactCollector) -> None:
    """Add the treatment that a medication stands for, by its code, else by a drug name in its text."""
    reason = _reason_to_ignore(record, collector)
    if reason:
        collector.ignore(record, reason)
        return
    source = build_source(SourceKind.MEDICATION, record)
    concept = _medication_concept(record)
    words = _drug_words(record, concept)
    if not words.strip() and not (concept and concept.coding):
        collector.missing_types.add(type(record).__name__)  # a drug that only another resource names
    meanings = collector.meanings(concept) or _meanings_by_drug_name(words, collector)
    course = describe_course(record, concept, words, collector)
    if course is not None:
        collector.courses.append(course)
    if not meanings and course is None:
        collector.ignore_unmapped(record, concept)
    when = (
        collector.newest_date(record.authoredOn)
        if isinstance(record, MedicationRequest)
        else collector.start_date(record.effectiveDateTime, record.effectivePeriod)
    )
    for meaning in meanings:
        if _is_over(meaning.finding, record, when, collector):
            collector.ignore(record, "it is no longer taken")
        else:
            collector.add_finding(meaning, FindingValue.PRESENT, source, when=when)


def _reason_to_ignore(record: MedicationRequest | MedicationStatement, collector: FactCollector) -> str | None:
    """Return why a medication does not count as taken, if it does not."""
    if record.status not in _TAKEN:
        return f"status {record.status}"
    if says_not_done(collector, record.statusReason, record.note):
        return "it was not taken"
    if isinstance(record, MedicationRequest):
        return "it says not to give it" if record.doNotPerform else None
    return "it was not taken" if record.wasNotTaken or record.taken == "n" else None


def _is_over(finding: str, record: MedicationRecord, when: PartialDate | None, collector: FactCollector) -> bool:
    """Return whether the drug was taken too long ago to stand for what it is given for. Undated ones count."""
    ended = collector.lookups.terminology.limits.ended.get(finding)
    if ended is None or record.status not in _ENDED or when is None:
        return False
    return is_within(when, collector.today, ended) is False


def _medication_concept(record: MedicationRecord) -> CodeableConcept | None:
    if record.medicationCodeableConcept is not None:
        return record.medicationCodeableConcept
    local_id = (record.medicationReference.reference or "").removeprefix("#") if record.medicationReference else ""
    return next((medication.code for medication in record.contained or () if medication.id == local_id), None)


def _drug_words(record: MedicationRecord, concept: CodeableConcept | None) -> str:
    """Return the words of a medication's names, in lower case, with a blank on each side of every word."""
    texts = [concept.text if concept else None, *code_displays(concept)]
    texts += [record.medicationReference.display] if record.medicationReference else []
    return f" {' '.join(_WORD.findall(' / '.join(text for text in texts if text).lower()))} "


def _meanings_by_drug_name(words: str, collector: FactCollector) -> list[FindingMeaning]:
    """Return what the drug names in the text mean. Orders often carry local codes (terminology §8)."""
    drug_names = collector.lookups.terminology.drug_names
    findings = dict.fromkeys([finding for name, finding in drug_names.items() if name in words])
    return [FindingMeaning(finding) for finding in findings]
