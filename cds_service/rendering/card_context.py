"""The data of a call that its cards need."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from cds_service.rendering.dialects import STANDARD, Dialect


@dataclass(frozen=True, slots=True)
class CardContext:
    """The data of a call for its cards: the patient, the raw bytes of each draft by reference, and the dialect."""

    patient_id: str
    raw_drafts: Mapping[str, bytes] = field(default_factory=dict)
    dialect: Dialect = STANDARD
