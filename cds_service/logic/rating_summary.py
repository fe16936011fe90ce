"""The rating of each order of a call, or why it has none."""

from typing import NamedTuple

from cds_service.logic.chart_index import ChartIndex
from cds_service.logic.evaluation import evaluate
from cds_service.logic.evaluation_context import EvaluationContext
from cds_service.logic.fact_matcher import matches_spec
from cds_service.logic.order_sides import sides_covered_by
from cds_service.logic.rating import contradicting_rules, is_complete, rate_by_criteria
from cds_service.logic.rule_engine import PATIENT_VIEW, select_judged_orders
from cds_service.logic.unmet_conditions import closeness, find_unmet_condition
from cds_service.model.content import RatingCriterion
from cds_service.model.decision import Decision, OrderRating
from cds_service.model.facts import Imaging


class RatingSummary(NamedTuple):
    """An order of the call with the criterion that rates it, or the reason why none does."""

    order: Imaging
    criterion: RatingCriterion | None
    reason: str = ""


def summarize_ratings(decision: Decision) -> list[RatingSummary]:
    """Return the rating of each order that the call is about. On patient-view no order is rated."""
    if decision.hook == PATIENT_VIEW:
        return []
    index = ChartIndex(decision.chart, decision.content)
    by_criteria = {id(rating.order): rating for rating in rate_by_criteria(decision)}
    return [
        _summarize(by_criteria[id(order)], decision)
        if id(order) in by_criteria
        else RatingSummary(order, None, _explain_no_rating(order, decision, index))
        for order in select_judged_orders(index, decision.hook)
    ]


def _summarize(rating: OrderRating, decision: Decision) -> RatingSummary:
    rules = contradicting_rules(rating, decision)
    if rules:
        return RatingSummary(rating.order, None, f"{rating.criterion.id}: {', '.join(rules)} says otherwise")
    return RatingSummary(rating.order, rating.criterion)


def _explain_no_rating(order: Imaging, decision: Decision, index: ChartIndex) -> str:
    criteria = [criterion for criterion in decision.content.ratings if matches_spec(order, criterion.order, order)]
    if not criteria:
        return "no criterion is about such an order"
    judged = [
        (criterion, evaluate(criterion.block, EvaluationContext(index, side, order, thorough=True)))
        for criterion in criteria
        for side in sides_covered_by(order)
    ]
    criterion, outcome = max(judged, key=lambda pair: closeness(pair[1]))
    unmet = find_unmet_condition(outcome, decision)
    if not unmet.text and not is_complete(decision.chart):
        return f"{criterion.id}: data that could speak against it are missing"
    return f"{criterion.id}: {'stopped by ' if unmet.is_stop else ''}{unmet.text}"
