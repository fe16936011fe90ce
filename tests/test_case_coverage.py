"""Tests of what the clinicians' cases must cover, rule by rule: convention alone is not enough."""

from collections.abc import Iterable, Iterator
from functools import cache
from itertools import product

import pytest
from case_decisions import CASES, CONTENT, all_decisions, decisions, parts_of
from case_reading import Case
from case_thresholds import (
    Threshold,
    blocks_of,
    conditions_of,
    own_conditions_of,
    thresholds,
)

from cds_service.logic.chart_index import ChartIndex
from cds_service.model.condition_text import describe_condition
from cds_service.model.conditions import Absent, Block, Condition, Newest, NotRecorded, Present
from cds_service.model.content import Rule, Silence, Solo
from cds_service.model.facts import FindingValue
from cds_service.model.outcome import Outcome, Truth

RULES = pytest.mark.parametrize("rule", CONTENT.rules, ids=[rule.id for rule in CONTENT.rules])


def fires(rule: Rule, case: Case) -> bool:
    return any(card.rule == rule.id for card in case.expect)


def items(case: Case) -> frozenset[object]:
    """Return what a case records, one item per record, without the records' sources."""
    facts = {
        (fact.id, fact.value, fact.side, fact.when, fact.onset, *fact.qualifiers.items())
        for fact in case.chart.findings
    }
    imaging = {
        (
            order.stage,
            order.region,
            order.modality,
            order.contrast,
            order.treatment,
            order.side,
            order.when,
            order.is_selected,
            order.code_side,
        )
        for order in case.chart.imaging
    }
    return frozenset([*facts, *imaging, ("age", case.chart.age)])


def differ_by_at_most_one_record(first: Case, second: Case) -> bool:
    if (first.hook, first.chart.today) != (second.hook, second.chart.today):
        return False
    return len(items(first) - items(second)) <= 1 and len(items(second) - items(first)) <= 1


@RULES
def test_some_case_fires_it_and_some_case_nearly_does(rule: Rule) -> None:
    cases = [case for case, _ in decisions()[rule.id]]
    firing = [case for case in cases if fires(rule, case)]
    silent = [case for case in cases if not fires(rule, case)]
    assert firing, f"tests/cases/{rule.id}.toml: no case expects a card of {rule.id}"
    assert any(differ_by_at_most_one_record(first, second) for first, second in product(firing, silent)), (
        f"tests/cases/{rule.id}.toml: no silent case differs by one record from a case that gives the card"
    )


@RULES
def test_its_misuse_statement_has_a_silent_case(rule: Rule) -> None:
    misuse_cases = [case for case, _ in decisions()[rule.id] if "misuse" in case.why and not fires(rule, case)]
    assert misuse_cases, f"tests/cases/{rule.id}.toml: no silent case says misuse in its why. Misuse: {rule.misuse}"


def stops(block: Block, path: str = "") -> Iterator[str]:
    """Yield the path of every stop of a block and of the blocks in it."""
    yield from (f"{path}none.{number}" for number in range(len(block.none)))
    for role in ("all", "any"):
        conditions: tuple[Condition, ...] = getattr(block, role)
        for number, condition in enumerate(conditions):
            if isinstance(condition, Block) and not condition.label:
                yield from stops(condition, f"{path}{role}.{number}.")


def stop_at(block: Block, path: str) -> Condition:
    """Return the stop at a path that `stops` yielded."""
    condition: Condition = block
    steps = path.split(".")
    for role, number in zip(steps[::2], steps[1::2], strict=True):
        condition = getattr(condition, role)[int(number)]
    return condition


def sole_stops(outcome: Outcome, path: str = "") -> Iterator[str]:
    """Yield the stops without which a block would hold."""
    by_role = {role: [part for part in outcome.parts if part.role == role] for role in ("all", "any", "none")}
    met = all(part.truth is Truth.YES for part in by_role["all"])
    met = met and (not by_role["any"] or any(part.truth is Truth.YES for part in by_role["any"]))
    stopping = [number for number, part in enumerate(by_role["none"]) if part.truth is Truth.YES]
    if met and len(stopping) == 1:
        yield f"{path}none.{stopping[0]}"
    for role in ("all", "any"):
        for number, part in enumerate(by_role[role]):
            if isinstance(part.condition, Block):
                yield from sole_stops(part, f"{path}{role}.{number}.")


@RULES
def test_each_stop_alone_stops_it_in_some_case(rule: Rule) -> None:
    stopped = {
        stop
        for _, decision in decisions()[rule.id]
        for trace in decision.rule_traces
        if trace.rule.id == rule.id
        for evaluation in trace.evaluations
        for stop in sole_stops(evaluation.outcome)
    }
    missing = sorted(set(stops(rule.block)) - stopped)
    descriptions = [describe_condition(stop_at(rule.block, stop), CONTENT.findings) for stop in missing]
    assert not missing, f"tests/cases/{rule.id}.toml: no case in which this alone stops it: {'; '.join(descriptions)}"


@pytest.mark.parametrize("silence", CONTENT.policy.silences, ids=lambda silence: silence.id)
def test_each_silence_silences_each_of_its_rules_that_would_speak(silence: Silence) -> None:
    silenced = {
        trace.rule.id
        for decision in all_decisions()
        for trace in decision.rule_traces
        if trace.reason == silence.label
        and any(evaluated.outcome.truth is Truth.YES for evaluated in trace.evaluations)
    }
    missing = sorted(silence.rules - silenced)
    assert not missing, f"no case in which these would speak if not silenced ({silence.label}): {', '.join(missing)}"


def named_by(rule: Rule) -> set[str]:
    """Return the findings that a rule itself names; those of groups and named conditions any rule's cases may cover."""
    conditions = [condition for block in blocks_of(rule) for condition in own_conditions_of(block)]
    names = [
        condition.names for condition in conditions if isinstance(condition, Present | Absent | NotRecorded | Newest)
    ]
    return set().union(*names) & CONTENT.findings.keys()


def labels(names: Iterable[str]) -> str:
    return ", ".join(sorted(CONTENT.findings[name].label for name in names))


@RULES
def test_each_finding_it_names_is_recorded_in_some_case_and_left_out_of_another(rule: Rule) -> None:
    charts = [
        {fact.id for fact in case.chart.findings if fact.value is FindingValue.PRESENT}
        for case, _ in decisions()[rule.id]
    ]
    never = named_by(rule) - set().union(*charts)
    assert not never, f"tests/cases/{rule.id}.toml: no case records as present: {labels(never)}"
    always = {name for name in named_by(rule) if all(name in chart for chart in charts)}
    assert not always, f"tests/cases/{rule.id}.toml: no case leaves out: {labels(always)}"


def used_findings() -> set[str]:
    """Return every finding that a rule, pattern, group or policy asks about.

    Treatments are excluded: charts record what was done, rarely that something was not.
    """
    policy = CONTENT.policy
    blocks = [block for rule in CONTENT.rules for block in blocks_of(rule)]
    blocks += [pattern.block for pattern in CONTENT.patterns]
    blocks += [row.block for row in (*policy.silences, *policy.withheld_imaging)]
    conditions = [condition for block in blocks for condition in conditions_of(block)]
    names = {
        leaf.finding
        for condition in conditions
        if isinstance(condition, Present | Absent | NotRecorded)
        for leaf in condition.leaves
    }
    return {name for name in names if CONTENT.findings[name].kind != "treatment"}


@pytest.mark.parametrize("value", [FindingValue.PRESENT, FindingValue.ABSENT])
def test_every_finding_that_is_asked_about_is_recorded_both_ways(value: FindingValue) -> None:
    recorded = {fact.id for case in CASES for fact in case.chart.findings if fact.value is value}
    missing = used_findings() - recorded
    assert not missing, f"no case of any rule records as {value.value}: {labels(missing)}"


@pytest.mark.parametrize("threshold", thresholds(CONTENT), ids=lambda limit: f"{limit.rule or 'shared'}: {limit.words}")
def test_each_limit_has_a_case_on_it_and_one_beyond(threshold: Threshold) -> None:
    path = f"tests/cases/{threshold.rule}.toml" if threshold.rule else "tests/cases"
    cases = [(case, index) for case, index in indexed_cases() if threshold.rule in {None, case.rule}]
    is_covered = any(threshold.inside(case, index) for case, index in cases)
    assert is_covered, f"{path}: no case lies on the limit: {threshold.words}"
    is_covered = any(threshold.outside(case, index) for case, index in cases)
    assert is_covered, f"{path}: no case lies just beyond: {threshold.words}"


@cache
def indexed_cases() -> list[tuple[Case, ChartIndex]]:
    return [(case, ChartIndex(case.chart, CONTENT)) for case in CASES]


def test_each_card_and_each_offer_of_each_rule_is_given_by_some_case() -> None:
    written = {(rule.id, row.card, offer) for rule in CONTENT.rules for row in rule.advice for offer in row.offers}
    given = {
        (card.rule.id, card.advice.card, offer.id)
        for decision in all_decisions()
        for card in decision.shown
        for offer in card.offers
    }
    missing = [f"{rule}: card {card}, offer {offer}" for rule, card, offer in sorted(written - given)]
    assert not missing, f"no case gives: {'; '.join(missing)}"


def test_each_note_caveat_and_row_of_advice_is_given_by_some_case() -> None:
    shown = [card for decision in all_decisions() for card in decision.shown]
    rows = {(card.rule.id, card.rule.advice.index(card.advice)) for card in shown}
    missing = {(rule.id, number) for rule in CONTENT.rules for number in range(len(rule.advice))} - rows
    assert not missing, f"no case gives these rows of advice (counted from 0): {sorted(missing)}"
    given = {(card.rule.id, note.text) for card in shown for note in card.notes}
    given |= {(card.rule.id, caveat.says) for card in shown for caveat in card.caveats}
    written = {(rule.id, note.text) for rule in CONTENT.rules for note in rule.notes}
    written |= {(rule.id, caveat.says) for rule in CONTENT.rules for caveat in rule.caveats}
    assert not written - given, f"no case's card says: {sorted(written - given)}"


def test_each_pattern_holds_in_some_case() -> None:
    matching = {
        pattern.id
        for decision in all_decisions()
        for side_pattern in decision.side_patterns.values()
        for pattern in side_pattern.matching_patterns
    }
    missing = sorted({pattern.id for pattern in CONTENT.patterns} - matching)
    assert not missing, f"no case in which these patterns hold: {', '.join(missing)}"


@pytest.mark.parametrize("solo", CONTENT.policy.solos, ids=lambda solo: solo.rule)
def test_each_rule_that_speaks_alone_holds_another_back_in_some_case_and_stands_beside_those_it_may(solo: Solo) -> None:
    speaking = [one for one in all_decisions() if any(card.rule.id == solo.rule for card in one.shown)]
    beside = {card.rule.id for decision in speaking for card in decision.shown} - {solo.rule}
    assert beside == solo.beside
    assert any(decision.held_back for decision in speaking)


def test_each_named_condition_holds_in_some_case_and_not_in_another() -> None:
    truths: dict[str, set[bool]] = {}
    for decision in all_decisions():
        for trace in decision.rule_traces:
            for evaluation in trace.evaluations:
                outcomes = [evaluation.outcome, *(outcome for _, outcome in evaluation.passed_over)]
                outcomes += [evaluation.advice_outcome] if evaluation.advice_outcome else []
                for part in (part for outcome in outcomes for part in parts_of(outcome)):
                    if isinstance(part.condition, Block) and part.condition.label:
                        truths.setdefault(part.condition.label, set()).add(part.truth is Truth.YES)
    one_way = {label for label, seen in truths.items() if len(seen) < 2}
    assert not one_way, f"always or never hold in the cases: {sorted(one_way)}"
