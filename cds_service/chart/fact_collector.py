"""What the readers share: the terms, and the notebook in which they write facts and what they passed over."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from cds_service.chart.code_lookup import CodeLookup, KnownCode
from cds_service.chart.imaging_words import ImagingWordFinder, NamedWords
from cds_service.fhir.resources import CodeableConcept, Concepts, Resource, list_concepts
from cds_service.model.dates import PartialDate, parse_partial_date
from cds_service.model.facts import NO_QUALIFIERS, Finding, FindingValue, IgnoredRecord, Imaging, Source, SourceKind
from cds_service.model.sides import Side, combine_sides
from cds_service.model.terminology import FindingMeaning, Terminology
from cds_service.model.vocabulary import Vocabulary
from cds_service.narrative.reader import NarrativeReader


@dataclass(frozen=True, slots=True)
class Lookups:
    """What every reading of a chart uses, made once: look-ups, words, findings, groups, the reader of texts."""

    codes: CodeLookup
    imaging_words: ImagingWordFinder
    findings: Vocabulary
    finding_groups: Mapping[str, frozenset[str]]
    narrative_reader: NarrativeReader

    @property
    def terminology(self) -> Terminology:
        """The terminology itself."""
        return self.codes.terminology


@dataclass(slots=True)
class FactCollector:
    """The facts of one chart as they are read. `born` bounds which dates are possible.

    `known`: what a concept's codings mean here; asked of every record.
    `differing`: what words say and the same record's code contradicts.
    """

    lookups: Lookups
    today: date
    birth_date: date | None = None
    findings: list[Finding] = field(default_factory=list)
    imaging: list[Imaging] = field(default_factory=list)
    contradicted: list[Finding] = field(default_factory=list)
    ignored_records: list[tuple[Resource, str, CodeableConcept | None]] = field(default_factory=list)
    truncated_texts: int = 0
    look_up: Callable[[CodeableConcept | None], list[KnownCode]] = field(init=False)

    def __post_init__(self) -> None:
        self.look_up = self.lookups.codes.look_up

    def newest_date(self, *texts: str | None) -> PartialDate | None:
        """The newest of some dates; impossible ones (before birth, more than a day ahead) are as if not recorded."""
        dates = [when for text in texts if text and (when := self.parse_possible_date(text))]
        return max(dates, key=lambda when: when.last, default=None)

    def parse_possible_date(self, text: str) -> PartialDate | None:
        """A date, unless it is none or cannot be."""
        when = parse_partial_date(text)
        if when is None or when.first > self.today + timedelta(days=1):
            return None
        return None if self.birth_date and when.last < self.birth_date else when

    def meanings(self, concept: CodeableConcept | None) -> list[FindingMeaning]:
        """The findings a concept stands for, each once."""
        return distinct_meanings(self.look_up(concept))

    def body_site_side(self, value: Concepts) -> Side:
        """The side that body sites state, by their codes or by a word of their text."""
        if value is None:
            return Side.UNSTATED
        return combine_sides(side for concept in list_concepts(value) for side in self._sides_of(concept))

    def _sides_of(self, concept: CodeableConcept) -> list[Side]:
        sides = [known.side for known in self.look_up(concept)]
        if concept.text:
            sides += self.find_words([concept.text]).side
        return sides

    def add_finding(
        self,
        meaning: FindingMeaning,
        value: FindingValue,
        source: Source,
        *,
        side: Side = Side.UNSTATED,
        when: PartialDate | None = None,
        onset: PartialDate | None = None,
        qualifiers: Mapping[str, str] = NO_QUALIFIERS,
    ) -> None:
        """Write down a finding. A side the code states stands over the body site's."""
        sided = meaning.side if meaning.side is not Side.UNSTATED else side
        stated = {**meaning.qualifiers, **qualifiers} if meaning.qualifiers or qualifiers else NO_QUALIFIERS
        self.findings.append(Finding(meaning.finding, value, sided, when, onset, source, stated))

    def is_treatment(self, finding: str) -> bool:
        """Whether a finding is something tried."""
        return self.lookups.findings[finding].kind == "treatment"

    def ignore(self, resource: Resource, reason: str) -> None:
        """Note that a record does not count."""
        self.ignored_records.append((resource, reason, None))

    def ignore_unmapped(self, resource: Resource, concept: CodeableConcept | None) -> None:
        """Note that a record's codes stand for nothing here."""
        self.ignored_records.append((resource, "its code stands for no finding here", concept))

    def find_words(self, texts: Iterable[str | None]) -> NamedWords:
        """What the words of an order or study name; texts that are too long to be read to their end are counted."""
        worded = self.lookups.imaging_words.find(texts)
        self.truncated_texts += worded.is_truncated
        return worded

    def count_truncated(self) -> dict[str, int]:
        """How many texts were not read to their end, in the words of a card."""
        return {"long text": self.truncated_texts} if self.truncated_texts else {}

    def count_unmapped(self) -> Mapping[str, int]:
        """How many codes stand for nothing here, by the short name of their system; all unknown systems are one."""
        by_uri: dict[str | None, int] = {}
        for _, _, concept in self.ignored_records:
            if concept is not None and concept.coding is not None:
                for coding in concept.coding:
                    if coding is not None and coding.code is not None:
                        by_uri[coding.system] = by_uri.get(coding.system, 0) + 1
        counts: dict[str, int] = {}
        for uri, count in by_uri.items():
            system = self.lookups.terminology.system_by_uri.get(uri or "", "other")
            counts[system] = counts.get(system, 0) + count
        return counts

    def list_ignored(self) -> tuple[IgnoredRecord, ...]:
        """What was passed over and why: system and code only, never a record's text."""
        return tuple(
            IgnoredRecord(relative_reference(resource), reason, _format_codes(concept))
            for resource, reason, concept in self.ignored_records
        )


def distinct_meanings(known_codes: list[KnownCode]) -> list[FindingMeaning]:
    """The findings that known codes stand for, each once; of two codes for one finding, the one that states a side."""
    if not known_codes:
        return []
    found = [meaning for one in known_codes for meaning in one.meanings]
    if len(found) < 2:
        return found
    sided = {meaning.finding for meaning in found if meaning.side is not Side.UNSTATED}
    kept = [meaning for meaning in found if meaning.side is not Side.UNSTATED or meaning.finding not in sided]
    return list({(meaning.finding, meaning.side): meaning for meaning in kept}.values())


def _format_codes(concept: CodeableConcept | None) -> str | None:
    codings = [coding for coding in (concept.coding if concept else None) or () if coding and coding.code]
    return ", ".join(f"{coding.system}|{coding.code}" for coding in codings) or None


def relative_reference(resource: Resource) -> str:
    """A resource's relative reference."""
    return f"{type(resource).__name__}/{resource.id or '(no id)'}"


def build_source(kind: SourceKind, resource: Resource) -> Source:
    """Where a resource's facts stand: its type and id."""
    return Source(kind, relative_reference(resource))


def status_codes(value: CodeableConcept | str | None) -> set[str]:
    """A status as its codes, whether a concept (R4) or a plain string (DSTU2), in lower case; else as its text."""
    if value is None:
        return set()
    if isinstance(value, str):
        return {value.lower()}
    codes = {str(coding.code).lower() for coding in value.coding or () if coding and coding.code}
    return codes or ({value.text.strip().lower()} if value.text else set())
