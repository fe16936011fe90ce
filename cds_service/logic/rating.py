"""Rating of imaging orders by published criteria, for clients that ask for it. Insufficient information: no rating."""

from cds_service.logic.chart_index import ChartIndex
from cds_service.logic.evaluation import evaluate
from cds_service.logic.evaluation_context import EvaluationContext
from cds_service.logic.fact_matcher import matches_spec
from cds_service.logic.order_sides import sides_covered_by
from cds_service.logic.rule_engine import PATIENT_VIEW, select_judged_orders
from cds_service.model.content import Content, RatingCriterion
from cds_service.model.decision import OrderRating
from cds_service.model.facts import Chart, Imaging
from cds_service.model.outcome import Truth


def rate_orders(content: Content, chart: Chart, hook: str) -> tuple[OrderRating, ...]:
    """Rate the call's draft orders, each by the first criterion that holds on a side that the order covers."""
    if hook == PATIENT_VIEW:
        return ()
    index = ChartIndex(chart, content)
    criteria = [(order, _find_criterion(order, index)) for order in select_judged_orders(index, hook)]
    return tuple(OrderRating(order, criterion) for order, criterion in criteria if criterion)


def _find_criterion(order: Imaging, index: ChartIndex) -> RatingCriterion | None:
    for criterion in index.content.ratings:
        if criterion.block.none and not is_complete(index.chart):
            continue  # a finding that rules it out may be among the data that could not be read
        if matches_spec(order, criterion.order, order) and any(
            evaluate(criterion.block, EvaluationContext(index, side, order)).truth is Truth.YES
            for side in sides_covered_by(order)
        ):
            return criterion
    return None


def is_complete(chart: Chart) -> bool:
    """Return whether everything that was asked for arrived and could be read."""
    return not (chart.unavailable or chart.not_sent or chart.incomplete or chart.unreadable)
