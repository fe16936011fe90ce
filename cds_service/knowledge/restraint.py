"""The builder of what restraint must earn: the data it rests on, and no reason to act (second edition, R1 and R2)."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from cds_service.knowledge.condition_builder import UnknownName
from cds_service.knowledge.content_folder import did_you_mean
from cds_service.model.conditions import Block, Received, Screened
from cds_service.model.screen import ALL_RESTRAINT, ScreenGroup

_LABEL: Final = "restraint is earned"


@dataclass(frozen=True, slots=True)
class RestraintBuilder:
    """Builds, for each rule, the block that its advice of restraint needs beside its own conditions."""

    received: frozenset[str]
    screen_groups: tuple[ScreenGroup, ...]
    rules: frozenset[str]

    def build(self, rule: str, since: str | None = None) -> Block:
        """Build the block of one rule. `since`: the date from which hits of the safety screen count.

        Raises:
            UnknownName: when there is no such rule; fewer groups would stop it than its author meant.
        """
        if rule not in self.rules:
            raise UnknownName(f"restraint: no rule is called {rule}{did_you_mean(rule, self.rules)}")
        screened = Screened(frozenset(self._list_stopping_groups(rule)), since)
        return Block(all=(Received(self.received),), none=(screened,) if screened.groups else (), label=_LABEL)

    def _list_stopping_groups(self, rule: str) -> Iterable[str]:
        for group in self.screen_groups:
            if rule in group.stops or ALL_RESTRAINT in group.stops:
                yield group.id


def with_restraint(block: Block, earned: Block) -> Block:
    """Return the block with what restraint must earn among its conditions."""
    return replace(block, all=(*block.all, earned))
