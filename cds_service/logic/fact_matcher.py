"""Which recorded facts a condition's entry or imaging question matches, filters applied."""

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

from cds_service.logic.chart_index import FindingState
from cds_service.logic.evaluation_context import EvaluationContext
from cds_service.logic.order_sides import covers_side
from cds_service.model.conditions import Block, Filters, ImagingSpec, Leaf
from cds_service.model.dates import PartialDate, is_at_least_ago, is_since, is_within
from cds_service.model.facts import NOT_RECORDED, Finding, Imaging, distinct
from cds_service.model.outcome import Truth, to_truth
from cds_service.model.sides import EACH_SIDE, Side

BlockEvaluator = Callable[[Block, EvaluationContext], Truth]


class Match(NamedTuple):
    """Whether an entry is matched, and by which facts."""

    truth: Truth
    facts: tuple[Finding, ...] = ()


_UNKNOWN = Match(Truth.UNKNOWN)


def match_leaf(leaf: Leaf, context: EvaluationContext, evaluate_block: BlockEvaluator) -> Match:
    """Match one entry on the sides its filter names; with "all-covered", on each of them."""
    sides = context.resolve_sides(leaf.filters.side)
    if len(sides) == 1:
        return _match_leaf_on(sides[0], leaf, context, evaluate_block)
    on_sides = [_match_leaf_on(side, leaf, context, evaluate_block) for side in sides]
    if leaf.filters.side == "all-covered":
        return _match_on_all_sides(on_sides)
    truths = {match.truth for match in on_sides}
    return Match(to_truth(Truth.YES in truths, Truth.NO in truths), _collect_facts(on_sides, Truth.YES in truths))


def _match_on_all_sides(matches: list[Match]) -> Match:
    holds = all(match.truth is Truth.YES for match in matches)
    return Match(to_truth(holds, any(match.truth is Truth.NO for match in matches)), _collect_facts(matches, holds))


def _collect_facts(matches: list[Match], holds: bool) -> tuple[Finding, ...]:
    kept = [match for match in matches if not holds or match.truth is Truth.YES]
    return distinct(fact for match in kept for fact in match.facts)


def _match_leaf_on(side: Side, leaf: Leaf, context: EvaluationContext, evaluate_block: BlockEvaluator) -> Match:
    state, filters = context.index.finding_state(leaf.finding, side), leaf.filters
    if filters.is_unfiltered:
        candidates, kept = state.present, state.current
    else:
        candidates = _candidates(state, filters)
        kept = tuple(fact for fact in candidates if passes_filters(fact, filters, context))
    if kept and (leaf.block is None or evaluate_block(leaf.block, context) is Truth.YES):
        return Match(Truth.YES, kept)
    return Match(Truth.NO, candidates or state.absent) if candidates or state.absent else _UNKNOWN


def _candidates(state: FindingState, filters: Filters) -> tuple[Finding, ...]:
    """What counts for a condition: what is present, what an order asks about, or both."""
    if filters.asked == "only":
        return state.asked
    return state.present + state.asked if filters.asked else state.present


def filtered_state(leaf: Leaf, context: EvaluationContext) -> FindingState:
    """What is recorded on the sides the entry's filter names, filters applied."""
    states = [context.index.finding_state(leaf.finding, side) for side in context.resolve_sides(leaf.filters.side)]
    return FindingState(
        *(_filter_facts([fact for state in states for fact in state[part]], leaf, context) for part in range(3))
    )


def _filter_facts(facts: list[Finding], leaf: Leaf, context: EvaluationContext) -> tuple[Finding, ...]:
    return distinct(fact for fact in facts if passes_filters(fact, leaf.filters, context))


def passes_filters(fact: Finding, filters: Filters, context: EvaluationContext) -> bool:
    """Whether a fact passes the filters; without a time filter its finding's own window decides."""
    if filters.stated and fact.side is Side.UNSTATED:
        return False
    if filters.sides and _is_on_both_sides(fact.id, filters, context) is not (filters.sides == "both"):
        return False
    for name, wanted in filters.qualifiers.items():
        if fact.qualifiers.get(name, NOT_RECORDED) not in wanted:
            return False
    return (
        passes_time_filters(fact.when, filters, context) if filters.has_time_filter else context.index.is_current(fact)
    )


def _is_on_both_sides(finding: str, filters: Filters, context: EvaluationContext) -> bool:
    """Whether records that pass the other filters name both sides; a record without a side is of one."""
    others = replace(filters, sides=None, stated=True)
    return all(
        any(passes_filters(fact, others, context) for fact in context.index.finding_state(finding, side).present)
        for side in EACH_SIDE
    )


def passes_time_filters(when: PartialDate | None, filters: Filters, context: EvaluationContext) -> bool:
    """Whether a date satisfies every time filter; where it cannot be told, `undated` decides."""
    undated = filters.undated == "counts"
    return all(undated if holds is None else holds for holds in _evaluate_time_filters(when, filters, context))


def _evaluate_time_filters(when: PartialDate | None, filters: Filters, context: EvaluationContext) -> list[bool | None]:
    if when is None:
        return [None]
    answers: list[bool | None] = []
    if filters.within is not None:
        answers.append(is_within(when, context.index.chart.today, filters.within))
    if filters.ago is not None:
        answers.append(is_at_least_ago(when, context.index.chart.today, filters.ago))
    for name in filters.since:
        anchor = context.anchor_date(name)
        answers.append(is_since(when, anchor) if anchor else None)
    return answers


def matches_spec(imaging: Imaging, spec: ImagingSpec, order: Imaging | None) -> bool:
    """Whether imaging is of the region, modality and contrast asked for; "same" is as the order judged.

    Contrast that is not recorded, here or there, counts as the same (rule format).
    """
    same = (order.region, order.modality, order.contrast) if order else (None, None, None)
    return (
        _matches_value(imaging.region, spec.region, same[0])
        and _matches_value(imaging.modality, spec.modality, same[1])
        and (_matches_value(imaging.contrast, spec.contrast, same[2]) or _is_contrast_unknown(imaging, spec, same[2]))
    )


def _matches_value(value: str | None, wanted: frozenset[str], same: str | None) -> bool:
    return not wanted or value in wanted or ("same" in wanted and value is not None and value == same)


def _is_contrast_unknown(imaging: Imaging, spec: ImagingSpec, same: str | None) -> bool:
    return "same" in spec.contrast and (imaging.contrast is None or same is None)


def match_imaging(
    candidates: tuple[Imaging, ...], spec: ImagingSpec, filters: Filters, context: EvaluationContext
) -> tuple[tuple[Imaging, ...], bool]:
    """The imaging that matches on the sides the filter names, and whether those sides are all satisfied."""
    such = [
        imaging
        for imaging in candidates
        if matches_spec(imaging, spec, context.order) and _imaging_passes_filters(imaging, filters, context)
    ]
    sides = context.resolve_sides(filters.side)
    per_side = [[imaging for imaging in such if covers_side(imaging, side)] for side in sides]
    found = distinct(imaging for matches in per_side for imaging in matches)
    return found, (all(per_side) if filters.side == "all-covered" else bool(found))


def _imaging_passes_filters(imaging: Imaging, filters: Filters, context: EvaluationContext) -> bool:
    if filters.stated and imaging.side is Side.UNSTATED:
        return False
    return not filters.has_time_filter or passes_time_filters(imaging.when, filters, context)


def newest_findings(facts: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """The facts that none is surely newer than: several of one day, or of dates too coarse; undated ones if all are."""
    dated = [(fact, fact.when) for fact in facts if fact.when]
    if not dated:
        return facts
    latest = max(when.first for _, when in dated)
    return tuple(fact for fact, when in dated if when.last >= latest)
