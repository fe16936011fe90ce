"""Models of the files of offers, order templates, override reasons, labels and card wording."""

from typing import Literal, Self

from pydantic import Field, model_validator

from cds_service.knowledge.schema.base import Days, HookName, Id, Label, Modality, Region, StrictModel, Text
from cds_service.knowledge.schema.conditions import NonEmptyBlock
from cds_service.knowledge.schema.terminology import CodeRow, QualifierName


class OfferTable(StrictModel):
    """An offer: orders to create, the judged order to delete, or its side to change.

    `restraint`: made only where the rule's restraint is earned; whatever deletes an order needs it.
    """

    label: Text
    create: list[Id] = Field(default_factory=list)
    delete: Literal["order"] | None = None
    update: Literal["opposite", "body-site"] | None = None
    recommended: bool = False
    hooks: list[HookName] | None = None
    withheld: NonEmptyBlock | None = None
    restraint: bool = False

    @model_validator(mode="after")
    def _check_restraint(self) -> Self:
        if self.delete and not self.restraint:
            raise ValueError("an offer that deletes an order needs restraint = true")
        return self


class OrderTemplateTable(StrictModel):
    """An order that may be suggested; each code row may belong to one side."""

    label: Text
    region: Region | None = None
    modality: Modality | None = None
    sided: bool = False
    priority: Literal["routine", "urgent", "asap", "stat"] = "routine"
    body_site: Id | None = None
    codes: list[CodeRow] = Field(min_length=1)


class OverrideReasonTable(StrictModel):
    """A reason for not following a card."""

    display: Label
    repeats: list[Id] = Field(default_factory=list)  # findings or groups: not offered by a card that rests on them
    repeats_days: Days | None = None  # not offered by a card that rests on symptoms at least that old


class SafetyFlagRow(StrictModel):
    """A danger that a card which advises to wait accounts for: its name, and what is said of each finding denied."""

    word: Label
    always: bool = False
    denied: dict[Id, Label] = Field(min_length=1)


class SafetyFlagsFile(StrictModel):
    """The file of the dangers that a card which advises to wait accounts for."""

    flag: list[SafetyFlagRow] = Field(min_length=1)


class LabelsFile(StrictModel):
    """The words that cards use for regions, modalities, qualifiers and sides."""

    region: dict[Region, Label]
    adjective: dict[Region, Label]
    modality: dict[Modality, Label]
    qualifier: dict[QualifierName, dict[Id, Label]]
    side: dict[Literal["left", "right", "both"], Label]


class EvidenceLineTable(StrictModel):
    """What a card says of the evidence for its advice. Its numbers are figures of the source."""

    source: Id
    says: Text


class WordingFrontMatter(StrictModel):
    """The front matter of a card's wording. A card with a safety net advises to wait."""

    summary: Text
    evidence: EvidenceLineTable | None = None
    safety_net: Text | None = None
