"""What the readers share: the call's terms, and the notebook in which they write facts and what they ignored."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from cds_service.fhir.resources import CodeableConcept, Coding, Concepts, Resource, concepts
from cds_service.logic.dates import When, parse_when
from cds_service.logic.facts import NO_QUALIFIERS, Finding, Ignored, Imaging, Source, SourceKind, Value
from cds_service.logic.sides import Side, union
from cds_service.logic.terminology import Code, Meaning, Terminology
from cds_service.logic.vocabulary import Vocabulary


@dataclass(slots=True)
class Notebook:
    """The facts of one chart as they are read. `born` bounds which dates are possible."""

    terms: Terminology
    findings_known: Vocabulary
    groups: Mapping[str, frozenset[str]]
    today: date
    born: date | None = None
    findings: list[Finding] = field(default_factory=list)
    imaging: list[Imaging] = field(default_factory=list)
    ignored: list[Ignored] = field(default_factory=list)

    def when(self, *texts: str | None) -> When | None:
        """The newest of some dates; impossible ones (before birth, more than a day ahead) are as if not recorded."""
        dates = [when for text in texts if text and (when := self.possible(text))]
        return max(dates, key=lambda when: when.last, default=None)

    def possible(self, text: str) -> When | None:
        """A date, unless it is none or cannot be."""
        when = parse_when(text)
        if when is None or when.first > self.today + timedelta(days=1):
            return None
        return None if self.born and when.last < self.born else when

    def codes(self, concept: CodeableConcept | None) -> list[Code]:
        """The codes of a concept whose system is known here."""
        if concept is None or not concept.coding:
            return []
        return [code for coding in concept.coding if coding and (code := self.code(coding))]

    def code(self, coding: Coding) -> Code | None:
        """A coding as a code of a known system; ICD-10-CM with its point where the sender left it out."""
        system = self.terms.systems.get(coding.system or "")
        if system is None or coding.code is None:
            return None
        text = str(coding.code)
        if system == "icd10cm":
            text = text.upper()
            text = text if "." in text or len(text) < 4 else f"{text[:3]}.{text[3:]}"
        return Code(system, text)

    def meanings(self, concept: CodeableConcept | None) -> list[Meaning]:
        """The findings a concept stands for, each once."""
        found = [meaning for code in self.codes(concept) for meaning in self.terms.meanings(code)]
        return list({(meaning.finding, meaning.side): meaning for meaning in found}.values()) if found else found

    def site_side(self, value: Concepts) -> Side:
        """The side that body sites state, by their codes or by a word of their text."""
        if value is None:
            return Side.UNSTATED
        return union([side for concept in concepts(value) for side in self._sides_of(concept)])

    def _sides_of(self, concept: CodeableConcept) -> Iterable[Side]:
        for code in self.codes(concept):
            if code in self.terms.laterality:
                yield self.terms.laterality[code]
            elif code in self.terms.sites:
                yield self.terms.sites[code].side
        if concept.text:
            yield from (Side(side) for side in words_in(concept.text, self.terms.words.side))

    def add(
        self,
        meaning: Meaning,
        value: Value,
        source: Source,
        *,
        side: Side = Side.UNSTATED,
        when: When | None = None,
        onset: When | None = None,
        qualifiers: Mapping[str, str] = NO_QUALIFIERS,
    ) -> None:
        """Write down a finding. A side the code states stands over the body site's."""
        sided = meaning.side if meaning.side is not Side.UNSTATED else side
        stated = {**meaning.qualifiers, **qualifiers} if meaning.qualifiers or qualifiers else NO_QUALIFIERS
        self.findings.append(Finding(meaning.finding, value, sided, when, onset, source, stated))

    def is_treatment(self, finding: str) -> bool:
        """Whether a finding is something tried."""
        return self.findings_known[finding].kind == "treatment"

    def ignore(self, source: Source, reason: str) -> None:
        """Write down that a record does not count."""
        self.ignored.append(Ignored(source.reference, reason))

    def ignore_unmapped(self, source: Source, concept: CodeableConcept | None) -> None:
        """Write down that a record's codes stand for nothing here: system and code only, never its text."""
        codes = [f"{coding.system}|{coding.code}" for coding in (concept.coding if concept else None) or () if coding]
        self.ignored.append(Ignored(source.reference, "its code stands for no finding here", ", ".join(codes) or None))


def source_of(kind: SourceKind, resource: Resource) -> Source:
    """Where a resource's facts stand: its type and id."""
    return Source(kind, f"{type(resource).__name__}/{resource.id or '(no id)'}")


def status_of(value: CodeableConcept | str | None) -> str:
    """A status as its code, whether a concept (R4) or a plain string (DSTU2); empty when not given."""
    if isinstance(value, str):
        return value
    codes = [str(coding.code) for coding in (value.coding if value else None) or () if coding and coding.code]
    return codes[0] if codes else (value.text or "" if value else "")


def words_in(text: str, words: tuple[tuple[str, str], ...]) -> list[str]:
    """The names whose words stand in a text as whole words, a longer word taking the place of one inside it."""
    rest = f" {' '.join(text.lower().replace(',', ' ').replace('(', ' ').replace(')', ' ').split())} "
    found = []
    for word, name in words:
        if f" {word} " in rest:
            found.append(name)
            rest = rest.replace(f" {word} ", " \0 ")
    return list(dict.fromkeys(found))
