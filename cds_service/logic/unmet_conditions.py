"""The first thing that keeps a block from holding, in words that an integrator knows."""

from collections.abc import Iterable
from typing import NamedTuple

from cds_service.logic.screening import find_missing
from cds_service.model.condition_text import describe_block, describe_condition
from cds_service.model.conditions import (
    Age,
    Block,
    Duration,
    Newest,
    Ordered,
    OrderIs,
    PatternIs,
    Present,
    Received,
    Spoke,
)
from cds_service.model.content import Content
from cds_service.model.decision import Decision
from cds_service.model.facts import Fact, Finding, FindingValue, Stage
from cds_service.model.outcome import Outcome, Truth
from cds_service.model.vocabulary import Vocabulary

_STAGE_WORDS = {Stage.STUDY: "done", Stage.REQUEST: "ordered", Stage.DRAFT: "a draft"}


class UnmetCondition(NamedTuple):
    """The first unmet condition of a block.

    `is_stop`: it is met, but must not be. `other_ways`: how many other branches would do in its place.
    """

    description: str
    is_stop: bool = False
    other_ways: int = 0

    @property
    def text(self) -> str:
        """The description, and in how many other ways the block could hold."""
        if not self.other_ways:
            return self.description
        return f"{self.description} (or {self.other_ways} other way{'s' if self.other_ways > 1 else ''})"


def find_unmet_condition(outcome: Outcome, decision: Decision) -> UnmetCondition:
    """Return the first condition that keeps a block from holding; the block was judged thoroughly, and does not hold.

    Where one of several branches would do, it is taken from the branch that is nearest to holding.
    """
    if not isinstance(outcome.condition, Block):
        return UnmetCondition(_describe_unmet(outcome, decision))
    by_role: dict[str, list[Outcome]] = {"all": [], "any": [], "none": []}
    for part in outcome.parts:
        by_role[part.role].append(part)
    for part in by_role["all"]:
        if part.truth is not Truth.YES:
            return find_unmet_condition(part, decision)
    branches = by_role["any"]
    if branches and not any(part.truth is Truth.YES for part in branches):
        unmet = find_unmet_condition(max(branches, key=closeness), decision)
        return unmet._replace(other_ways=unmet.other_ways + len(branches) - 1)
    stop = next((part for part in by_role["none"] if part.truth is Truth.YES), None)
    return UnmetCondition(_describe_stop(stop, decision.content), is_stop=True) if stop else UnmetCondition("")


def closeness(outcome: Outcome) -> float:
    """Return how near a block is to holding, from 0 to 1: the share of its conditions that hold."""
    if outcome.truth is Truth.YES:
        return 1.0
    if not isinstance(outcome.condition, Block):
        return 0.0
    scores = [closeness(part) for part in outcome.parts if part.role == "all"]
    branches = [closeness(part) for part in outcome.parts if part.role == "any"]
    scores += [max(branches)] if branches else []
    scores += [0.0 for part in outcome.parts if part.role == "none" and part.truth is Truth.YES]
    return sum(scores) / len(scores) if scores else 0.0


def _describe_unmet(outcome: Outcome, decision: Decision) -> str:
    findings = decision.content.findings
    description = describe_condition(outcome.condition, findings)
    match outcome.condition:
        case Present(names=names, at_least=at_least) if outcome.truth is Truth.UNKNOWN:
            count = f"at least {at_least} of " if at_least > 1 else ""
            return f"not recorded: {count}{_join_names(names, findings)}"
        case Present() if all(
            isinstance(fact, Finding) and fact.value is FindingValue.ABSENT for fact in outcome.facts
        ):
            return f"recorded as absent: {_name_facts(outcome.facts, decision.content)}"
        case Newest() if outcome.truth is Truth.UNKNOWN:
            return f"not recorded: {description}"
        case PatternIs(patterns=patterns):
            return f"needs pattern {' or '.join(sorted(patterns))}"
        case Age() if decision.chart.age is None:
            return f"needs {description}; age not recorded"
        case Ordered():
            return f"needs another open order: {description.removeprefix('also ordered: ')}"
        case OrderIs():
            return f"the order does not fit: {description.removeprefix('the order: ')}"
        case Spoke(rules=rules):
            return f"needs rule {' or '.join(sorted(rules))} to speak"
        case Received(kinds=kinds):
            return f"not received whole: {', '.join(sorted(find_missing(kinds, decision.chart)))}"
        case Duration():
            return f"needs {description.replace('known to have lasted', 'known to last')}"
        case _:
            return f"needs {description}"


def _join_names(names: tuple[str, ...], findings: Vocabulary) -> str:
    """Return findings by their labels and groups by their names, as "x, y or z"."""
    labels = [
        findings[name].label if name in findings else f"any {name.removeprefix('any-').replace('-', ' ')}"
        for name in names
    ]
    return " or ".join(filter(None, (", ".join(labels[:-1]), labels[-1])))


def _describe_stop(outcome: Outcome, content: Content) -> str:
    if outcome.hits:
        labels = dict.fromkeys(content.screen_groups[hit.group].label for hit in outcome.hits)
        return f"what the safety screen met: {', '.join(labels)}"
    facts = outcome.supporting_facts()
    if facts:
        return _name_facts(facts, content)
    if isinstance(outcome.condition, Block):
        return describe_block(outcome.condition, content.findings)
    return describe_condition(outcome.condition, content.findings)


def _name_facts(facts: Iterable[Fact], content: Content) -> str:
    return ", ".join(dict.fromkeys(_name_fact(fact, content) for fact in facts))


def _name_fact(fact: Fact, content: Content) -> str:
    if isinstance(fact, Finding):
        return content.findings[fact.id].label
    name = content.findings[fact.treatment].label if fact.treatment else f"{fact.region} {fact.modality or 'imaging'}"
    return f"{name} {_STAGE_WORDS[fact.stage]}" + (f" {fact.when.first.isoformat()}" if fact.when else "")
