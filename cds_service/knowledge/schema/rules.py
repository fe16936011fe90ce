"""Models of the files of patterns, rules, ratings and policy."""

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from cds_service.knowledge.schema.base import Days, HookName, Id, Label, Modality, Region, StrictModel, Text
from cds_service.knowledge.schema.conditions import BlockKeys, FhirType, ImagingTable, NonEmptyBlock
from cds_service.knowledge.schema.evidence import FindingPath

Level = Literal["critical", "warning", "info"]


class PatternRow(NonEmptyBlock):
    """A pattern of pain that points to the spine or to the hip."""

    id: Id
    region: Literal["spine", "hip"]
    label: Text


class PatternsFile(StrictModel):
    """The file of patterns; `undetermined` is the block that must hold for a side to be undetermined."""

    pattern: list[PatternRow]
    undetermined: NonEmptyBlock


class AskRow(BlockKeys):
    """What a rule asks for only where the block holds."""

    ask: FindingPath


class AdviceKeys(BlockKeys):
    """A row of advice: the first row whose block holds applies.

    `offer` may be empty: the card then names a pattern and what to examine. `restraint`: the row advises to wait,
    cancel, replace or not repeat, and applies only where the policy's `[restraint]` holds too.
    """

    level: Level
    card: Id
    offer: list[Id]
    restraint: bool = False
    asks: list[FindingPath | AskRow] | None = None
    select: Literal["at-most-one", "any"] = "at-most-one"
    hooks: list[HookName] | None = None
    cites: Annotated[list[Id], Field(min_length=1)] | None = None


class NoteRow(NonEmptyBlock):
    """A sentence that the card adds when its block holds."""

    text: Text


class TopicTable(StrictModel):
    """The card's topic. Its code is alphanumeric, because clients remember overrides by it."""

    code: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9]{1,100}$")]
    display: Label


class RuleFile(NonEmptyBlock):
    """One rule. `purpose`, `use` and `misuse` say what it is for, when it helps, and when it must stay silent."""

    id: Id
    number: Annotated[int, Field(ge=1)]
    title: Text
    purpose: Text
    use: Text
    misuse: Text
    topic: TopicTable
    hooks: list[HookName] = Field(min_length=1)
    about: Literal["order", "patient"]
    order: ImagingTable | None = None
    advice: list[AdviceKeys] = Field(min_length=1)
    asks: list[FindingPath | AskRow] = Field(default_factory=list)  # "evidence": chosen by published figures
    restraint_since: Id | None = None  # hits of the safety screen from before this date do not count
    note: list[NoteRow] = Field(default_factory=list)
    cites: list[Id] = Field(min_length=1)
    caveats: list[Id] = Field(default_factory=list)
    overrides: list[Id] = Field(min_length=1)

    @model_validator(mode="after")
    def _check_order(self) -> Self:
        if self.order is not None and self.about != "order":
            raise ValueError('"order" belongs to a rule about an order')
        return self


class RatingRow(NonEmptyBlock):
    """A rating of imaging orders, by the criteria of one source. `restraint`: the rule whose restraint it shares."""

    id: Id
    restraint: Id | None = None
    rating: Literal["appropriate", "not-appropriate"]
    order: ImagingTable
    cites: Id


class RatingsFile(StrictModel):
    """The file of ratings."""

    rating: list[RatingRow]


class SilenceRow(NonEmptyBlock):
    """Rules that stay silent while the block holds: those named, or all except those in `except`."""

    id: Id
    label: Text
    rules: list[Id] | None = None
    excepted: list[Id] | None = Field(default=None, alias="except")

    @model_validator(mode="after")
    def _check_rules_or_except(self) -> Self:
        if (self.rules is None) == (self.excepted is None):
            raise ValueError('needs either "rules" or "except"')
        return self


class WithholdRow(NonEmptyBlock):
    """Kinds of imaging that no card offers while the block holds."""

    id: Id
    label: Text
    modality: list[Modality] = Field(min_length=1)


class ImagingNoteRow(NonEmptyBlock):
    """A sentence that a card adds if it keeps or offers imaging of these kinds while the block holds."""

    id: Id
    text: Text
    modality: list[Modality] = Field(min_length=1)


class LimitsTable(StrictModel):
    """Windows in days, and limits on cards. A comment in the file gives the source of each."""

    recent_request: Days
    onset_not_recorded: Days
    cards_per_call: Annotated[int, Field(ge=1)]
    cards_per_order: Annotated[int, Field(ge=1)]


class JudgedRegionsTable(StrictModel):
    """The regions of which one must be ordered before a rule, unless excepted, speaks on an order hook."""

    regions: list[Region]
    excepted: list[Id] = Field(alias="except")


class RestraintTable(StrictModel):
    """The data that every advice of restraint rests on, whatever its rule."""

    received: list[FhirType | Literal["Text"]] = Field(min_length=1)


class SoloRow(StrictModel):
    """A rule that speaks alone, but for the rules in `beside`."""

    rule: Id
    beside: list[Id] = Field(default_factory=list)


WindowDays = Annotated[int, Field(ge=0, le=366)]  # none is without end


class SuppressionPolicyTable(StrictModel):
    """For how long an overridden card stays away: in general, by rule, and for what must not be missed.

    `red_flags`: the rules whose cards have the short windows. `returns_with`: groups of which any change brings every
    card back, beside all findings of kind "flag".
    """

    days: WindowDays
    red_flag_days: Annotated[int, Field(ge=0, le=7)]
    critical_hours: Annotated[int, Field(ge=0, le=24)]
    red_flags: list[Id] = Field(min_length=1)
    returns_with: list[Id]
    rules: dict[Id, WindowDays] = Field(default_factory=dict)


class PolicyFile(StrictModel):
    """The policy, which applies across rules."""

    limits: LimitsTable
    duration_of: list[Id]
    judged: JudgedRegionsTable
    silence: list[SilenceRow]
    withhold: list[WithholdRow]
    restraint: RestraintTable
    suppression: SuppressionPolicyTable
    solo: list[SoloRow] = Field(default_factory=list)
    note: list[ImagingNoteRow] = Field(default_factory=list)
