"""What the words of a chart mean here: phrases of findings, places of pain, cues, small words. Frozen values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType
from typing import NamedTuple

from cds_service.model.facts import FindingValue
from cds_service.model.sides import Side


class Mark(Enum):
    """What a small word does. Each stands for a list of the content."""

    PAIN = "pain"
    RUN = "run"  # what follows hurts too
    RUN_BY_ITSELF = "run by itself"
    LINK = "link"
    MOTION = "motion"  # a link that may introduce a movement: "pain with hip flexion"
    LIST = "list"
    JOINED = "joined list"  # "or": shares what stands before it
    ELSEWHERE = "elsewhere"  # the place of another pain
    STOP = "stop"
    STOP_FAMILY = "stop of the family"
    __hash__ = object.__hash__


class CueEffect(Enum):
    """How a cue changes what a finding beside it means (clinical design §2, "Narrative")."""

    NEGATED = "negated"
    FAMILY = "family"
    HYPOTHETICAL = "hypothetical"
    HISTORICAL = "historical"
    PERFORMED = "performed"
    PLANNED = "planned"
    UNCLEAR = "unclear"
    __hash__ = object.__hash__


class Cue(NamedTuple):
    """A cue: what it changes, whether it stands before the finding or behind it.

    `is_listing`: it governs a whole list. `is_between`: it stands between two and changes both ("vs").
    `is_closing`: it counts behind a finding only where the clause ends ("fever: no").
    """

    effect: CueEffect
    is_before: bool
    is_listing: bool = False
    is_between: bool = False
    is_closing: bool = False


@dataclass(frozen=True, slots=True)
class PhraseMeaning:
    """What a phrase says of findings: those it records when present, and those that are absent when it is denied.

    `past`: recorded instead when the words say it is over. `takes`: a qualifier from words beside it.
    `results`: it is a test's bare name and says nothing without a result of that table.
    `is_advised`: it may be something advised, and then is not there. `is_asked`: it says too little to be there, but is
    asked about.
    """

    records: tuple[str, ...]
    denies: tuple[str, ...]
    past: str | None = None
    takes: str | None = None
    results: str | None = None
    is_site: bool = False
    is_denial: bool = False
    is_pain: bool = False
    is_advised: bool = False
    is_asked: bool = False


@dataclass(frozen=True, slots=True)
class LexiconEntry:
    """All that one phrase may mean. `written`: counts only as written here, capitals and all."""

    saying: PhraseMeaning | None = None
    cues: tuple[Cue, ...] = ()
    marks: frozenset[Mark] = frozenset()
    side: Side | None = None
    results: Mapping[str, FindingValue] = field(default_factory=lambda: MappingProxyType({}))
    qualifiers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    written: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The whole of it. `reach` is in words, `longest_text` in characters; phrases as `spelling.normal` has them."""

    entries: Mapping[str, LexiconEntry]
    abbreviations: frozenset[str]
    answers: Mapping[str, FindingValue]
    reach: int
    longest_text: int
