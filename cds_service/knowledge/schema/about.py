"""Models of about.toml. Every statement that regulation requires is a key, so none can be left out unnoticed."""

import datetime
from typing import Annotated, Literal

from pydantic import Field

from cds_service.knowledge.schema.base import StrictModel, Text, Version

Paragraphs = Annotated[list[Text], Field(min_length=1)]


class OutOfScopeRow(StrictModel):
    """Patients whom the content is not for, and what happens for them."""

    who: Text
    then: Text


class AttributeTable(StrictModel):
    """The statement about one source attribute."""

    state: Literal["known", "used", "not used", "not available"]
    says: Text


class AttributesTable(StrictModel):
    """The 13 source attributes of an evidence-based intervention, 45 CFR 170.315(b)(11), in its order."""

    citation: AttributeTable = Field(title="Bibliographic citation")
    developer: AttributeTable = Field(title="Developer")
    funding: AttributeTable = Field(title="Funding source of the technical implementation")
    dates: AttributeTable = Field(title="Release and revision dates")
    race: AttributeTable = Field(title="Use of race")
    ethnicity: AttributeTable = Field(title="Use of ethnicity")
    language: AttributeTable = Field(title="Use of language")
    sexual_orientation: AttributeTable = Field(title="Use of sexual orientation")
    gender_identity: AttributeTable = Field(title="Use of gender identity")
    sex: AttributeTable = Field(title="Use of sex")
    birth_date: AttributeTable = Field(title="Use of date of birth")
    social_determinants: AttributeTable = Field(title="Use of social determinants of health data")
    health_assessments: AttributeTable = Field(title="Use of health status assessments data")


class TriedTable(StrictModel):
    """What a version of the content was tried on, when, and where that is written down."""

    date: datetime.date
    source: Text
    says: Text


class AboutFile(StrictModel):
    """What the service says about itself. Content 1.0.0 has no `principle` and no `tried`; it can still be loaded."""

    purpose: Text
    users: Text
    population: Text
    decides: Text
    inputs: Paragraphs
    data_quality: Paragraphs
    logic: Paragraphs
    basis: Paragraphs
    validation: Paragraphs
    limits: Paragraphs
    changes: Text
    out_of_scope: Annotated[list[OutOfScopeRow], Field(min_length=1)]
    attributes: AttributesTable
    principle: list[Text] = Field(default_factory=list)
    tried: dict[Version, TriedTable] = Field(default_factory=dict)
