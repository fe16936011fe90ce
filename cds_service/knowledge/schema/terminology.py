"""Models of the terminology files: systems, findings, body sites, imaging, values."""

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from cds_service.knowledge.schema.base import (
    Checked,
    Contrast,
    Days,
    Id,
    Label,
    Modality,
    Region,
    SideName,
    StrictModel,
    Text,
)

QualifierName = Literal["severity", "response", "result", "radiation", "guided", "course", "grade"]
QUALIFIER_VALUES: dict[str, tuple[str, ...]] = {
    "severity": ("mild", "moderate", "severe", "not-recorded"),
    "response": ("relief", "no-relief", "not-recorded"),
    "result": ("abnormal", "normal", "not-recorded"),
    "radiation": ("yes", "not-recorded"),
    "guided": ("yes", "not-recorded"),
    "course": ("new", "worse", "long-standing", "not-recorded"),
    "grade": ("3-or-less", "4", "not-recorded"),
}
Uri = Annotated[str, StringConstraints(pattern=r"^(https?://|urn:)\S+$")]


class CodeSystemTable(StrictModel):
    """A code system: its URI, the aliases that senders use, its label, and the copyright notice that it requires."""

    uri: Uri
    label: Label
    aliases: list[Uri] = Field(default_factory=list)
    copyright: Text | None = None


Digits = Annotated[str, StringConstraints(pattern=r"^[0-9]+$")]


class BareCode(StrictModel):
    """A code and the side it states.

    In ICD-10-CM "?" stands for the side digit; `digits` lists each side's digits where they are not the usual ones.
    """

    system: Id
    code: Annotated[str, StringConstraints(min_length=1, max_length=40, pattern=r"^\S+$")]
    side: SideName | None = None
    digits: dict[SideName | Literal["unstated"], Digits] | None = None

    @model_validator(mode="after")
    def _check_digits(self) -> Self:
        if self.digits is not None and "?" not in self.code:
            raise ValueError('"digits" needs a "?" in the code')
        return self


class CodeRow(BareCode):
    """A code, and how it was verified."""

    checked: Checked


class FindingCodeKeys(StrictModel):
    """The options of a finding's code.

    `prefix` includes every code below it, except those in `not`; `with` states qualifiers. `not_seventh`: seventh
    characters that make it something else, such as S, the sequela of an injury.
    """

    prefix: bool = False
    excepted: list[str] = Field(default_factory=list, alias="not")
    not_seventh: Annotated[str, StringConstraints(pattern=r"^[A-Z]+$")] | None = None
    qualifiers: dict[QualifierName, Id] = Field(default_factory=dict, alias="with")


class FindingCodeRow(CodeRow, FindingCodeKeys):
    """A finding's code."""


class FindingTable(StrictModel):
    """A finding of the closed vocabulary. `window`: the days a record counts, or "never" if it never expires."""

    label: Label
    ask: Label
    kind: Literal["symptom", "sign", "diagnosis", "treatment", "flag"]
    window: Days | Literal["never"]
    sites: list[Id] = Field(default_factory=list)
    evidence: list[Id] = Field(default_factory=list)
    codes: list[FindingCodeRow] = Field(default_factory=list)
    names: list[Label] = Field(default_factory=list)


class BodySiteRow(StrictModel):
    """A body site, and the imaging region it names on an order."""

    id: Id
    label: Label
    region: Region | None = None
    codes: list[CodeRow]


class LateralityTable(StrictModel):
    """Codes that state a side and nothing else."""

    left: list[CodeRow]
    right: list[CodeRow]
    both: list[CodeRow]


class BodySitesFile(StrictModel):
    """The file of body sites."""

    site: list[BodySiteRow]
    laterality: LateralityTable


class StudyRow(StrictModel):
    """Imaging codes of one kind."""

    label: Text
    region: Region
    modality: Modality
    contrast: Contrast | None = None
    codes: list[CodeRow]


class ImagingWordsTable(StrictModel):
    """Words that identify imaging in free text."""

    region: dict[Region, list[Label]]
    modality: dict[Modality, list[Label]]
    contrast: dict[Contrast, list[Label]]
    side: dict[SideName, list[Label]]


class ImagingFile(StrictModel):
    """The file of imaging codes and words."""

    study: list[StudyRow]
    modalities: dict[str, Modality]
    words: ImagingWordsTable


class CodesTable(StrictModel):
    """A list of codes."""

    codes: list[CodeRow]


class SeverityTable(StrictModel):
    """Codes of severity."""

    mild: list[CodeRow]
    moderate: list[CodeRow]
    severe: list[CodeRow]


class QuestionRow(CodeRow):
    """The code of an Observation that asks about pain, and what its value states."""

    asks: Literal["location", "radiation", "finding", "narrative"]


class ValuesFile(StrictModel):
    """The file of answer codes."""

    present: CodesTable
    absent: CodesTable
    severity: SeverityTable
    question: list[QuestionRow]
