"""Which of the recommendations are shown: most urgent first, few, and never the same order twice."""

from collections import Counter
from dataclasses import replace

from cds_service.model.content import LEVELS, Policy
from cds_service.model.decision import Decision, Recommendation


def rank(spoken: list[Recommendation], policy: Policy) -> tuple[tuple[Recommendation, ...], tuple[Recommendation, ...]]:
    """What is shown, in order, and what is held back (clinical design §1.6). A critical card is never held back."""
    shown: list[Recommendation] = []
    held_back: list[Recommendation] = []
    taken: Counter[str] = Counter()
    for candidate in sorted(spoken, key=_urgency):
        orders = [order.source.reference for order in candidate.orders]
        if candidate.row.level == LEVELS[0] or _has_room(len(shown), orders, taken, policy):
            shown.append(candidate)
            taken.update(orders)
        else:
            held_back.append(candidate)
    return tuple(shown), tuple(held_back)


def for_exempt_role(decision: Decision) -> Decision:
    """The decision for a user whose role the site exempts from the least urgent cards; all others are shown."""
    kept = tuple(one for one in decision.shown if one.row.level != LEVELS[-1])
    exempted = tuple(one for one in decision.shown if one.row.level == LEVELS[-1])
    return replace(decision, shown=kept, exempted=exempted)


def _urgency(candidate: Recommendation) -> tuple[int, int]:
    return LEVELS.index(candidate.row.level), candidate.rule.number


def _has_room(shown: int, orders: list[str], taken: Counter[str], policy: Policy) -> bool:
    return shown < policy.cards_per_call and all(taken[order] < policy.cards_per_order for order in orders)
