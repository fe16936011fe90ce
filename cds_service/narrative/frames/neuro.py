"""A word for all that the nerves do, and whether a sentence sums it up, as "neurovascularly intact" does."""

from collections.abc import Callable
from typing import Final

from cds_service.narrative.frames.small_words import NONE
from cds_service.narrative.words.items import Item, Row
from cds_service.narrative.words.lexicon import Mark

NEURO: Final = "neuro"  # the topic
_TOPIC, _RESULT, _FILLER = "topic", "result", "filler"
_DEFICIT, _WHOLE = "deficit", "whole"
_NO = frozenset({"n", "( - )", "[ - ]", "-ve", "- ve", "negative", "neg", "absent"})  # behind a deficit
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


def denies_deficit(row: Row, at: int, is_deficit: Callable[[Item], bool], is_topic: Callable[[Item], bool]) -> bool:
    """Return whether a word denies the deficit that is named before it, and grades nothing: "numb foot (-)"."""
    if row[at].text not in _NO:
        return False
    if at == 0 and len(row) > 1 and row[1].text == ":":
        return any(map(is_deficit, row))  # "neg: tingling in the leg, foot pain"
    named = next((item for item in reversed(row[:at]) if is_deficit(item) or is_topic(item)), None)
    is_end = at + 1 == len(row) or row[at + 1].is_marked(Mark.LIST)
    return is_end and named is not None and is_deficit(named)


def is_part(item: Item) -> bool:
    """Return whether an item names a part of a leg: not the limb, nor a range of roots."""
    is_range = item.concept("root") is not None and sum(character.isdigit() for character in item.text) > 1
    return item.concept(_WHOLE) is None and not is_range
