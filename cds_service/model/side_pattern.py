"""The pain pattern of one side, as a frozen value."""

from typing import NamedTuple

from cds_service.model.content import Pattern
from cds_service.model.facts import Fact, distinct
from cds_service.model.outcome import Outcome, Truth


class SidePattern(NamedTuple):
    """The name of the pattern on one side, the content's patterns that hold there, and their outcomes."""

    name: str
    matching_patterns: tuple[Pattern, ...]
    outcomes: tuple[Outcome, ...]

    def leading_facts(self) -> tuple[Fact, ...]:
        """Return the first supporting fact of each region, so that a card's summary can name one of each."""
        outcomes = [outcome for outcome in self.outcomes if outcome.truth is Truth.YES]
        first_facts: dict[str, tuple[Fact, ...]] = {}
        for pattern, outcome in zip(self.matching_patterns, outcomes, strict=True):
            if pattern.region not in first_facts:
                first_facts[pattern.region] = outcome.supporting_facts()[:1]
        return distinct(fact for region in sorted(first_facts, reverse=True) for fact in first_facts[region])
