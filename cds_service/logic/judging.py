"""Judging conditions and blocks: one small function per condition of the rule format."""

from collections.abc import Callable
from typing import Any

from cds_service.logic.matching import is_such, match_leaf, matching_imaging, passes, state_on
from cds_service.logic.patterns import judge_pattern
from cds_service.logic.view import View, newest
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
    Spoke,
)
from cds_service.model.facts import Finding
from cds_service.model.outcome import Outcome, Truth, distinct, verdict
from cds_service.model.sides import Side

YES, NO, UNKNOWN = Truth.YES, Truth.NO, Truth.UNKNOWN


def judge(condition: Condition, view: View) -> Outcome:
    """The outcome of one condition, or block, seen from `view`."""
    return _JUDGES[type(condition)](condition, view)


def _truth_of(block: Block, view: View) -> Truth:
    return judge(block, view).truth


def _present(condition: Present, view: View) -> Outcome:
    recorded = view.index.by_id
    if condition.finding_ids.isdisjoint(recorded):
        return Outcome(condition, UNKNOWN)
    matches = [(leaf, match_leaf(leaf, view, _truth_of)) for leaf in condition.leaves if leaf.finding in recorded]
    held = [(leaf, match) for leaf, match in matches if match.truth is YES]
    for leaf, match in held:
        if leaf.filters.anchor:
            view.name_anchor(leaf.filters.anchor, match.facts)
    if len({leaf.finding for leaf, _ in held}) >= condition.at_least:
        return Outcome(condition, YES, _facts_of([match.facts for _, match in held]))
    contradicted = any(match.truth is NO for _, match in matches)
    return Outcome(condition, verdict(False, contradicted), _facts_of([match.facts for _, match in matches]))


def _facts_of(groups: list[tuple[Finding, ...]]) -> tuple[Finding, ...]:
    return distinct(groups[0] if len(groups) == 1 else [fact for group in groups for fact in group])


def _absent(condition: Absent, view: View) -> Outcome:
    states = [state_on(leaf, view) for leaf in condition.leaves]
    facts = _facts_of([state.present + state.absent for state in states])
    holds = all(state.absent and not state.present for state in states)
    return Outcome(condition, verdict(holds, any(state.present for state in states)), facts)


def _not_recorded(condition: NotRecorded, view: View) -> Outcome:
    states = [state_on(leaf, view) for leaf in condition.leaves]
    facts = _facts_of([state.present + state.absent for state in states])
    return Outcome(condition, verdict(not facts, bool(facts)), facts)


def _newest(condition: Newest, view: View) -> Outcome:
    filters, stating = condition.filters, condition.stating
    states = [view.index.state(leaf.finding, side) for leaf in condition.leaves for side in view.sides(filters.side)]
    recorded = distinct(fact for state in states for fact in state.present)
    winners = newest(tuple(fact for fact in recorded if stating is None or fact.states(stating)))
    if not winners:
        return Outcome(condition, UNKNOWN)
    holds = all(fact.id == condition.winner and passes(fact, filters, view) for fact in winners)
    if holds and filters.anchor:
        view.name_anchor(filters.anchor, winners)
    return Outcome(condition, verdict(holds, not holds), winners)


def _pattern_is(condition: PatternIs, view: View) -> Outcome:
    if not view.thorough and view.index.is_painless(Side.BOTH) and NO_PATTERN not in condition.patterns:
        return Outcome(condition, UNKNOWN)
    sides = (Side.LEFT, Side.RIGHT) if condition.side == "either" else view.sides(condition.side)
    judged = [judge_pattern(view.index, side, judge, thorough=view.thorough) for side in sides]
    held = [pattern for pattern in judged if pattern.name in condition.patterns]
    holds = len(held) == len(judged) if condition.side == "all-covered" else bool(held)
    parts = tuple(part for pattern in (held or judged) for part in pattern.outcomes)
    unknown = all(pattern.name == NO_PATTERN for pattern in judged)
    leading = distinct(fact for pattern in held if pattern.name == "both" for fact in pattern.leading())
    return Outcome(condition, verdict(holds, not unknown), leading, parts)


def _imaged(condition: Imaged, view: View) -> Outcome:
    facts, holds = matching_imaging(view.index.studies, condition.spec, condition.filters, view)
    if holds and condition.filters.anchor:
        view.name_anchor(condition.filters.anchor, facts)
    return Outcome(condition, verdict(holds, bool(facts)), facts)


def _ordered(condition: Ordered, view: View) -> Outcome:
    beside = tuple(order for order in view.index.orders if view.order is None or order.source != view.order.source)
    pool = tuple(order for order in beside if not condition.stages or order.stage.value in condition.stages)
    if condition.treatments:
        pool = tuple(order for order in pool if order.treatment in condition.treatments)
    facts, holds = matching_imaging(pool, condition.spec, condition.filters, view)
    return Outcome(condition, verdict(holds, bool(facts)), facts)


def _order_is(condition: OrderIs, view: View) -> Outcome:
    order = view.order
    if order is None:
        return Outcome(condition, UNKNOWN)
    holds = is_such(order, condition.spec, order)
    if condition.one_side is not None:
        holds = holds and (order.side in (Side.LEFT, Side.RIGHT)) is condition.one_side
    if condition.sides_differ is not None:
        holds = holds and order.sides_differ is condition.sides_differ
    return Outcome(condition, verdict(holds, not holds), (order,) if holds else ())


def _duration(condition: Duration, view: View) -> Outcome:
    answers = {side: _in_range(view.index.duration(side), condition) for side in view.sides(condition.side)}
    facts = [view.index.longest(side) for side, answer in answers.items() if answer is YES]
    return Outcome(condition, verdict(YES in answers.values(), NO in answers.values()), _facts_of(facts or [()]))


def _in_range(lasted: tuple[int | None, int | None], condition: Duration) -> Truth:
    at_least, at_most = lasted
    low, limit = condition.at_least, condition.below
    holds = (low is None or (at_least is not None and at_least >= low)) and (
        limit is None or (at_most is not None and at_most < limit)
    )
    contradicted = (low is not None and at_most is not None and at_most < low) or (
        limit is not None and at_least is not None and at_least >= limit
    )
    return verdict(holds, contradicted)


def _age(condition: Age, view: View) -> Outcome:
    age = view.index.chart.age
    if age is None:
        return Outcome(condition, UNKNOWN)
    low, limit = condition.at_least, condition.below
    holds = (low is None or age >= low) and (limit is None or age < limit)
    return Outcome(condition, verdict(holds, not holds))


def _spoke(condition: Spoke, view: View) -> Outcome:
    holds = not condition.rules.isdisjoint(view.spoken)
    return Outcome(condition, verdict(holds, not holds))


def _block(block: Block, view: View) -> Outcome:
    """Judge a block. Unless a trace or a named date needs every part, stop as soon as it cannot hold any more."""
    patient = view.thorough or block.names_anchor
    if not patient and not view.index.could_hold(block, view.side):
        return Outcome(block, UNKNOWN)
    parts: list[Outcome] = []
    truths = [_judge_all(block, view, parts, patient=patient)]
    if block.any and (truths[0] is YES or patient):
        truths.append(_judge_any(block, view, parts))
    if block.none and (patient or (NO not in truths and UNKNOWN not in truths)):
        truths.append(_judge_none(block, view, parts, patient=patient))
    holds = all(truth is YES for truth in truths)
    return Outcome(block, YES if holds else NO if NO in truths else UNKNOWN, (), tuple(parts))


def _judge_all(block: Block, view: View, parts: list[Outcome], *, patient: bool) -> Truth:
    total = YES
    for condition in block.all:
        outcome = judge(condition, view)
        parts.append(outcome)
        if outcome.truth is not YES:
            total = NO if NO in (total, outcome.truth) else UNKNOWN
            if not patient:
                break
    return total


def _judge_any(block: Block, view: View, parts: list[Outcome]) -> Truth:
    """Every branch, even when one holds: a card tells every fact that speaks for it."""
    truths = []
    for condition in block.any:
        outcome = judge(condition, view)
        parts.append(outcome.as_part("any"))
        truths.append(outcome.truth)
    if YES in truths:
        return YES
    return UNKNOWN if UNKNOWN in truths else NO


def _judge_none(block: Block, view: View, parts: list[Outcome], *, patient: bool) -> Truth:
    total = YES
    for condition in block.none:
        outcome = judge(condition, view)
        parts.append(outcome.as_part("none"))
        if outcome.truth is YES:
            total = NO
            if not patient:
                break
    return total


_JUDGES: dict[type, Callable[[Any, View], Outcome]] = {
    Present: _present,
    Absent: _absent,
    NotRecorded: _not_recorded,
    Newest: _newest,
    PatternIs: _pattern_is,
    Imaged: _imaged,
    Ordered: _ordered,
    OrderIs: _order_is,
    Duration: _duration,
    Age: _age,
    Spoke: _spoke,
    Block: _block,
}
