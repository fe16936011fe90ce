"""For how long a card that its user has answered stays away, as the content and a client's table say it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class SuppressionPolicy:
    """The content's windows. A card that was overridden stays away for one of them, and none is without end.

    `rule_days`: the windows of rules with one of their own; all others have `days`. Cards of `red_flag_rules` and
    critical cards have shorter ones. `flags`: findings of which any change brings every card back.
    """

    days: int
    red_flag_days: int
    critical_hours: int
    red_flag_rules: frozenset[str] = frozenset()
    rule_days: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    flags: frozenset[str] = frozenset()

    def days_of(self, rule_id: str) -> int:
        """Return the window of a rule's cards that are not critical, in days."""
        days = self.rule_days.get(rule_id, self.days)
        return min(days, self.red_flag_days) if rule_id in self.red_flag_rules else days


@dataclass(frozen=True, slots=True)
class SuppressionLimits:
    """A client's own windows, each at most as long as the content's; 0: never suppressed. None: as in the content."""

    days: int | None = None
    red_flag_days: int | None = None
    critical_hours: int | None = None
    rule_days: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class SuppressionWindow:
    """For how long one card stays away. `is_guarded`: a critical or red-flag card, which only a reason holds back."""

    duration: timedelta
    is_guarded: bool
