"""The outcome of evaluating a condition: its truth, its facts and its parts. Traces consist of outcomes."""

from collections.abc import Iterable
from enum import Enum

import msgspec

from cds_service.model.conditions import Condition
from cds_service.model.facts import Fact, ScreenHit, distinct


class Truth(Enum):
    """Yes; no: the chart says otherwise; unknown: nothing is recorded. Only yes makes a condition hold."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "not known"
    __hash__ = object.__hash__  # faster than Enum's own, and every condition needs it; members are singletons


class Outcome(msgspec.Struct, frozen=True, gc=False):
    """The result of evaluating `condition`. `parts` are the outcomes of a block's conditions or of pattern blocks.

    `role` is the condition's place in its block: "all", "any" or "none". `hits`: what the safety screen met.
    """

    condition: Condition
    truth: Truth
    facts: tuple[Fact, ...] = ()
    parts: "tuple[Outcome, ...]" = ()
    role: str = "all"
    pattern_id: str = ""
    hits: tuple[ScreenHit, ...] = ()

    def with_role(self, role: str) -> "Outcome":
        """Return the same outcome as a part of a block with this role."""
        return msgspec.structs.replace(self, role=role)

    def supporting_facts(self) -> "tuple[Fact, ...]":
        """Return the facts that make the condition hold, from all parts that hold; `none` parts add nothing."""
        return facts_of(self.list_holding())

    def list_holding(self) -> "list[Outcome]":
        """Return the outcome and its parts that hold, at any depth, but `none` parts; nothing if it does not hold."""
        if self.truth is not Truth.YES:
            return []
        holding = [self]
        for part in self.parts:
            if part.role != "none" and part.truth is Truth.YES:
                holding += part.list_holding() if part.parts else (part,)
        return holding


def facts_of(outcomes: Iterable[Outcome]) -> tuple[Fact, ...]:
    """Return the facts of outcomes, each once."""
    return distinct([fact for outcome in outcomes for fact in outcome.facts])


def to_truth(holds: bool, contradicted: bool) -> Truth:
    """Return yes if the condition holds, no if the chart contradicts it, otherwise unknown."""
    if holds:
        return Truth.YES
    return Truth.NO if contradicted else Truth.UNKNOWN
