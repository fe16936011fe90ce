"""The pain pattern of one side: spine only, hip only, both, undetermined or none (clinical design §4)."""

from collections.abc import Callable

from cds_service.logic.index import ChartIndex
from cds_service.logic.view import View
from cds_service.model.conditions import NO_PATTERN, Condition
from cds_service.model.outcome import Outcome, Truth
from cds_service.model.side_pattern import SidePattern
from cds_service.model.sides import Side

Judge = Callable[[Condition, View], Outcome]


_NO_PATTERN = SidePattern(NO_PATTERN, (), ())
_NAMES = {(True, True): "both", (True, False): "spine-only", (False, True): "hip-only"}


def judge_pattern(index: ChartIndex, side: Side, judge: Judge, *, thorough: bool) -> SidePattern:
    """Judge every pattern on one side. Kept with the chart's index, since most rules ask."""
    key = (side, thorough)
    known = index.patterns.get(key)
    if known is None:
        known = index.patterns[key] = _judge_side(View(index, side, thorough=thorough), judge, thorough=thorough)
    return known


def _judge_side(view: View, judge: Judge, *, thorough: bool) -> SidePattern:
    content = view.index.content
    if not thorough and view.index.is_painless(view.side):
        return _NO_PATTERN
    judged = [(pattern, judge(pattern.block, view)) for pattern in content.patterns]
    held = tuple(pattern for pattern, outcome in judged if outcome.truth is Truth.YES)
    regions = {pattern.region for pattern in held}
    name = _NAMES.get(("spine" in regions, "hip" in regions))
    if name is None:
        name = "undetermined" if judge(content.policy.undetermined, view).truth is Truth.YES else NO_PATTERN
    shown = judged if thorough else [(pattern, outcome) for pattern, outcome in judged if outcome.truth is Truth.YES]
    return SidePattern(
        name,
        held,
        tuple(
            Outcome(outcome.condition, outcome.truth, outcome.facts, outcome.parts, label=pattern.id)
            for pattern, outcome in shown
        ),
    )
