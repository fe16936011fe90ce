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
    NamedPlace,
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
    """A code system: its URI, the aliases that senders use, its label, and the copyright notice that it requires.

    `editions`: an edition and a version may follow the URI, as in SNOMED CT. `reads_as`: its codes mean what those of
    another system mean, to a depth of so many characters without the point, and in `deeper` branches to any depth.
    """

    uri: Uri
    label: Label
    aliases: list[Uri] = Field(default_factory=list)
    copyright: Text | None = None
    editions: bool = False
    reads_as: Id | None = None
    depth: Annotated[int, Field(ge=3, le=7)] | None = None
    deeper: list[Annotated[str, StringConstraints(pattern=r"^[A-Z][0-9][0-9A-Z](\.[0-9A-Z])?$")]] = Field(
        default_factory=list
    )

    @model_validator(mode="after")
    def _check_depth(self) -> Self:
        if (self.reads_as is None) is not (self.depth is None) or (self.deeper and self.depth is None):
            raise ValueError('"reads_as" and "depth" must be given together, and "deeper" only with them')
        return self


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
    characters that make it something else, such as S, the sequela of an injury. `orders`: it orders the treatment and
    never shows that it was done. `region`: it counts only where the record itself names this region and no other.
    """

    prefix: bool = False
    excepted: list[str] = Field(default_factory=list, alias="not")
    not_seventh: Annotated[str, StringConstraints(pattern=r"^[A-Z]+$")] | None = None
    qualifiers: dict[QualifierName, Id] = Field(default_factory=dict, alias="with")
    orders: bool = False
    region: Region | None = None


class FindingCodeRow(CodeRow, FindingCodeKeys):
    """A finding's code."""


class MeasurementTable(StrictModel):
    """A measurement that shows a finding: its codes, from which value on, and for how many days it counts."""

    codes: list[CodeRow]
    at_least: Annotated[float, Field(gt=0)]
    unit: Literal["Cel"]
    within: Days


class DrugCourseTable(StrictModel):
    """Drugs that show a finding when they are taken for long, by their names or codes.

    `days`: how long. `gap`: the days between two records that still are one course. `shortest`: the days that a supply
    must last to be counted. `unless`: words of a record that say it is a short course or a local drug.
    """

    names: list[Label]
    codes: list[CodeRow] = Field(default_factory=list)
    days: Days
    gap: Days
    shortest: Days
    still_active: Days
    unless: list[Label]


class FindingTable(StrictModel):
    """A finding of the closed vocabulary.

    `window`: the days a record counts; "never" if it stays for good, "while-active" if it never expires but can be
    over. `past`: the finding to record instead when the record says that it is over. `terms`: names that code systems
    give it, read as its phrases. `names`: drugs that stand for it; `ended`: the days that a drug which is no longer
    taken counts. `yields_to`: findings that say the same more precisely: beside one from the same record it is dropped.
    `imaged`: images show it, so that a report of imaging may state it though it is no diagnosis; none ever denies it.
    """

    label: Label
    ask: Label
    kind: Literal["symptom", "sign", "diagnosis", "treatment", "flag"]
    window: Days | Literal["never", "while-active"]
    past: Id | None = None
    imaged: bool = False
    yields_to: list[Id] = Field(default_factory=list)
    sites: list[Id] = Field(default_factory=list)
    evidence: list[Id] = Field(default_factory=list)
    codes: list[FindingCodeRow] = Field(default_factory=list)
    terms: list[Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9 ,'-]*[a-z0-9]$", max_length=80)]] = Field(
        default_factory=list
    )
    names: list[Label] = Field(default_factory=list)
    ended: Days | None = None
    measured: MeasurementTable | None = None
    course: DrugCourseTable | None = None


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
    """Words that identify imaging in free text, and which of two names is part of the other's picture."""

    region: dict[NamedPlace, list[Label]]
    region_holds: dict[NamedPlace, list[NamedPlace]]
    modality: dict[Modality, list[Label]]
    modality_holds: dict[Modality, list[Modality]]
    modality_else: dict[Modality, list[Label]]
    purpose: dict[Literal["never", "procedure", "study", "aside"], list[Label]]
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

    asks: Literal["location", "radiation", "finding", "narrative", "examination"]


class DocumentRow(CodeRow):
    """The code of a type of clinical document, and what such a document tells."""

    tells: Literal["symptoms", "imaging"]


class NoDiseaseTable(StrictModel):
    """Codes whose name speaks of a disease that the patient does not have, by branch, and how such names begin."""

    codes: list[FindingCodeRow]
    names: list[Label]


class NotDoneTable(StrictModel):
    """Words that say a treatment did not take place, in a record's status, outcome, or a note of few words."""

    words: list[Label]
    longest_note: Annotated[int, Field(ge=1, le=20)]


class ValuesFile(StrictModel):
    """The file of answer codes, and of what takes a record's meaning away."""

    present: CodesTable
    absent: CodesTable
    severity: SeverityTable
    question: list[QuestionRow]
    document: list[DocumentRow]
    no_disease: NoDiseaseTable
    not_done: NotDoneTable
