"""Models of overlay-upgrade.toml: what a new major version of the content changes for overlays of the one before."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from cds_service.knowledge.schema.base import Id, StrictModel, Text, Version
from cds_service.knowledge.schema.overlay import LimitName

EntryKind = Literal["off", "number", "code", "link"]


class UpgradeRow(StrictModel):
    """A name whose meaning changed or that went away, and the sentence for an overlay's entry that names it.

    `entries` are the kinds of entry that it concerns. A link leads to the same page whatever a rule has come to mean,
    so without `entries` links are not among them.
    """

    rule: Id | None = None
    group: Id | None = None
    condition: Id | None = None
    finding: Id | None = None
    study: Text | None = None
    body_site: Id | None = None
    limit: LimitName | None = None
    entries: Annotated[tuple[EntryKind, ...], Field(min_length=1, strict=False)] = ("off", "number", "code")
    says: Text

    @property
    def target(self) -> tuple[str, str]:
        """The kind of the name, and the name."""
        names = self.model_dump(exclude={"entries", "says"}, exclude_none=True)
        [(kind, name)] = names.items()
        return kind, name

    @model_validator(mode="after")
    def _check_target(self) -> Self:
        if len(self.model_dump(exclude={"entries", "says"}, exclude_none=True)) != 1:
            raise ValueError("must name exactly one of rule, group, condition, finding, study, body_site or limit")
        return self


class UpgradeFile(StrictModel):
    """The changes since the major version of `since`, as an overlay for that version meets them.

    `same` lists the rules and groups that were written anew and mean what they did.
    """

    since: Version
    same: list[Id]
    change: list[UpgradeRow] = Field(default_factory=list)
