"""A summary of a decision, to read before the full trace: each rule's verdict and the pattern of each side."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from cds_service.logic.rule_engine import SPEAKS
from cds_service.logic.unmet_conditions import closeness, find_unmet_condition
from cds_service.model.content import Rule
from cds_service.model.decision import Decision, Recommendation, RuleTrace
from cds_service.model.outcome import Outcome, Truth
from cds_service.model.side_pattern import SidePattern
from cds_service.model.sides import Side


class Verdict(StrEnum):
    """The result of a rule in a call."""

    SPOKE = "spoke"  # its card is shown
    HELD_BACK = "held back"  # by a more urgent card
    HIDDEN_FOR_ROLE = "hidden for role"  # the site exempts the user's role from cards of this level
    NOTHING_TO_OFFER = "nothing to offer"  # it holds, but none of its offers can be made in this call
    SILENT = "silent"  # a condition is not met
    STOPPED = "stopped"  # by a condition that must not hold
    SILENCED = "silenced"  # by the policy, such as for a child, or by the site
    NOT_FOR_HOOK = "not for this hook"
    NO_ORDER = "no order to judge"


@dataclass(frozen=True, slots=True)
class RuleSummary:
    """A rule and its verdict. Of the texts, at most one is set; `held_back_by` are the ids of the rules shown."""

    rule: Rule
    verdict: Verdict
    recommendation: Recommendation | None = None
    lacking: str = ""
    stopped_by: str = ""
    held_back_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PatternSummary:
    """The pattern of a side: its name, the ids of the patterns that hold, else what the nearest of them lacks."""

    side: Side
    name: str
    holding: tuple[str, ...]
    nearest: str = ""
    lacking: str = ""


def summarize_rules(decision: Decision) -> list[RuleSummary]:
    """Return a summary of every rule, by number. The decision must have been made thoroughly."""
    traces = sorted(decision.rule_traces, key=lambda trace: trace.rule.number)
    return [_summarize_rule(trace, decision) for trace in traces]


def _summarize_rule(trace: RuleTrace, decision: Decision) -> RuleSummary:
    if trace.status == SPEAKS:
        return _summarize_speaking_rule(trace.rule, decision)
    if trace.status == "silenced":
        return RuleSummary(trace.rule, Verdict.SILENCED, stopped_by=trace.reason)
    if not trace.evaluations:
        return RuleSummary(trace.rule, Verdict(trace.status))
    evaluation = max(trace.evaluations, key=lambda evaluation: closeness(evaluation.outcome))
    nearest = evaluation.outcome
    if nearest.truth is Truth.YES:  # the rule holds, and none of its rows of advice does
        nearest = max((outcome for _, outcome in evaluation.passed_over), key=closeness, default=nearest)
        if nearest.truth is Truth.YES:
            return RuleSummary(trace.rule, Verdict.SILENT, lacking="no advice of this rule applies")
    unmet = find_unmet_condition(nearest, decision)
    if unmet.is_stop:
        return RuleSummary(trace.rule, Verdict.STOPPED, stopped_by=unmet.text)
    return RuleSummary(trace.rule, Verdict.SILENT, lacking=unmet.text)


def _summarize_speaking_rule(rule: Rule, decision: Decision) -> RuleSummary:
    outlets = (
        (Verdict.SPOKE, decision.shown),
        (Verdict.HELD_BACK, decision.held_back),
        (Verdict.HIDDEN_FOR_ROLE, decision.hidden_for_role),
    )
    for verdict, recommendations in outlets:
        for recommendation in recommendations:
            if recommendation.rule is rule:
                blocking = _find_blocking_rules(recommendation, decision) if verdict is Verdict.HELD_BACK else ()
                return RuleSummary(rule, verdict, recommendation, held_back_by=blocking)
    return RuleSummary(rule, Verdict.NOTHING_TO_OFFER)


def _find_blocking_rules(recommendation: Recommendation, decision: Decision) -> tuple[str, ...]:
    """Return the rules whose cards were shown instead: those on the same orders, else all that are shown."""
    orders = {order.source.reference for order in recommendation.orders}
    same_orders = [
        shown.rule.id for shown in decision.shown if orders & {order.source.reference for order in shown.orders}
    ]
    return tuple(same_orders or [shown.rule.id for shown in decision.shown])


def summarize_patterns(decision: Decision) -> Iterator[PatternSummary]:
    """Yield the summary of each side's pattern."""
    for side, side_pattern in decision.side_patterns.items():
        holding = tuple(pattern.id for pattern in side_pattern.matching_patterns)
        nearest = None if holding else _find_nearest(side_pattern)
        if nearest is None:
            yield PatternSummary(side, side_pattern.name, holding)
        else:
            unmet = find_unmet_condition(nearest, decision)
            lacking = f"stopped by {unmet.text}" if unmet.is_stop else unmet.text
            yield PatternSummary(side, side_pattern.name, holding, nearest.pattern_id, lacking)


def _find_nearest(side_pattern: SidePattern) -> Outcome | None:
    """Return the outcome that is nearest to holding; None if no condition of any pattern is met."""
    nearest = max(side_pattern.outcomes, key=closeness, default=None)
    return nearest if nearest is not None and closeness(nearest) > 0 else None
