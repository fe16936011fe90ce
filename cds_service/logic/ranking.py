"""The choice of recommendations to show: most urgent first, few, and within the limit for each order."""

from collections.abc import Mapping
from typing import Final

from msgspec.structs import replace

from cds_service.model.content import LEVELS, Policy
from cds_service.model.decision import Decision, Recommendation, SuppressedCard

BESIDE_SOLO: Final = "a rule that speaks alone"
REPEATS_IMAGING: Final = "its imaging is offered already"
CARD_LIMIT: Final = "the limit on cards"


def rank_recommendations(
    recommendations: list[Recommendation], policy: Policy
) -> tuple[tuple[Recommendation, ...], tuple[Recommendation, ...]]:
    """Return what is shown, in order, and what is held back (clinical design §1.6).

    Critical cards are always shown. Beside a rule that speaks alone only those are shown that the policy names. No
    imaging is offered twice: a card that has nothing else to offer is held back.
    """
    shown: list[Recommendation] = []
    held_back = _list_drowned(recommendations, policy)
    judged: list[str] = []
    for recommendation in sorted((one for one in recommendations if one not in held_back), key=_urgency_key):
        orders = [order.source.reference for order in recommendation.orders]
        is_within_limits = len(shown) < policy.cards_per_call and all(
            judged.count(order) < policy.cards_per_order for order in orders
        )
        remaining = _without_repeated_imaging(recommendation, shown)
        if recommendation.advice.level == LEVELS[0] or (is_within_limits and remaining is not None):
            shown.append(remaining or recommendation)
            judged += orders
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


def explain_held_back(decision: Decision) -> dict[str, str]:
    """Return why each recommendation was held back, by rule: what speaks alone, what it repeats, or the limits."""
    everything = [*decision.shown, *decision.held_back]
    drowned = {one.rule.id for one in _list_drowned(everything, decision.content.policy)}
    reasons = {}
    for one in decision.held_back:
        if one.rule.id in drowned:
            reasons[one.rule.id] = BESIDE_SOLO
        else:
            is_new = _without_repeated_imaging(one, list(decision.shown)) is not None
            reasons[one.rule.id] = CARD_LIMIT if is_new else REPEATS_IMAGING
    return reasons


def without_info_cards(decision: Decision) -> Decision:
    """Return the decision for a user whose role the site exempts from the least urgent cards."""
    shown = tuple(card for card in decision.shown if card.advice.level != LEVELS[-1])
    hidden = tuple(card for card in decision.shown if card.advice.level == LEVELS[-1])
    return replace(decision, shown=shown, hidden_for_role=hidden)


def without_suppressed(decision: Decision, reasons: Mapping[str, str]) -> Decision:
    """Return the decision without the cards that its user has answered; `reasons`: why each is held back, by rule.

    No card takes the place of one that is held back, unless it is critical or about a red flag: those the user has not
    seen, because the other card stood before them.
    """
    candidates = [*decision.shown, *decision.held_back]
    ranked, _ = rank_recommendations([one for one in candidates if one.rule.id not in reasons], decision.content.policy)
    kept = {card.rule.id for card in decision.shown}
    red_flags = decision.content.policy.suppression.red_flag_rules
    shown = tuple(
        card for card in ranked if card.rule.id in kept or card.rule.id in red_flags or card.advice.level == LEVELS[0]
    )
    suppressed = tuple(SuppressedCard(one, reasons[one.rule.id]) for one in decision.shown if one.rule.id in reasons)
    placed = {card.rule.id for card in shown} | {one.recommendation.rule.id for one in suppressed}
    held_back = tuple(card for card in candidates if card.rule.id not in placed)
    return replace(decision, shown=shown, held_back=held_back, suppressed=suppressed)


def _urgency_key(recommendation: Recommendation) -> tuple[int, int]:
    return LEVELS.index(recommendation.advice.level), recommendation.rule.number
