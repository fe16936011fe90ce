"""Read Conditions: problems and diagnoses with side, severity, dates and status (clinical design §1, §2)."""

from collections.abc import Iterable
from typing import NamedTuple

from msgspec.structs import replace

from cds_service.chart.fact_collector import FactCollector, build_source, status_codes
from cds_service.chart.place_finder import PlaceFinder
from cds_service.chart.record_text import RecordContext, concept_text, extract_from_name, extract_from_notes, with_sites
from cds_service.fhir.datatypes import is_present
from cds_service.fhir.resources import Condition
from cds_service.model.dates import is_within
from cds_service.model.facts import NO_QUALIFIERS, FindingValue, SourceKind
from cds_service.model.terminology import FindingMeaning
from cds_service.narrative.reader import TextKind

# A Condition with neither clinicalStatus nor abatement is active (clinical design §1.4).
_INACTIVE_STATUSES = frozenset({"inactive", "remission", "resolved"})


_RECENT = 365  # days for which a problem counts as current, as for the pains of a knee or foot (clinical design §1.3)


class _Standing(NamedTuple):
    """What a Condition says about its findings. `over`: why they are no longer there, if they are not."""

    value: FindingValue
    over: str | None = None


def find_places(conditions: Iterable[Condition], places: PlaceFinder, collector: FactCollector) -> frozenset[str]:
    """Return the pains of the places that current problems name without a pain."""
    return frozenset().union(
        *(named for one in conditions if (named := places.find(one.code)) and _is_current(one, collector))
    )


def _is_current(condition: Condition, collector: FactCollector) -> bool:
    standing = _read_standing(condition)
    if isinstance(standing, str) or standing.over is not None or standing.value is FindingValue.ABSENT:
        return False
    dates = (condition.recordedDate, condition.dateRecorded, condition.assertedDate, condition.onsetDateTime)
    newest = collector.newest_date(*dates)
    return newest is None or is_within(newest, collector.today, _RECENT) is not False


def extract_condition(condition: Condition, collector: FactCollector) -> None:
    """Add the findings of a Condition. What is over is recorded as what it leaves, or not at all."""
    note_field = condition.notes if condition.note is None else condition.note
    meanings = collector.meanings(condition.code)
    name = concept_text(condition.code, collector.lookups, has_meaning=bool(meanings))
    name = with_sites(name, condition.bodySite, collector, has_meaning=bool(meanings))
    has_no_text = note_field is None and collector.lookups.narrative_reader.says_nothing(name, TextKind.NAME)
    if has_no_text and not meanings:
        collector.ignore_unmapped(condition, condition.code)
        return
    standing = _read_standing(condition)
    if isinstance(standing, str):
        collector.ignore(condition, standing)
        return
    record = _build_record(condition, standing.value, collector)
    if standing.over is not None:
        _extract_past(record, meanings, name, standing.over, collector)
        return
    count = len(collector.findings)
    for meaning in meanings:
        _add_coded(record, meaning, condition, collector)
    if has_no_text:
        return
    text_record = replace(record, coded=collector.findings[count:]).with_source_kind(SourceKind.CONDITION_TEXT)
    statements = extract_from_name(text_record, name, collector)
    if standing.value is FindingValue.PRESENT:
        statements += extract_from_notes(text_record, note_field, collector)
    if not meanings and not statements:
        collector.ignore_unmapped(condition, condition.code)


def _build_record(condition: Condition, value: FindingValue, collector: FactCollector) -> RecordContext:
    onset = collector.newest_date(
        condition.onsetDateTime, condition.onsetPeriod.start if condition.onsetPeriod else None
    )
    recorded = collector.newest_date(condition.recordedDate, condition.dateRecorded, condition.assertedDate)
    when = max((day for day in (recorded, onset) if day), key=lambda day: day.first, default=None)
    source = build_source(SourceKind.CONDITION, condition)
    return RecordContext(condition, source, (), collector.body_site_side(condition.bodySite), when, onset, value)


def _add_coded(record: RecordContext, meaning: FindingMeaning, condition: Condition, collector: FactCollector) -> None:
    severity = next((known.severity for known in collector.look_up(condition.severity) if known.severity), None)
    collector.add_finding(
        meaning,
        record.value,
        record.source,
        side=record.side,
        when=record.when,
        onset=record.onset,
        qualifiers={"severity": severity} if severity else NO_QUALIFIERS,
    )


def _extract_past(
    record: RecordContext, meanings: list[FindingMeaning], name: str | None, over: str, collector: FactCollector
) -> None:
    """Add what a problem that is over leaves: of a cancer, its history. Where it leaves nothing, ignore the record."""
    past = collector.lookups.terminology.limits.past
    coded = [past[meaning.finding] for meaning in meanings if meaning.finding in past]
    stated = collector.lookups.narrative_reader.read(name, TextKind.NAME).statements
    named = [
        past.get(statement.finding, statement.finding)
        for statement in stated
        if statement.value is FindingValue.PRESENT and (statement.finding in past or statement.finding in past.values())
    ]
    for finding in dict.fromkeys([*coded, *named]):
        kind = SourceKind.CONDITION if finding in coded else SourceKind.CONDITION_TEXT
        source = record.with_source_kind(kind).source
        collector.add_finding(FindingMeaning(finding), record.value, source, when=record.when, onset=record.onset)
    if not coded and not named:
        collector.ignore(record.resource, over)


def _read_standing(condition: Condition) -> _Standing | str:
    """Return what the Condition says about its findings, or the reason why it does not count."""
    verification = status_codes(condition.verificationStatus)
    if "entered-in-error" in verification:
        return "entered in error"
    if "refuted" in verification:
        return _Standing(FindingValue.ABSENT)
    over = _why_over(condition)
    if "differential" in verification:
        return over or _Standing(FindingValue.ASKED)
    return _Standing(FindingValue.PRESENT, over)


def _why_over(condition: Condition) -> str | None:
    """Return why a problem is no longer active, or None if it is."""
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
    return None
