"""What the extractors of a chart share: the look-ups, and the collector of facts and ignored records."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import chain
from typing import Final

from cds_service.chart.code_lookup import CodeLookup, KnownCode
from cds_service.chart.form_questions import QuestionReader
from cds_service.chart.imaging_words import ImagingWordFinder, NamedWords
from cds_service.chart.silent_concepts import SilentConcepts
from cds_service.fhir.datatypes import CodeableConcept, Concepts, Period, list_concepts
from cds_service.fhir.resource import Resource
from cds_service.model.dates import PartialDate, parse_partial_date
from cds_service.model.facts import NO_QUALIFIERS, Finding, FindingValue, IgnoredRecord, Imaging, Source, SourceKind
from cds_service.model.sides import Side, combine_sides
from cds_service.model.terminology import DrugCourse, FindingMeaning, Terminology, distinct_meanings
from cds_service.model.vocabulary import Vocabulary
from cds_service.narrative.reader import NarrativeReader, TextKind
from cds_service.narrative.statements import Reading

_UNMAPPED: Final = "its code stands for no finding here"


@dataclass(frozen=True, slots=True)
class Lookups:
    """The look-ups that every chart uses. Created once, from the content."""

    codes: CodeLookup
    imaging_words: ImagingWordFinder
    findings: Vocabulary
    finding_groups: Mapping[str, frozenset[str]]
    narrative_reader: NarrativeReader
    silent_concepts: SilentConcepts
    questions: QuestionReader

    @property
    def terminology(self) -> Terminology:
        """Return the terminology behind the code look-up."""
        return self.codes.terminology


@dataclass(frozen=True, slots=True)
class CourseRecord:
    """A record of a drug of a course: from when until when it covers."""

    course: DrugCourse
    start: date
    end: date
    source: Source


@dataclass(slots=True)
class FactCollector:
    """Collects the facts of one chart.

    Attributes:
        birth_date: The earliest possible date.
        contradicted: Findings from text that a code of the same record contradicts.
        silent_records: Records whose codes mean nothing in the content, found at one look.
        missing_types: FHIR types of which a record cannot be told: whose it is, or which drug it names.
        unmapped: The system of each code that means nothing in the content, by its short name or as "other".
        courses: The records of drugs that count only when taken for long. They are judged together, at the end.
        unread: How many texts and notes were not read, under the labels that cards use.
        last_day: The latest possible date: tomorrow.
        look_up: Returns the known codes of a concept. Every record uses it.
        is_silent: Tells whether a concept stands for nothing here. Most records need no further look.
    """

    lookups: Lookups
    today: date
    birth_date: date | None = None
    findings: list[Finding] = field(default_factory=list)
    imaging: list[Imaging] = field(default_factory=list)
    contradicted: list[Finding] = field(default_factory=list)
    ignored_records: list[tuple[Resource, str, CodeableConcept | None]] = field(default_factory=list)
    silent_records: list[Resource] = field(default_factory=list)
    unmapped: list[str] = field(default_factory=list)
    courses: list[CourseRecord] = field(default_factory=list)
    truncated_texts: int = 0
    unread: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))
    missing_types: set[str] = field(default_factory=set)
    last_day: date = field(init=False)
    look_up: Callable[[CodeableConcept | None], list[KnownCode]] = field(init=False)
    is_silent: Callable[[CodeableConcept | None], bool] = field(init=False)

    def __post_init__(self) -> None:
        self.last_day = self.today + timedelta(days=1)
        self.look_up = self.lookups.codes.look_up
        self.is_silent = self.lookups.silent_concepts.has

    def newest_date(self, *texts: str | None) -> PartialDate | None:
        """Return the newest date. Impossible ones (before birth, more than a day ahead) count as not recorded."""
        dates = [when for text in texts if text and (when := self.possible(parse_partial_date(text)))]
        if len(dates) < 2:  # as in most records
            return dates[0] if dates else None
        return max(dates, key=lambda when: when.last)

    def start_date(self, date_text: str | None, period: Period | None) -> PartialDate | None:
        """Return a date, or the start of the period where there is no usable date."""
        return self.newest_date(date_text) or self.newest_date(period.start if period else None)

    def possible(self, when: PartialDate | None) -> PartialDate | None:
        """Return a date unless it is impossible: before birth, or more than a day ahead."""
        if when is None or when.first > self.last_day:
            return None
        return None if self.birth_date and when.last < self.birth_date else when

    def meanings(self, concept: CodeableConcept | None) -> list[FindingMeaning]:
        """Return the distinct findings that a concept means by itself, without what only orders or needs a region."""
        meanings = meanings_of(self.look_up(concept))
        return [meaning for meaning in meanings if not (meaning.only_orders or meaning.region)]

    def body_site_side(self, value: Concepts) -> Side:
        """Return the side that body sites state, by their codes or by a word in their text."""
        if value is None:
            return Side.UNSTATED
        sides: list[Side] = []
        for concept in list_concepts(value):
            sides += [known.side for known in self.look_up(concept)]
            sides += self.find_words([concept.text, *code_displays(concept)]).side
        return combine_sides(sides)

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
        """Add a finding. A side that the code states takes precedence over `side`, the body site's."""
        if meaning.side is not Side.UNSTATED:
            side = meaning.side
        combined = {**meaning.qualifiers, **qualifiers} if meaning.qualifiers or qualifiers else NO_QUALIFIERS
        self.findings.append(Finding(meaning.finding, value, side, when, onset, source, combined))

    def drop_less_precise(self, reference: str) -> None:
        """Drop a record's findings beside which the same record has one that says the same more precisely."""
        yields_to = self.lookups.terminology.limits.yields_to
        stated = {fact.id for fact in self.findings if fact.source.reference == reference}
        less_precise = {finding for finding in stated if yields_to.get(finding, frozenset()) & stated}
        if less_precise:
            self.findings = [
                fact for fact in self.findings if fact.source.reference != reference or fact.id not in less_precise
            ]

    def is_treatment(self, finding: str) -> bool:
        """Return whether a finding is a treatment."""
        return self.lookups.findings[finding].kind == "treatment"

    def ignore(self, resource: Resource, reason: str) -> None:
        """Record that a resource does not count, and why."""
        self.ignored_records.append((resource, reason, None))

    def ignore_unmapped(self, resource: Resource, concept: CodeableConcept | None) -> None:
        """Record that the codes of a resource mean nothing in the content."""
        self.ignored_records.append((resource, _UNMAPPED, concept))
        self.unmapped += self.lookups.codes.list_systems(concept)

    def ignore_silent(self, records: Sequence[tuple[Resource, tuple[str, ...]]]) -> None:
        """Record the same of many resources, of which the systems of their codes are known."""
        self.silent_records += [resource for resource, _ in records]
        self.unmapped += chain.from_iterable([systems for _, systems in records])

    def find_words(self, texts: Iterable[str | None]) -> NamedWords:
        """Return what the texts of an order or study name. Count those that are too long to be read to the end."""
        named_words = self.lookups.imaging_words.find(texts)
        self.truncated_texts += named_words.is_truncated
        return named_words

    def read_text(self, text: str | None, kind: TextKind) -> Reading:
        """Return what a text says. `kind`: where it stands."""
        return self.lookups.narrative_reader.read(text, kind)

    def count_unread(self, label: str) -> None:
        """Count a text or a note that was not read."""
        self.unread[label] += 1

    def list_unread(self) -> dict[str, int]:
        """Return how many texts were not read, or not to the end, under the labels that cards use."""
        truncated = {"long text": self.truncated_texts} if self.truncated_texts else {}
        return {**self.unread, **truncated}

    def list_ignored(self) -> tuple[IgnoredRecord, ...]:
        """Return the ignored records with reasons: system and code only, never the text of a record."""
        silent = [(resource, _UNMAPPED, getattr(resource, "code", None)) for resource in self.silent_records]
        return tuple(
            IgnoredRecord(relative_reference(resource), reason, _format_codes(concept))
            for resource, reason, concept in (*self.ignored_records, *silent)
        )


def meanings_of(known_codes: list[KnownCode]) -> list[FindingMeaning]:
    """Return the distinct findings that codes mean. Of two codes for a finding, one that states a side wins."""
    if not known_codes:
        return []
    return list(distinct_meanings(tuple(meaning for known in known_codes for meaning in known.meanings)))


def code_displays(concept: CodeableConcept | None) -> list[str | None]:
    """Return the displays of a concept's codings."""
    return [coding.display for coding in (concept.coding if concept else None) or () if coding]


def _format_codes(concept: CodeableConcept | None) -> str | None:
    codings = [coding for coding in (concept.coding if concept else None) or () if coding and coding.code]
    return ", ".join(f"{coding.system}|{coding.code}" for coding in codings) or None


def relative_reference(resource: Resource) -> str:
    """Return the relative reference of a resource."""
    return f"{type(resource).__name__}/{resource.id or '(no id)'}"


def build_source(kind: SourceKind, resource: Resource) -> Source:
    """Return the source of a resource's facts: the kind, and the resource's type and id."""
    return Source(kind, relative_reference(resource))


def status_codes(value: CodeableConcept | str | None) -> set[str]:
    """Return the codes of a status in lower case, else its text. It is a concept (R4) or a plain string (DSTU2)."""
    if value is None:
        return set()
    if isinstance(value, str):
        return {value.lower()}
    codes = {str(coding.code).lower() for coding in value.coding or () if coding and coding.code}
    return codes or ({value.text.strip().lower()} if value.text else set())
