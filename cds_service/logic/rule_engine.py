"""The decision of one call: which rules speak, for which orders and sides, and which of them are shown."""

from collections.abc import Collection, Iterable

import msgspec
from msgspec.structs import replace

from cds_service.logic.chart_index import ChartIndex
from cds_service.logic.evaluation import evaluate
from cds_service.logic.evaluation_context import EvaluationContext
from cds_service.logic.fact_matcher import matches_spec
from cds_service.logic.holding import does_hold
from cds_service.logic.order_sides import sides_covered_by
from cds_service.logic.patterns import evaluate_pattern, note_patterns
from cds_service.logic.ranking import rank_recommendations
from cds_service.logic.recommendation import recommend
from cds_service.logic.safety_flags import summarize_safety
from cds_service.model.content import LEVELS, Advice, Content, Rule
from cds_service.model.dates import is_within
from cds_service.model.decision import Decision, Recommendation, RuleEvaluation, RuleTrace, SafetySummary
from cds_service.model.facts import Chart, Imaging, Stage
from cds_service.model.outcome import Outcome, Truth
from cds_service.model.sides import EACH_SIDE, Side

PATIENT_VIEW = "patient-view"
SPEAKS = "speaks"


class _CallContext(msgspec.Struct, frozen=True, gc=False):
    """What the evaluation of every rule in one call shares."""

    index: ChartIndex
    hook: str
    judged_orders: tuple[Imaging, ...]
    thorough: bool


def decide(content: Content, chart: Chart, hook: str, *, thorough: bool = False) -> Decision:
    """Evaluate every rule on the chart and rank the rules that speak.

    `hook` is the CDS Hooks hook of the call. `thorough` evaluates every branch, for a trace that also explains silence.
    """
    index = ChartIndex(chart, content)
    call = _CallContext(index, hook, select_judged_orders(index, hook), thorough)
    traces, recommendations = _evaluate_rules(call, content.rules)
    shown, held_back = rank_recommendations(recommendations, content.policy)
    patterns = {side: evaluate_pattern(index, side, evaluate, thorough=True) for side in EACH_SIDE} if thorough else {}
    # Only cards that advise to wait tell it.
    safety = summarize_safety(index) if any(one.advice.is_restraint for one in shown) else SafetySummary()
    return Decision(
        chart,
        hook,
        shown,
        held_back,
        tuple(traces),
        patterns,
        content,
        safety=safety,
        has_met_missing_data=index.has_met_missing_data,
        has_met_screen_hits=index.has_met_screen_hits,
    )


def recommend_by_rules(
    content: Content, chart: Chart, hook: str, rules: Iterable[Rule], spoken_rules: frozenset[str]
) -> list[Recommendation]:
    """Return what some of the rules alone would say, unranked. `spoken_rules`: the others that have spoken."""
    index = ChartIndex(chart, content)
    possible = [rule for rule in rules if index.can_hold_on_a_side(rule.block)]
    if not possible:  # as on most charts
        return []
    call = _CallContext(index, hook, select_judged_orders(index, hook), thorough=False)
    return _evaluate_rules(call, possible, spoken_rules)[1]


def select_judged_orders(index: ChartIndex, hook: str) -> tuple[Imaging, ...]:
    """Return the orders that the call is about (clinical design §5, "ordered").

    On patient-view these are requests authored, and studies started, certainly within the policy's `recent_request`
    days; on the other hooks, the selected drafts.
    """
    if hook != PATIENT_VIEW:
        return tuple(order for order in index.open_orders if order.stage is Stage.DRAFT and order.is_selected)
    days = index.content.policy.recent_request
    return tuple(
        imaging
        for imaging in index.open_orders + index.studies
        if imaging.region and imaging.when and is_within(imaging.when, index.chart.today, days)
    )


def _evaluate_rules(
    call: _CallContext, rules: Iterable[Rule], spoken_rules: frozenset[str] = frozenset()
) -> tuple[list[RuleTrace], list[Recommendation]]:
    silenced = _find_silenced_rules(call)
    recommendations: dict[str, Recommendation] = {}
    traces = []
    for rule in rules if call.thorough else _list_possible_rules(call, rules, silenced):
        trace = _evaluate_rule(rule, call, silenced.get(rule.id), spoken_rules.union(recommendations))
        if trace.status == SPEAKS:
            recommendation = recommend(call.index, trace, call.hook)
            if _is_worth_saying(recommendation):
                recommendations[rule.id] = recommendation
        if call.thorough or trace.status == SPEAKS:
            traces.append(trace)
    return traces, list(recommendations.values())


def _list_possible_rules(call: _CallContext, rules: Iterable[Rule], silenced: Collection[str]) -> list[Rule]:
    """Return the rules that could speak. Most cannot on most charts; those are evaluated only for a trace."""
    can_hold = call.index.can_hold_on_a_side
    audible = (rule for rule in rules if call.hook in rule.hooks and rule.id not in silenced)
    possible = [rule for rule in audible if can_hold(rule.block)]
    if possible:
        note_patterns(call.index, evaluate)
    return [rule for rule in possible if can_hold(rule.block)]


def _is_worth_saying(recommendation: Recommendation) -> bool:
    """Return whether a rule that speaks is heard. One left with none of its offers must not silence another (§1.5).

    Advice that offers nothing by design is heard: it says what to examine.
    """
    advice = recommendation.advice
    return bool(recommendation.offers) or not advice.offers or advice.level == LEVELS[0]


def _find_silenced_rules(call: _CallContext) -> dict[str, str]:
    """Return the reason why each silenced rule is silenced, by rule."""
    policy = call.index.content.policy
    if call.index.chart.is_deceased:
        return {rule.id: "the patient has died" for rule in call.index.content.rules}
    reasons: dict[str, str] = {}
    for silence in policy.silences:
        if does_hold(silence.block, EvaluationContext(call.index, Side.BOTH)):
            reasons.update(dict.fromkeys(silence.rules, silence.label))
    if call.hook != PATIENT_VIEW and not any(order.region in policy.judged_regions for order in call.judged_orders):
        rules = {rule.id for rule in call.index.content.rules} - policy.rules_without_judged_order
        reasons.update(dict.fromkeys(rules, "no hip, pelvis or lumbar imaging is judged in this call"))
    return reasons


def _evaluate_rule(
    rule: Rule, call: _CallContext, silence_label: str | None, spoken_rules: frozenset[str]
) -> RuleTrace:
    if call.hook not in rule.hooks:
        return RuleTrace(rule, "not for this hook")
    targets = _orders_and_sides(rule, call.judged_orders)
    if not targets:
        return RuleTrace(rule, "no order to judge")
    evaluations: list[RuleEvaluation] = []
    for order, side in targets:
        before = evaluations[-1] if evaluations else None
        if before is not None and before.order is order and call.index.names_no_side:
            evaluations.append(replace(before, side=side))
        else:
            evaluations.append(_evaluate_on_side(rule, call, order, side, spoken_rules))
    if silence_label:
        return RuleTrace(rule, "silenced", silence_label, tuple(evaluations))
    speaking = [evaluation for evaluation in evaluations if evaluation.advice]
    return RuleTrace(rule, SPEAKS if speaking else "silent", "", tuple(evaluations if call.thorough else speaking))


def _orders_and_sides(rule: Rule, orders: tuple[Imaging, ...]) -> list[tuple[Imaging | None, Side]]:
    if rule.about == "patient":
        return [(None, side) for side in EACH_SIDE]
    return [
        (order, side)
        for order in orders
        if rule.order is None or matches_spec(order, rule.order, order)
        for side in sides_covered_by(order)
    ]


def _evaluate_on_side(
    rule: Rule, call: _CallContext, order: Imaging | None, side: Side, spoken_rules: frozenset[str]
) -> RuleEvaluation:
    context = EvaluationContext(call.index, side, order, spoken_rules, thorough=call.thorough)
    outcome = evaluate(rule.block, context)
    passed_over: list[tuple[Advice, Outcome]] = []
    if outcome.truth is Truth.YES:
        for row in rule.advice:
            if row.hooks is None or call.hook in row.hooks:
                advice_outcome = evaluate(row.block, context)
                if advice_outcome.truth is Truth.YES:
                    return RuleEvaluation(rule, order, side, outcome, row, advice_outcome, tuple(passed_over))
                passed_over.append((row, advice_outcome))
    return RuleEvaluation(rule, order, side, outcome, passed_over=tuple(passed_over))
