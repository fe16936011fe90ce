"""Evaluation of conditions and blocks: one small function per condition of the rule format."""

from collections.abc import Callable
from itertools import chain
from typing import Any

from cds_service.logic.chart_index import DurationRange
from cds_service.logic.evaluation_context import EvaluationContext
from cds_service.logic.fact_matcher import (
    date_that_counts,
    filter_present_and_absent,
    match_imaging,
    match_leaf,
    matches_spec,
    newest_findings,
    passes_filters,
)
from cds_service.logic.patterns import evaluate_pattern
from cds_service.logic.screening import find_counting_hits, find_missing
from cds_service.model.conditions import (
    NO_PATTERN,
    Absent,
    Age,
    Block,
    Condition,
    Duration,
    Imaged,
    Newest,
    NotRecorded,
    Ordered,
    OrderIs,
    PatternIs,
    Present,
    Received,
    Screened,
    Spoke,
)
from cds_service.model.facts import Finding, distinct
from cds_service.model.outcome import Outcome, Truth, to_truth
from cds_service.model.sides import EACH_SIDE, Side

YES, NO, UNKNOWN = Truth.YES, Truth.NO, Truth.UNKNOWN


def evaluate(condition: Condition, context: EvaluationContext) -> Outcome:
    """Return the outcome of one condition or block in this context."""
    return _EVALUATORS[type(condition)](condition, context)


def _evaluate_present(condition: Present, context: EvaluationContext) -> Outcome:
    recorded = context.index.findings_by_id
    if condition.finding_ids.isdisjoint(recorded):
        return Outcome(condition, UNKNOWN)
    found, held, held_ids, is_contradicted = [], [], set(), False
    for leaf in condition.leaves:
        if leaf.finding in recorded:
            match = match_leaf(leaf, context, evaluate)
            found.append(match.facts)
            if match.truth is YES:
                held.append((leaf.filters, match.facts))
                held_ids.add(leaf.finding)
            is_contradicted = is_contradicted or match.truth is NO
    for filters, facts in held:
        if filters.anchor:
            context.set_anchor(filters.anchor, [date_that_counts(fact, filters) for fact in facts])
    if len(held_ids) >= condition.at_least:
        return Outcome(condition, YES, _merge_facts([facts for _, facts in held]))
    return Outcome(condition, to_truth(False, is_contradicted), _merge_facts(found))


def _merge_facts(groups: list[tuple[Finding, ...]]) -> tuple[Finding, ...]:
    return distinct(groups[0] if len(groups) == 1 else chain.from_iterable(groups))


def _evaluate_absent(condition: Absent, context: EvaluationContext) -> Outcome:
    states = [filter_present_and_absent(leaf, context) for leaf in condition.leaves]
    facts = _merge_facts([present + absent for present, absent in states])
    holds = all(absent and not present for present, absent in states)
    return Outcome(condition, to_truth(holds, any(present for present, _ in states)), facts)


def _evaluate_not_recorded(condition: NotRecorded, context: EvaluationContext) -> Outcome:
    states = [filter_present_and_absent(leaf, context) for leaf in condition.leaves]
    facts = _merge_facts([present + absent for present, absent in states])
    return Outcome(condition, to_truth(not facts, bool(facts)), facts)


def _evaluate_newest(condition: Newest, context: EvaluationContext) -> Outcome:
    filters, stating = condition.filters, condition.stating
    states = [
        context.index.finding_state(leaf.finding, side)
        for leaf in condition.leaves
        for side in context.resolve_sides(filters.side)
    ]
    recorded = distinct(fact for state in states for fact in state.present)
    winners = newest_findings(tuple(fact for fact in recorded if stating is None or fact.has_qualifier(stating)))
    if not winners:
        return Outcome(condition, UNKNOWN)
    holds = all(fact.id == condition.winner and passes_filters(fact, filters, context) for fact in winners)
    if holds and filters.anchor:
        context.set_anchor_date(filters.anchor, winners)
    return Outcome(condition, to_truth(holds, not holds), winners)


def _evaluate_pattern_is(condition: PatternIs, context: EvaluationContext) -> Outcome:
    if (
        not context.thorough
        and context.index.has_no_pattern_findings(Side.BOTH)
        and NO_PATTERN not in condition.patterns
    ):
        return Outcome(condition, UNKNOWN)
    sides = EACH_SIDE if condition.side == "either" else context.resolve_sides(condition.side)
    side_patterns = [evaluate_pattern(context.index, side, evaluate, thorough=context.thorough) for side in sides]
    matching = [pattern for pattern in side_patterns if pattern.name in condition.patterns]
    holds = len(matching) == len(side_patterns) if condition.side == "all-covered" else bool(matching)
    parts = tuple(chain.from_iterable([pattern.outcomes for pattern in matching or side_patterns]))
    is_unknown = {pattern.name for pattern in side_patterns} == {NO_PATTERN}
    leading_facts = distinct([fact for pattern in matching if pattern.name == "both" for fact in pattern.leading_facts])
    return Outcome(condition, to_truth(holds, not is_unknown), leading_facts, parts)


def _evaluate_imaged(condition: Imaged, context: EvaluationContext) -> Outcome:
    facts, holds = match_imaging(context.index.studies, condition.spec, condition.filters, context)
    if holds and condition.filters.anchor:
        context.set_anchor_date(condition.filters.anchor, facts)
    return Outcome(condition, to_truth(holds, bool(facts)), facts)


def _evaluate_ordered(condition: Ordered, context: EvaluationContext) -> Outcome:
    candidates = tuple(
        order
        for order in context.index.open_orders
        if (context.order is None or order.source != context.order.source)
        and (not condition.stages or order.stage.value in condition.stages)
        and (not condition.treatments or order.treatment in condition.treatments)
    )
    facts, holds = match_imaging(candidates, condition.spec, condition.filters, context)
    return Outcome(condition, to_truth(holds, bool(facts)), facts)


def _evaluate_order_is(condition: OrderIs, context: EvaluationContext) -> Outcome:
    order = context.order
    if order is None:
        return Outcome(condition, UNKNOWN)
    holds = matches_spec(order, condition.spec, order)
    if condition.one_side is not None:
        holds = holds and (order.side in (Side.LEFT, Side.RIGHT)) is condition.one_side
    if condition.sides_differ is not None:
        holds = holds and order.has_side_conflict is condition.sides_differ
    return Outcome(condition, to_truth(holds, not holds), (order,) if holds else ())


def _evaluate_duration(condition: Duration, context: EvaluationContext) -> Outcome:
    truths = {
        side: _compare_duration(context.index.symptom_duration(side), condition)
        for side in context.resolve_sides(condition.side)
    }
    facts = distinct(
        fact for side, truth in truths.items() if truth is YES for fact in context.index.longest_symptom(side)
    )
    return Outcome(condition, to_truth(YES in truths.values(), NO in truths.values()), facts)


def _compare_duration(duration: DurationRange, condition: Duration) -> Truth:
    at_least, at_most = duration
    minimum, limit = condition.at_least, condition.below
    holds = (minimum is None or (at_least is not None and at_least >= minimum)) and (
        limit is None or (at_most is not None and at_most < limit)
    )
    is_contradicted = (minimum is not None and at_most is not None and at_most < minimum) or (
        limit is not None and at_least is not None and at_least >= limit
    )
    return to_truth(holds, is_contradicted)


def _evaluate_age(condition: Age, context: EvaluationContext) -> Outcome:
    age = context.index.chart.age
    if age is None:
        return Outcome(condition, UNKNOWN)
    holds = (condition.at_least is None or age >= condition.at_least) and (
        condition.below is None or age < condition.below
    )
    return Outcome(condition, to_truth(holds, not holds))


def _evaluate_spoke(condition: Spoke, context: EvaluationContext) -> Outcome:
    holds = not condition.rules.isdisjoint(context.spoken_rules)
    return Outcome(condition, to_truth(holds, not holds))


def _evaluate_received(condition: Received, context: EvaluationContext) -> Outcome:
    if not find_missing(condition.kinds, context.index.chart):
        return Outcome(condition, YES)
    context.index.has_met_missing_data = True
    return Outcome(condition, NO)


def _evaluate_screened(condition: Screened, context: EvaluationContext) -> Outcome:
    hits = find_counting_hits(condition, context)
    if not hits:
        return Outcome(condition, UNKNOWN)
    context.index.has_met_screen_hits = True
    return Outcome(condition, YES, hits=hits)


def _evaluate_block(block: Block, context: EvaluationContext) -> Outcome:
    """Evaluate a block. Stop once it can no longer hold, unless a trace or a named date needs every part."""
    evaluate_all = context.thorough or block.has_anchor
    if not evaluate_all and not context.index.can_hold(block, context.side):
        return Outcome(block, UNKNOWN)
    return _evaluate_parts(block, context, evaluate_all=evaluate_all)


def _evaluate_parts(block: Block, context: EvaluationContext, *, evaluate_all: bool) -> Outcome:
    parts: list[Outcome] = []
    total = _evaluate_all_of(block, context, parts, evaluate_all=evaluate_all) if block.all else YES
    if block.any and (total is YES or evaluate_all):
        total = _both(total, _evaluate_any_of(block, context, parts))
    if block.none and (total is YES or context.thorough or (evaluate_all and block.none_has_anchor)):
        total = _both(total, _evaluate_none_of(block, context, parts, evaluate_all=evaluate_all))
    return Outcome(block, total, (), tuple(parts))


def _both(one: Truth, other: Truth) -> Truth:
    """Return whether both hold: yes only if each does, no if either does not."""
    if one is NO or other is NO:
        return NO
    return other if one is YES else UNKNOWN


def _evaluate_all_of(block: Block, context: EvaluationContext, parts: list[Outcome], *, evaluate_all: bool) -> Truth:
    total = YES
    for condition in block.all:
        outcome = evaluate(condition, context)
        parts.append(outcome)
        if outcome.truth is not YES:
            total = _both(total, outcome.truth)
            if not evaluate_all:
                break
    return total


def _evaluate_any_of(block: Block, context: EvaluationContext, parts: list[Outcome]) -> Truth:
    """Evaluate every branch, even after one holds: a card lists every fact that supports it."""
    truths = []
    for condition in block.any:
        outcome = evaluate(condition, context)
        parts.append(outcome.with_role("any"))
        truths.append(outcome.truth)
    if YES in truths:
        return YES
    return UNKNOWN if UNKNOWN in truths else NO


def _evaluate_none_of(block: Block, context: EvaluationContext, parts: list[Outcome], *, evaluate_all: bool) -> Truth:
    total = YES
    for condition in block.none:
        outcome = evaluate(condition, context)
        parts.append(outcome.with_role("none"))
        if outcome.truth is YES:
            total = NO
            if not evaluate_all:
                break
    return total


_EVALUATORS: dict[type, Callable[[Any, EvaluationContext], Outcome]] = {
    Present: _evaluate_present,
    Absent: _evaluate_absent,
    NotRecorded: _evaluate_not_recorded,
    Newest: _evaluate_newest,
    PatternIs: _evaluate_pattern_is,
    Imaged: _evaluate_imaged,
    Ordered: _evaluate_ordered,
    OrderIs: _evaluate_order_is,
    Duration: _evaluate_duration,
    Age: _evaluate_age,
    Spoke: _evaluate_spoke,
    Received: _evaluate_received,
    Screened: _evaluate_screened,
    Block: _evaluate_block,
}
