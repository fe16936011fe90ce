"""Rating imaging orders by published criteria, for clients that ask for it. Insufficient information: no rating."""

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
from cds_service.model.sides import Side


def rate_orders(content: Content, chart: Chart, hook: str) -> tuple[OrderRating, ...]:
    """The ratings of the call's draft orders, by the first row that holds on a side the order covers."""
    if hook == PATIENT_VIEW:
        return ()
    index = ChartIndex(chart, content)
    found = [(order, _find_criterion(order, index)) for order in select_judged_orders(index, hook)]
    return tuple(OrderRating(order, rating) for order, rating in found if rating)


def _find_criterion(order: Imaging, index: ChartIndex) -> RatingCriterion | None:
    for row in index.content.ratings:
        if row.block.none and not is_complete(index.chart):
            continue  # what would speak against it may stand in what could not be read
        if matches_spec(order, row.order, order) and any(
            _criterion_holds(row, order, index, side) for side in sides_covered_by(order)
        ):
            return row
    return None


def is_complete(chart: Chart) -> bool:
    """Return whether everything that was asked for arrived and could be read."""
    return not (chart.unavailable or chart.not_sent or chart.incomplete or chart.unreadable)


def _criterion_holds(criterion: RatingCriterion, order: Imaging, index: ChartIndex, side: Side) -> bool:
    return evaluate(criterion.block, EvaluationContext(index, side, order)).truth is Truth.YES
