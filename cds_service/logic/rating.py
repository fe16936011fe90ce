"""Rating of imaging orders by published criteria, for clients that ask for it. Insufficient information: no rating."""

from typing import Final

from cds_service.logic.chart_index import ChartIndex
from cds_service.logic.evaluation_context import EvaluationContext
from cds_service.logic.fact_matcher import matches_spec
from cds_service.logic.holding import does_hold
from cds_service.logic.order_sides import sides_covered_by
from cds_service.logic.rule_engine import PATIENT_VIEW, select_judged_orders
from cds_service.model.content import LEVELS, RatingCriterion
from cds_service.model.decision import Decision, OrderRating, Recommendation
from cds_service.model.facts import Chart, Imaging

APPROPRIATE: Final = "appropriate"


def rate_orders(decision: Decision) -> tuple[OrderRating, ...]:
    """Rate the call's draft orders. A rating that a card of the same answer contradicts is not given.

    (Clinical design, second edition, I3.)
    """
    return tuple(rating for rating in rate_by_criteria(decision) if not contradicting_rules(rating, decision))


def rate_by_criteria(decision: Decision) -> tuple[OrderRating, ...]:
    """Return what the criteria alone say: the first that holds on a side that the order covers.

    The orders of a patient who has died are not rated.
    """
    if decision.hook == PATIENT_VIEW or decision.chart.is_deceased:
        return ()
    index = ChartIndex(decision.chart, decision.content)
    criteria = [(order, _find_criterion(order, index)) for order in select_judged_orders(index, decision.hook)]
    return tuple(OrderRating(order, criterion) for order, criterion in criteria if criterion)


def contradicting_rules(rating: OrderRating, decision: Decision) -> tuple[str, ...]:
    """Return the rules whose cards say otherwise than a rating.

    A card that advises against the order contradicts "appropriate". A critical card contradicts "not appropriate", and
    so does a warning that advises no restraint with the order, even one that the limits on cards hold back: what it
    says may be the reason to image.
    """
    cards = decision.shown + decision.hidden_for_role
    if rating.criterion.rating == APPROPRIATE:
        return tuple(card.rule.id for card in cards if _advises_against(card, rating.order))
    return tuple(
        card.rule.id
        for card in cards + decision.held_back
        if card.advice.level == LEVELS[0]
        or (card.advice.level != LEVELS[-1] and not _advises_against(card, rating.order))
    )


def _advises_against(card: Recommendation, order: Imaging) -> bool:
    """Return whether a card advises to wait with an order, or offers to cancel, replace or correct it."""
    if card.orders and not any(judged is order for judged in card.orders):
        return False
    return card.advice.is_restraint or any(
        offer.is_restraint or offer.deletes_order or offer.changes_side is not None for offer in card.offers
    )


def _find_criterion(order: Imaging, index: ChartIndex) -> RatingCriterion | None:
    for criterion in index.content.ratings:
        if criterion.block.none and not is_complete(index.chart):
            continue  # a finding that rules it out may be among the data that could not be read
        if matches_spec(order, criterion.order, order) and any(
            does_hold(criterion.block, EvaluationContext(index, side, order)) for side in sides_covered_by(order)
        ):
            return criterion
    return None


def is_complete(chart: Chart) -> bool:
    """Return whether everything that was asked for arrived and could be read."""
    return not (chart.unavailable or chart.not_sent or chart.incomplete or chart.unreadable)
