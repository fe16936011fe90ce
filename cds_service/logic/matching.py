"""Which recorded facts a condition's entry or imaging question matches, filters applied."""

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

from cds_service.logic.index import State
from cds_service.logic.view import View, covers
from cds_service.model.conditions import Block, Filters, ImagingSpec, Leaf
from cds_service.model.dates import When, ago, since, within
from cds_service.model.facts import NOT_RECORDED, Finding, Imaging
from cds_service.model.outcome import Truth, distinct, verdict
from cds_service.model.sides import EACH, Side

BlockJudge = Callable[[Block, View], Truth]


class Match(NamedTuple):
    """Whether an entry is matched, and by which facts."""

    truth: Truth
    facts: tuple[Finding, ...] = ()


_UNKNOWN = Match(Truth.UNKNOWN)


def match_leaf(leaf: Leaf, view: View, judge_block: BlockJudge) -> Match:
    """Match one entry on the sides its filter names; with "all-covered", on each of them."""
    sides = view.sides(leaf.filters.side)
    if len(sides) == 1:
        return _match_on(sides[0], leaf, view, judge_block)
    on_sides = [_match_on(side, leaf, view, judge_block) for side in sides]
    if leaf.filters.side == "all-covered":
        return _all_of(on_sides)
    truths = {match.truth for match in on_sides}
    return Match(verdict(Truth.YES in truths, Truth.NO in truths), _facts(on_sides, Truth.YES in truths))


def _all_of(matches: list[Match]) -> Match:
    holds = all(match.truth is Truth.YES for match in matches)
    return Match(verdict(holds, any(match.truth is Truth.NO for match in matches)), _facts(matches, holds))


def _facts(matches: list[Match], holds: bool) -> tuple[Finding, ...]:
    kept = [match for match in matches if not holds or match.truth is Truth.YES]
    return distinct(fact for match in kept for fact in match.facts)


def _match_on(side: Side, leaf: Leaf, view: View, judge_block: BlockJudge) -> Match:
    state, filters = view.index.state(leaf.finding, side), leaf.filters
    if filters.is_plain:
        candidates, kept = state.present, state.current
    else:
        candidates = _candidates(state, filters)
        kept = tuple(fact for fact in candidates if passes(fact, filters, view))
    if kept and (leaf.block is None or judge_block(leaf.block, view) is Truth.YES):
        return Match(Truth.YES, kept)
    return Match(Truth.NO, candidates or state.absent) if candidates or state.absent else _UNKNOWN


def _candidates(state: State, filters: Filters) -> tuple[Finding, ...]:
    """What counts for a condition: what is present, what an order asks about, or both."""
    if filters.asked == "only":
        return state.asked
    return state.present + state.asked if filters.asked else state.present


def state_on(leaf: Leaf, view: View) -> State:
    """What is recorded on the sides the entry's filter names, filters applied."""
    states = [view.index.state(leaf.finding, side) for side in view.sides(leaf.filters.side)]
    return State(*(_kept([fact for state in states for fact in state[part]], leaf, view) for part in range(3)))


def _kept(facts: list[Finding], leaf: Leaf, view: View) -> tuple[Finding, ...]:
    return distinct(fact for fact in facts if passes(fact, leaf.filters, view))


def passes(fact: Finding, filters: Filters, view: View) -> bool:
    """Whether a fact passes the filters; without a time filter its finding's own window decides."""
    if filters.stated and fact.side is Side.UNSTATED:
        return False
    if filters.sides and _is_on_both_sides(fact.id, filters, view) is not (filters.sides == "both"):
        return False
    for name, wanted in filters.qualifiers.items():
        if fact.qualifiers.get(name, NOT_RECORDED) not in wanted:
            return False
    return in_time(fact.when, filters, view) if filters.is_timed else view.index.is_current(fact)


def _is_on_both_sides(finding: str, filters: Filters, view: View) -> bool:
    """Whether records that pass the other filters name both sides; a record without a side is of one."""
    others = replace(filters, sides=None, stated=True)
    return all(any(passes(fact, others, view) for fact in view.index.state(finding, side).present) for side in EACH)


def in_time(when: When | None, filters: Filters, view: View) -> bool:
    """Whether a date satisfies every time filter; where it cannot be told, `undated` decides."""
    undated = filters.undated == "counts"
    return all(undated if holds is None else holds for holds in _time_answers(when, filters, view))


def _time_answers(when: When | None, filters: Filters, view: View) -> list[bool | None]:
    if when is None:
        return [None]
    answers: list[bool | None] = []
    if filters.within is not None:
        answers.append(within(when, view.index.chart.today, filters.within))
    if filters.ago is not None:
        answers.append(ago(when, view.index.chart.today, filters.ago))
    for name in filters.since:
        anchor = view.anchor(name)
        answers.append(since(when, anchor) if anchor else None)
    return answers


def is_such(imaging: Imaging, spec: ImagingSpec, order: Imaging | None) -> bool:
    """Whether imaging is of the region, modality and contrast asked for; "same" is as the order judged.

    Contrast that is not recorded, here or there, counts as the same (rule format).
    """
    same = (order.region, order.modality, order.contrast) if order else (None, None, None)
    return (
        _is_one_of(imaging.region, spec.region, same[0])
        and _is_one_of(imaging.modality, spec.modality, same[1])
        and (_is_one_of(imaging.contrast, spec.contrast, same[2]) or _contrast_unknown(imaging, spec, same[2]))
    )


def _is_one_of(value: str | None, wanted: frozenset[str], same: str | None) -> bool:
    return not wanted or value in wanted or ("same" in wanted and value is not None and value == same)


def _contrast_unknown(imaging: Imaging, spec: ImagingSpec, same: str | None) -> bool:
    return "same" in spec.contrast and (imaging.contrast is None or same is None)


def matching_imaging(
    pool: tuple[Imaging, ...], spec: ImagingSpec, filters: Filters, view: View
) -> tuple[tuple[Imaging, ...], bool]:
    """The imaging that matches on the sides the filter names, and whether those sides are all satisfied."""
    such = [
        imaging for imaging in pool if is_such(imaging, spec, view.order) and _passes_imaging(imaging, filters, view)
    ]
    sides = view.sides(filters.side)
    per_side = [[imaging for imaging in such if covers(imaging, side)] for side in sides]
    found = distinct(imaging for matches in per_side for imaging in matches)
    return found, (all(per_side) if filters.side == "all-covered" else bool(found))


def _passes_imaging(imaging: Imaging, filters: Filters, view: View) -> bool:
    if filters.stated and imaging.side is Side.UNSTATED:
        return False
    return not filters.is_timed or in_time(imaging.when, filters, view)
