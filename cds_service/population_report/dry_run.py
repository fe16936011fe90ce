"""What a report is made from: the counts of a dry run, the content that judged, and facts about the run."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType

from cds_service.model.content import Content
from cds_service.model.terminology import Terminology
from cds_service.population.counts import Counts


@dataclass(frozen=True, slots=True)
class ExampleCard:
    """A card for a made-up patient: the title of the scenario, the card's summary, and its detail as Markdown."""

    scenario: str
    summary: str
    detail: str


@dataclass(frozen=True, slots=True)
class DryRun:
    """A finished dry run.

    `since`, `until`: the first and last day judged; None where the export alone sets them. `made_on`: the day of the
    run. `against`: the name of the content compared with, or "". `reads_all`: the prefetch's filter was off.
    `not_exported`: types of resources that the service reads and the export has none of. `examples`: cards by rule.
    """

    counts: Counts
    content: Content
    terminology: Terminology
    made_on: date
    since: date | None = None
    until: date | None = None
    engine: str = "local"
    against: str = ""
    reads_all: bool = False
    not_exported: frozenset[str] = frozenset()
    examples: Mapping[str, ExampleCard] = field(default_factory=lambda: MappingProxyType({}))
