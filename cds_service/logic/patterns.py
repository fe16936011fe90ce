"""The pain pattern of one side: spine only, hip only, both, undetermined or none (clinical design §4)."""

from collections.abc import Callable
from typing import NamedTuple

from cds_service.logic.conditions import NO_PATTERN, Condition
from cds_service.logic.content import Pattern
from cds_service.logic.index import ChartIndex
from cds_service.logic.outcome import Fact, Outcome, Truth, distinct
from cds_service.logic.sides import Side
from cds_service.logic.view import View

Judge = Callable[[Condition, View], Outcome]


class SidePattern(NamedTuple):
    """The pattern's name on one side, the patterns that hold there, and the outcomes judged."""

    name: str
    held: tuple[Pattern, ...]
    outcomes: tuple[Outcome, ...]

    def leading(self) -> tuple[Fact, ...]:
        """The first fact that speaks for each region: where both do, a card's summary names one of each."""
        holding = [outcome for outcome in self.outcomes if outcome.truth is Truth.YES]
        first = {
            held.region: one.supporting()[:1] for held, one in reversed(list(zip(self.held, holding, strict=True)))
        }
        return distinct(fact for region in sorted(first, reverse=True) for fact in first[region])


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
