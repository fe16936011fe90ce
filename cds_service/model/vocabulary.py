"""The content values that name things: findings, groups resolved to leaves, sites. Built by `knowledge`, frozen."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

CANONICAL_BASE: Final = "https://hip-spine-cds.example/fhir"  # of our own code systems, value sets and definitions
TOPIC_SYSTEM_URI: Final = f"{CANONICAL_BASE}/CodeSystem/topic"
OVERRIDE_REASON_SYSTEM_URI: Final = f"{CANONICAL_BASE}/CodeSystem/override-reason"


@dataclass(frozen=True, slots=True)
class FindingDefinition:
    """A finding of the closed vocabulary: what a card calls it and how long a record of it counts.

    `window` is in days; None: it does not go away.
    """

    id: str
    label: str
    ask_label: str
    kind: str
    window_days: int | None
    body_sites: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Citation:
    """A source: its citation, strength, and what it says; only verified and computed figures are kept."""

    id: str
    citation: str
    strength: str
    url: str | None
    says: str | None


@dataclass(frozen=True, slots=True)
class BodySite:
    """A body site: the imaging region it names on an order, if any."""

    id: str
    label: str
    region: str | None


Vocabulary = Mapping[str, FindingDefinition]
