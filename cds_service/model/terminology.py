"""What codes mean: findings, imaging, body sites, sides and values. A code always carries its system."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from cds_service.model.facts import NO_QUALIFIERS
from cds_service.model.questionnaire import NO_QUESTIONNAIRES, Questionnaires
from cds_service.model.sides import Side

SEVENTH_CHARACTER_INDEX: Final = 7  # index of an ICD-10-CM code's seventh character, counting the point
FINDING_SYSTEM: Final = "finding"  # our own CodeSystem, whose codes are the ids of findings
ORDER_SYSTEM: Final = "order"  # our own CodeSystem for orders without a verified standard code


class Code(NamedTuple):
    """A code of a system known to the content. `system` is the system's short name, such as "sct"."""

    system: str
    code: str


@dataclass(frozen=True, slots=True)
class FindingMeaning:
    """The finding that a code stands for, with the side and qualifiers that the code itself states.

    `only_orders`: the code orders a treatment and never shows that it was done. `region`: the meaning holds only where
    the record names this region.
    """

    finding: str
    side: Side = Side.UNSTATED
    qualifiers: Mapping[str, str] = field(default_factory=lambda: NO_QUALIFIERS)
    only_orders: bool = False
    region: str | None = None


@dataclass(frozen=True, slots=True)
class PrefixMeaning:
    """The finding that a whole branch of a classification stands for, except for some of its codes.

    `excluded` are prefixes of codes; `excluded_seventh` are seventh characters (ICD-10-CM) that change the meaning.
    """

    meaning: FindingMeaning
    excluded: tuple[str, ...] = ()
    excluded_seventh: str = ""

    def includes(self, code: str) -> bool:
        """Return whether a code that starts with the branch's prefix belongs to it."""
        seventh = code[SEVENTH_CHARACTER_INDEX:]
        return not code.startswith(self.excluded or ("\0",)) and not (seventh and seventh in self.excluded_seventh)


@dataclass(frozen=True, slots=True)
class StudyMeaning:
    """The imaging that a code stands for. None: the code does not say."""

    region: str | None
    modality: str | None
    contrast: str | None
    side: Side = Side.UNSTATED


class BodySiteMeaning(NamedTuple):
    """The body site that a code stands for, and its side."""

    body_site: str
    side: Side


@dataclass(frozen=True, slots=True)
class ImagingWords:
    """The words that name a region, modality, contrast or side in the text of an order or study, longest first.

    `region_holds`, `modality_holds`: what may be named beside a region or modality and is part of it. `modality_else`
    counts where no modality is named. `purpose`: what is done without looking for a source of pain.
    """

    region: tuple[tuple[str, str], ...]
    modality: tuple[tuple[str, str], ...]
    contrast: tuple[tuple[str, str], ...]
    side: tuple[tuple[str, str], ...]
    modality_else: tuple[tuple[str, str], ...]
    purpose: tuple[tuple[str, str], ...]
    region_holds: Mapping[str, frozenset[str]]
    modality_holds: Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class SharedSystem:
    """A code system whose codes mean what those of another mean, to a depth.

    `depth`: characters that count, without the point; in the branches `deeper` every character counts.
    """

    reads_as: str
    depth: int
    deeper: tuple[str, ...]

    def cut(self, code: str) -> str:
        """Return the part of a code, written with its point, that both systems share."""
        return code if code.startswith(self.deeper or ("\0",)) else code[: self.depth + ("." in code)]


class Measurement(NamedTuple):
    """From which value on a measurement shows a finding, and for how many days."""

    finding: str
    at_least: float
    unit: str
    within: int


@dataclass(frozen=True, slots=True)
class DrugCourse:
    """Drugs that show a finding when they are taken for long; the durations are in days.

    `unless`: words of a record that say it is a short course or a local drug.
    """

    finding: str
    names: tuple[str, ...]
    codes: frozenset[Code]
    days: int
    gap: int
    shortest: int
    still_active: int
    ended: int
    unless: tuple[str, ...]


class NoDisease(NamedTuple):
    """Codes that name a disease the patient does not have, by branch, and how their names begin."""

    codes: Mapping[str, tuple[PrefixMeaning, ...]]
    names: tuple[str, ...]


class NotDone(NamedTuple):
    """Words that say a treatment did not take place, and how many words a note that says only that may have."""

    words: tuple[str, ...]
    longest_note: int


@dataclass(frozen=True, slots=True)
class ReadingLimits:
    """What widens or limits the reading of codes and of records.

    `with_editions`: systems whose URI an edition may follow. `shared_systems`: those that are read as another.
    `past`: by finding, what to record when it is over. `yields_to`: by finding, those that say it more precisely.
    `ended`: by finding, the days that a drug which is no longer taken counts.
    """

    with_editions: frozenset[str]
    shared_systems: Mapping[str, SharedSystem]
    past: Mapping[str, str]
    yields_to: Mapping[str, frozenset[str]]
    ended: Mapping[str, int]
    measurements: Mapping[Code, Measurement]
    courses: tuple[DrugCourse, ...]
    no_disease: NoDisease
    not_done: NotDone


@dataclass(frozen=True, slots=True)
class Terminology:
    """All code meanings of the content. `system_by_uri` maps every accepted URI to the system's short name.

    `documents`: by type of clinical document, what it tells: symptoms, or what imaging showed.
    `drug_names`: in lower case, with a blank on each side.
    `screened_tests`: the tests whose numbers the safety screen reads. `questionnaires`: ours, whose items are findings.
    """

    system_by_uri: Mapping[str, str]
    uri_by_system: Mapping[str, str]
    findings: Mapping[Code, tuple[FindingMeaning, ...]]
    finding_prefixes: Mapping[Code, tuple[PrefixMeaning, ...]]
    studies: Mapping[Code, StudyMeaning]
    body_sites: Mapping[Code, BodySiteMeaning]
    laterality: Mapping[Code, Side]
    present: frozenset[Code]
    absent: frozenset[Code]
    severity: Mapping[Code, str]
    modalities: Mapping[str, str]
    region_by_body_site: Mapping[str, str]
    findings_by_body_site: Mapping[str, tuple[str, ...]]
    questions: Mapping[Code, str]
    documents: Mapping[Code, str]
    drug_names: Mapping[str, str]
    imaging_words: ImagingWords
    reason_codes: Mapping[str, tuple[Code, ...]]
    limits: ReadingLimits
    screened_tests: frozenset[Code] = frozenset()
    questionnaires: Questionnaires = NO_QUESTIONNAIRES

    def find_meanings(self, code: Code) -> tuple[FindingMeaning, ...]:
        """Return the findings that a code stands for, by itself or by its branch; none if it is unmapped."""
        exact = self.findings.get(code, ())
        if code.system != "icd10cm":
            return exact
        branches = tuple(
            prefix.meaning
            for length in range(1, len(code.code) + 1)
            for prefix in self.finding_prefixes.get(Code(code.system, code.code[:length]), ())
            if prefix.includes(code.code)
        )
        return distinct_meanings((*exact, *branches))


def distinct_meanings(meanings: tuple[FindingMeaning, ...]) -> tuple[FindingMeaning, ...]:
    """Return the distinct meanings. Of two for one finding, the one that states a side wins."""
    if len(meanings) < 2:
        return meanings
    with_side = {meaning.finding for meaning in meanings if meaning.side is not Side.UNSTATED}
    distinct = {
        (meaning.finding, meaning.side): meaning
        for meaning in meanings
        if meaning.side is not Side.UNSTATED or meaning.finding not in with_side
    }
    return tuple(distinct.values())
