"""Read Conditions: problems and diagnoses with side, severity, dates and status (clinical design §1, §2)."""

from cds_service.chart.fact_collector import FactCollector, build_source, status_codes
from cds_service.chart.record_text import RecordContext, concept_text, extract_from_name, extract_from_notes
from cds_service.fhir.datatypes import is_present
from cds_service.fhir.resources import Condition
from cds_service.model.facts import NO_QUALIFIERS, FindingValue, SourceKind

# A Condition with neither clinicalStatus nor abatement is active (clinical design §1.4).
_INACTIVE_STATUSES = frozenset({"inactive", "remission", "resolved"})


def extract_condition(condition: Condition, collector: FactCollector) -> None:
    """Add the findings of a Condition."""
    meanings = collector.meanings(condition.code)
    name = concept_text(condition.code, has_meaning=bool(meanings))
    note_field = condition.notes if condition.note is None else condition.note
    has_no_text = note_field is None and collector.lookups.narrative_reader.says_nothing(name)
    if has_no_text and not meanings:
        collector.ignore_unmapped(condition, condition.code)
        return
    value = _condition_value(condition)
    if isinstance(value, str):
        collector.ignore(condition, value)
        return
    onset = collector.newest_date(
        condition.onsetDateTime, condition.onsetPeriod.start if condition.onsetPeriod else None
    )
    recorded = collector.newest_date(condition.recordedDate, condition.dateRecorded, condition.assertedDate)
    when = max((day for day in (recorded, onset) if day), key=lambda day: day.first, default=None)
    side = collector.body_site_side(condition.bodySite)
    severity = next((known.severity for known in collector.look_up(condition.severity) if known.severity), None)
    qualifiers = {"severity": severity} if severity else NO_QUALIFIERS
    source = build_source(SourceKind.CONDITION, condition)
    count = len(collector.findings)
    for meaning in meanings:
        collector.add_finding(meaning, value, source, side=side, when=when, onset=onset, qualifiers=qualifiers)
    if has_no_text:
        return
    text_source = build_source(SourceKind.CONDITION_TEXT, condition)
    record = RecordContext(condition, text_source, collector.findings[count:], side, when, onset, value)
    statements = extract_from_name(record, name, collector)
    statements += extract_from_notes(record, note_field, collector) if value is FindingValue.PRESENT else []
    if not meanings and not statements:
        collector.ignore_unmapped(condition, condition.code)


def _condition_value(condition: Condition) -> FindingValue | str:
    """Return what the Condition says about its finding, or the reason why it does not count."""
    verification = status_codes(condition.verificationStatus)
    if "entered-in-error" in verification:
        return "entered in error"
    if "refuted" in verification:
        return FindingValue.ABSENT
    inactive = _INACTIVE_STATUSES & status_codes(condition.clinicalStatus)
    if inactive:
        return f"no longer active ({', '.join(sorted(inactive))})"
    other_abatements = (
        condition.abatementPeriod,
        condition.abatementAge,
        condition.abatementRange,
        condition.abatementString,
    )
    if condition.abatementDateTime or condition.abatementBoolean or any(map(is_present, other_abatements)):
        return "no longer active (abated)"
    return FindingValue.ASKED if "differential" in verification else FindingValue.PRESENT
