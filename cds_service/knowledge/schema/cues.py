"""Models of the file of cues: what changes the meaning of a finding near it, and how far it reaches."""

from pydantic import Field

from cds_service.knowledge.schema.base import Id, StrictModel
from cds_service.knowledge.schema.narrative import LowerPhrase, WordList


class CueTable(StrictModel):
    """One kind of cue. `listing`: cues before a finding that govern a whole list.

    `between`: cues that change the findings on both sides. `closing`: cues after a finding, at the end of the clause.
    `all_behind`: cues after a list that govern all of it. `opening`: cues at the opening of a sentence or clause alone.
    `anywhere`: they change all findings of the sentence.
    """

    before: list[LowerPhrase] = Field(default_factory=list)
    listing: list[LowerPhrase] = Field(default_factory=list)
    behind: list[LowerPhrase] = Field(default_factory=list)
    between: list[LowerPhrase] = Field(default_factory=list)
    closing: list[LowerPhrase] = Field(default_factory=list)
    all_behind: list[LowerPhrase] = Field(default_factory=list)
    opening: list[LowerPhrase] = Field(default_factory=list)
    anywhere: list[LowerPhrase] = Field(default_factory=list)


class ClaimsTable(StrictModel):
    """Words that assert a diagnosis: before it, or behind it."""

    before: list[LowerPhrase]
    behind: list[LowerPhrase]


class StopTable(WordList):
    """Words that end the reach of earlier cues.

    `family`, `advice`: those that end the reach of these cues. `presently`: behind a comma they end what is past.
    `excepting`: what follows is left out of a denial. `resuming`: they take a denial up again.
    `returning`: what was denied is there now.
    `opening`: they end what an opening says of its sentence.
    `telling`: behind a relative what follows is said of the patient, unless it is `sharing`.
    """

    family: list[LowerPhrase]
    advice: list[LowerPhrase]
    presently: list[LowerPhrase]
    excepting: list[LowerPhrase]
    resuming: list[LowerPhrase]
    returning: list[LowerPhrase]
    telling: list[LowerPhrase]
    sharing: list[LowerPhrase]
    opening: list[LowerPhrase]


class PseudoTable(WordList):
    """Words that look like cues and are none; `companions`: those that name who came with the patient."""

    companions: list[LowerPhrase]


class EndingsTable(StrictModel):
    """Words that say that a finding is over, or that it is not.

    `over`: behind it. `ceased`: behind it, with nothing but a time behind them. `restored`: behind what was lost; of
    all else these words say `again`. `unended`: not, or not yet. `degree`: they may stand beside. `then`: of a day
    before. `earlier`: before an operation.
    """

    over: list[LowerPhrase]
    ceased: list[LowerPhrase]
    restored: list[LowerPhrase]
    again: list[LowerPhrase]
    unended: list[LowerPhrase]
    degree: list[LowerPhrase]
    then: list[LowerPhrase]
    earlier: list[LowerPhrase]


class DaysTable(StrictModel):
    """Words that say on which day something was so.

    `now`: on the day of the text. `was`: before. `before_operation`, `after_operation`: in telegraphic style. `away`:
    where the patient was seen before. `names`: months, days of the week, feasts.
    """

    now: list[LowerPhrase]
    was: list[LowerPhrase]
    before_operation: list[LowerPhrase]
    after_operation: list[LowerPhrase]
    away: list[LowerPhrase]
    names: list[LowerPhrase]


class QuotedTable(WordList):
    """Words by which another's note is quoted; `until`: behind them the writer speaks again.

    `objecting`: they say that something else is so. `refuting`: that it is not so. `agreeing`: that it is so.
    """

    until: list[LowerPhrase]
    objecting: list[LowerPhrase]
    refuting: list[LowerPhrase]
    agreeing: list[LowerPhrase]


class GroundsTable(WordList):
    """Words behind which a suspicion's reasons stand; `suspected`: diseases that are no findings."""

    suspected: list[LowerPhrase]


class PlainTable(WordList):
    """Words that may stand in a plain denial. `turning`: those behind which something else may be said.

    `contrasting`: they begin a clause of its own.
    """

    things: list[LowerPhrase]
    limits: list[LowerPhrase]
    excepting: list[LowerPhrase]
    turning: list[LowerPhrase]
    contrasting: list[LowerPhrase]
    retracting: list[LowerPhrase]


class CuesFile(StrictModel):
    """The file of cues. `sets`: words by kind, which phrases name in braces."""

    sets: dict[Id, list[LowerPhrase]] = Field(default_factory=dict)
    negated: CueTable
    family: CueTable
    hypothetical: CueTable
    historical: CueTable
    performed: CueTable
    planned: CueTable
    unclear: CueTable
    ended: CueTable
    advice: CueTable
    plain: PlainTable
    grounds: GroundsTable
    claims: ClaimsTable
    endings: EndingsTable
    days: DaysTable
    quoted: QuotedTable
    stop: StopTable
    pseudo: PseudoTable
