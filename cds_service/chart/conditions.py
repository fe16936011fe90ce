"""Reading Conditions: coded problems and diagnoses with side, severity, dates and status (clinical design §1, §2)."""

from typing import NamedTuple

from cds_service.chart.fact_collector import FactCollector, build_source, status_codes
from cds_service.chart.record_text import RecordContext, concept_text, extract_from_name, extract_from_notes
from cds_service.fhir.resources import Condition, is_present
from cds_service.model.dates import PartialDate
from cds_service.model.facts import NO_QUALIFIERS, FindingValue, SourceKind
from cds_service.model.sides import Side
from cds_service.model.terminology import FindingMeaning

# Active without these: a Condition without clinicalStatus and abatement is active (clinical design §1.4).
_INACTIVE_STATUSES = frozenset({"inactive", "remission", "resolved"})


def extract_condition(condition: Condition, collector: FactCollector) -> None:
    """Write down the findings of one Condition."""
    meanings = collector.meanings(condition.code)
    name = concept_text(condition.code, has_meaning=bool(meanings))
    given = condition.notes if condition.note is None else condition.note
    is_wordless = given is None and collector.lookups.narrative_reader.says_nothing(name)
    if is_wordless and not meanings:
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
    when = max((one for one in (recorded, onset) if one), key=lambda one: one.first, default=None)
    count, side = len(collector.findings), collector.body_site_side(condition.bodySite)
    _add_coded_findings(condition, meanings, _ConditionContext(value, side, when, onset), collector)
    if is_wordless:
        return
    source = build_source(SourceKind.CONDITION_TEXT, condition)
    telling = RecordContext(condition, source, collector.findings[count:], side, when, onset, value)
    told = extract_from_name(telling, name, collector)
    told += extract_from_notes(telling, given, collector) if value is FindingValue.PRESENT else []
    if not meanings and not told:
        collector.ignore_unmapped(condition, condition.code)


class _ConditionContext(NamedTuple):
    value: FindingValue
    side: Side
    when: PartialDate | None
    onset: PartialDate | None


def _add_coded_findings(
    condition: Condition, meanings: list[FindingMeaning], context: _ConditionContext, collector: FactCollector
) -> None:
    source = build_source(SourceKind.CONDITION, condition)
    severity = next((known.severity for known in collector.look_up(condition.severity) if known.severity), None)
    qualifiers = {"severity": severity} if severity else NO_QUALIFIERS
    value, side, when, onset = context
    for meaning in meanings:
        collector.add_finding(meaning, value, source, side=side, when=when, onset=onset, qualifiers=qualifiers)


def _condition_value(condition: Condition) -> FindingValue | str:
    """What the Condition says of its finding, or why it does not count."""
    verification = status_codes(condition.verificationStatus)
    if "entered-in-error" in verification:
        return "entered in error"
    if "refuted" in verification:
        return FindingValue.ABSENT
    over = _INACTIVE_STATUSES & status_codes(condition.clinicalStatus)
    if over:
        return f"no longer active ({', '.join(sorted(over))})"
    if _is_abated(condition):
        return "no longer active (abated)"
    return FindingValue.ASKED if "differential" in verification else FindingValue.PRESENT


def _is_abated(condition: Condition) -> bool:
    others = (
        condition.abatementPeriod,
        condition.abatementAge,
        condition.abatementRange,
        condition.abatementString,
    )
    return bool(condition.abatementDateTime or condition.abatementBoolean or any(map(is_present, others)))
