"""Models of the narrative files: phrases of findings, frames, sections, times and function words."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from cds_service.knowledge.schema.base import Id, SideName, StrictModel
from cds_service.knowledge.schema.terminology import QualifierName

Phrase = Annotated[str, StringConstraints(min_length=1, max_length=80, pattern=r"^\S(.*\S)?$")]
LowerPhrase = Annotated[str, StringConstraints(min_length=1, max_length=80, pattern=r"^[^A-Z\s]([^A-Z]*[^A-Z\s])?$")]
TimeUnit = Literal["hour", "day", "week", "month", "year"]
TimeWord = Literal["lasting", "roughly", "history", "ago", "since", "dated", "began", "ahead", "later"]
Slots = list[list[LowerPhrase | Literal[""]]]


class PhrasesTable(StrictModel):
    """The phrases of a finding: alone, as sites of pain, or as denials.

    `combined`, `combined_denials`: more of them, one of each row's words after another. `structures`: names of a
    part of the body, which say the disease only beside a denial or a suspicion. `advised`: the finding may be
    something that was only advised, and then it is not present. `ground`: named as the reason for a suspicion it is
    present. `event`: with a past year it is over. `dated`: the day on which it happened is its date. `drug`: it is
    over once stopped. `unless`: the surroundings in which the words mean something else; `still`: those in which
    they do not. `claimed_by`: in running text the finding is there only if asserted or beside one of these.
    """

    phrases: list[LowerPhrase] = Field(default_factory=list)
    cased: list[Phrase] = Field(default_factory=list)
    sites: list[LowerPhrase] = Field(default_factory=list)
    structures: list[LowerPhrase] = Field(default_factory=list)
    denials: list[LowerPhrase] = Field(default_factory=list)
    combined: list[Slots] = Field(default_factory=list)
    combined_denials: list[Slots] = Field(default_factory=list)
    takes: list[QualifierName] = Field(default_factory=list)
    advised: bool = False
    ground: bool = False
    event: bool = False
    dated: bool = False
    drug: bool = False
    unless: list[Id] = Field(default_factory=list)
    still: list[Id] = Field(default_factory=list)
    claimed_by: list[Id] = Field(default_factory=list)


class PlaceTable(PhrasesTable):
    """Phrases that record the findings in `records` and, when denied, those in `denies`.

    `asked`: they are too vague to record a finding, but an order that gives them as a reason asks about it.
    `only_new`: they record it only if it is new or worse. `beside`: they only ask about it, and only in a text that
    also states one finding of each group.
    """

    records: list[Id]
    denies: list[Id]
    asked: bool = False
    only_new: bool = False
    beside: list[list[Id]] = Field(default_factory=list)


class WordList(StrictModel):
    """A list of words."""

    words: list[LowerPhrase]


class FrameFile(StrictModel):
    """Words of a frame, by kind and concept, and the findings that it records.

    A word with a capital counts only as written, and one in `fixed` has no other form. `reads`: by the concept of the
    frame's head the finding, or the finding by the concept of a slot; `unsaid` is the slot of a head that stands alone.
    `levels`: words in order, from any of which to any other a stretch may go. `sites`: the words of these sites of pain
    are such words too.
    """

    words: dict[Id, dict[Id, list[Phrase]]] = Field(default_factory=dict)
    fixed: dict[Id, dict[Id, list[Phrase]]] = Field(default_factory=dict)
    levels: dict[Id, dict[Id, list[LowerPhrase]]] = Field(default_factory=dict)
    sites: dict[Id, dict[Id, list[Id]]] = Field(default_factory=dict)
    reads: dict[Id, Id | dict[Id, Id]] = Field(default_factory=dict)

    def findings(self) -> set[str]:
        """Return all that the frame records."""
        return {one for read in self.reads.values() for one in ([read] if isinstance(read, str) else read.values())}


class SectionTable(StrictModel):
    """A sort of section: its titles, and what it says of all that stands in it."""

    titles: list[LowerPhrase]
    effect: Literal["historical", "family", "unclear", "planned", "advice"] | None = None
    until_blank: bool = False
    opens: bool = False
    diagnoses: bool = False
    reports: bool = False


class TimeFile(StrictModel):
    """Words of time. `amounts`: between how many and how many; `fractions`: what a number over this one counts.

    `months` begin with January, `weekdays` with Monday.
    """

    units: dict[TimeUnit, list[LowerPhrase]]
    short_units: dict[TimeUnit, list[LowerPhrase]]
    fractions: dict[TimeUnit, Annotated[int, Field(gt=1)]]
    amounts: dict[LowerPhrase, Annotated[list[int], Field(min_length=2, max_length=2)]]
    words: dict[TimeWord, list[LowerPhrase]]
    days: dict[Literal["today", "yesterday", "weekend"], list[LowerPhrase]]
    months: Annotated[list[list[LowerPhrase]], Field(min_length=12, max_length=12)]
    weekdays: Annotated[list[list[LowerPhrase]], Field(min_length=7, max_length=7)]


class LinksTable(WordList):
    """Words allowed between other words; `motion`: those that may introduce a movement."""

    motion: list[LowerPhrase]


class ListTable(WordList):
    """Words that join lists."""

    joined: list[LowerPhrase]


class SidesTable(StrictModel):
    """Words that state a side, and words that only look as if they do. `between`: two sides with one are both."""

    left: list[LowerPhrase]
    right: list[LowerPhrase]
    both: list[LowerPhrase]
    between: list[LowerPhrase]
    none: list[LowerPhrase]


class AnswersTable(StrictModel):
    """Answers that mean that what was asked is present or absent."""

    present: list[LowerPhrase]
    absent: list[LowerPhrase]


class SurroundingsTable(WordList):
    """Words that show what a finding near them is about; `wide`: or in the sentence beside."""

    wide: bool = False


class WordsFile(StrictModel):
    """The file of function words. `longest_text` is in characters, `reach` in words."""

    longest_text: Annotated[int, Field(ge=1000, le=100_000)]
    reach: Annotated[int, Field(ge=0, le=10)]
    began: list[LowerPhrase]
    links: LinksTable
    lists: ListTable
    elsewhere: WordList
    sides: SidesTable
    abbreviations: WordList
    misspelt: WordList
    qualifiers: dict[QualifierName, dict[Id, list[LowerPhrase]]]
    times: dict[Id, list[LowerPhrase]]
    surroundings: dict[Id, SurroundingsTable]
    answers: AnswersTable


SIDE_NAMES: tuple[SideName, ...] = ("left", "right", "both")
