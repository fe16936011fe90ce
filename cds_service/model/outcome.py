"""The outcome of judging a condition: its truth, the facts it rests on, and its parts. Every trace is made of these."""

from collections.abc import Iterable
from enum import Enum
from typing import NamedTuple, TypeAlias, TypeVar

from cds_service.model.conditions import Condition
from cds_service.model.facts import Finding, Imaging


class Truth(Enum):
    """Yes; no: the chart says otherwise; unknown: nothing recorded. Only yes moves a rule."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "not known"
    __hash__ = object.__hash__  # members are single, and Enum's own hash is slow where every condition asks


Fact: TypeAlias = Finding | Imaging
F = TypeVar("F", Finding, Imaging, Finding | Imaging)


class Outcome(NamedTuple):
    """What judging `condition` gave. `parts` are the outcomes of a block's conditions or of a pattern's block.

    `role` is where the condition stands in its block: all, any or none.
    """

    condition: Condition
    truth: Truth
    facts: tuple[Fact, ...] = ()
    parts: "tuple[Outcome, ...]" = ()
    role: str = "all"
    label: str = ""

    def as_part(self, role: str) -> "Outcome":
        """The same as a part of a block that stands in this role."""
        return Outcome(self.condition, self.truth, self.facts, self.parts, role, self.label)

    def supporting(self) -> "tuple[Fact, ...]":
        """The facts that make it hold: those of every part that holds, stops (`none`) left out."""
        if self.truth is not Truth.YES:
            return ()
        found = list(self.facts)
        for part in self.parts:
            if part.role != "none":
                found.extend(part.supporting())
        return distinct(found)


def distinct(facts: Iterable[F]) -> tuple[F, ...]:
    """The facts, each once, in order. By identity: every record of a chart is one object for the whole call."""
    found = facts if isinstance(facts, tuple) else tuple(facts)
    return found if len(found) < 2 else tuple({id(fact): fact for fact in found}.values())


def verdict(holds: bool, contradicted: bool) -> Truth:
    """Yes if it holds, no if the chart says otherwise, else unknown."""
    if holds:
        return Truth.YES
    return Truth.NO if contradicted else Truth.UNKNOWN
