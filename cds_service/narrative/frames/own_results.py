"""Tell what beside a test takes a result of its own: "SLR 40, AJ absent", "Trendelenburg +ve and IR normal"."""

from typing import Final

from cds_service.narrative.words.items import Row
from cds_service.narrative.words.lexicon import Mark

_JOINT_MOVES: Final = "internal"
_NEAR: Final = 4  # items


def takes_own_result(row: Row, at: int) -> bool:
    """Return whether a jerk, a rotation, or a muscle or power with its grade is named."""
    item = row[at]
    if item.concept("filler") or item.concept("position"):
        return False
    return item.concept("reflex") is not None or item.concept("motion") == _JOINT_MOVES or _is_graded(row, at)


def _is_graded(row: Row, at: int) -> bool:
    """Return whether a muscle or power is named, with a grade right behind it: "EHL 4/5 R, SLR 80 L"."""
    if row[at].concept("muscle") is None and row[at].concept("topic") != "strength":
        return False
    for item in row[at + 1 : at + 1 + _NEAR]:
        if item.concept("grade"):
            return True
        if item.is_marked(Mark.LIST, Mark.STOP) or item.concept("test"):
            return False
    return False
