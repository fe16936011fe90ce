"""The judged pattern of one side, as a value."""

from typing import NamedTuple

from cds_service.model.content import Pattern
from cds_service.model.facts import Fact, distinct
from cds_service.model.outcome import Outcome, Truth


class SidePattern(NamedTuple):
    """The pattern's name on one side, the patterns that hold there, and the outcomes judged."""

    name: str
    matching_patterns: tuple[Pattern, ...]
    outcomes: tuple[Outcome, ...]

    def leading_facts(self) -> tuple[Fact, ...]:
        """The first fact that speaks for each region: where both do, a card's summary names one of each."""
        holding = [outcome for outcome in self.outcomes if outcome.truth is Truth.YES]
        first = {
            held.region: one.supporting_facts()[:1]
            for held, one in reversed(list(zip(self.matching_patterns, holding, strict=True)))
        }
        return distinct(fact for region in sorted(first, reverse=True) for fact in first[region])
