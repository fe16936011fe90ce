"""What the cards of one call need of its caller."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from cds_service.rendering.dialects import STANDARD, Dialect


@dataclass(frozen=True, slots=True)
class CardContext:
    """What of the call the cards need: the patient, the caller's own bytes of each draft by reference, its dialect."""

    patient_id: str
    raw_drafts: Mapping[str, bytes] = field(default_factory=dict)
    dialect: Dialect = STANDARD
