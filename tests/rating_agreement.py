"""What it means that the ratings of an answer agree with its cards (I3), said apart from the code that sees to it."""

from cds_service.logic.rating import rate_orders
from cds_service.model.decision import Decision, Recommendation
from cds_service.model.facts import Imaging


def is_against(card: Recommendation, order: Imaging) -> bool:
    """Return whether a card is about the order, or the patient, and offers to undo the order or advises to wait."""
    offers = (offer.deletes_order or offer.changes_side or offer.is_restraint for offer in card.offers)
    return (not card.orders or order in card.orders) and (card.advice.is_restraint or any(offers))


def assert_agreement(decision: Decision) -> None:
    for rating in rate_orders(decision):
        if rating.criterion.rating == "appropriate":
            assert not [card.rule.id for card in decision.shown if is_against(card, rating.order)]
        else:
            levels = {card.advice.level for card in decision.shown if not is_against(card, rating.order)}
            assert levels <= {"info"}
            assert "critical" not in {card.advice.level for card in decision.shown}
