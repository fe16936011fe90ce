"""Read Procedures and completed requests: treatments that were tried and imaging that was done."""

from cds_service.chart.answers import answer_words, extract_qualifiers
from cds_service.chart.code_lookup import KnownCode
from cds_service.chart.fact_collector import FactCollector, build_source, code_displays, meanings_of
from cds_service.chart.imaging import describe_imaging, name_regions
from cds_service.chart.not_done import says_not_done
from cds_service.chart.record_text import RecordContext, concept_text, extract_from_name, extract_from_notes, with_sites
from cds_service.fhir.datatypes import list_notes
from cds_service.fhir.resources import Procedure, ServiceRequest
from cds_service.model.facts import FindingValue, Source, SourceKind, Stage
from cds_service.model.terminology import FindingMeaning

PERFORMED = frozenset({"completed", "in-progress", "stopped", "unknown", None})


def extract_procedure(procedure: Procedure, collector: FactCollector) -> None:
    """Add the treatment or imaging of a Procedure. Its date is when it began, so of a period the start counts."""
    not_done = _why_not_done(procedure, collector)
    if not_done is not None:
        collector.ignore(procedure, not_done)
        return
    if not procedure.note and collector.is_silent(procedure.code):
        collector.ignore_unmapped(procedure, procedure.code)
        return
    known_codes = collector.look_up(procedure.code)
    meanings = _done_meanings(known_codes, procedure, collector)
    imaging = describe_imaging(known_codes, procedure.code, procedure.bodySite, None, collector)
    is_done = imaging.region is not None and procedure.status == "completed"
    name = concept_text(procedure.code, collector.lookups, has_meaning=bool(known_codes))
    name = with_sites(name, procedure.bodySite, collector, has_meaning=bool(known_codes))
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
    collector.drop_less_precise(source.reference)
    if not (meanings or is_done or statements):
        collector.ignore_unmapped(procedure, procedure.code)


def _why_not_done(procedure: Procedure, collector: FactCollector) -> str | None:
    """Return why a procedure was not done, or None if it was."""
    if procedure.status not in PERFORMED:
        return f"status {procedure.status}"
    if procedure.notPerformed or procedure.notDone:
        return "it was not done"
    if says_not_done(collector, procedure.statusReason, procedure.note, procedure.outcome):
        return "its status, outcome or note says that it was not done"
    return None


def _done_meanings(
    known_codes: list[KnownCode], record: Procedure | ServiceRequest, collector: FactCollector
) -> list[FindingMeaning]:
    """Return what codes show to be done: no referral, and no code whose region the record does not name."""
    meanings = [meaning for meaning in meanings_of(known_codes) if not meaning.only_orders]
    if not meanings or not any(meaning.region for meaning in meanings):
        return meanings
    notes = [note.text for note in list_notes(record.note)]
    texts = [record.code.text, *code_displays(record.code)] if record.code else []
    regions = name_regions(record.bodySite, [*texts, *notes], collector)
    return [meaning for meaning in meanings if meaning.region is None or regions == {meaning.region}]


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
    if says_not_done(collector, None, request.note):
        collector.ignore(request, "its note says that it was not done")
        return
    for meaning in _done_meanings(known_codes, request, collector):
        side = collector.body_site_side(request.bodySite)
        begin = when or collector.newest_date(request.authoredOn)
        collector.add_finding(meaning, FindingValue.PRESENT, source, side=side, when=begin)
    imaging = describe_imaging(known_codes, request.code, request.bodySite, request.orderDetail, collector)
    if imaging.region:
        collector.imaging.append(imaging.to_imaging(Stage.STUDY, when, source))
