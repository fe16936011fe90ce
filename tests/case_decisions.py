"""The decision of every clinicians' case, made once, for the tests of what the cases must cover."""

from collections.abc import Iterator, Mapping
from functools import cache

from case_reading import Case, shipped_cases

from cds_service.logic.rule_engine import decide
from cds_service.model.decision import Decision
from cds_service.model.outcome import Outcome
from tests.shipped import shipped_knowledge

CONTENT = shipped_knowledge().content
CASES = shipped_cases()


@cache
def decisions() -> Mapping[str, list[tuple[Case, Decision]]]:
    """Return every case with its decision, by the rule whose file holds the case."""
    by_rule: dict[str, list[tuple[Case, Decision]]] = {rule.id: [] for rule in CONTENT.rules}
    for case in CASES:
        by_rule[case.rule].append((case, decide(CONTENT, case.chart, case.hook, thorough=True)))
    return by_rule


def all_decisions() -> list[Decision]:
    return [decision for cases in decisions().values() for _, decision in cases]


def parts_of(outcome: Outcome) -> Iterator[Outcome]:
    """Yield an outcome and, at every depth, those of its parts."""
    yield outcome
    for part in outcome.parts:
        yield from parts_of(part)
