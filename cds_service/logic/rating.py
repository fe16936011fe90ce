"""Rating imaging orders by published criteria, for clients that ask for it. Insufficient information: no rating."""

from cds_service.logic.deciding import PATIENT_VIEW, judged_orders
from cds_service.logic.index import ChartIndex
from cds_service.logic.judging import judge
from cds_service.logic.matching import is_such
from cds_service.logic.view import View, covered_by
from cds_service.model.content import Content, Rating
from cds_service.model.decision import Rated
from cds_service.model.facts import Chart, Imaging
from cds_service.model.outcome import Truth
from cds_service.model.sides import Side


def rate(content: Content, chart: Chart, hook: str) -> tuple[Rated, ...]:
    """The ratings of the call's draft orders, by the first row that holds on a side the order covers."""
    if hook == PATIENT_VIEW:
        return ()
    index = ChartIndex(chart, content)
    found = [(order, _rating(order, index)) for order in judged_orders(index, hook)]
    return tuple(Rated(order, rating) for order, rating in found if rating)


def _rating(order: Imaging, index: ChartIndex) -> Rating | None:
    for row in index.content.ratings:
        if row.block.none and not _is_whole(index.chart):
            continue  # what would speak against it may stand in what could not be read
        if is_such(order, row.order, order) and any(_holds(row, order, index, side) for side in covered_by(order)):
            return row
    return None


def _is_whole(chart: Chart) -> bool:
    """Whether all that was asked for came, and could be read."""
    return not (chart.unavailable or chart.not_sent or chart.incomplete or chart.unreadable)


def _holds(row: Rating, order: Imaging, index: ChartIndex, side: Side) -> bool:
    return judge(row.block, View(index, side, order)).truth is Truth.YES
