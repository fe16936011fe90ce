"""Models of the safety screen's file: groups of words, codes, numbers and findings that may be a reason to act."""

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from cds_service.knowledge.schema.base import Checked, Days, Id, Label, StrictModel, Text

# "fever": the whole word; "malignan-": its beginning; "-sarcoma-": any part of it. "#": any digit.
ScreenWord = Annotated[str, StringConstraints(min_length=1, max_length=80, pattern=r"^[^A-Z\s]([^A-Z]*[^A-Z\s])?$")]
IcdBranch = Annotated[
    str, StringConstraints(pattern=r"^[A-Z][0-9A-Z]{2}(-[A-Z][0-9A-Z]{2}|(\.[0-9A-Z?]{1,4})?)$|^[A-Z]\d?$")
]
Fraction = Annotated[float, Field(ge=-1000, le=100_000)]


class NearRow(StrictModel):
    """Words that count beside others: of each part one must stand within so many words of the first part."""

    parts: Annotated[list[list[ScreenWord]], Field(min_length=1)]
    within: Annotated[int, Field(ge=0, le=40)] = 3
    ordered: bool = False
    whole: bool = False
    unless: list[ScreenWord] = Field(default_factory=list)

    @model_validator(mode="after")
    def _check_parts(self) -> Self:
        if not all(self.parts):
            raise ValueError("a part has no words")
        if self.whole and not self.ordered:
            raise ValueError('"whole" needs "ordered"')
        return self


class SitedBranchRow(StrictModel):
    """A branch of codes that means something else where the record's words name another site."""

    code: IcdBranch
    elsewhere: list[ScreenWord]
    here: list[ScreenWord]


class SnomedRow(StrictModel):
    """A SNOMED CT code, and how it was verified."""

    code: Annotated[str, StringConstraints(pattern=r"^[1-9]\d{5,17}$")]
    checked: Checked


class LimitRow(StrictModel):
    """A number that is a reason to act."""

    name: Label
    loinc: list[Annotated[str, StringConstraints(pattern=r"^\d{1,7}-\d$")]] = Field(default_factory=list)
    units: list[Label] = Field(default_factory=list)
    words: list[ScreenWord] = Field(default_factory=list)
    low: Fraction | None = None
    high: Fraction | None = None
    times_upper: Fraction | None = None
    upper: Fraction | None = None
    factors: dict[Label, Fraction] = Field(default_factory=dict)
    most: Fraction | None = None
    temperature: bool = False
    other_names: list[ScreenWord] = Field(default_factory=list)
    only_units: list[Label] | None = None
    in_texts: bool = True
    source: Text

    @model_validator(mode="after")
    def _check_limit(self) -> Self:
        if (self.low, self.high, self.times_upper).count(None) != 2:
            raise ValueError('needs exactly one of "low", "high" and "times_upper"')
        if (self.times_upper is None) is not (self.upper is None):
            raise ValueError('"times_upper" and "upper" must be given together')
        return self


class ScreenGroupRow(StrictModel):
    """A group: what it stops and for how long, and what its hits are."""

    label: Label
    window: Days | Literal["never"]
    stops: Annotated[list[Id], Field(min_length=1)]
    clock: Literal["recorded", "since-pain", "sphincter"] = "recorded"
    always: bool = False
    sided: bool = False
    done: bool = False
    findings: list[Id] = Field(default_factory=list)
    icd10: list[IcdBranch] = Field(default_factory=list)
    icd10_not: list[IcdBranch] = Field(default_factory=list)
    icd10_sited: list[SitedBranchRow] = Field(default_factory=list)
    snomed: list[SnomedRow] = Field(default_factory=list)
    words: list[ScreenWord] = Field(default_factory=list)
    near: list[NearRow] = Field(default_factory=list)
    values: list[LimitRow] = Field(default_factory=list)
    not_words: list[ScreenWord] = Field(default_factory=list, alias="not")
    not_near: list[NearRow] = Field(default_factory=list)


class ReadingTable(StrictModel):
    """What is not read at all, and the results that make a test's name a mention."""

    unread: list[IcdBranch]
    tests: Annotated[list[ScreenWord], Field(min_length=1)]
    tests_unless: list[ScreenWord]
    positive: list[ScreenWord]


class AnswerTable(StrictModel):
    """How the answers to questions are read together with what was asked."""

    normal: Annotated[list[ScreenWord], Field(min_length=1)]
    unanswered: list[ScreenWord]
    beside: list[ScreenWord]
    faculties: Annotated[list[ScreenWord], Field(min_length=1)]
    signs: list[ScreenWord]
    lost: Annotated[list[ScreenWord], Field(min_length=1)]


class SafetyScreenFile(StrictModel):
    """The file of the safety screen."""

    reading: ReadingTable
    answers: AnswerTable
    group: dict[Id, ScreenGroupRow]


class LanguageFile(StrictModel):
    """The file of other languages: words of each as one text, and endings that show one or that all have."""

    neutral: Annotated[list[ScreenWord], Field(min_length=1)]
    endings: Annotated[list[ScreenWord], Field(min_length=1)]
    foreign: Annotated[dict[Id, Annotated[str, StringConstraints(min_length=1)]], Field(min_length=1)]
