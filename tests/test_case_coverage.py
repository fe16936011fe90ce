"""What the clinicians' cases must cover, rule by rule: convention alone does not hold."""

from collections.abc import Iterator, Mapping
from functools import cache
from itertools import product

import pytest
from case_reading import Case, read_cases

from cds_service.knowledge import load, shipped_cards
from cds_service.logic.conditions import Block, Condition, Duration, Imaged, Present
from cds_service.logic.content import Rule, Silence
from cds_service.logic.deciding import decide
from cds_service.logic.decision import Decision
from cds_service.logic.facts import Value
from cds_service.logic.outcome import Outcome, Truth

CONTENT = load(shipped_cards()).content
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
            one.side,
            one.when,
            one.selected,
            one.code_side,
            one.treatment,
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
    assert firing
    assert [1 for one, other in product(firing, silent) if differ_by_one(one, other)]


@RULES
def test_its_misuse_statement_has_a_silent_case(rule: Rule) -> None:
    told = [case for case, _ in decisions()[rule.id] if "misuse" in case.why and not fires(rule, case)]
    assert told, f"no silent case of {rule.id} says misuse in its why"


def stops(block: Block, path: str = "") -> Iterator[str]:
    """Every stop of a block and of the blocks in it, by where it stands."""
    yield from (f"{path}none.{number}" for number in range(len(block.none)))
    for role in ("all", "any"):
        conditions: tuple[Condition, ...] = getattr(block, role)
        for number, condition in enumerate(conditions):
            if isinstance(condition, Block):
                yield from stops(condition, f"{path}{role}.{number}.")


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
        for trace in decision.trace
        if trace.rule.id == rule.id
        for judgement in trace.judgements
        for stop in sole_stops(judgement.outcome)
    }
    assert sorted(set(stops(rule.block)) - stopped) == []


@pytest.mark.parametrize("silence", CONTENT.policy.silences, ids=lambda silence: silence.id)
def test_each_silence_silences_each_of_its_rules_that_would_speak(silence: Silence) -> None:
    silenced = {
        trace.rule.id
        for found in decisions().values()
        for _, decision in found
        for trace in decision.trace
        if trace.reason == silence.label and any(one.outcome.truth is Truth.YES for one in trace.judgements)
    }
    assert sorted(silence.rules - silenced) == []


def conditions_of(block: Block) -> Iterator[Condition]:
    for condition in (*block.all, *block.any, *block.none):
        if isinstance(condition, Block):
            yield from conditions_of(condition)
        else:
            yield condition


def blocks_of(rule: Rule) -> list[Block]:
    return [rule.block, *(row.block for row in rule.advice), *(note.block for note in rule.notes)]


@RULES
def test_each_finding_it_names_is_recorded_in_some_case_and_left_out_of_another(rule: Rule) -> None:
    conditions = [one for block in blocks_of(rule) for one in conditions_of(block)]
    named = {name for one in conditions if isinstance(one, Present) for name in one.named} & CONTENT.findings.keys()
    charts = [{one.id for one in case.chart.findings if one.value is Value.PRESENT} for case, _ in decisions()[rule.id]]
    assert sorted(named - set().union(*charts)) == []
    assert sorted(name for name in named if all(name in chart for chart in charts)) == []


def windows() -> Iterator[tuple[str, int, int]]:
    """Every limit in days: where it stands, and the days on either side of it."""
    for rule in CONTENT.rules:
        for condition in [one for block in blocks_of(rule) for one in conditions_of(block)]:
            match condition:
                case Duration(at_least=low, below=limit):
                    yield from ((rule.id, days, days - 1) for days in (low, limit) if days is not None)
                case Imaged(filters=filters) if filters.within is not None:
                    yield rule.id, filters.within, filters.within + 1
                case Present(leaves=leaves):
                    for within in {leaf.filters.within for leaf in leaves} - {None}:
                        yield rule.id, within, within + 1
                case _:
                    continue


@pytest.mark.parametrize(("rule", "limit", "beyond"), sorted(set(windows())))
def test_each_limit_in_days_has_a_case_on_it_and_one_beyond(rule: str, limit: int, beyond: int) -> None:
    dates = [
        (case, when.first)
        for case in CASES
        for one in (*case.chart.findings, *case.chart.imaging)
        for when in (one.when, getattr(one, "onset", None))
        if when and when.is_exact
    ]
    ages = {(case.chart.today - day).days for case, day in dates if case.rule == rule}
    elsewhere = {(case.chart.today - day).days for case, day in dates}
    assert {limit, beyond} <= (ages if limit > 91 else elsewhere)


def test_each_card_and_each_offer_of_each_rule_is_given_by_some_case() -> None:
    written = {(rule.id, row.card, offer) for rule in CONTENT.rules for row in rule.advice for offer in row.offers}
    given = {
        (one.rule.id, one.row.card, offer.id)
        for found in decisions().values()
        for _, decision in found
        for one in decision.shown
        for offer in one.offers
    }
    assert sorted(written - given) == []


def test_each_note_and_each_row_of_advice_is_given_by_some_case() -> None:
    shown = [one for found in decisions().values() for _, decision in found for one in decision.shown]
    rows = {(one.rule.id, one.rule.advice.index(one.row)) for one in shown}
    assert rows == {(rule.id, number) for rule in CONTENT.rules for number in range(len(rule.advice))}
    noted = {note.text for one in shown for note in one.notes}
    assert noted == {note.text for rule in CONTENT.rules for note in rule.notes}


def test_each_pattern_holds_in_some_case() -> None:
    held = {
        pattern.id
        for found in decisions().values()
        for _, decision in found
        for side in decision.patterns.values()
        for pattern in side.held
    }
    assert held == {pattern.id for pattern in CONTENT.patterns}
