"""Models of advisories.toml, the safety notices on versions of the content."""

import datetime
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from cds_service.knowledge.schema.base import StrictModel, Text, Version
from cds_service.knowledge.schema.edition import Digest

Sentences = Annotated[list[Text], Field(min_length=1)]


def version_key(version: str) -> tuple[int, ...]:
    """Return what orders versions (Semantic Versioning 2.0, without pre-releases)."""
    return tuple(int(part) for part in version.split("."))


class AdvisoryRow(StrictModel):
    """A safety notice. Content is listed by its version, by its digest, or by a faulty file that it still holds."""

    id: Annotated[str, StringConstraints(pattern=r"^HSC-\d{4}-\d{2}$")]
    date: datetime.date
    severity: Literal["patients may be harmed", "care may be delayed", "wrong words"]
    title: Text
    first: Version
    fixed_in: Version
    digests: dict[Version, Digest] = Field(default_factory=dict)
    files: dict[str, Digest] = Field(default_factory=dict)
    wrong: Sentences
    charts: Sentences
    actions: Sentences

    @model_validator(mode="after")
    def _check_versions(self) -> Self:
        if version_key(self.first) >= version_key(self.fixed_in):
            raise ValueError('"fixed_in" must come after "first"')
        return self


class AdvisoriesFile(StrictModel):
    """All safety notices, newest first."""

    advisory: list[AdvisoryRow]
