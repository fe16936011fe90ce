"""Models of a site overlay's files, and of the content's limits on what an overlay may change."""

import datetime
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from cds_service.knowledge.schema.base import Id, Label, StrictModel, Text, Version
from cds_service.knowledge.schema.terminology import BareCode, CodeSystemTable, FindingCodeKeys

Number = Annotated[int, Field(ge=1, le=36_500)]
NumberKey = Literal["within", "ago", "at_least", "below"]
LimitName = Literal["recent_request", "onset_not_recorded", "cards_per_call", "cards_per_order"]
# No braces, spaces or query: a link is the same for every patient and carries no data of a call.
LinkUrl = Annotated[str, StringConstraints(pattern=r"^https://[A-Za-z0-9.-]+(:\d+)?(/[A-Za-z0-9._~/%#-]*)?$")]

# Text on cards, which are Markdown: no markup, no control or direction marks.
PlainLabel = Annotated[
    str,
    StringConstraints(
        min_length=1,
        max_length=60,
        pattern=r"^[^<>\[\]`*_#|\\\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]+$",
    ),
]


class SiteFile(StrictModel):
    """The overlay's owner, its version, and the content version that it was written for."""

    name: Label
    version: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9.-]{0,19}$")]
    date: datetime.date
    for_content: Version


class SiteFindingCode(BareCode, FindingCodeKeys):
    """A code that stands for a finding at this site. `besides`: findings that the content lets it stand for already."""

    finding: Id
    besides: list[Id] = Field(default_factory=list)
    why: Text


class SiteStudyCode(BareCode):
    """An imaging code for the study with this label in `imaging.toml`."""

    study: Text
    why: Text


class SiteBodySiteCode(BareCode):
    """A code of a body site."""

    body_site: Id
    why: Text


class SiteCodesFile(StrictModel):
    """The codes that a site adds, and the site's own code systems that they come from."""

    system: dict[Id, CodeSystemTable] = Field(default_factory=dict)
    finding: list[SiteFindingCode] = Field(default_factory=list)
    study: list[SiteStudyCode] = Field(default_factory=list)
    body_site: list[SiteBodySiteCode] = Field(default_factory=list)


class SwitchedOffRow(StrictModel):
    """A rule that is switched off. A protected rule needs `instead`: what warns clinicians in its place."""

    rule: Id
    why: Text
    instead: Text | None = None


class SiteRulesFile(StrictModel):
    """The rules that a site switches off."""

    off: list[SwitchedOffRow] = Field(default_factory=list)


class NumberChangeRow(StrictModel):
    """A change of one number, `from` the content's value `to` the site's, in the content's unit.

    The number belongs to a rule, a group, a named condition, a finding (its `window`) or the limits. `of` restricts the
    change to conditions of that kind (`imaged`, `duration`), or to conditions that name that finding or group.
    """

    rule: Id | None = None
    group: Id | None = None
    condition: Id | None = None
    finding: Id | None = None
    limit: LimitName | None = None
    key: NumberKey | None = None
    of: Id | None = None
    old: Number = Field(alias="from")
    new: Number = Field(alias="to")
    why: Text

    @model_validator(mode="after")
    def _check_target(self) -> Self:
        if len(self._named_targets()) != 1:
            raise ValueError("must name exactly one of rule, group, condition, finding or limit")
        has_conditions = self.target[0] in {"rule", "group", "condition"}
        if has_conditions is (self.key is None):
            raise ValueError('"key" selects a number of a rule, group or condition; a finding or limit has only one')
        if self.of is not None and not has_conditions:
            raise ValueError('"of" applies only to a rule, group or condition')
        if self.old == self.new:
            raise ValueError('"from" and "to" are the same')
        return self

    @property
    def target(self) -> tuple[str, str]:
        """The kind of what the number belongs to, and its name."""
        return self._named_targets()[0]

    def _named_targets(self) -> list[tuple[str, str]]:
        targets = (
            ("rule", self.rule),
            ("group", self.group),
            ("condition", self.condition),
            ("finding", self.finding),
            ("limit", self.limit),
        )
        return [(kind, str(name)) for kind, name in targets if name is not None]


class SiteNumbersFile(StrictModel):
    """The windows and thresholds that a site changes."""

    change: list[NumberChangeRow] = Field(default_factory=list)


class LinkRow(StrictModel):
    """A site's link on the cards of these rules; without `rules`, on every card."""

    label: PlainLabel
    url: LinkUrl
    rules: Annotated[list[Id], Field(min_length=1)] | None = None


class SiteLinksFile(StrictModel):
    """The links that a site adds."""

    link: list[LinkRow] = Field(default_factory=list)


class FactorsTable(StrictModel):
    """How far a number may move, as factors of the shipped number."""

    least: Annotated[float, Field(gt=0, le=1)]
    most: Annotated[float, Field(ge=1)]


class ProtectedTable(StrictModel):
    """What must not be missed: rules, groups, and kinds of findings."""

    rules: list[Id]
    groups: list[Id]
    kinds: list[Literal["symptom", "sign", "diagnosis", "treatment", "flag"]]


class SiteLimitsFile(StrictModel):
    """The limits on site overlays. They are part of the content, so no overlay can change them.

    `conditions`: the way in which the numbers of a named condition may change; without an entry, both.
    """

    numbers: FactorsTable
    protected: ProtectedTable
    conditions: dict[Id, Literal["lower", "higher", "fixed"]] = Field(default_factory=dict)
