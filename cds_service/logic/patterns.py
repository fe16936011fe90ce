"""The pain pattern of one side: spine only, hip only, both, undetermined or none (clinical design §4)."""

from msgspec.structs import replace

from cds_service.logic.chart_index import ChartIndex
from cds_service.logic.evaluation_context import EvaluationContext, Evaluator
from cds_service.model.conditions import NO_PATTERN
from cds_service.model.outcome import Truth
from cds_service.model.side_pattern import SidePattern
from cds_service.model.sides import EACH_SIDE, Side

_NO_SIDE_PATTERN = SidePattern(NO_PATTERN, (), ())
_NAME_BY_REGIONS = {(True, True): "both", (True, False): "spine-only", (False, True): "hip-only"}


def evaluate_pattern(index: ChartIndex, side: Side, evaluate: Evaluator, *, thorough: bool) -> SidePattern:
    """Evaluate every pattern on one side. The result is cached in the chart's index: most rules need it."""
    key = (side, thorough)
    pattern = index.pattern_cache.get(key)
    if pattern is None:
        context = EvaluationContext(index, side, thorough=thorough)
        pattern = index.pattern_cache[key] = _evaluate_side(context, evaluate)
    return pattern


def note_patterns(index: ChartIndex, evaluate: Evaluator) -> None:
    """Have the index know the pattern of each side: most rules need one, and need not be evaluated without it."""
    if not index.has_no_pattern_findings(Side.BOTH):
        patterns = {side: evaluate_pattern(index, side, evaluate, thorough=False) for side in EACH_SIDE}
        index.note_patterns({side: pattern.name for side, pattern in patterns.items()})


def _evaluate_side(context: EvaluationContext, evaluate: Evaluator) -> SidePattern:
    content = context.index.content
    if not context.thorough and context.index.has_no_pattern_findings(context.side):
        return _NO_SIDE_PATTERN
    evaluations = [(pattern, evaluate(pattern.block, context)) for pattern in content.patterns]
    holding = [(pattern, outcome) for pattern, outcome in evaluations if outcome.truth is Truth.YES]
    regions = {pattern.region for pattern, _ in holding}
    name = _NAME_BY_REGIONS.get(("spine" in regions, "hip" in regions))
    if name is None:
        name = "undetermined" if evaluate(content.policy.undetermined, context).truth is Truth.YES else NO_PATTERN
    traced = evaluations if context.thorough else holding
    return SidePattern(
        name,
        tuple(pattern for pattern, _ in holding),
        tuple(replace(outcome, pattern_id=pattern.id) for pattern, outcome in traced),
    )
