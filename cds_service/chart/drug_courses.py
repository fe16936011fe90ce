"""Tell drugs that are taken for long from short courses: steroids for months, not a dose pack."""

import re
from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from cds_service.chart.fact_collector import CourseRecord, FactCollector, build_source, code_displays
from cds_service.fhir.datatypes import CodeableConcept
from cds_service.fhir.quantities import parse_dosages, parse_supply, to_days
from cds_service.fhir.resources import MedicationRecord, MedicationRequest, MedicationStatement
from cds_service.model.dates import full_date
from cds_service.model.facts import FindingValue, SourceKind
from cds_service.model.terminology import Code, DrugCourse, FindingMeaning

_WORD = re.compile(r"[^\W_]+")
_FOR_DAYS = re.compile(r"\b(?:for|x|times) (\d{1,4}) (days?|weeks?|months?)\b")
_DAYS = {"day": 1, "week": 7, "month": 30}
_ACTIVE = frozenset({"active", "on-hold"})
_LONGEST_DAYS = 36_500  # a supply of more days is a slip of the pen


def describe_course(
    record: MedicationRequest | MedicationStatement,
    concept: CodeableConcept | None,
    words: str,
    collector: FactCollector,
) -> CourseRecord | None:
    """Return which part of a long course a record covers, or None if it is of no such drug or of a short supply."""
    courses = collector.lookups.terminology.limits.courses
    course = next((one for one in courses if _is_drug_of(one, concept, words, collector)), None)
    if course is None:
        return None
    told = words + " ".join(_WORD.findall(" ".join(_dosage_texts(record)).lower())) + " "
    stated = _stated_days(told)
    if any(f" {phrase} " in told for phrase in course.unless) or (stated is not None and stated < course.shortest):
        return None
    covered = (
        _cover_of_request(record, course, collector)
        if isinstance(record, MedicationRequest)
        else _cover_of_statement(record, collector)
    )
    return CourseRecord(course, *covered, build_source(SourceKind.MEDICATION, record)) if covered else None


def _is_drug_of(course: DrugCourse, concept: CodeableConcept | None, words: str, collector: FactCollector) -> bool:
    if any(f" {name} " in words for name in course.names):
        return True
    codings = [coding for coding in (concept.coding if concept else None) or () if coding and coding.code is not None]
    find_system = collector.lookups.codes.find_system
    return any(Code(find_system(coding.system) or "", str(coding.code)) in course.codes for coding in codings)


def _dosage_texts(record: MedicationRecord) -> Iterator[str]:
    for raw in (record.dosageInstruction, record.dosage):
        for dosage in parse_dosages(raw):
            concepts = [concept for concept in (dosage.route, dosage.site, dosage.method) if concept]
            texts = [dosage.text, dosage.patientInstruction]
            texts += [text for concept in concepts for text in (concept.text, *code_displays(concept))]
            yield from (text for text in texts if text)


def _stated_days(words: str) -> int | None:
    """Return the shortest duration that words state: "for 5 days"."""
    found = [int(number) * _DAYS[unit.rstrip("s")] for number, unit in _FOR_DAYS.findall(words)]
    return min(found, default=None)


def _cover_of_request(
    request: MedicationRequest, course: DrugCourse, collector: FactCollector
) -> tuple[date, date] | None:
    written = collector.newest_date(request.authoredOn)
    if written is None:
        return None
    start = written.first
    supply = parse_supply(request.dispenseRequest)
    repeats = max(supply.numberOfRepeatsAllowed or 0, 0)
    lasting = to_days(supply.expectedSupplyDuration)
    if lasting is not None:
        total = min(lasting * (1 + repeats), _LONGEST_DAYS)
        if total < course.shortest:
            return None
        return start, start + timedelta(days=total)
    # A prescription that may be repeated and still runs, or that runs since long ago, was renewed: it does not say how
    # long each supply lasts.
    is_renewed = repeats or (collector.today - start).days >= course.still_active
    end = collector.today if is_renewed and request.status in _ACTIVE else start
    valid = collector.newest_date(supply.validityPeriod.end) if supply.validityPeriod else None
    return start, max(start, end, valid.first if valid and repeats else start)


def _cover_of_statement(statement: MedicationStatement, collector: FactCollector) -> tuple[date, date] | None:
    period = statement.effectivePeriod
    start = collector.newest_date(period.start) if period else collector.newest_date(statement.effectiveDateTime)
    if start is None:
        return None
    end = collector.newest_date(period.end) if period else None
    is_running = period is not None and end is None and statement.status in _ACTIVE
    last = collector.today if is_running else end.first if end else start.first
    return start.first, max(start.first, last)


def extract_courses(collector: FactCollector) -> None:
    """Add the findings of the courses that last long enough and have not been over for too long."""
    if not collector.courses:  # as in most charts
        return
    for course in collector.lookups.terminology.limits.courses:
        records = sorted((one for one in collector.courses if one.course is course), key=lambda one: one.start)
        for chain in _chains(records, course.gap):
            start, last = chain[0].start, max(chain, key=lambda one: one.end)
            is_over = (collector.today - last.end).days > course.ended
            if (last.end - start).days >= course.days and not is_over:
                when, onset = full_date(min(last.end, collector.today)), full_date(start)
                collector.add_finding(
                    FindingMeaning(course.finding), FindingValue.PRESENT, last.source, when=when, onset=onset
                )


def _chains(records: Iterable[CourseRecord], gap: int) -> Iterator[list[CourseRecord]]:
    """Yield the records that follow each other within so many days."""
    chain: list[CourseRecord] = []
    for record in records:
        if chain and (record.start - max(one.end for one in chain)).days > gap:
            yield chain
            chain = []
        chain.append(record)
    if chain:
        yield chain
