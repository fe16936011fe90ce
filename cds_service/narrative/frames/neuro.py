"""A word for all that the nerves do, and whether a sentence sums it up, as "neurovascularly intact" does."""

from typing import Final

from cds_service.narrative.frames.small_words import NONE
from cds_service.narrative.words.items import Item, Row
from cds_service.narrative.words.lexicon import Mark

NEURO: Final = "neuro"  # the topic
_TOPIC, _RESULT, _FILLER = "topic", "result", "filler"
_DEFICIT = "deficit"
_REACH = 6  # items
_LISTS = (Mark.LIST, Mark.JOINED, Mark.STOP)


def sums_up(row: Row) -> bool:
    """Return whether a sentence sums up what the nerves do."""
    return any(row[at].concept(_TOPIC) == NEURO and is_summed_up(row, at) for at in row.kinds.get(_TOPIC, ()))


def is_summed_up(row: Row, at: int) -> bool:
    """Return whether its result follows, and no other thing that it may be of: "neuro: normal power" does not."""
    if row[at].concept(_RESULT):
        return True
    place = at + 1
    while place < len(row) and place <= at + _REACH and _is_passed(row[place]):
        place += 1
    if place >= len(row) or place > at + _REACH or not row[place].concept(_RESULT):
        return False
    if row[place].concept(_TOPIC) not in {None, NEURO}:
        return False  # "neuro: SILT" is of sensation alone
    if row[place].text.startswith(_DEFICIT):
        return any(item.text in NONE for item in row[max(0, at - _REACH) : at])
    behind = row[place + 1 : place + 2]
    return not behind or _ends(behind[0])


def _is_passed(item: Item) -> bool:
    is_small = item.is_marked(Mark.LINK) or item.is_side or item.concept(_FILLER) is not None
    return (is_small or item.concept("limb") == "leg") and not item.concept(_RESULT)


def _ends(item: Item) -> bool:
    is_small = item.is_side or item.is_marked(Mark.LINK, *_LISTS) or item.concept(_FILLER) is not None
    return is_small or item.concept("limb") is not None
