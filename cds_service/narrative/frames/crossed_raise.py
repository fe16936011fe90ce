"""Find that raising one leg brings on the pain of the other, a crossed test: "SLR L gives pain down the R leg"."""

from collections.abc import Iterator
from typing import Final

from cds_service.model.sides import Side
from cds_service.narrative.frames.provoked_pain import hurts, is_sciatica
from cds_service.narrative.mentions import Mention
from cds_service.narrative.words.items import Row
from cds_service.narrative.words.lexicon import Mark, PhraseMeaning

LIFT: Final = "lift"
_RESULT, _PROVOKING, _LIMB, _LEG, _RAISE = "result", "provoking", "limb", "leg", "raise"
_OTHER: Final = {Side.LEFT: Side.RIGHT, Side.RIGHT: Side.LEFT}
_NEAR, _FAR = 4, 8  # items


def is_crossed(row: Row, test: int, result: int) -> bool:
    """Return whether a test on one leg is told to bring on the pain of the other."""
    if row[result].concept(_RESULT) != _PROVOKING or result < test:
        return False
    raised = _side_in(row, test + 1, result) or _side_in(row, max(0, test - 2), test)
    return raised is not None and _hurts_other(row, result, raised)


def find_crossed_raises(row: Row, meaning: PhraseMeaning) -> Iterator[Mention]:
    """Yield where a leg that is raised brings on the pain of the other: "lifting the R leg brings on L thigh pain"."""
    for at in row.kinds.get(LIFT, ()):
        leg = raised_leg(row, at)
        if leg is None:
            continue
        raised = row[leg].side if row[leg].side in _OTHER else _side_in(row, at, leg)
        result = next((one for one in row.kinds.get(_RESULT, ()) if leg < one <= leg + _NEAR), -1)
        is_told = raised is not None and result > 0 and row[result].concept(_RESULT) == _PROVOKING
        if is_told and raised is not None and _hurts_other(row, result, raised):
            yield Mention(at, meaning, at, result, parts=(at, leg), results=(result,))


def raised_leg(row: Row, at: int) -> int | None:
    """Return the place of the leg that is raised by a word at a place: "lifting the R leg"."""
    if row[at].concept(LIFT) != _RAISE:
        return None
    return next((one for one in range(at + 1, min(at + _NEAR, len(row))) if row[one].concept(_LIMB) == _LEG), None)


def _side_in(row: Row, first: int, end: int) -> Side | None:
    sides = {item.entry.side for item in row[first:end] if item.is_side}
    side = sides.pop() if len(sides) == 1 else None
    return side if side in _OTHER else None


def _hurts_other(row: Row, result: int, raised: Side) -> bool:
    """Return whether a pain follows whose side is the other: the first that is told."""
    end = next((at for at in range(result + 1, len(row)) if row[at].is_marked(Mark.LIST, Mark.STOP)), len(row))
    behind = row[result + 1 : min(end, result + 1 + _FAR)]
    sides = (item.entry.side or item.side for item in behind if item.is_side or item.side in _OTHER)
    return next(sides, None) is _OTHER[raised] and any(hurts(item) or is_sciatica(item) for item in behind)
