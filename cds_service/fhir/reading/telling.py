"""Writing down what a record's words say, beside what its codes say."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from cds_service.fhir.narrative.reader import Reading, Said
from cds_service.fhir.reading.notebook import Notebook
from cds_service.fhir.resources import CodeableConcept, Notes, Resource, notes
from cds_service.logic.dates import When
from cds_service.logic.facts import Finding, Source, SourceKind, Value
from cds_service.logic.sides import Side

_IS_CUT = "its text is too long: only the beginning was read"


@dataclass(frozen=True, slots=True)
class Telling:
    """A record whose words are read: where they stand, its dates, and what its codes have said already.

    `value`: what the record says of what its words name, such as a problem that was refuted.
    """

    resource: Resource
    source: Source
    coded: Sequence[Finding] = ()
    side: Side = Side.UNSTATED
    when: When | None = None
    onset: When | None = None
    value: Value = Value.PRESENT

    def of(self, kind: SourceKind) -> "Telling":
        """The same with its source as words of this kind."""
        return replace(self, source=replace(self.source, kind=kind))


def tell_name(telling: Telling, text: str | None, notebook: Notebook, *, only_done: bool = False) -> list[Said]:
    """Write down what the words that name a record say: they are about what its codes are about, on its side.

    `only_done`: nothing but treatments and what stays.
    """
    told = [one for one in _read(telling, text, notebook).said if not only_done or _is_done(one, notebook)]
    for said in told:
        value = _valued(said.value, telling.value)
        side = said.side if said.side is not Side.UNSTATED else telling.side
        if value is not None:
            _write(telling, said._replace(value=value, side=side), notebook, is_name=True)
    return told


def tell_notes(telling: Telling, value: Notes, notebook: Notebook) -> list[Said]:
    """Write down what a record's notes say, each said when it was written, else when the record was."""
    told: list[Said] = []
    for note in notes(value):
        dated = replace(telling, when=notebook.when(note.time) or telling.when, onset=None)
        for said in _read(dated, note.text, notebook).said:
            _write(dated, said, notebook, is_name=False)
            told.append(said)
    return told


def name_of(concept: CodeableConcept | None, *, has_meaning: bool) -> str | None:
    """The words of a concept: its text, or what its codes are displayed as where none of them means anything here."""
    if concept is None or concept.text or has_meaning:
        return concept.text if concept else None
    return next((coding.display for coding in concept.coding or () if coding and coding.display), None)


def _read(telling: Telling, text: str | None, notebook: Notebook) -> Reading:
    reading = notebook.terms.narrative.read(text)
    if reading.is_cut:
        notebook.long_texts += 1
        notebook.ignore(telling.resource, _IS_CUT)
    if telling.source.kind is SourceKind.ORDER_WORDS:
        return reading
    return replace(reading, said=tuple(one for one in reading.said if not one.is_vague))


def _is_done(said: Said, notebook: Notebook) -> bool:
    known = notebook.terms.findings[said.finding]
    return known.kind == "treatment" or known.window is None


def _valued(said: Value, record: Value) -> Value | None:
    """What the words come to under the record's own value: refuted "hip pain" is absent, refuted "no pain" unclear."""
    if record is Value.PRESENT:
        return said
    return record if said is Value.PRESENT else None


def _write(telling: Telling, said: Said, notebook: Notebook, *, is_name: bool) -> None:
    qualifiers = dict(said.qualifiers)
    fact = Finding(said.finding, said.value, said.side, telling.when, telling.onset, telling.source, qualifiers)
    same = [one for one in telling.coded if one.id == fact.id and one.value is fact.value]
    if any(_repeats(fact, one) for one in same):
        return
    if is_name and fact.value is Value.PRESENT and same and not any(one.side.covers(fact.side) for one in same):
        notebook.differing.append(fact)  # a record of the right hip named "left hip pain"
    else:
        notebook.findings.append(fact)


def _repeats(fact: Finding, coded: Finding) -> bool:
    is_same_side = fact.side in {Side.UNSTATED, coded.side} or coded.side is Side.BOTH
    return is_same_side and fact.qualifiers.items() <= coded.qualifiers.items()


def presents(told: Iterable[Said]) -> set[str]:
    """The findings that words say are present or asked for."""
    return {one.finding for one in told if one.value is not Value.ABSENT}
