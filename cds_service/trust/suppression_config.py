"""For how long a client's users are spared a card that they have answered, where shorter than the content's."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class SuppressionConfig:
    """A client's windows as its table defines them. None: as in the content; 0: never held back.

    `rule_days`: by rule. None may be longer than the content's, which is checked once the content is known.
    """

    days: int | None = None
    red_flag_days: int | None = None
    critical_hours: int | None = None
    rule_days: Mapping[str, int] = field(default_factory=dict)
