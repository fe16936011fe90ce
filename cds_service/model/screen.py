"""The groups of the safety screen: what may be a reason to act, for how long, and which advice it stops."""

from dataclasses import dataclass
from typing import Final

ALL_RESTRAINT: Final = "all"  # in `stops`: every advice of restraint


@dataclass(frozen=True, slots=True)
class ScreenGroup:
    """A group of the safety screen (clinical design, second edition, R1).

    `stops`: the ids of the rules whose restraint a hit stops, or "all". `window_days`: how long a hit counts; None if
    it never expires. `clock`: what the window runs from, "recorded", "since-pain" or "sphincter".
    `is_always`: in rule 14 a hit of any date counts. `is_sided`: a hit counts only for its own side.
    """

    id: str
    label: str
    stops: frozenset[str]
    window_days: int | None
    clock: str
    is_always: bool = False
    is_sided: bool = False
