"""Card wording, order templates, override reasons and labels from the content, as frozen values."""

from collections.abc import Mapping
from dataclasses import dataclass

from cds_service.model.sides import Side
from cds_service.model.terminology import Code


@dataclass(frozen=True, slots=True)
class EvidenceLine:
    """What a card says of the evidence for its advice: one sentence, and the source that it rests on."""

    source: str
    says: str


@dataclass(frozen=True, slots=True)
class Wording:
    """A card's wording: Jinja templates of the summary (at most 139 characters) and of what to consider.

    `safety_net` says when to act at once; a card that has one advises to wait. Without `evidence` nothing is cited.
    """

    id: str
    summary: str
    consider: str
    evidence: EvidenceLine | None = None
    safety_net: str | None = None


@dataclass(frozen=True, slots=True)
class OrderTemplate:
    """An order that the service may suggest: its codes by side, our label, body site, what it images, and priority."""

    id: str
    label: str
    codes: Mapping[Side, tuple[Code, ...]]
    body_site: str | None
    modality: str | None
    priority: str
    is_sided: bool
    region: str | None = None


@dataclass(frozen=True, slots=True)
class OverrideReason:
    """A coded reason for not following a card, worded as in the guideline."""

    code: str
    display: str


@dataclass(frozen=True, slots=True)
class Labels:
    """What cards call regions, modalities, qualifier values and sides; `layout` is the template of a card's detail.

    `adjectives`: regions as they precede a kind of imaging ("lumbar MRI").
    """

    regions: Mapping[str, str]
    adjectives: Mapping[str, str]
    modalities: Mapping[str, str]
    qualifiers: Mapping[str, Mapping[str, str]]
    sides: Mapping[str, str]
    layout: str
