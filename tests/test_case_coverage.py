"""What the clinicians' cases must cover, rule by rule: convention alone does not hold."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from itertools import product

import pytest
from case_reading import Case, read_cases
from case_thresholds import Threshold, blocks_of, conditions_of, thresholds

from cds_service.knowledge import load_knowledge, shipped_cards
from cds_service.logic.chart_index import ChartIndex
from cds_service.logic.rule_engine import decide
from cds_service.model.condition_text import describe_condition
from cds_service.model.conditions import Absent, Block, Condition, Newest, NotRecorded, Present
from cds_service.model.content import Rule, Silence
from cds_service.model.decision import Decision
from cds_service.model.facts import FindingValue
from cds_service.model.outcome import Outcome, Truth

CONTENT = load_knowledge(shipped_cards()).content
CASES = list(read_cases(CONTENT))
RULES = pytest.mark.parametrize("rule", CONTENT.rules, ids=[rule.id for rule in CONTENT.rules])


@cache
def decisions() -> Mapping[str, list[tuple[Case, Decision]]]:
    """Every case's decision, by the rule whose file holds it."""
    found: dict[str, list[tuple[Case, Decision]]] = {rule.id: [] for rule in CONTENT.rules}
    for case in CASES:
        found[case.rule].append((case, decide(CONTENT, case.chart, case.hook, thorough=True)))
    return found


def fires(rule: Rule, case: Case) -> bool:
    return any(card.rule == rule.id for card in case.expect)


def items(case: Case) -> frozenset[object]:
    """What a case records, each as one item; where a record stands is no part of it."""
    facts = {(one.id, one.value, one.side, one.when, one.onset, *one.qualifiers.items()) for one in case.chart.findings}
    imaging = {
        (
            one.stage,
            one.region,
            one.modality,
            one.contrast,
            one.treatment,
            one.side,
            one.when,
            one.is_selected,
            one.code_side,
        )
        for one in case.chart.imaging
    }
    return frozenset([*facts, *imaging, ("age", case.chart.age)])


def differ_by_one(one: Case, other: Case) -> bool:
    if (one.hook, one.chart.today) != (other.hook, other.chart.today):
        return False
    return len(items(one) - items(other)) <= 1 and len(items(other) - items(one)) <= 1


@RULES
def test_some_case_fires_it_and_some_case_nearly_does(rule: Rule) -> None:
    cases = [case for case, _ in decisions()[rule.id]]
    firing = [case for case in cases if fires(rule, case)]
    silent = [case for case in cases if not fires(rule, case)]
    assert firing, f"tests/cases/{rule.id}.toml: no case expects a card of {rule.id}"
    near = any(differ_by_one(one, other) for one, other in product(firing, silent))
    assert near, f"tests/cases/{rule.id}.toml: no silent case differs by one record from a case that gives the card"


@RULES
def test_its_misuse_statement_has_a_silent_case(rule: Rule) -> None:
    told = [case for case, _ in decisions()[rule.id] if "misuse" in case.why and not fires(rule, case)]
    assert told, f"tests/cases/{rule.id}.toml: no silent case says misuse in its why. Misuse: {rule.misuse}"


def stops(block: Block, path: str = "") -> Iterator[str]:
    """Every stop of a block and of the blocks in it, by where it stands."""
    yield from (f"{path}none.{number}" for number in range(len(block.none)))
    for role in ("all", "any"):
        conditions: tuple[Condition, ...] = getattr(block, role)
        for number, condition in enumerate(conditions):
            if isinstance(condition, Block):
                yield from stops(condition, f"{path}{role}.{number}.")


def stop_at(block: Block, path: str) -> Condition:
    """The stop that stands at a path of `stops`."""
    found: Condition = block
    words = path.split(".")
    for role, number in zip(words[::2], words[1::2], strict=True):
        found = getattr(found, role)[int(number)]
    return found


def sole_stops(outcome: Outcome, path: str = "") -> Iterator[str]:
    """The stops without which a block would hold."""
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
        for judgement in trace.evaluations
        for stop in sole_stops(judgement.outcome)
    }
    missing = sorted(set(stops(rule.block)) - stopped)
    said = [describe_condition(stop_at(rule.block, stop), CONTENT.findings) for stop in missing]
    assert not missing, f"tests/cases/{rule.id}.toml: no case in which this alone stops it: {'; '.join(said)}"


@pytest.mark.parametrize("silence", CONTENT.policy.silences, ids=lambda silence: silence.id)
def test_each_silence_silences_each_of_its_rules_that_would_speak(silence: Silence) -> None:
    silenced = {
        trace.rule.id
        for found in decisions().values()
        for _, decision in found
        for trace in decision.rule_traces
        if trace.reason == silence.label and any(one.outcome.truth is Truth.YES for one in trace.evaluations)
    }
    missing = sorted(silence.rules - silenced)
    assert not missing, f"no case in which, but that {silence.label}, these would speak: {', '.join(missing)}"


def named_by(rule: Rule) -> set[str]:
    """The findings a rule names itself; those of groups are shared duties."""
    conditions = [one for block in blocks_of(rule) for one in conditions_of(block)]
    asked = [one for one in conditions if isinstance(one, Present | Absent | NotRecorded | Newest)]
    return {name for one in asked for name in one.names} & CONTENT.findings.keys()


def labels(names: Iterable[str]) -> str:
    return ", ".join(sorted(CONTENT.findings[name].label for name in names))


@RULES
def test_each_finding_it_names_is_recorded_in_some_case_and_left_out_of_another(rule: Rule) -> None:
    charts = [
        {one.id for one in case.chart.findings if one.value is FindingValue.PRESENT} for case, _ in decisions()[rule.id]
    ]
    never = named_by(rule) - set().union(*charts)
    assert not never, f"tests/cases/{rule.id}.toml: no case records as present: {labels(never)}"
    always = {name for name in named_by(rule) if all(name in chart for chart in charts)}
    assert not always, f"tests/cases/{rule.id}.toml: no case leaves out: {labels(always)}"


def used() -> set[str]:
    """Every finding that a rule, pattern, group or policy asks about.

    Treatments are left out: charts say what was done, hardly ever that something was not.
    """
    policy = CONTENT.policy
    blocks = [block for rule in CONTENT.rules for block in blocks_of(rule)]
    blocks += [pattern.block for pattern in CONTENT.patterns]
    blocks += [row.block for row in (*policy.silences, *policy.withheld_imaging)]
    asked = [one for block in blocks for one in conditions_of(block) if isinstance(one, Present | Absent | NotRecorded)]
    names = {leaf.finding for one in asked for leaf in one.leaves}
    return {name for name in names if CONTENT.findings[name].kind != "treatment"}


@pytest.mark.parametrize("value", [FindingValue.PRESENT, FindingValue.ABSENT])
def test_every_finding_that_is_asked_about_is_recorded_both_ways(value: FindingValue) -> None:
    recorded = {fact.id for case in CASES for fact in case.chart.findings if fact.value is value}
    missing = used() - recorded
    assert not missing, f"no case of any rule records as {value.value}: {labels(missing)}"


@pytest.mark.parametrize("threshold", thresholds(CONTENT), ids=lambda one: f"{one.rule or 'shared'}: {one.words}")
def test_each_limit_has_a_case_on_it_and_one_beyond(threshold: Threshold) -> None:
    where = f"tests/cases/{threshold.rule}.toml" if threshold.rule else "tests/cases"
    mine = [(case, index) for case, index in indexed() if threshold.rule in {None, case.rule}]
    assert any(threshold.inside(*one) for one in mine), f"{where}: no case lies on the limit: {threshold.words}"
    assert any(threshold.outside(*one) for one in mine), f"{where}: no case lies just beyond: {threshold.words}"


@cache
def indexed() -> list[tuple[Case, ChartIndex]]:
    return [(case, ChartIndex(case.chart, CONTENT)) for case in CASES]


def test_each_card_and_each_offer_of_each_rule_is_given_by_some_case() -> None:
    written = {(rule.id, row.card, offer) for rule in CONTENT.rules for row in rule.advice for offer in row.offers}
    given = {
        (one.rule.id, one.advice.card, offer.id)
        for found in decisions().values()
        for _, decision in found
        for one in decision.shown
        for offer in one.offers
    }
    missing = [f"{rule}: card {card}, offer {offer}" for rule, card, offer in sorted(written - given)]
    assert not missing, f"no case gives: {'; '.join(missing)}"


def test_each_note_caveat_and_row_of_advice_is_given_by_some_case() -> None:
    shown = [one for found in decisions().values() for _, decision in found for one in decision.shown]
    rows = {(one.rule.id, one.rule.advice.index(one.advice)) for one in shown}
    missing = {(rule.id, number) for rule in CONTENT.rules for number in range(len(rule.advice))} - rows
    assert not missing, f"no case comes to these rows of advice (counted from 0): {sorted(missing)}"
    said = {(one.rule.id, part.text) for one in shown for part in one.notes}
    said |= {(one.rule.id, part.says) for one in shown for part in one.caveats}
    written = {(rule.id, part.text) for rule in CONTENT.rules for part in rule.notes}
    written |= {(rule.id, part.says) for rule in CONTENT.rules for part in rule.caveats}
    assert not written - said, f"no case's card says: {sorted(written - said)}"


def test_each_pattern_holds_in_some_case() -> None:
    held = {
        pattern.id
        for found in decisions().values()
        for _, decision in found
        for side in decision.side_patterns.values()
        for pattern in side.matching_patterns
    }
    missing = sorted({pattern.id for pattern in CONTENT.patterns} - held)
    assert not missing, f"no case in which these patterns hold: {', '.join(missing)}"
