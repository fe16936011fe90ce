"""Facts read from one patient's chart: findings, imaging, age, and what could not be read. No FHIR, no codes.

They are structs, because a call makes hundreds of values: a struct is made in a tenth of a frozen dataclass's time.
`gc=False`: they hold no cycles.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from enum import Enum
from types import MappingProxyType
from typing import TypeAlias, TypeVar

import msgspec

from cds_service.model.dates import PartialDate
from cds_service.model.sides import Side

NO_QUALIFIERS: Mapping[str, str] = MappingProxyType({})
NOT_RECORDED = "not-recorded"  # the value of a qualifier that no record states


class FindingValue(Enum):
    """What a chart says about a finding. A finding that is not recorded has no fact at all."""

    PRESENT = "present"
    ABSENT = "absent"
    ASKED = "asked"  # an order's reason, a differential diagnosis or a note wants it ruled out
    __hash__ = object.__hash__  # faster than Enum's own, and every statement needs it; members are singletons


class SourceKind(Enum):
    """The kind of record that a fact comes from, worded for a card."""

    CONDITION = "problem list"
    OBSERVATION = "observation"
    ORDER_REASON = "reason for the order"
    PROCEDURE = "procedure"
    REQUEST = "completed request"
    MEDICATION = "medication list"
    REPORT = "report"
    STUDY = "imaging study"
    ORDER = "order"
    CONDITION_TEXT = "free text of the problem list"
    OBSERVATION_TEXT = "free text of an observation"
    PROCEDURE_TEXT = "free text of a procedure"
    ORDER_TEXT = "free text of the order"
    NOTE = "note"
    VISIT = "reason for the visit"
    VISIT_TEXT = "free text of the visit"
    REPORT_TEXT = "text of a report"
    QUESTIONNAIRE = "questionnaire"
    QUESTIONNAIRE_TEXT = "free text of a questionnaire"
    __hash__ = object.__hash__  # as of `FindingValue`: every fact needs it

    @property
    def is_text(self) -> bool:
        """Whether the fact was read from text, not from a code."""
        return self in _TEXT_KINDS


_TEXT_KINDS = frozenset(
    {
        SourceKind.CONDITION_TEXT,
        SourceKind.OBSERVATION_TEXT,
        SourceKind.PROCEDURE_TEXT,
        SourceKind.ORDER_TEXT,
        SourceKind.NOTE,
        SourceKind.VISIT_TEXT,
        SourceKind.REPORT_TEXT,
        SourceKind.QUESTIONNAIRE_TEXT,
    }
)


class Source(msgspec.Struct, frozen=True, gc=False):
    """Where a fact comes from: the kind of record and its relative reference, such as `Condition/12`."""

    kind: SourceKind
    reference: str

    def as_kind(self, kind: SourceKind) -> "Source":
        """Return the same record as a source of this kind."""
        return Source(kind, self.reference)


class Finding(msgspec.Struct, frozen=True, gc=False):
    """One record of a finding from the closed vocabulary (clinical design §2).

    `when` is the day it was recorded or, for a treatment, the day it began; `onset` is the stated day of onset.
    `qualifiers` may hold severity, response, result, radiation and guided.
    """

    id: str
    value: FindingValue
    side: Side
    when: PartialDate | None
    onset: PartialDate | None
    source: Source
    qualifiers: Mapping[str, str] = msgspec.field(default_factory=lambda: NO_QUALIFIERS)

    def has_qualifier(self, qualifier: str) -> bool:
        """Return whether the record states this qualifier."""
        return self.qualifiers.get(qualifier, NOT_RECORDED) != NOT_RECORDED


class Stage(Enum):
    """How far imaging or a treatment has progressed."""

    STUDY = "study"  # done
    REQUEST = "request"  # an active order
    DRAFT = "draft"  # an order of this call, not yet signed


class Imaging(msgspec.Struct, frozen=True, gc=False):
    """An imaging study, request or draft as region, modality, contrast and side (clinical design §3).

    `code_side`: the side of its code, if its body site names the other; `side` is unstated then.
    `is_selected`: the user selected this draft, so the call is about it.
    `treatment`: the treatment finding that is ordered, if the order is not for imaging. `is_taken_for_hip`: the order
    names a joint of the leg but not which; `region` is the hip because of its reasons, or of the patient's problems.
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
    is_taken_for_hip: bool = False

    @property
    def has_side_conflict(self) -> bool:
        """Whether the code and the body site name different sides."""
        return self.code_side is not None


class IgnoredRecord(msgspec.Struct, frozen=True, gc=False):
    """A record that was not used, and why. `code` is a system and code that the content does not map."""

    reference: str
    reason: str
    code: str | None = None


class ScreenHit(msgspec.Struct, frozen=True, gc=False):
    """A mention, code or value in the chart that may be a reason to act (clinical design, second edition, R1).

    It never raises a card; it holds restraint back. `group`: its group in the content. `when`: the newest day that
    the record states, `onset`: the day it began. `cause`: the content's stem or branch of codes, never the record's.
    """

    group: str
    source: Source
    cause: str
    when: PartialDate | None = None
    onset: PartialDate | None = None
    side: Side = Side.UNSTATED


class Chart(msgspec.Struct, frozen=True, gc=False):
    """All facts about one patient in one call. `today` is the day in the site's time zone; `age` in completed years.

    `contradicted`: facts read from text that a coded fact contradicts; they do not count.
    `unreadable` counts the resources of each type that could not be decoded. Three fields name kinds of data:
    `unavailable` could not be read, `not_sent` was neither sent nor open to us, `incomplete` was read only in part.
    `words_not_sent`: sources of words that the EHR does not send; nothing rests on them.
    `unmapped` counts codes that the content does not map, by the short name of their system, or "other".
    `screen_hits`: what the safety screen met. `unscreened`: how many texts it could not read, by reason.
    `missing_types`: the FHIR types that did not arrive whole. `is_deceased`: the patient has died.
    """

    today: date
    age: int | None = None
    findings: tuple[Finding, ...] = ()
    imaging: tuple[Imaging, ...] = ()
    contradicted: tuple[Finding, ...] = ()
    ignored: tuple[IgnoredRecord, ...] = ()
    unreadable: Mapping[str, int] = msgspec.field(default_factory=lambda: MappingProxyType({}))
    unavailable: tuple[str, ...] = ()
    not_sent: tuple[str, ...] = ()
    incomplete: tuple[str, ...] = ()
    words_not_sent: tuple[str, ...] = ()
    unmapped: Mapping[str, int] = msgspec.field(default_factory=lambda: MappingProxyType({}))
    screen_hits: tuple[ScreenHit, ...] = ()
    unscreened: Mapping[str, int] = msgspec.field(default_factory=lambda: MappingProxyType({}))
    missing_types: frozenset[str] = frozenset()
    is_deceased: bool = False


Fact: TypeAlias = Finding | Imaging
FactT = TypeVar("FactT", Finding, Imaging, Finding | Imaging)


def distinct(facts: Iterable[FactT]) -> tuple[FactT, ...]:
    """Return the facts without duplicates, in order. By identity: each record is one object for the whole call."""
    if isinstance(facts, tuple | list) and len(facts) < 2:
        return tuple(facts)
    return tuple({id(fact): fact for fact in facts}.values())
