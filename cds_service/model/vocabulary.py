"""Definitions of findings and sources, and the base of our canonical URLs."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

CANONICAL_BASE: Final = "https://hip-spine-cds.example/fhir"  # our own code systems, value sets and definitions
TOPIC_SYSTEM_URI: Final = f"{CANONICAL_BASE}/CodeSystem/topic"
OVERRIDE_REASON_SYSTEM_URI: Final = f"{CANONICAL_BASE}/CodeSystem/override-reason"


@dataclass(frozen=True, slots=True)
class FindingDefinition:
    """A finding of the closed vocabulary: its label on cards, and for how long a record of it counts.

    `window_days` is None if records of it never expire. `stays`: it does not go away, so a record that it is over still
    says that it is there; what is only there while it is active does not stay. `is_imaged`: images show it, though it
    is no diagnosis.
    """

    id: str
    label: str
    kind: str
    window_days: int | None
    stays: bool = False
    is_imaged: bool = False


@dataclass(frozen=True, slots=True)
class Citation:
    """A source: its citation, strength, and statement. Statements contain only verified or computed figures.

    `short`: what a card calls it, such as "ACR 2021".
    """

    id: str
    citation: str
    strength: str
    url: str | None
    says: str | None
    short: str | None = None


Vocabulary = Mapping[str, FindingDefinition]
