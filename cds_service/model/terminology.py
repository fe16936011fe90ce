"""What codes mean here: findings, imaging, body sites, sides, values. Comparing codes without systems is impossible."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from cds_service.model.facts import NO_QUALIFIERS
from cds_service.model.sides import Side

SEVENTH: Final = 7  # where an ICD-10-CM code's seventh character stands, the point counted
OWN_FINDINGS: Final = "finding"  # our own CodeSystem: its codes are the findings' ids
OWN_ORDERS: Final = "order"  # ours too: orders that have no verified standard code


class Code(NamedTuple):
    """A code of a system known to the content; `system` is its short name there, such as "sct"."""

    system: str
    code: str


@dataclass(frozen=True, slots=True)
class Meaning:
    """A finding a code stands for, with the side and qualifiers the code itself states."""

    finding: str
    side: Side = Side.UNSTATED
    qualifiers: Mapping[str, str] = field(default_factory=lambda: NO_QUALIFIERS)


@dataclass(frozen=True, slots=True)
class PrefixMeaning:
    """A finding that a whole branch of a classification stands for, some of its codes excepted.

    `not_seventh`: seventh characters (ICD-10-CM) that make a code of the branch something else.
    """

    meaning: Meaning
    excepted: tuple[str, ...] = ()
    not_seventh: str = ""

    def takes_in(self, code: str) -> bool:
        """Whether a code that begins as the branch does belongs to it."""
        seventh = code[SEVENTH:]
        return not code.startswith(self.excepted or ("\0",)) and not (seventh and seventh in self.not_seventh)


@dataclass(frozen=True, slots=True)
class StudyMeaning:
    """What imaging a code stands for; None: the code leaves it open."""

    region: str | None
    modality: str | None
    contrast: str | None
    side: Side = Side.UNSTATED


class SiteMeaning(NamedTuple):
    """The body site a code stands for, and its side."""

    site: str
    side: Side


@dataclass(frozen=True, slots=True)
class Words:
    """Words by which the text of an order or study names a region, modality, contrast or side, longest first."""

    region: tuple[tuple[str, str], ...]
    modality: tuple[tuple[str, str], ...]
    contrast: tuple[tuple[str, str], ...]
    side: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Terminology:
    """All code meanings of the content. `systems` maps every accepted URI to the system's short name."""

    systems: Mapping[str, str]
    uris: Mapping[str, str]
    findings: Mapping[Code, tuple[Meaning, ...]]
    prefixes: Mapping[Code, tuple[PrefixMeaning, ...]]
    studies: Mapping[Code, StudyMeaning]
    sites: Mapping[Code, SiteMeaning]
    laterality: Mapping[Code, Side]
    present: frozenset[Code]
    absent: frozenset[Code]
    severity: Mapping[Code, str]
    modalities: Mapping[str, str]
    site_regions: Mapping[str, str]
    site_findings: Mapping[str, tuple[str, ...]]
    questions: Mapping[Code, str]
    drug_names: Mapping[str, str]
    words: Words
    shown: Mapping[str, tuple[Code, ...]]

    def meanings(self, code: Code) -> tuple[Meaning, ...]:
        """The findings a code stands for, by itself or by the branch it belongs to; none: unmapped."""
        exact = self.findings.get(code, ())
        if code.system != "icd10cm":
            return exact
        return exact + tuple(
            prefix.meaning
            for length in range(1, len(code.code) + 1)
            for prefix in self.prefixes.get(Code(code.system, code.code[:length]), ())
            if prefix.takes_in(code.code)
        )
