"""Writing down what a record's words say, beside what its codes say."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from cds_service.chart.fact_collector import FactCollector
from cds_service.fhir.resources import CodeableConcept, Notes, Resource, list_notes
from cds_service.model.dates import PartialDate
from cds_service.model.facts import Finding, FindingValue, Source, SourceKind
from cds_service.model.sides import Side
from cds_service.narrative.reader import Reading, Statement

_TRUNCATED_REASON = "its text is too long: only the beginning was read"


@dataclass(frozen=True, slots=True)
class RecordContext:
    """A record whose words are read: where they stand, its dates, and what its codes have said already.

    `value`: what the record says of what its words name, such as a problem that was refuted.
    """

    resource: Resource
    source: Source
    coded: Sequence[Finding] = ()
    side: Side = Side.UNSTATED
    when: PartialDate | None = None
    onset: PartialDate | None = None
    value: FindingValue = FindingValue.PRESENT

    def with_source_kind(self, kind: SourceKind) -> "RecordContext":
        """The same with its source as words of this kind."""
        return replace(self, source=replace(self.source, kind=kind))


def extract_from_name(
    record: RecordContext, text: str | None, collector: FactCollector, *, only_done: bool = False
) -> list[Statement]:
    """Write down what the words that name a record say: they are about what its codes are about, on its side.

    `only_done`: nothing but treatments and what stays.
    """
    told = [
        one
        for one in _read_text(record, text, collector).statements
        if not only_done or _is_done_or_lasting(one, collector)
    ]
    for said in told:
        value = _combine_values(said.value, record.value)
        side = said.side if said.side is not Side.UNSTATED else record.side
        if value is not None:
            _add_statement(record, said._replace(value=value, side=side), collector, is_name=True)
    return told


def extract_from_notes(record: RecordContext, note_field: Notes, collector: FactCollector) -> list[Statement]:
    """Write down what a record's notes say, each said when it was written, else when the record was."""
    told: list[Statement] = []
    for note in list_notes(note_field):
        dated = replace(record, when=collector.newest_date(note.time) or record.when, onset=None)
        for said in _read_text(dated, note.text, collector).statements:
            _add_statement(dated, said, collector, is_name=False)
            told.append(said)
    return told


def concept_text(concept: CodeableConcept | None, *, has_meaning: bool) -> str | None:
    """The words of a concept: its text, or what its codes are displayed as where none of them means anything here."""
    if concept is None or concept.text or has_meaning:
        return concept.text if concept else None
    return next((coding.display for coding in concept.coding or () if coding and coding.display), None)


def _read_text(record: RecordContext, text: str | None, collector: FactCollector) -> Reading:
    reading = collector.lookups.narrative_reader.read(text)
    if reading.is_truncated:
        collector.truncated_texts += 1
        collector.ignore(record.resource, _TRUNCATED_REASON)
    if record.source.kind is SourceKind.ORDER_TEXT:
        return reading
    return replace(reading, statements=tuple(one for one in reading.statements if not one.is_vague))


def _is_done_or_lasting(statement: Statement, collector: FactCollector) -> bool:
    known = collector.lookups.findings[statement.finding]
    return known.kind == "treatment" or known.window_days is None


def _combine_values(stated: FindingValue, recorded: FindingValue) -> FindingValue | None:
    """What the words come to under the record's own value: refuted "hip pain" is absent, refuted "no pain" unclear."""
    if recorded is FindingValue.PRESENT:
        return stated
    return recorded if stated is FindingValue.PRESENT else None


def _add_statement(record: RecordContext, statement: Statement, collector: FactCollector, *, is_name: bool) -> None:
    qualifiers = dict(statement.qualifiers)
    fact = Finding(
        statement.finding, statement.value, statement.side, record.when, record.onset, record.source, qualifiers
    )
    same = [one for one in record.coded if one.id == fact.id and one.value is fact.value]
    if any(_repeats(fact, one) for one in same):
        return
    if is_name and fact.value is FindingValue.PRESENT and same and not any(one.side.covers(fact.side) for one in same):
        collector.contradicted.append(fact)  # a record of the right hip named "left hip pain"
    else:
        collector.findings.append(fact)


def _repeats(fact: Finding, coded: Finding) -> bool:
    is_same_side = fact.side in {Side.UNSTATED, coded.side} or coded.side is Side.BOTH
    return is_same_side and fact.qualifiers.items() <= coded.qualifiers.items()


def findings_not_absent(statements: Iterable[Statement]) -> set[str]:
    """The findings that words say are present or asked for."""
    return {one.finding for one in statements if one.value is not FindingValue.ABSENT}
