"""Shapes of the narrative files: phrases of findings, cues, and the small words between them."""

from typing import Annotated

from pydantic import Field, StringConstraints

from cds_service.knowledge.schema.base import Id, SideName, StrictModel
from cds_service.knowledge.schema.terminology import QualifierName

Phrase = Annotated[str, StringConstraints(min_length=1, max_length=80, pattern=r"^\S(.*\S)?$")]
LowerPhrase = Annotated[str, StringConstraints(min_length=1, max_length=80, pattern=r"^[^A-Z\s]([^A-Z]*[^A-Z\s])?$")]


class PhrasesTable(StrictModel):
    """What says a finding: by itself, as a place of pain, as a test with a result, or as its denial.

    `advised`: it may be something advised, and then is not there.
    """

    phrases: list[LowerPhrase] = Field(default_factory=list)
    cased: list[Phrase] = Field(default_factory=list)
    sites: list[LowerPhrase] = Field(default_factory=list)
    tests: list[LowerPhrase] = Field(default_factory=list)
    results: Id | None = None
    denials: list[LowerPhrase] = Field(default_factory=list)
    takes: QualifierName | None = None
    past: Id | None = None
    advised: bool = False


class PlaceTable(PhrasesTable):
    """Words that stand for findings named here, others when denied than when present.

    `asked`: they say too little for these to be there, but an order that gives them as a reason asks about them.
    """

    records: list[Id]
    denies: list[Id]
    asked: bool = False


class CueTable(StrictModel):
    """A kind of cue. `listing`: those before a finding that govern a whole list. `between`: they change both beside.

    `closing`: behind a finding, where the clause ends.
    """

    before: list[LowerPhrase] = Field(default_factory=list)
    listing: list[LowerPhrase] = Field(default_factory=list)
    behind: list[LowerPhrase] = Field(default_factory=list)
    between: list[LowerPhrase] = Field(default_factory=list)
    closing: list[LowerPhrase] = Field(default_factory=list)


class WordList(StrictModel):
    """A bare list of words."""

    words: list[LowerPhrase]


class StopTable(WordList):
    """What ends the reach of cues before it; `family`: that of the family's cues."""

    family: list[LowerPhrase]


class CuesFile(StrictModel):
    """The file of cues."""

    negated: CueTable
    family: CueTable
    hypothetical: CueTable
    historical: CueTable
    performed: CueTable
    planned: CueTable
    unclear: CueTable
    stop: StopTable
    pseudo: WordList


class RunTable(WordList):
    """Words of running pain."""

    by_itself: list[LowerPhrase]


class LinksTable(WordList):
    """Words that may stand between; `motion`: they may introduce a movement."""

    motion: list[LowerPhrase]


class ListTable(WordList):
    """Words that join lists."""

    joined: list[LowerPhrase]


class SidesTable(StrictModel):
    """Words of sides, and what only looks like them."""

    left: list[LowerPhrase]
    right: list[LowerPhrase]
    both: list[LowerPhrase]
    none: list[LowerPhrase]


class ResultsTable(StrictModel):
    """Results by which a sign is there, or not."""

    present: list[LowerPhrase]
    absent: list[LowerPhrase]


class WordsFile(StrictModel):
    """The file of small words. `longest_text` in characters, `reach` in words."""

    longest_text: Annotated[int, Field(ge=1000, le=100_000)]
    reach: Annotated[int, Field(ge=0, le=10)]
    pain: list[LowerPhrase]
    run: RunTable
    links: LinksTable
    lists: ListTable
    elsewhere: WordList
    sides: SidesTable
    abbreviations: WordList
    results: dict[Id, ResultsTable]
    qualifiers: dict[QualifierName, dict[Id, list[LowerPhrase]]]
    answers: ResultsTable


SIDE_NAMES: tuple[SideName, ...] = ("left", "right", "both")
