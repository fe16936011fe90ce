"""The pain pattern of one side, as a frozen value."""

from dataclasses import dataclass, field

from cds_service.model.content import Pattern
from cds_service.model.facts import Fact, distinct
from cds_service.model.outcome import Outcome, Truth


@dataclass(frozen=True, slots=True)
class SidePattern:
    """The name of the pattern on one side, the content's patterns that hold there, and their outcomes.

    `leading_facts`: the first supporting fact of each region, so that a card's summary can name one of each.
    """

    name: str
    matching_patterns: tuple[Pattern, ...]
    outcomes: tuple[Outcome, ...]
    leading_facts: tuple[Fact, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # Computed once: most rules ask for the pattern.
        outcomes = [outcome for outcome in self.outcomes if outcome.truth is Truth.YES]
        first_facts: dict[str, tuple[Fact, ...]] = {}
        for pattern, outcome in zip(self.matching_patterns, outcomes, strict=True):
            if pattern.region not in first_facts:
                first_facts[pattern.region] = outcome.supporting_facts()[:1]
        facts = distinct(fact for region in sorted(first_facts, reverse=True) for fact in first_facts[region])
        object.__setattr__(self, "leading_facts", facts)
