"""Shapes of the evidence: sources with their figures, caveats, and what a card may ask for on the strength of them."""

import datetime
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from cds_service.knowledge.schema.base import Id, StrictModel, Text
from cds_service.knowledge.schema.conditions import BlockKeys, NonEmptyBlock

Status = Literal["verified", "verified-2nd", "computed", "recalled"]
FindingPath = Annotated[str, StringConstraints(pattern=r"^[a-z-]+(\.[a-z]+)?$")]  # "finding" or "finding.qualifier"
SHOWABLE_STATUSES: frozenset[Status] = frozenset(
    {"verified", "computed"}
)  # a figure of any other status is never shown
RANKABLE_STATUSES = SHOWABLE_STATUSES | {"verified-2nd"}  # what was recalled, not read, does not even rank


class FigureRow(StrictModel):
    """One published or computed figure. Its source and date are those of the table it stands in.

    `finding`: what of the closed vocabulary it is about, with `towards` for the region its presence points to.
    `interval`: 95 %, in the figure's unit. `count` and `of`: what a share was counted from. `ranks`: it gives its
    finding's weight when a card chooses what to ask for.
    """

    about: Text
    measure: Literal[
        "sensitivity",
        "specificity",
        "LR+",
        "LR-",
        "odds ratio",
        "odds",
        "AUC",
        "share",
        "count",
        "difference",
        "score",
        "p",
        "limit",
    ]
    unit: Literal["%", "fraction", "ratio", "people", "days", "points"]
    value: float
    to: float | None = None
    interval: Annotated[list[float], Field(min_length=2, max_length=2)] | None = None
    count: Annotated[int, Field(ge=0)] | None = None
    of: Annotated[int, Field(ge=1)] | None = None
    n: Annotated[int, Field(ge=1)] | None = None
    status: Status
    finding: FindingPath | None = None
    towards: Literal["hip", "spine"] | None = None
    ranks: bool = False

    @model_validator(mode="after")
    def _check_value(self) -> Self:
        if self.interval and not self.interval[0] <= self.value <= self.interval[1]:
            raise ValueError("the interval does not hold the value")
        if self.measure in {"sensitivity", "specificity"} and self.value > (1 if self.unit == "fraction" else 100):
            raise ValueError(f"a {self.measure} cannot be more than all")
        if (self.measure == "LR+" and self.value < 1) or (self.measure == "LR-" and self.value > 1):
            raise ValueError("LR+ is at least 1 and LR- at most 1")
        return self

    @model_validator(mode="after")
    def _check_ranks(self) -> Self:
        if not self.ranks:
            return self
        if self.measure not in {"LR+", "LR-", "odds ratio", "odds"} or self.value <= 0:
            raise ValueError("only a likelihood ratio or odds above 0 can rank")
        if self.finding is None or self.towards is None:
            raise ValueError('what ranks needs "finding" and "towards"')
        if self.status not in RANKABLE_STATUSES:
            raise ValueError(f"a figure that was only {self.status} does not rank")
        return self


class EvidenceTable(StrictModel):
    """A source. `status` says how its text was read; `read` when. Only verified and computed figures are shown.

    `population`: whom it is about, `n` of them.
    """

    citation: Text
    url: Annotated[str, StringConstraints(pattern=r"^https://\S+$")] | None = None
    year: Annotated[int, Field(ge=1900, le=2100)] | None = None
    strength: Literal[
        "guideline",
        "systematic review",
        "randomised trial",
        "observational study",
        "case report",
        "expert opinion",
        "safety check",
    ]
    status: Status
    population: Text | None = None
    n: Annotated[int, Field(ge=1)] | None = None
    says: Text
    read: datetime.date
    figure: list[FigureRow] = Field(default_factory=list)


class CaveatTable(BlockKeys):
    """Where published evidence contradicts, softens or is silent on what the article says; with a block: only then."""

    article: Text
    says: Text
    sources: list[Id] = Field(min_length=1)


class SameMeasureRow(StrictModel):
    """Findings that measure the same thing: one of them recorded or asked for is enough."""

    what: Text
    findings: list[FindingPath] = Field(min_length=2)


class AskOnlyIfRow(NonEmptyBlock):
    """Findings asked for only of the patients whom their figures are about: when the block holds."""

    findings: list[FindingPath] = Field(min_length=1)


class AskingFile(StrictModel):
    """The file of what narrows the choice of what to ask for."""

    same: list[SameMeasureRow] = Field(default_factory=list)
    only: list[AskOnlyIfRow] = Field(default_factory=list)
