"""For how long a card stays away: the content's window, or the client's where that is shorter."""

from datetime import timedelta
from typing import Final

from cds_service.model.content import LEVELS
from cds_service.model.suppression import SuppressionLimits, SuppressionPolicy, SuppressionWindow

NO_LIMITS: Final = SuppressionLimits()
OVERRIDDEN: Final = "overridden"  # CDS Hooks 2.0, "Feedback": outcome
ACCEPTED: Final = "accepted"
_CRITICAL: Final = LEVELS[0]


def find_window(policy: SuppressionPolicy, limits: SuppressionLimits, rule_id: str, level: str) -> SuppressionWindow:
    """Return the window of a card of this rule and level."""
    days = _shorter(policy.days_of(rule_id), limits.days, limits.rule_days.get(rule_id))
    is_red_flag = rule_id in policy.red_flag_rules
    if is_red_flag:
        days = _shorter(days, limits.red_flag_days)
    if level != _CRITICAL:
        return SuppressionWindow(timedelta(days=days), is_red_flag)
    hours = _shorter(policy.critical_hours, limits.critical_hours, days * 24)
    return SuppressionWindow(timedelta(hours=hours), True)


def may_suppress(window: SuppressionWindow, outcome: str, *, has_reason: bool) -> bool:
    """Return whether a user's answer holds a card back at all.

    A critical or red-flag card needs an override with a reason. Accepting it does not hold it back: an order that was
    placed is not yet an image, and the rule itself falls silent once the imaging is on record.
    """
    if window.is_guarded:
        return outcome == OVERRIDDEN and has_reason
    return outcome in {OVERRIDDEN, ACCEPTED}


def _shorter(days: int, *others: int | None) -> int:
    return min([days, *(other for other in others if other is not None)])
