"""Which of the recommendations are shown: most urgent first, few, and never the same order twice."""

from collections import Counter
from dataclasses import replace

from cds_service.model.content import LEVELS, Policy
from cds_service.model.decision import Decision, Recommendation


def rank_recommendations(
    recommendations: list[Recommendation], policy: Policy
) -> tuple[tuple[Recommendation, ...], tuple[Recommendation, ...]]:
    """What is shown, in order, and what is held back (clinical design §1.6). A critical card is never held back."""
    shown: list[Recommendation] = []
    held_back: list[Recommendation] = []
    taken: Counter[str] = Counter()
    for candidate in sorted(recommendations, key=_urgency_key):
        orders = [order.source.reference for order in candidate.orders]
        if candidate.advice.level == LEVELS[0] or _is_within_limits(len(shown), orders, taken, policy):
            shown.append(candidate)
            taken.update(orders)
        else:
            held_back.append(candidate)
    return tuple(shown), tuple(held_back)


def without_info_cards(decision: Decision) -> Decision:
    """The decision for a user whose role the site exempts from the least urgent cards; all others are shown."""
    kept = tuple(one for one in decision.shown if one.advice.level != LEVELS[-1])
    exempted = tuple(one for one in decision.shown if one.advice.level == LEVELS[-1])
    return replace(decision, shown=kept, hidden_for_role=exempted)


def _urgency_key(recommendation: Recommendation) -> tuple[int, int]:
    return LEVELS.index(recommendation.advice.level), recommendation.rule.number


def _is_within_limits(
    shown_count: int, order_references: list[str], cards_by_order: Counter[str], policy: Policy
) -> bool:
    return shown_count < policy.cards_per_call and all(
        cards_by_order[order] < policy.cards_per_order for order in order_references
    )
