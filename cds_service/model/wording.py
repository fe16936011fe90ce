"""What is said and offered, as the content gives it: card wording, order templates, override reasons. Values only."""

from collections.abc import Mapping
from dataclasses import dataclass

from cds_service.model.sides import Side
from cds_service.model.terminology import Code


@dataclass(frozen=True, slots=True)
class Wording:
    """A card's wording: Jinja templates of the summary (at most 139 characters) and of what to consider."""

    id: str
    summary: str
    consider: str


@dataclass(frozen=True, slots=True)
class OrderTemplate:
    """An order the service may suggest: its codes by side, our label, body site and priority."""

    id: str
    label: str
    codes: Mapping[Side, tuple[Code, ...]]
    body_site: str | None
    modality: str | None
    priority: str
    is_sided: bool


@dataclass(frozen=True, slots=True)
class OverrideReason:
    """A coded reason for not following a card, in the guideline's words."""

    code: str
    display: str


@dataclass(frozen=True, slots=True)
class Labels:
    """What cards call regions, modalities, the values of qualifiers, and sides."""

    regions: Mapping[str, str]
    modalities: Mapping[str, str]
    qualifiers: Mapping[str, Mapping[str, str]]
    sides: Mapping[str, str]
    layout: str
