"""Models of conditions, blocks and groups: the closed set of keys of the rule format."""

from typing import Annotated, Literal, Self, TypeAlias

from pydantic import Discriminator, Field, RootModel, Tag, model_validator

from cds_service.knowledge.schema.base import Contrast, Days, Id, Modality, Region, StrictModel, Years
from cds_service.knowledge.schema.terminology import QUALIFIER_VALUES, QualifierName

SideScope = Literal["this", "opposite", "either", "covered", "all-covered"]
Same = Literal["same"]
CONDITION_KEYS = (
    "present",
    "absent",
    "not_recorded",
    "newest",
    "pattern",
    "imaged",
    "ordered",
    "order",
    "duration",
    "age",
    "spoke",
    "received",
    "screen",
    "condition",
)


class FilterKeys(StrictModel):
    """The filters. A time filter needs `undated` beside it, so that each rule says what is safe without a date."""

    side: SideScope | None = None
    stated: bool | None = None
    sides: Literal["one", "both"] | None = None
    within: Days | None = None
    ago: Days | None = None
    since: Id | list[Id] | None = None
    for_days: Days | None = None
    by: Literal["onset", "stated-onset", "recorded"] | None = None
    undated: Literal["counts", "ignored"] | None = None
    qualifiers: dict[QualifierName, list[Id]] | None = Field(default=None, alias="with")
    asked: bool | Literal["only"] | None = None
    anchor: Id | None = Field(default=None, alias="as")

    @model_validator(mode="after")
    def _check_qualifier_values(self) -> Self:
        for name, values in (self.qualifiers or {}).items():
            for value in values:
                if value not in QUALIFIER_VALUES[name]:
                    raise ValueError(f"{name} must be one of {', '.join(QUALIFIER_VALUES[name])}, not {value}")
        return self

    @model_validator(mode="after")
    def _check_undated(self) -> Self:
        is_timed = self.within is not None or self.ago is not None or self.since is not None
        if self.for_days is not None and self.since is None:
            raise ValueError('"for_days" needs "since" beside it')
        if is_timed and self.undated is None:
            raise ValueError('a time filter needs "undated" beside it')
        if not is_timed and self.undated is not None:
            raise ValueError('"undated" needs "within", "ago" or "since" beside it')
        return self


class PresentKeys(FilterKeys):
    """At least one of the findings, or `at_least` different ones, is present."""

    present: list[Id] = Field(min_length=1)
    at_least: Annotated[int, Field(ge=2)] | None = None


class AbsentKeys(FilterKeys):
    """Each finding is recorded as absent, and none as present."""

    absent: list[Id] = Field(min_length=1)


class NotRecordedKeys(FilterKeys):
    """No finding is recorded, as present or as absent."""

    not_recorded: list[Id] = Field(min_length=1)


class NewestKeys(FilterKeys):
    """The newest record of these findings is of the finding `is`; `stating` skips records without that qualifier."""

    newest: list[Id] = Field(min_length=1)
    winner: Id = Field(alias="is")
    stating: QualifierName | None = None


class PatternKeys(StrictModel):
    """The pattern of the side is one of these."""

    pattern: list[Literal["spine-only", "hip-only", "both", "undetermined", "none"]] = Field(min_length=1)
    side: SideScope = "this"


class ImagingTable(StrictModel):
    """The imaging that a condition or rule is about."""

    region: list[Region] | Same | None = None
    modality: list[Modality] | Same | None = None
    contrast: list[Contrast] | Same | None = None


class ImagedKeys(FilterKeys):
    """A study of this imaging was done."""

    imaged: ImagingTable


class OrderedTable(ImagingTable):
    """The order that a condition is about; `stage` restricts it to drafts of this call, or to requests on record."""

    treatment: list[Id] | None = None
    stage: list[Literal["draft", "request"]] | None = None


class OrderedKeys(FilterKeys):
    """A matching draft or request exists besides the order judged."""

    ordered: OrderedTable


class JudgedOrderTable(ImagingTable):
    """The properties that the order judged must have."""

    sides: Literal[1] | None = None
    sides_differ: bool | None = None


class JudgedOrderKeys(StrictModel):
    """The order judged has these properties."""

    order: JudgedOrderTable


class DaysRange(StrictModel):
    """A range of days."""

    at_least: Days | None = None
    below: Days | None = None


class DurationKeys(StrictModel):
    """How long the symptoms have lasted, in days."""

    duration: DaysRange
    side: SideScope = "this"


class YearsRange(StrictModel):
    """A range of years."""

    at_least: Years | None = None
    below: Years | None = None


class AgeKeys(StrictModel):
    """The patient's age in years."""

    age: YearsRange


class SpokeKeys(StrictModel):
    """At least one of these rules speaks in this call."""

    spoke: list[Id] = Field(min_length=1)


FhirType = Literal[
    "Condition",
    "Observation",
    "Procedure",
    "MedicationRequest",
    "MedicationStatement",
    "ServiceRequest",
    "ImagingStudy",
    "DiagnosticReport",
]


class ReceivedKeys(StrictModel):
    """All data of these FHIR types arrived and could be read; "Text": so could the words of every record."""

    received: list[FhirType | Literal["Text"]] = Field(min_length=1)


class ScreenKeys(StrictModel):
    """The safety screen met something of one of these groups; with `since`, on or after that date."""

    screen: list[Id] = Field(min_length=1)
    since: Id | None = None


class NamedConditionKeys(StrictModel):
    """The condition of this name in conditions.toml holds."""

    condition: Id


class BlockKeys(StrictModel):
    """A block: every condition in `all`, at least one in `any`, and none in `none` holds."""

    all: "Annotated[list[ConditionKeys], Field(min_length=1)] | None" = None
    any: "Annotated[list[ConditionKeys], Field(min_length=1)] | None" = None
    none: "Annotated[list[ConditionKeys], Field(min_length=1)] | None" = None

    @model_validator(mode="after")
    def _forbid_nested_none(self) -> Self:
        if any(_contains_none(condition) for condition in self.none or ()):
            raise ValueError('"none" may not be nested inside "none"')
        return self

    @property
    def is_empty(self) -> bool:
        """Whether the block has no conditions, and so always holds."""
        return not (self.all or self.any or self.none)


class NonEmptyBlock(BlockKeys):
    """A block that must have at least one condition."""

    @model_validator(mode="after")
    def _require_condition(self) -> Self:
        if self.is_empty:
            raise ValueError("has no conditions")
        return self


def _contains_none(condition: object) -> bool:
    if not isinstance(condition, BlockKeys):
        return False
    return bool(condition.none) or any(
        _contains_none(part) for part in [*(condition.all or ()), *(condition.any or ())]
    )


def _condition_kind(value: object) -> str | None:
    keys = value if isinstance(value, dict) else getattr(value, "model_fields_set", ())
    return next((key for key in CONDITION_KEYS if key in keys), "block")


ConditionKeys: TypeAlias = Annotated[
    Annotated[PresentKeys, Tag("present")]
    | Annotated[AbsentKeys, Tag("absent")]
    | Annotated[NotRecordedKeys, Tag("not_recorded")]
    | Annotated[NewestKeys, Tag("newest")]
    | Annotated[PatternKeys, Tag("pattern")]
    | Annotated[ImagedKeys, Tag("imaged")]
    | Annotated[OrderedKeys, Tag("ordered")]
    | Annotated[JudgedOrderKeys, Tag("order")]
    | Annotated[DurationKeys, Tag("duration")]
    | Annotated[AgeKeys, Tag("age")]
    | Annotated[SpokeKeys, Tag("spoke")]
    | Annotated[ReceivedKeys, Tag("received")]
    | Annotated[ScreenKeys, Tag("screen")]
    | Annotated[NamedConditionKeys, Tag("condition")]
    | Annotated[NonEmptyBlock, Tag("block")],
    Discriminator(_condition_kind),
]


class GroupEntry(FilterKeys, BlockKeys):
    """An entry of a group: a finding or group, with filters and a block that must also hold."""

    id: Id


class NamedCondition(NonEmptyBlock):
    """A condition with a name, for clauses that several rules share. `label`: what texts call it."""

    label: str = Field(min_length=1)


for _model in (BlockKeys, NonEmptyBlock, GroupEntry, NamedCondition):
    _model.model_rebuild()


class GroupTable(RootModel[list[str | GroupEntry]]):
    """A group: findings, groups, or entries with filters."""
