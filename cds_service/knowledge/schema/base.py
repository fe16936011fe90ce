"""The base model and the types that all models of content files share."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints


class StrictModel(BaseModel):
    """A table of a content file. It refuses unknown keys, and text where a number or date belongs."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid", populate_by_name=False)


Id = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9]+(-[A-Za-z0-9]+)*$")]
Version = Annotated[str, StringConstraints(pattern=r"^\d+\.\d+\.\d+$")]
Text = Annotated[str, StringConstraints(min_length=1, max_length=1000)]
Label = Annotated[str, StringConstraints(min_length=1, max_length=60)]
Days = Annotated[int, Field(ge=0, le=36_500)]
Years = Annotated[int, Field(ge=0, le=130)]
SideName = Literal["left", "right", "both"]
HookName = Literal["patient-view", "order-select", "order-sign"]
Region = Literal["hip", "pelvis", "lumbar-spine", "knee", "lower-limb-joint", "other"]
# Places that names of imaging tell apart, because one picture may hold several. On an order they are "other".
NamedPlace = Literal[Region, "upper-spine", "sacrum", "thigh", "ankle", "head", "trunk"]
Modality = Literal["XR", "MR", "CT", "US", "RF"]
Contrast = Literal["without", "with", "both"]
# How a code was verified. "U" (unverified) is refused; G2 and W2 are confirmed by a second independent source.
# "site" marks the codes of a site overlay; a content file may not use it.
Checked = Literal["S", "E", "P", "D", "H", "A", "I", "G2", "W2", "own", "site"]
