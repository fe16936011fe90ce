"""What codes mean here: findings, imaging, body sites, sides, values. Comparing codes without systems is impossible."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from cds_service.model.facts import NO_QUALIFIERS
from cds_service.model.sides import Side

SEVENTH_CHARACTER_INDEX: Final = 7  # where an ICD-10-CM code's seventh character stands, the point counted
FINDING_SYSTEM: Final = "finding"  # our own CodeSystem: its codes are the findings' ids
ORDER_SYSTEM: Final = "order"  # ours too: orders that have no verified standard code


class Code(NamedTuple):
    """A code of a system known to the content; `system` is its short name there, such as "sct"."""

    system: str
    code: str


@dataclass(frozen=True, slots=True)
class FindingMeaning:
    """A finding a code stands for, with the side and qualifiers the code itself states."""

    finding: str
    side: Side = Side.UNSTATED
    qualifiers: Mapping[str, str] = field(default_factory=lambda: NO_QUALIFIERS)


@dataclass(frozen=True, slots=True)
class PrefixMeaning:
    """A finding that a whole branch of a classification stands for, some of its codes excepted.

    `not_seventh`: seventh characters (ICD-10-CM) that make a code of the branch something else.
    """

    meaning: FindingMeaning
    excluded: tuple[str, ...] = ()
    excluded_seventh: str = ""

    def includes(self, code: str) -> bool:
        """Whether a code that begins as the branch does belongs to it."""
        seventh = code[SEVENTH_CHARACTER_INDEX:]
        return not code.startswith(self.excluded or ("\0",)) and not (seventh and seventh in self.excluded_seventh)


@dataclass(frozen=True, slots=True)
class StudyMeaning:
    """What imaging a code stands for; None: the code leaves it open."""

    region: str | None
    modality: str | None
    contrast: str | None
    side: Side = Side.UNSTATED


class BodySiteMeaning(NamedTuple):
    """The body site a code stands for, and its side."""

    body_site: str
    side: Side


@dataclass(frozen=True, slots=True)
class ImagingWords:
    """Words by which the text of an order or study names a region, modality, contrast or side, longest first."""

    region: tuple[tuple[str, str], ...]
    modality: tuple[tuple[str, str], ...]
    contrast: tuple[tuple[str, str], ...]
    side: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Terminology:
    """All code meanings of the content. `systems` maps every accepted URI to the system's short name."""

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
    drug_names: Mapping[str, str]
    imaging_words: ImagingWords
    reason_codes: Mapping[str, tuple[Code, ...]]

    def find_meanings(self, code: Code) -> tuple[FindingMeaning, ...]:
        """The findings a code stands for, by itself or by the branch it belongs to; none: unmapped."""
        exact = self.findings.get(code, ())
        if code.system != "icd10cm":
            return exact
        return exact + tuple(
            prefix.meaning
            for length in range(1, len(code.code) + 1)
            for prefix in self.finding_prefixes.get(Code(code.system, code.code[:length]), ())
            if prefix.includes(code.code)
        )
