"""For how long a card stays away: the content's window, or the client's where that is shorter."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from cds_service.model.content import LEVELS
from cds_service.model.suppression import SuppressionLimits, SuppressionPolicy, SuppressionWindow

NO_LIMITS: Final = SuppressionLimits()
OVERRIDDEN: Final = "overridden"  # CDS Hooks 2.0, "Feedback": outcome
ACCEPTED: Final = "accepted"
_CRITICAL: Final = LEVELS[0]


@dataclass(frozen=True, slots=True)
class AnswerWindows:
    """The windows of one client: the content's, or its own where they are shorter."""

    policy: SuppressionPolicy
    limits: SuppressionLimits = NO_LIMITS

    def find_window(self, rule_id: str, level: str) -> SuppressionWindow:
        """Return the window of a card of this rule and level."""
        policy, limits = self.policy, self.limits
        days = _shortest(policy.days_of(rule_id), limits.days, limits.rule_days.get(rule_id))
        is_red_flag = rule_id in policy.red_flag_rules
        if is_red_flag:
            days = _shortest(days, limits.red_flag_days)
        if level != _CRITICAL:
            return SuppressionWindow(timedelta(days=days), is_red_flag)
        hours = _shortest(policy.critical_hours, limits.critical_hours, days * 24)
        return SuppressionWindow(timedelta(hours=hours), is_guarded=True)

    def find_duration(self, rule_id: str, level: str, outcome: str, has_reason: bool) -> timedelta | None:
        """Return for how long an answer to a card holds it back, or None if it does not."""
        window = self.find_window(rule_id, level)
        return window.duration if may_suppress(window, outcome, has_reason=has_reason) else None


def may_suppress(window: SuppressionWindow, outcome: str, *, has_reason: bool) -> bool:
    """Return whether a user's answer holds a card back at all.

    A critical or red-flag card needs an override with a reason. Accepting it does not hold it back: an order that was
    placed is not yet an image, and the rule itself falls silent once the imaging is on record.
    """
    if window.is_guarded:
        return outcome == OVERRIDDEN and has_reason
    return outcome in {OVERRIDDEN, ACCEPTED}


def _shortest(number: int, *others: int | None) -> int:
    return min([number, *(other for other in others if other is not None)])
