"""Sides of the body: of a fact, of an order, and the side for which a pattern or rule is evaluated."""

from collections.abc import Iterable
from enum import Enum


class Side(Enum):
    """The side that a fact, order or study names. `UNSTATED` counts for each side (clinical design §1.2)."""

    LEFT = "left"
    RIGHT = "right"
    BOTH = "both"
    UNSTATED = "unstated"
    __hash__ = object.__hash__  # faster than Enum's own in the keys of every look-up; members are singletons

    def covers(self, side: "Side") -> bool:
        """Return whether something on this side counts for the given side; for `BOTH`, either side counts."""
        return self is side or self in _BOTH_OR_UNSTATED or side in _BOTH_OR_UNSTATED

    @property
    def opposite(self) -> "Side":
        """The other side. `BOTH` and `UNSTATED` are their own opposites."""
        return _OPPOSITE.get(self, self)

    @property
    def single_sides(self) -> tuple["Side", ...]:
        """The sides to evaluate for something on this side: one, or left and right."""
        return EACH_SIDE if self in _BOTH_OR_UNSTATED else (self,)


EACH_SIDE = (Side.LEFT, Side.RIGHT)
_BOTH_OR_UNSTATED = frozenset({Side.BOTH, Side.UNSTATED})
_BOTH, _UNSTATED = Side.BOTH, Side.UNSTATED
_OPPOSITE = {Side.LEFT: Side.RIGHT, Side.RIGHT: Side.LEFT}


def combine_sides(sides: Iterable[Side]) -> Side:
    """Return the one side that stands for several: unstated sides are ignored, left and right give both."""
    combined = _UNSTATED
    for side in sides:
        if combined is _UNSTATED:
            combined = side
        elif side is not combined and side is not _UNSTATED:
            return _BOTH
    return combined
