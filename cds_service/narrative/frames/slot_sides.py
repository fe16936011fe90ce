"""Find the side of what a frame reads: beside its places, else within or around all its words."""

from collections.abc import Iterable, Sequence

from cds_service.model.sides import Side, combine_sides
from cds_service.narrative.frames.clause import Slot
from cds_service.narrative.items import Row
from cds_service.narrative.sides import side_before, side_behind


def side_of(row: Row, head: int, places: Sequence[Slot], first: int, last: int) -> Side:
    """Return the side of a head at its places: "left hip and right knee arthritis" has one for each."""
    beside = _combine(_beside(row, slot.at) for slot in places)
    if beside is not Side.UNSTATED:
        return beside
    own = _beside(row, head)
    inside = _combine(item.entry.side for item in row[first : last + 1] if item.entry.side)
    around = (side_before(row, first), side_behind(row, last))
    return next((side for side in (own, inside, *around) if side is not Side.UNSTATED), Side.UNSTATED)


def _beside(row: Row, at: int) -> Side:
    sides = (row[at].side, side_before(row, at), side_behind(row, at))
    return next((side for side in sides if side is not Side.UNSTATED), Side.UNSTATED)


def _combine(sides: Iterable[Side]) -> Side:
    stated = [side for side in sides if side is not Side.UNSTATED]
    return combine_sides(stated) if stated else Side.UNSTATED
