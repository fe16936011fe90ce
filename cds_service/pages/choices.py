"""What can be chosen on the page: findings by group, with the answers that each may have, and orders by region."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from cds_service.figure import has_place
from cds_service.knowledge import Knowledge
from cds_service.knowledge.terminology import ListedCode, ListedStudy
from cds_service.model.vocabulary import FindingDefinition

RIGHT, LEFT, PRESENT, ABSENT = "right", "left", "present", "absent"
_WORDS: Final[Mapping[str, str]] = {RIGHT: "right", LEFT: "left", PRESENT: "yes, side not stated", ABSENT: "no"}
_SIDED: Final = (RIGHT, LEFT, PRESENT, ABSENT)
_DENIABLE: Final = frozenset({"symptom", "sign", "flag"})
_PAIN, _COURSE = "Where it hurts", "When and how it hurts"
_GROUPS: Final[Mapping[str, str]] = {
    _PAIN: "symptom",
    _COURSE: "symptom",
    "Examination": "sign",
    "Warning signs": "flag",
    "Diagnoses on record": "diagnosis",
    "Already tried or done": "treatment",
}  # title and kind


@dataclass(frozen=True, slots=True)
class FindingChoice:
    """A finding that can be ticked, and the answers it may have, each with its words."""

    id: str
    label: str
    answers: tuple[str, ...]

    @property
    def words(self) -> Mapping[str, str]:
        """The words of each answer."""
        return _WORDS if RIGHT in self.answers else {PRESENT: "yes", ABSENT: "no"}


@dataclass(frozen=True, slots=True)
class FindingGroup:
    """Findings that stand together."""

    title: str
    findings: tuple[FindingChoice, ...]


@dataclass(frozen=True, slots=True)
class OrderChoice:
    """An order that can be chosen, and the code for each side for which there is one; "" is no side."""

    id: str
    label: str
    region: str
    codes: Mapping[str, ListedCode]

    def code_for(self, side: str) -> ListedCode:
        """Return the code of this order that states the side, or else one that states none."""
        return self.codes.get(side) or self.codes.get("") or next(iter(self.codes.values()))


def list_finding_groups(knowledge: Knowledge) -> tuple[FindingGroup, ...]:
    """Return every finding of the content, by group."""
    findings = knowledge.content.findings.values()
    return tuple(
        FindingGroup(title, tuple(_build_choice(one) for one in findings if one.kind == kind and _belongs(one, title)))
        for title, kind in _GROUPS.items()
    )


def _belongs(finding: FindingDefinition, title: str) -> bool:
    """Return whether a finding stands under this title: symptoms with a place on the body stand by themselves."""
    return finding.kind != "symptom" or has_place(finding.id) is (title == _PAIN)


def _build_choice(finding: FindingDefinition) -> FindingChoice:
    answers = (PRESENT, ABSENT) if finding.kind == "flag" else _SIDED
    allowed = tuple(answer for answer in answers if answer != ABSENT or finding.kind in _DENIABLE)
    return FindingChoice(finding.id, finding.label, allowed)


def list_orders(knowledge: Knowledge) -> Mapping[str, OrderChoice]:
    """Return every kind of imaging that the content has codes for, by id."""
    return {choice.id: choice for choice in _build_orders(knowledge.imaging_codes, knowledge.labels.regions)}


def _build_orders(studies: Sequence[ListedStudy], regions: Mapping[str, str]) -> Iterator[OrderChoice]:
    for study in studies:
        codes: dict[str, ListedCode] = {}
        for code in study.codes:
            codes.setdefault(code.side or "", code)
        name = re.sub(r"[^a-z0-9]+", "-", study.label.lower()).strip("-")
        yield OrderChoice(name, study.label, regions.get(study.region, study.region), codes)
