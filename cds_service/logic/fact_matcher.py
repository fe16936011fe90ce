"""Matching of recorded findings and imaging against the entries and filters of conditions."""

from dataclasses import replace

import msgspec

from cds_service.logic.evaluation_context import EvaluationContext, Evaluator
from cds_service.logic.order_sides import covers_side
from cds_service.model.conditions import ImagingSpec, Leaf
from cds_service.model.dates import PartialDate, is_at_least_ago, is_at_most_after, is_since, is_within
from cds_service.model.facts import NOT_RECORDED, Finding, Imaging, distinct
from cds_service.model.filters import Filters
from cds_service.model.outcome import Truth, to_truth
from cds_service.model.sides import EACH_SIDE, Side


class Match(msgspec.Struct, frozen=True, gc=False):
    """Whether an entry matches, and the facts that show it."""

    truth: Truth
    facts: tuple[Finding, ...] = ()


_UNKNOWN = Match(Truth.UNKNOWN)


def match_leaf(leaf: Leaf, context: EvaluationContext, evaluate: Evaluator) -> Match:
    """Match one entry on the sides that its filter means: on any of them, or with "all-covered" on each."""
    sides = context.resolve_sides(leaf.filters.side)
    if len(sides) == 1:
        return _match_leaf_on(sides[0], leaf, context, evaluate)
    matches = [_match_leaf_on(side, leaf, context, evaluate) for side in sides]
    holding = [match for match in matches if match.truth is Truth.YES]
    holds = len(holding) == len(matches) if leaf.filters.side == "all-covered" else bool(holding)
    is_contradicted = any(match.truth is Truth.NO for match in matches)
    facts = distinct(fact for match in (holding if holds else matches) for fact in match.facts)
    return Match(to_truth(holds, is_contradicted), facts)


def _match_leaf_on(side: Side, leaf: Leaf, context: EvaluationContext, evaluate: Evaluator) -> Match:
    state, filters = context.index.finding_state(leaf.finding, side), leaf.filters
    if filters.is_unfiltered:
        candidates, matching = state.present, state.current
    else:
        candidates = () if filters.asked == "only" else state.present
        if filters.asked:
            candidates += state.asked
        matching = tuple([fact for fact in candidates if passes_filters(fact, filters, context)])
    if matching and (leaf.block is None or evaluate(leaf.block, context).truth is Truth.YES):
        return Match(Truth.YES, matching)
    return Match(Truth.NO, candidates or state.absent) if candidates or state.absent else _UNKNOWN


def filter_present_and_absent(
    leaf: Leaf, context: EvaluationContext
) -> tuple[tuple[Finding, ...], tuple[Finding, ...]]:
    """Return the present and the absent records that pass the entry's filters, on the sides that it means."""
    filters = leaf.filters
    states = [context.index.finding_state(leaf.finding, side) for side in context.resolve_sides(filters.side)]
    present = [fact for state in states for fact in state.present if passes_filters(fact, filters, context)]
    absent = [fact for state in states for fact in state.absent if passes_filters(fact, filters, context)]
    return distinct(present), distinct(absent)


def passes_filters(fact: Finding, filters: Filters, context: EvaluationContext) -> bool:
    """Return whether a fact passes the filters. Without a time filter, its finding's own window applies."""
    if filters.stated and fact.side is Side.UNSTATED:
        return False
    if filters.sides and _is_on_both_sides(fact.id, filters, context) is not (filters.sides == "both"):
        return False
    for name, accepted in filters.qualifiers.items():
        if fact.qualifiers.get(name, NOT_RECORDED) not in accepted:
            return False
    if not filters.has_time_filter:
        return context.index.is_current(fact)
    return passes_time_filters(date_that_counts(fact, filters), filters, context)


def date_that_counts(fact: Finding, filters: Filters) -> PartialDate | None:
    """Return the date of a fact that the time filters compare: the newest recorded, or its onset."""
    match filters.by:
        case "onset":
            return fact.onset or fact.when
        case "stated-onset":
            return fact.onset
        case _:
            return fact.when


def _is_on_both_sides(finding: str, filters: Filters, context: EvaluationContext) -> bool:
    """Return whether records that pass the other filters name both sides. A record without a side names neither."""
    other_filters = replace(filters, sides=None, stated=True)
    return all(
        any(passes_filters(fact, other_filters, context) for fact in context.index.finding_state(finding, side).present)
        for side in EACH_SIDE
    )


def passes_time_filters(when: PartialDate | None, filters: Filters, context: EvaluationContext) -> bool:
    """Return whether a date satisfies every time filter. Where that is uncertain, `undated` decides."""
    answers = _evaluate_time_filters(when, filters, context)
    return False not in answers and (filters.undated == "counts" or None not in answers)


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
        if filters.for_days is not None:
            answers.append(is_at_most_after(when, anchor, filters.for_days) if anchor else None)
    return answers


def matches_spec(imaging: Imaging, spec: ImagingSpec, order: Imaging | None) -> bool:
    """Return whether imaging has the region, modality and contrast of the spec; "same" means as the judged order.

    Contrast that is not recorded on either of the two counts as the same (rule format).
    """
    region, modality, contrast = (order.region, order.modality, order.contrast) if order else (None, None, None)
    return (
        _matches_value(imaging.region, spec.region, region)
        and _matches_value(imaging.modality, spec.modality, modality)
        and (
            _matches_value(imaging.contrast, spec.contrast, contrast)
            or ("same" in spec.contrast and (imaging.contrast is None or contrast is None))
        )
    )


def _matches_value(value: str | None, accepted: frozenset[str], order_value: str | None) -> bool:
    return not accepted or value in accepted or ("same" in accepted and value is not None and value == order_value)


def match_imaging(
    candidates: tuple[Imaging, ...], spec: ImagingSpec, filters: Filters, context: EvaluationContext
) -> tuple[tuple[Imaging, ...], bool]:
    """Return the imaging that matches on the sides that the filter means, and whether the condition holds.

    One side is enough, except with "all-covered".
    """
    matching = [
        imaging
        for imaging in candidates
        if matches_spec(imaging, spec, context.order)
        and not (filters.stated and imaging.side is Side.UNSTATED)
        and (not filters.has_time_filter or passes_time_filters(imaging.when, filters, context))
    ]
    sides = context.resolve_sides(filters.side)
    by_side = [[imaging for imaging in matching if covers_side(imaging, side)] for side in sides]
    on_sides = distinct(imaging for side_imaging in by_side for imaging in side_imaging)
    return on_sides, (all(by_side) if filters.side == "all-covered" else bool(on_sides))


def newest_findings(facts: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Return the facts that may be the newest: several if they share a day or their dates are too coarse.

    Undated facts are returned only if no fact has a date.
    """
    dated = [(fact, fact.when) for fact in facts if fact.when]
    if not dated:
        return facts
    latest = max(when.first for _, when in dated)
    return tuple(fact for fact, when in dated if when.last >= latest)
