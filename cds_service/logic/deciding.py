"""Deciding one call: which rules speak, for which orders and sides, and which of them are shown."""

from collections.abc import Mapping
from dataclasses import dataclass

from cds_service.logic.index import ChartIndex
from cds_service.logic.judging import judge
from cds_service.logic.matching import is_such
from cds_service.logic.patterns import judge_pattern
from cds_service.logic.ranking import rank
from cds_service.logic.recommending import recommend
from cds_service.logic.view import View, covered_by
from cds_service.model.content import LEVELS, Content, Rule
from cds_service.model.dates import within
from cds_service.model.decision import Decision, Judgement, Recommendation, RuleTrace
from cds_service.model.facts import Chart, Imaging, Stage
from cds_service.model.outcome import Truth
from cds_service.model.sides import EACH, Side

PATIENT_VIEW = "patient-view"
SPEAKS = "speaks"


@dataclass(frozen=True, slots=True)
class _Call:
    """One call's situation, the same for every rule."""

    index: ChartIndex
    hook: str
    orders: tuple[Imaging, ...]
    thorough: bool


def decide(content: Content, chart: Chart, hook: str, *, thorough: bool = False) -> Decision:
    """Judge every rule on the chart and rank what speaks.

    `hook` is the CDS Hooks hook of the call. `thorough` judges every branch, for a trace that explains silence too.
    """
    index = ChartIndex(chart, content)
    call = _Call(index, hook, judged_orders(index, hook), thorough)
    traces, spoken = _judge_rules(call)
    shown, held_back = rank(spoken, content.policy)
    patterns = {side: judge_pattern(index, side, judge, thorough=True) for side in EACH} if thorough else {}
    return Decision(chart, hook, shown, held_back, tuple(traces), patterns, content)


def judged_orders(index: ChartIndex, hook: str) -> tuple[Imaging, ...]:
    """The orders this call is about (clinical design §5, "ordered").

    On patient-view: requests authored, and studies started, surely within the last 90 days; else the selected drafts.
    """
    if hook != PATIENT_VIEW:
        return tuple(order for order in index.orders if order.stage is Stage.DRAFT and order.selected)
    days = index.content.policy.recent_request
    return tuple(
        done
        for done in index.orders + index.studies
        if done.region and done.when and within(done.when, index.chart.today, days)
    )


def _judge_rules(call: _Call) -> tuple[list[RuleTrace], list[Recommendation]]:
    silenced = _silenced(call)
    spoken: dict[str, Recommendation] = {}
    traces = []
    rules = call.index.content.rules
    for rule in rules if call.thorough else [one for one in rules if _could_speak(one, call, silenced)]:
        trace = _judge_rule(rule, call, silenced.get(rule.id), frozenset(spoken))
        if trace.status == SPEAKS:
            said = recommend(call.index, trace, call.hook)
            # Actionable or silent (§1.5): a rule that is left with nothing to offer must not silence another.
            if said.offers or said.row.level == LEVELS[0]:
                spoken[rule.id] = said
        if call.thorough or trace.status == SPEAKS:
            traces.append(trace)
    return traces, list(spoken.values())


def _silenced(call: _Call) -> dict[str, str]:
    policy = call.index.content.policy
    found: dict[str, str] = {}
    for silence in policy.silences:
        if judge(silence.block, View(call.index, Side.BOTH)).truth is Truth.YES:
            found.update(dict.fromkeys(silence.rules, silence.label))
    if call.hook != PATIENT_VIEW and not any(order.region in policy.judged_regions for order in call.orders):
        rules = {rule.id for rule in call.index.content.rules} - policy.without_judged_order
        found.update(dict.fromkeys(rules, "no hip, pelvis or lumbar imaging is judged in this call"))
    return found


def _could_speak(rule: Rule, call: _Call, silenced: Mapping[str, str]) -> bool:
    """Whether a rule is worth judging where only what speaks is asked for: most rules are not, on most charts."""
    return call.hook in rule.hooks and rule.id not in silenced and call.index.could_hold(rule.block, Side.BOTH)


def _judge_rule(rule: Rule, call: _Call, silence: str | None, spoken: frozenset[str]) -> RuleTrace:
    if call.hook not in rule.hooks:
        return RuleTrace(rule, "not for this hook")
    places = _places(rule, call.orders)
    if not places:
        return RuleTrace(rule, "no order to judge")
    judgements = [_judge_at(rule, call, *place, spoken) for place in places]
    if silence:
        return RuleTrace(rule, "silenced", silence, tuple(judgements))
    held = tuple(judgement for judgement in judgements if judgement.row)
    return RuleTrace(rule, SPEAKS if held else "silent", "", tuple(judgements) if call.thorough else held)


def _places(rule: Rule, orders: tuple[Imaging, ...]) -> list[tuple[Imaging | None, Side]]:
    if rule.about == "patient":
        return [(None, side) for side in EACH]
    spec = rule.order
    fitting = [order for order in orders if spec is None or is_such(order, spec, order)]
    return [(order, side) for order in fitting for side in covered_by(order)]


def _judge_at(rule: Rule, call: _Call, order: Imaging | None, side: Side, spoken: frozenset[str]) -> Judgement:
    view = View(call.index, side, order, spoken, thorough=call.thorough)
    outcome = judge(rule.block, view)
    if outcome.truth is Truth.YES:
        for row in rule.advice:
            if row.hooks is None or call.hook in row.hooks:
                advice = judge(row.block, view)
                if advice.truth is Truth.YES:
                    return Judgement(rule, order, side, outcome, row, advice)
    return Judgement(rule, order, side, outcome)
