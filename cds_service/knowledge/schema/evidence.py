"""Models of the evidence files: sources with their figures, caveats, and limits on what a card asks for."""

import datetime
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from cds_service.knowledge.schema.base import Id, StrictModel, Text
from cds_service.knowledge.schema.conditions import BlockKeys, NonEmptyBlock

Status = Literal["verified", "verified-2nd", "computed", "recalled"]
FindingPath = Annotated[str, StringConstraints(pattern=r"^[a-z-]+(\.[a-z]+)?$")]  # "finding" or "finding.qualifier"
SHOWABLE_STATUSES: frozenset[Status] = frozenset({"verified", "computed"})  # other figures are never shown
RANKABLE_STATUSES = SHOWABLE_STATUSES | {"verified-2nd"}  # a figure recalled, not read, does not even rank


class FigureRow(StrictModel):
    """One published or computed figure, of the source and date of its table.

    `finding` is the finding it is about, and `towards` the region that its presence points to. `interval` is the 95 %
    interval, in the figure's unit. `count` and `of` are the counts behind a share. With `ranks`, the figure gives its
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
            raise ValueError("the interval does not contain the value")
        if self.measure in {"sensitivity", "specificity"} and self.value > (1 if self.unit == "fraction" else 100):
            raise ValueError(f"a {self.measure} cannot exceed 100 %")
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
            raise ValueError('a figure that ranks needs "finding" and "towards"')
        if self.status not in RANKABLE_STATUSES:
            raise ValueError(f"a figure that was only {self.status} cannot rank")
        return self


class EvidenceTable(StrictModel):
    """A source. `status` says how its text was read, `read` when. Only verified and computed figures are shown.

    `population` and `n`: the people it is about, and their number.
    """

    citation: Text
    short: Text | None = None  # what a card calls it: author or society, and year
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
    """A point where published evidence differs from the article. With a block, it applies only when the block holds."""

    article: Text
    says: Text
    sources: list[Id] = Field(min_length=1)


class SameMeasureRow(StrictModel):
    """Findings that measure the same thing: it is enough that one is recorded or asked for."""

    what: Text
    findings: list[FindingPath] = Field(min_length=2)


class AskOnlyIfRow(NonEmptyBlock):
    """Findings asked for only when the block holds, that is, of patients like those behind their figures."""

    findings: list[FindingPath] = Field(min_length=1)


class AskingFile(StrictModel):
    """The file that limits what a card asks for."""

    same: list[SameMeasureRow] = Field(default_factory=list)
    only: list[AskOnlyIfRow] = Field(default_factory=list)
