"""Shapes of the files of speech: offers, order templates, override reasons, labels, card wording, manifest."""

import datetime
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from cds_service.knowledge.schema.base import HookName, Id, Label, Modality, Region, Strict, Text
from cds_service.knowledge.schema.conditions import InnerBlock
from cds_service.knowledge.schema.terms import CodeRow, QualifierName


class OfferTable(Strict):
    """A suggestion: orders to create, the judged order to delete, or its side to change."""

    label: Text
    create: list[Id] = Field(default_factory=list)
    delete: Literal["order"] | None = None
    update: Literal["opposite", "body-site"] | None = None
    recommended: bool = False
    hooks: list[HookName] | None = None
    withheld: InnerBlock | None = None


class OrderTable(Strict):
    """An order that may be suggested; each code row may belong to one side."""

    label: Text
    region: Region | None = None
    modality: Modality | None = None
    sided: bool = False
    priority: Literal["routine", "urgent"] = "routine"
    body_site: Id | None = None
    codes: list[CodeRow] = Field(min_length=1)


class OverrideTable(Strict):
    """A reason for not following a card."""

    display: Label


class LabelsFile(Strict):
    """What cards call things."""

    region: dict[Region, Label]
    modality: dict[Modality, Label]
    qualifier: dict[QualifierName, dict[Id, Label]]
    side: dict[Literal["left", "right", "both"], Label]


class WordingMatter(Strict):
    """The front matter of a card's wording."""

    summary: Text


class ManifestFile(Strict):
    """Which content this is."""

    version: Annotated[str, StringConstraints(pattern=r"^\d+\.\d+\.\d+$")]
    date: datetime.date
    title: Text
    review_by: datetime.date


Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class SignOffFile(Strict):
    """Who signed off the content of which digest; `site`: the digest of the overlay that lay on it."""

    name: Text
    role: Text
    date: datetime.date
    digest: Digest
    site: Digest | None = None
