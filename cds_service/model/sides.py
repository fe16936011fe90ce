"""Sides of the body: of a fact, of an order, and the side for which a pattern or rule is judged."""

from collections.abc import Iterable
from enum import Enum


class Side(Enum):
    """The side a fact, order or study names. `UNSTATED` counts on each side (clinical design §1.2)."""

    LEFT = "left"
    RIGHT = "right"
    BOTH = "both"
    UNSTATED = "unstated"
    __hash__ = object.__hash__  # members are single, and Enum's own hash is slow in the keys of every look-up

    def covers(self, side: "Side") -> bool:
        """Whether something of this side counts for the side judged; `BOTH` is judged by either."""
        return self is side or self in _BOTH_OR_UNSTATED or side in _BOTH_OR_UNSTATED

    @property
    def opposite(self) -> "Side":
        """The other side; both and unstated are their own opposite."""
        return _OPPOSITE.get(self, self)

    @property
    def single_sides(self) -> tuple["Side", ...]:
        """The sides to judge for something of this side: one, or left and right."""
        return EACH_SIDE if self in _BOTH_OR_UNSTATED else (self,)


EACH_SIDE = (Side.LEFT, Side.RIGHT)
_BOTH_OR_UNSTATED = frozenset({Side.BOTH, Side.UNSTATED})
_OPPOSITE = {Side.LEFT: Side.RIGHT, Side.RIGHT: Side.LEFT}


def combine_sides(sides: Iterable[Side]) -> Side:
    """The one side that says what several say together; none says nothing."""
    stated = {side for side in sides if side is not Side.UNSTATED}
    if not stated:
        return Side.UNSTATED
    return stated.pop() if len(stated) == 1 else Side.BOTH
