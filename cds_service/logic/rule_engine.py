"""Deciding one call: which rules speak, for which orders and sides, and which of them are shown."""

from collections.abc import Mapping
from dataclasses import dataclass

from cds_service.logic.chart_index import ChartIndex
from cds_service.logic.evaluation import evaluate
from cds_service.logic.evaluation_context import EvaluationContext
from cds_service.logic.fact_matcher import matches_spec
from cds_service.logic.order_sides import sides_covered_by
from cds_service.logic.patterns import evaluate_pattern
from cds_service.logic.ranking import rank_recommendations
from cds_service.logic.recommendation import recommend
from cds_service.model.content import LEVELS, Content, Rule
from cds_service.model.dates import is_within
from cds_service.model.decision import Decision, Recommendation, RuleEvaluation, RuleTrace
from cds_service.model.facts import Chart, Imaging, Stage
from cds_service.model.outcome import Truth
from cds_service.model.sides import EACH_SIDE, Side

PATIENT_VIEW = "patient-view"
SPEAKS = "speaks"


@dataclass(frozen=True, slots=True)
class _CallContext:
    """One call's situation, the same for every rule."""

    index: ChartIndex
    hook: str
    judged_orders: tuple[Imaging, ...]
    thorough: bool


def decide(content: Content, chart: Chart, hook: str, *, thorough: bool = False) -> Decision:
    """Judge every rule on the chart and rank what speaks.

    `hook` is the CDS Hooks hook of the call. `thorough` judges every branch, for a trace that explains silence too.
    """
    index = ChartIndex(chart, content)
    call = _CallContext(index, hook, select_judged_orders(index, hook), thorough)
    traces, spoken = _evaluate_rules(call)
    shown, held_back = rank_recommendations(spoken, content.policy)
    patterns = {side: evaluate_pattern(index, side, evaluate, thorough=True) for side in EACH_SIDE} if thorough else {}
    return Decision(chart, hook, shown, held_back, tuple(traces), patterns, content)


def select_judged_orders(index: ChartIndex, hook: str) -> tuple[Imaging, ...]:
    """The orders this call is about (clinical design §5, "ordered").

    On patient-view: requests authored, and studies started, surely within the last 90 days; else the selected drafts.
    """
    if hook != PATIENT_VIEW:
        return tuple(order for order in index.open_orders if order.stage is Stage.DRAFT and order.is_selected)
    days = index.content.policy.recent_request
    return tuple(
        done
        for done in index.open_orders + index.studies
        if done.region and done.when and is_within(done.when, index.chart.today, days)
    )


def _evaluate_rules(call: _CallContext) -> tuple[list[RuleTrace], list[Recommendation]]:
    silenced = _find_silenced_rules(call)
    spoken: dict[str, Recommendation] = {}
    traces = []
    rules = call.index.content.rules
    for rule in rules if call.thorough else [one for one in rules if _could_speak(one, call, silenced)]:
        trace = _evaluate_rule(rule, call, silenced.get(rule.id), frozenset(spoken))
        if trace.status == SPEAKS:
            said = recommend(call.index, trace, call.hook)
            # Actionable or silent (§1.5): a rule that is left with nothing to offer must not silence another.
            if said.offers or said.advice.level == LEVELS[0]:
                spoken[rule.id] = said
        if call.thorough or trace.status == SPEAKS:
            traces.append(trace)
    return traces, list(spoken.values())


def _find_silenced_rules(call: _CallContext) -> dict[str, str]:
    policy = call.index.content.policy
    found: dict[str, str] = {}
    for silence in policy.silences:
        if evaluate(silence.block, EvaluationContext(call.index, Side.BOTH)).truth is Truth.YES:
            found.update(dict.fromkeys(silence.rules, silence.label))
    if call.hook != PATIENT_VIEW and not any(order.region in policy.judged_regions for order in call.judged_orders):
        rules = {rule.id for rule in call.index.content.rules} - policy.rules_without_judged_order
        found.update(dict.fromkeys(rules, "no hip, pelvis or lumbar imaging is judged in this call"))
    return found


def _could_speak(rule: Rule, call: _CallContext, silenced: Mapping[str, str]) -> bool:
    """Whether a rule is worth judging where only what speaks is asked for: most rules are not, on most charts."""
    return call.hook in rule.hooks and rule.id not in silenced and call.index.can_hold(rule.block, Side.BOTH)


def _evaluate_rule(
    rule: Rule, call: _CallContext, silence_label: str | None, spoken_rules: frozenset[str]
) -> RuleTrace:
    if call.hook not in rule.hooks:
        return RuleTrace(rule, "not for this hook")
    places = _orders_and_sides(rule, call.judged_orders)
    if not places:
        return RuleTrace(rule, "no order to judge")
    judgements = [_evaluate_on_side(rule, call, *place, spoken_rules) for place in places]
    if silence_label:
        return RuleTrace(rule, "silenced", silence_label, tuple(judgements))
    held = tuple(judgement for judgement in judgements if judgement.advice)
    return RuleTrace(rule, SPEAKS if held else "silent", "", tuple(judgements) if call.thorough else held)


def _orders_and_sides(rule: Rule, orders: tuple[Imaging, ...]) -> list[tuple[Imaging | None, Side]]:
    if rule.about == "patient":
        return [(None, side) for side in EACH_SIDE]
    spec = rule.order
    fitting = [order for order in orders if spec is None or matches_spec(order, spec, order)]
    return [(order, side) for order in fitting for side in sides_covered_by(order)]


def _evaluate_on_side(
    rule: Rule, call: _CallContext, order: Imaging | None, side: Side, spoken_rules: frozenset[str]
) -> RuleEvaluation:
    context = EvaluationContext(call.index, side, order, spoken_rules, thorough=call.thorough)
    outcome = evaluate(rule.block, context)
    if outcome.truth is Truth.YES:
        for row in rule.advice:
            if row.hooks is None or call.hook in row.hooks:
                advice = evaluate(row.block, context)
                if advice.truth is Truth.YES:
                    return RuleEvaluation(rule, order, side, outcome, row, advice)
    return RuleEvaluation(rule, order, side, outcome)
