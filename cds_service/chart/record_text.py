"""Add what the text of a record says to what its codes say."""

from collections.abc import Iterable, Sequence
from typing import Final

import msgspec
from msgspec.structs import replace

from cds_service.chart.fact_collector import FactCollector, Lookups, code_displays
from cds_service.chart.told import is_done_or_lasting, settle
from cds_service.fhir.datatypes import CodeableConcept, Concepts, Notes, list_concepts, list_notes
from cds_service.fhir.resource import Resource
from cds_service.model.dates import PartialDate
from cds_service.model.facts import Finding, FindingValue, Source, SourceKind
from cds_service.model.sides import Side
from cds_service.narrative.reader import NarrativeReader, TextKind
from cds_service.narrative.statements import Statement
from cds_service.narrative.words.when import When

_KINDS: Final = {
    SourceKind.CONDITION_TEXT: TextKind.NAME,
    SourceKind.REPORT: TextKind.REPORT,
    SourceKind.REPORT_TEXT: TextKind.REPORT,
}
_TRUNCATED_REASON = "its text is too long: only its beginning was read"


class RecordContext(msgspec.Struct, frozen=True, gc=False):
    """A record whose text is read: its source, its dates, and the findings of its codes.

    `value`: what the record says about the findings in its name, for example absent for a problem that was refuted.
    """

    resource: Resource
    source: Source
    coded: Sequence[Finding] = ()
    side: Side = Side.UNSTATED
    when: PartialDate | None = None
    onset: PartialDate | None = None
    value: FindingValue = FindingValue.PRESENT

    def with_source_kind(self, kind: SourceKind) -> "RecordContext":
        """Return the same record with its source as text of this kind."""
        return replace(self, source=self.source.as_kind(kind))


def extract_from_name(
    record: RecordContext,
    text: str | None,
    collector: FactCollector,
    *,
    only_done: bool = False,
) -> list[Statement]:
    """Add and return the statements in a record's name. The name is about what the codes mean, on the record's side.

    `only_done`: use only treatments, and findings that stay.
    """
    statements = read_statements(record, text, collector, _KINDS.get(record.source.kind, TextKind.NOTE))
    if only_done:
        findings = collector.lookups.findings
        statements = [statement for statement in statements if is_done_or_lasting(statement, findings)]
    for statement in statements:
        value: FindingValue = statement.value
        if record.value is not FindingValue.PRESENT:
            if value is not FindingValue.PRESENT:
                continue  # a refuted "no pain" is unclear
            value = record.value  # a refuted "hip pain" is absent
        side = statement.side if statement.side is not Side.UNSTATED else record.side
        _add_statement(record, statement._replace(value=value, side=side), collector, is_name=True)
    return statements


def extract_from_notes(record: RecordContext, note_field: Notes, collector: FactCollector) -> list[Statement]:
    """Add and return the statements in a record's notes, each dated by its note, else by the record."""
    statements: list[Statement] = []
    for note in list_notes(note_field):
        dated = replace(record, when=collector.newest_date(note.time) or record.when, onset=None)
        for statement in read_statements(dated, note.text, collector, TextKind.NOTE):
            _add_statement(dated, statement, collector, is_name=False)
            statements.append(statement)
    return statements


def extract_from_texts(
    record: RecordContext, texts: Iterable[str], collector: FactCollector, kind: TextKind
) -> list[Statement]:
    """Add and return the statements of a record that is nothing but text, each once."""
    found = dict.fromkeys(one for text in texts for one in read_statements(record, text, collector, kind))
    add_statements(record, found, collector)
    return list(found)


def add_statements(record: RecordContext, statements: Iterable[Statement], collector: FactCollector) -> None:
    """Add statements of a record as facts."""
    for statement in statements:
        _add_statement(record, statement, collector, is_name=False)


def with_sites(name: str | None, sites: Concepts, collector: FactCollector, *, has_meaning: bool) -> str | None:
    """Return a name with the places of its record behind it, if it says nothing without them: "Pain, right groin"."""
    if not name or sites is None or has_meaning or not collector.lookups.narrative_reader.says_nothing(name):
        return name
    places = [
        text for site in list_concepts(sites) for text in dict.fromkeys([site.text, *code_displays(site)]) if text
    ]
    return ", ".join([name, *places])


def concept_text(concept: CodeableConcept | None, lookups: Lookups, *, has_meaning: bool) -> str | None:
    """Return the text of a concept, and behind it what only the displays of its codings name.

    If its codes mean something here, the displays are not needed. Nothing of a concept is read whose code or name
    speaks of a disease that the patient does not have, such as a screening for cancer or one in the family.
    """
    if concept is None or lookups.codes.names_no_disease(concept):
        return None
    if has_meaning or not concept.coding:
        return concept.text
    return _join_names(concept.text, code_displays(concept), lookups.narrative_reader)


def _join_names(text: str | None, displays: list[str | None], reader: NarrativeReader) -> str | None:
    """Return the text and the displays that name a finding which the text does not name, as sentences."""
    names = [text] if text else []
    for display in displays:
        if not display or display in names:
            continue
        if not names or _names_more(display, names, reader):
            names.append(display)
    return "; ".join(name.rstrip(". ") for name in names) if len(names) > 1 else (names[0] if names else None)


def _names_more(display: str, names: list[str], reader: NarrativeReader) -> bool:
    """Return whether a display names a finding that no other name does. Most displays name none."""
    statements = reader.read(display).statements
    if not statements:
        return False
    named = {statement.finding for name in names for statement in reader.read(name).statements}
    return any(statement.finding not in named for statement in statements)


def read_statements(
    record: RecordContext, text: str | None, collector: FactCollector, kind: TextKind
) -> list[Statement]:
    """Read a text of a record. Only in orders do vague statements count."""
    reading = collector.read_text(text, kind)
    if reading.is_truncated:
        collector.truncated_texts += 1
        collector.ignore(record.resource, _TRUNCATED_REASON)
    accepts_vague = record.source.kind is SourceKind.ORDER_TEXT
    told_on = record.when.last if record.when else collector.today
    return settle(reading.statements, told_on, accepts_vague=accepts_vague)


def _add_statement(record: RecordContext, statement: Statement, collector: FactCollector, *, is_name: bool) -> None:
    qualifiers = dict(statement.qualifiers)
    when, onset = _dates(record, statement, collector)
    fact = Finding(statement.finding, statement.value, statement.side, when, onset, record.source, qualifiers)
    agreeing = [coded for coded in record.coded if coded.id == fact.id and coded.value is fact.value]
    if any(
        (fact.side in {Side.UNSTATED, coded.side} or coded.side is Side.BOTH)
        and fact.qualifiers.items() <= coded.qualifiers.items()
        for coded in agreeing
    ):
        return  # the codes already say this
    is_other_side = bool(agreeing) and not any(coded.side.covers(fact.side) for coded in agreeing)
    if is_name and fact.value is FindingValue.PRESENT and is_other_side:
        collector.contradicted.append(fact)  # a record coded for the right hip and named "left hip pain"
    else:
        collector.findings.append(fact)


def _dates(
    record: RecordContext, statement: Statement, collector: FactCollector
) -> tuple[PartialDate | None, PartialDate | None]:
    """Return the date of a fact and its onset: what its own words tell, else what the record states."""
    if statement.value is not FindingValue.PRESENT:
        return record.when, record.onset
    return _told(record, statement.when, collector) or record.when, _told(
        record, statement.onset, collector
    ) or record.onset


def _told(record: RecordContext, when: When | None, collector: FactCollector) -> PartialDate | None:
    """Return the days that a time in words means. Unknown where the day it was told is not; an order is told today."""
    if when is None:
        return None
    told = record.when.last if record.when else None
    if told is None and (record.source.kind is SourceKind.ORDER_TEXT or not when.is_relative):
        told = collector.today
    return collector.possible(when.on(told)) if told else None


def findings_not_absent(statements: Iterable[Statement]) -> set[str]:
    """Return the findings that statements say are present or asked about."""
    return {statement.finding for statement in statements if statement.value is not FindingValue.ABSENT}
