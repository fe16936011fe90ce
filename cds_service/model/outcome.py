"""The outcome of judging a condition: its truth, the facts it rests on, and its parts. Every trace is made of these."""

from enum import Enum
from typing import NamedTuple

from cds_service.model.conditions import Condition
from cds_service.model.facts import Fact, distinct


class Truth(Enum):
    """Yes; no: the chart says otherwise; unknown: nothing recorded. Only yes moves a rule."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "not known"
    __hash__ = object.__hash__  # members are single, and Enum's own hash is slow where every condition asks


class Outcome(NamedTuple):
    """What judging `condition` gave. `parts` are the outcomes of a block's conditions or of a pattern's block.

    `role` is where the condition stands in its block: all, any or none.
    """

    condition: Condition
    truth: Truth
    facts: tuple[Fact, ...] = ()
    parts: "tuple[Outcome, ...]" = ()
    role: str = "all"
    pattern_id: str = ""

    def with_role(self, role: str) -> "Outcome":
        """The same as a part of a block that stands in this role."""
        return Outcome(self.condition, self.truth, self.facts, self.parts, role, self.pattern_id)

    def supporting_facts(self) -> "tuple[Fact, ...]":
        """The facts that make it hold: those of every part that holds, stops (`none`) left out."""
        if self.truth is not Truth.YES:
            return ()
        found = list(self.facts)
        for part in self.parts:
            if part.role != "none":
                found.extend(part.supporting_facts())
        return distinct(found)


def to_truth(holds: bool, contradicted: bool) -> Truth:
    """Yes if it holds, no if the chart says otherwise, else unknown."""
    if holds:
        return Truth.YES
    return Truth.NO if contradicted else Truth.UNKNOWN
