"""The pain pattern of one side: spine only, hip only, both, undetermined or none (clinical design §4)."""

from collections.abc import Callable

from cds_service.logic.chart_index import ChartIndex
from cds_service.logic.evaluation_context import EvaluationContext
from cds_service.model.conditions import NO_PATTERN, Condition
from cds_service.model.outcome import Outcome, Truth
from cds_service.model.side_pattern import SidePattern
from cds_service.model.sides import Side

Evaluator = Callable[[Condition, EvaluationContext], Outcome]


_NO_SIDE_PATTERN = SidePattern(NO_PATTERN, (), ())
_NAME_BY_REGIONS = {(True, True): "both", (True, False): "spine-only", (False, True): "hip-only"}


def evaluate_pattern(index: ChartIndex, side: Side, evaluate: Evaluator, *, thorough: bool) -> SidePattern:
    """Judge every pattern on one side. Kept with the chart's index, since most rules ask."""
    key = (side, thorough)
    known = index.pattern_cache.get(key)
    if known is None:
        known = index.pattern_cache[key] = _evaluate_side(
            EvaluationContext(index, side, thorough=thorough), evaluate, thorough=thorough
        )
    return known


def _evaluate_side(context: EvaluationContext, evaluate: Evaluator, *, thorough: bool) -> SidePattern:
    content = context.index.content
    if not thorough and context.index.has_no_pattern_findings(context.side):
        return _NO_SIDE_PATTERN
    judged = [(pattern, evaluate(pattern.block, context)) for pattern in content.patterns]
    held = tuple(pattern for pattern, outcome in judged if outcome.truth is Truth.YES)
    regions = {pattern.region for pattern in held}
    name = _NAME_BY_REGIONS.get(("spine" in regions, "hip" in regions))
    if name is None:
        name = "undetermined" if evaluate(content.policy.undetermined, context).truth is Truth.YES else NO_PATTERN
    shown = judged if thorough else [(pattern, outcome) for pattern, outcome in judged if outcome.truth is Truth.YES]
    return SidePattern(
        name,
        held,
        tuple(
            Outcome(outcome.condition, outcome.truth, outcome.facts, outcome.parts, pattern_id=pattern.id)
            for pattern, outcome in shown
        ),
    )
