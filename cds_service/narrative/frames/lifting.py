"""Lifting a foot, which a dropped one does not: "cannot lift his foot", "can't get her toes up"."""

from typing import Final

from cds_service.narrative.words.items import Row
from cds_service.narrative.words.lexicon import Mark

LIFTED: Final = "lifted"  # the kind of words for what is lifted
AIM: Final = "aim"  # the kind of words for what one lifts a foot to reach: a stiff hip hinders that, too
_LIFT, _UPWARDS = "lift", "upwards"
_UP: Final = frozenset({"up", "off", "off the floor", "off the ground"})
_REACH = 4  # items


def lifts_foot(row: Row, at: int) -> bool:
    """Return whether a verb at a place is said of a foot, with the word "up" if it needs that."""
    if AIM in row.kinds:
        return False
    if row[at].concept(_LIFT) == "foot":
        return True
    needs_up, is_up = row[at].concept(_LIFT) == _UPWARDS, False
    is_foot = False
    for item in row[at + 1 : at + 1 + _REACH]:
        is_foot = is_foot or item.concept(LIFTED) is not None
        is_up = is_up or item.text in _UP
        if is_foot and (is_up or not needs_up):
            return True
        if item.is_marked(Mark.STOP, Mark.LIST):
            break
    return False
