"""What was read from one patient's chart: findings, imaging, age, and what could not be read. No FHIR, no codes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from types import MappingProxyType
from typing import TypeAlias, TypeVar

from cds_service.model.dates import PartialDate
from cds_service.model.sides import Side

NO_QUALIFIERS: Mapping[str, str] = MappingProxyType({})
NOT_RECORDED = "not-recorded"  # what a qualifier nobody stated comes to


class FindingValue(Enum):
    """What a chart says of a finding. What it does not mention has no fact at all: not recorded."""

    PRESENT = "present"
    ABSENT = "absent"
    ASKED = "asked"  # an order's reason, a differential diagnosis or a note wants it ruled out


class SourceKind(Enum):
    """The kind of record a fact stands in, in words fit for a card."""

    CONDITION = "recorded problem"
    OBSERVATION = "observation"
    ORDER_REASON = "reason of the order"
    PROCEDURE = "procedure"
    REQUEST = "completed request"
    MEDICATION = "medication list"
    REPORT = "report"
    STUDY = "imaging study"
    ORDER = "order"
    CONDITION_TEXT = "words of a recorded problem"
    OBSERVATION_TEXT = "words of an observation"
    PROCEDURE_TEXT = "words of a procedure"
    ORDER_TEXT = "words of the order"

    @property
    def is_text(self) -> bool:
        """Whether the fact was read from words, not from a code."""
        return self in _TEXT_KINDS


_TEXT_KINDS = frozenset(
    {SourceKind.CONDITION_TEXT, SourceKind.OBSERVATION_TEXT, SourceKind.PROCEDURE_TEXT, SourceKind.ORDER_TEXT}
)


@dataclass(frozen=True, slots=True)
class Source:
    """Where a fact stands: the kind of record and its relative reference, such as `Condition/12`."""

    kind: SourceKind
    reference: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding of the closed vocabulary (clinical design §2) as the chart records it.

    `when` is the day it was recorded or, for a treatment, begun; `onset` the day it is said to have begun.
    `qualifiers` hold severity, response, result, radiation, guided.
    """

    id: str
    value: FindingValue
    side: Side
    when: PartialDate | None
    onset: PartialDate | None
    source: Source
    qualifiers: Mapping[str, str] = field(default_factory=lambda: NO_QUALIFIERS)

    def has_qualifier(self, qualifier: str) -> bool:
        """Whether it says anything of this qualifier."""
        return self.qualifiers.get(qualifier, NOT_RECORDED) != NOT_RECORDED


class Stage(Enum):
    """How far imaging or a treatment has come."""

    STUDY = "study"  # done
    REQUEST = "request"  # an active order
    DRAFT = "draft"  # an order of this call, not yet signed


@dataclass(frozen=True, slots=True)
class Imaging:
    """An imaging study, request or draft as region, modality, contrast and side (clinical design §3).

    `code_side`: the side its code names while its body site names the other; it has no side then.
    `selected`: this call is about it.
    `treatment`: the treatment finding that a request is for, when it is not for imaging.
    """

    stage: Stage
    region: str | None
    modality: str | None
    contrast: str | None
    side: Side
    when: PartialDate | None
    source: Source
    code_side: Side | None = None
    is_selected: bool = False
    treatment: str | None = None

    @property
    def has_side_conflict(self) -> bool:
        """Whether its code and its body site name different sides."""
        return self.code_side is not None


@dataclass(frozen=True, slots=True)
class IgnoredRecord:
    """A record that does not count, and why; `code` is a system and code that stand for nothing here."""

    reference: str
    reason: str
    code: str | None = None


@dataclass(frozen=True, slots=True)
class Chart:
    """All facts of one patient at one call. `today` is the day in the site's zone; `age` in completed years.

    `differing`: facts read from words that a coded fact contradicts, and that therefore do not count.
    `unreadable` counts resources by type that could not be decoded. Of kinds of data, `unavailable` names those that
    could not be read, `not_sent` those nobody sent or let us read, `incomplete` those read only in part.
    `unmapped` counts codes that stand for nothing here, by the short name of their system, else "other".
    """

    today: date
    age: int | None = None
    findings: tuple[Finding, ...] = ()
    imaging: tuple[Imaging, ...] = ()
    contradicted: tuple[Finding, ...] = ()
    ignored: tuple[IgnoredRecord, ...] = ()
    unreadable: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    unavailable: tuple[str, ...] = ()
    not_sent: tuple[str, ...] = ()
    incomplete: tuple[str, ...] = ()
    unmapped: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))


Fact: TypeAlias = Finding | Imaging


FactT = TypeVar("FactT", Finding, Imaging, Finding | Imaging)


def distinct(facts: Iterable[FactT]) -> tuple[FactT, ...]:
    """The facts, each once, in order. By identity: every record of a chart is one object for the whole call."""
    found = facts if isinstance(facts, tuple) else tuple(facts)
    return found if len(found) < 2 else tuple({id(fact): fact for fact in found}.values())
