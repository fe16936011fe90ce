"""The meaning of words in the content: finding phrases, places of pain, cues and function words. Frozen values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType
from typing import NamedTuple, TypeAlias

from cds_service.model.facts import FindingValue
from cds_service.model.sides import Side
from cds_service.narrative.words.time_finder import NO_TIMES, TimeWords


class Mark(Enum):
    """What a function word does. Each mark stands for a list in the content."""

    PAIN = "pain"
    RUN = "run"  # what follows hurts too
    RUN_BY_ITSELF = "run by itself"
    LINK = "link"
    MOTION = "motion"  # a link that may introduce a movement: "pain with hip flexion"
    LIST = "list"
    JOINED = "joined list"  # "or": the items share what precedes them
    ELSEWHERE = "elsewhere"  # the place of another pain
    STOP = "stop"
    STOP_FAMILY = "stop of the family"
    TELLING = "telling"  # "reports", "drives her": behind a relative, what follows is said of the patient
    SHARING = "sharing"  # "too": what a relative tells is the relative's own
    STOP_ADVICE = "stop of advice"
    STOP_OPENING = "stop of an opening"  # "now": what the opening of a sentence said holds no more
    PRESENTLY = "presently"  # behind a comma it ends what is past: "history of sciatica, chronic hip pain"
    EXCEPT = "except"  # what follows is left out of what was denied
    RESUME = "resume"  # "or any": it takes a denial up again
    COMPANION = "companion"  # "seen with her mother": who came with the patient
    RETURN = "return"  # "now has it": what was denied is there now
    GROUNDS = "grounds"  # "given": behind a suspected diagnosis come the signs that it rests on
    SUSPECTED = "suspected"  # a disease that is no finding here, of which a suspicion may have its reasons
    TIME = "time"  # it stands behind what it dates
    BEGAN = "began"  # a day that was: what began then is no advice
    CLAIM = "claim"  # "diagnosed with": what follows is asserted
    CLAIM_BEHIND = "claim behind"  # "confirmed on MRI": what precedes is asserted
    OVER = "over"  # "settled": what it is said of is over
    CEASED = "ceased"  # "stopped": over where nothing but a time follows
    RESTORED = "restored"  # said of what was lost, it is over
    AGAIN = "again"  # what was over is there
    UNENDED = "unended"  # "not", "once": it is not over
    DEGREE = "degree"  # "fully recovered"
    THEN = "then"  # "on admission": no denial of today
    EARLIER = "earlier"  # "before the operation"
    NOW = "now"  # "today": so it is on the day of the text
    WAS = "was"  # it was so
    BEFORE_OPERATION = "before an operation"  # "pre-op"
    AFTER_OPERATION = "after an operation"  # "post-op"
    AWAY = "away"  # "in ED": where the patient was seen before
    QUOTED = "quoted"  # "triage note": what another wrote
    WRITER = "writer"  # "on my exam": behind what another wrote, the writer speaks again
    OBJECTING = "objecting"  # "tells me": behind what another wrote, something else is so
    REFUTING = "refuting"  # "pt denies", "not so": what another wrote is not so
    AGREEING = "agreeing"  # "confirms": what another wrote is so
    TOLD = "told"  # a mention that tells something, and is no entry of a plain list
    __hash__ = object.__hash__


DAY = "day"  # the kind of concept that a month, a day of the week or a feast names


class CueEffect(Enum):
    """How a cue changes the meaning of a finding near it (clinical design §2, "Narrative")."""

    NEGATED = "negated"
    FAMILY = "family"
    HYPOTHETICAL = "hypothetical"
    HISTORICAL = "historical"
    PERFORMED = "performed"
    PLANNED = "planned"
    UNCLEAR = "unclear"
    ENDED = "ended"  # said of a drug: stopped
    ADVICE = "advice"  # what the patient was told to look out for: neither present nor asked about
    __hash__ = object.__hash__


class Cue(NamedTuple):
    """A cue: its effect, and whether it comes before the finding or after it.

    `is_listing`: it applies to a whole list. `is_between`: it comes between two findings and applies to both ("vs").
    `is_closing`: after a finding, it applies only where the clause ends ("fever: no"). `is_opening`: before findings,
    it applies only at the opening of a clause, a denial to what is next to it, "neg fever", and what is past to the
    whole sentence: "before surgery she had …". `is_anywhere`: it applies to the whole sentence, wherever it stands.
    """

    effect: CueEffect
    is_before: bool
    is_listing: bool = False
    is_between: bool = False
    is_closing: bool = False
    is_opening: bool = False
    is_anywhere: bool = False

    @property
    def denies_on(self) -> bool:
        """Return whether it denies what follows."""
        return self.is_before and self.effect is CueEffect.NEGATED


@dataclass(frozen=True, slots=True)
class PhraseMeaning:
    """The findings that a phrase records if it is present, and those that are absent if it is negated.

    `past`: the finding to record instead if the text says it is over. `takes`: the qualifiers it takes from words
    near it. `is_advised`:
    it may be something advised, which is then not present. `is_asked`: it is too vague to be present, but is asked
    about. `is_structure`: it names a part of the body, and the disease only beside a denial or a suspicion.
    `is_ground`: as the reason for a suspicion it is present. `is_event`: with a year in the past it is over.
    `is_dated`: the day on which it happened is its date. `is_drug`: it is over once stopped. `unless`: the
    surroundings in which it is something else; `still`: those in which it is itself even so. `claimed_by`: the
    findings beside which a bare mention is present; without them or an assertion it is asked about. `is_only_new`:
    it is recorded only if new or worse. `beside`: it is asked about in a text that states one of each.
    """

    records: tuple[str, ...]
    denies: tuple[str, ...]
    past: str | None = None
    takes: tuple[str, ...] = ()
    is_site: bool = False
    is_denial: bool = False
    is_pain: bool = False
    is_advised: bool = False
    is_asked: bool = False
    is_structure: bool = False
    is_ground: bool = False
    is_event: bool = False
    is_dated: bool = False
    is_drug: bool = False
    unless: frozenset[str] = frozenset()
    still: frozenset[str] = frozenset()
    claimed_by: frozenset[str] = frozenset()
    is_only_new: bool = False
    beside: tuple[frozenset[str], ...] = ()


class LexiconEntry(NamedTuple):
    """Everything that a phrase may mean. `written`: it counts only in this spelling, including capitals.

    `concepts`: what it names, by kind: of the kind "joint" perhaps "hip". Frames read them.
    """

    saying: PhraseMeaning | None = None
    cues: tuple[Cue, ...] = ()
    marks: frozenset[Mark] = frozenset()
    side: Side | None = None
    qualifiers: Mapping[str, str] = MappingProxyType({})
    written: tuple[str, ...] | None = None
    surroundings: frozenset[str] = frozenset()
    concepts: Mapping[str, str] = MappingProxyType({})

    @property
    def is_silent(self) -> bool:
        """Return whether it means nothing by itself: an unknown word, or one of interest to frames alone."""
        return not (self.saying or self.cues or self.marks or self.side or self.qualifiers)


@dataclass(frozen=True, slots=True)
class Section:
    """What a section says of all that stands in it.

    `effect`: that of a cue before everything. `until_blank`: a blank line ends it. `is_of_diagnoses`: only diagnoses
    are read. `opens`: what a heading before it led has ended.
    """

    effect: CueEffect | None = None
    until_blank: bool = False
    is_of_diagnoses: bool = False
    opens: bool = False


# What a frame records: by its head's concept the meaning by the concept of a slot, or under "" by itself.
FrameTable: TypeAlias = Mapping[str, Mapping[str, PhraseMeaning]]


@dataclass(frozen=True, slots=True)
class PlainWords:
    """Words that may stand in a plain denial. `turning`: phrases behind which something else may be said.

    `contrasting`: they begin a clause of its own.
    """

    words: frozenset[str]
    things: frozenset[str]
    limits: frozenset[str]
    excepting: frozenset[str]
    turning: frozenset[str]
    contrasting: frozenset[str]
    retracting: frozenset[str]


@dataclass(frozen=True, slots=True)
class Lexicon:
    """All entries, by phrases in the form of `normalize_phrase`. `reach` is in words, `longest_text` in characters.

    `frames`: what each frame records, by its name. `misspellings`: misspelt words, each with what it
    is meant to be. `sections`: those of a note, by their titles; `report_sections`:
    those of a report of imaging.
    """

    entries: Mapping[str, LexiconEntry]
    plain: PlainWords
    abbreviations: frozenset[str]
    answers: Mapping[str, FindingValue]
    reach: int
    longest_text: int
    misspellings: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    wide: frozenset[str] = frozenset()  # surroundings that reach into the sentences beside
    frames: Mapping[str, FrameTable] = field(default_factory=lambda: MappingProxyType({}))
    times: TimeWords = NO_TIMES
    sections: Mapping[str, Section] = field(default_factory=lambda: MappingProxyType({}))
    report_sections: Mapping[str, Section] = field(default_factory=lambda: MappingProxyType({}))
