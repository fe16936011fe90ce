"""Compares the restraint of content 1.0.0 with today's, over the clinicians' cases and the scenarios.

`python -m tests.restraint.comparing` prints each case that lost restraint, and why.
"""

import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import click

from cds_service.logic.rule_engine import decide
from cds_service.model.decision import Decision
from tests.pathways.judging import decision_of, restraint_of
from tests.pathways.scenarios import all_scenarios
from tests.shipped import shipped_knowledge

FOLDER = Path(__file__).parent
AGE_LIMIT = 65  # clinical design, second edition, R3
AGED_RULES = ("conservative-care-first", "spine-pattern-hip-imaging")
FLAGS = ("red-flag-review", "cauda-equina")


class Lost(NamedTuple):
    """A case that gave restraint in content 1.0.0 and gives it no longer. `reason`: empty if nobody named one."""

    name: str
    kinds: frozenset[str]
    reason: str


def baseline() -> dict[str, frozenset[str]]:
    """Return the restraint that each case gave in content 1.0.0: a rule, or a rule and the offer that deletes."""
    tables = tomllib.loads((FOLDER / "content-1.0.0.toml").read_text(encoding="utf-8"))
    return {f"{rule}: {name}": frozenset(kinds) for rule, cases in tables.items() for name, kinds in cases.items()}


def decisions() -> Iterator[tuple[str, Decision]]:
    """Yield today's decision on every clinicians' case and scenario, by name."""
    sys.path.insert(0, str(FOLDER.parent))
    from case_reading import read_cases

    content = shipped_knowledge().content
    for case in read_cases(content):
        yield f"{case.rule}: {case.name}", decide(content, case.chart, case.hook)
    for scenario in all_scenarios():
        if scenario.hook != "patient-view":
            yield f"scenario: {scenario.name}", decision_of(scenario.request, scenario.on)


def find_lost() -> list[Lost]:
    """Return every case that lost some of its restraint."""
    reasons = tomllib.loads((FOLDER / "lost.toml").read_text(encoding="utf-8"))
    today = dict(decisions())
    lost = []
    for name, kinds in baseline().items():
        decision = today.get(name)
        gone = kinds - (restraint_of(decision) if decision else frozenset())
        if gone:
            reason = reasons.get(name) or (_own_reason(decision, gone) if decision else "")
            lost.append(Lost(name, gone, reason))
    return lost


def _own_reason(decision: Decision, gone: frozenset[str]) -> str:
    """Return the reason that the decision itself gives: the screen, data that are missing, a flag, or the age."""
    chart = decision.chart
    groups = sorted({hit.group for hit in chart.screen_hits})
    speaking = {card.rule.id for card in (*decision.shown, *decision.held_back)}
    if groups:
        return f"the safety screen met {', '.join(groups)}"
    if chart.missing_types or chart.unscreened:
        return f"not read whole: {', '.join(sorted({*chart.missing_types, *chart.unscreened}))}"
    if speaking & set(FLAGS):
        return f"{', '.join(sorted(speaking & set(FLAGS)))} speaks"
    if all(kind.startswith(AGED_RULES) for kind in gone):
        if chart.age is None:
            return "the age is not recorded"
        if chart.age >= AGE_LIMIT:
            return f"the patient is {chart.age}"
    return ""


def main() -> None:
    """Print what lost restraint."""
    lost = find_lost()
    for case in lost:
        click.echo(f"{case.reason or 'NO REASON'}: {case.name} lost {', '.join(sorted(case.kinds))}")
    without = sum(not case.reason for case in lost)
    click.echo(f"{len(lost)} of {len(baseline())} lost restraint, {without} of them without a reason")


if __name__ == "__main__":
    main()
