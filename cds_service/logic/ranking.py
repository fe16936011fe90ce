"""The choice of recommendations to show: most urgent first, few, and within the limit for each order."""

from collections import Counter
from dataclasses import replace

from cds_service.model.content import LEVELS, Policy
from cds_service.model.decision import Decision, Recommendation


def rank_recommendations(
    recommendations: list[Recommendation], policy: Policy
) -> tuple[tuple[Recommendation, ...], tuple[Recommendation, ...]]:
    """Return what is shown, in order, and what is held back (clinical design §1.6).

    Critical cards are always shown. Beside a rule that speaks alone only those are shown that the policy names. No
    imaging is offered twice: a card that has nothing else to offer is held back.
    """
    shown: list[Recommendation] = []
    held_back = _list_drowned(recommendations, policy)
    cards_by_order: Counter[str] = Counter()
    for recommendation in sorted((one for one in recommendations if one not in held_back), key=_urgency_key):
        orders = [order.source.reference for order in recommendation.orders]
        is_within_limits = len(shown) < policy.cards_per_call and all(
            cards_by_order[order] < policy.cards_per_order for order in orders
        )
        remaining = _without_repeated_imaging(recommendation, shown)
        if recommendation.advice.level == LEVELS[0] or (is_within_limits and remaining is not None):
            shown.append(remaining or recommendation)
            cards_by_order.update(orders)
        else:
            held_back.append(recommendation)
    return tuple(shown), tuple(held_back)


def _list_drowned(recommendations: list[Recommendation], policy: Policy) -> list[Recommendation]:
    """Return the recommendations that must not stand beside a rule that speaks alone."""
    speaking = {recommendation.rule.id for recommendation in recommendations}
    solo = next((solo for solo in policy.solos if solo.rule in speaking), None)
    if solo is None:
        return []
    return [one for one in recommendations if one.rule.id != solo.rule and one.rule.id not in solo.beside]


def _without_repeated_imaging(recommendation: Recommendation, shown: list[Recommendation]) -> Recommendation | None:
    """Return the recommendation without imaging that a card before it offers; None if it then has nothing to offer."""
    offered = {imaging for card in shown for offer in card.offers for imaging in offer.imaging}
    offers = tuple(offer for offer in recommendation.offers if not offer.imaging or not offer.imaging <= offered)
    if len(offers) == len(recommendation.offers):
        return recommendation
    return replace(recommendation, offers=offers) if offers else None


def without_info_cards(decision: Decision) -> Decision:
    """Return the decision for a user whose role the site exempts from the least urgent cards."""
    shown = tuple(card for card in decision.shown if card.advice.level != LEVELS[-1])
    hidden = tuple(card for card in decision.shown if card.advice.level == LEVELS[-1])
    return replace(decision, shown=shown, hidden_for_role=hidden)


def _urgency_key(recommendation: Recommendation) -> tuple[int, int]:
    return LEVELS.index(recommendation.advice.level), recommendation.rule.number
