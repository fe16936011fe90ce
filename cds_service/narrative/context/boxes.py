"""Boxes and minus signs of forms: whether they stand before what they mark, or behind it."""

from collections.abc import Sequence

from cds_service.narrative.mentions import Mention
from cds_service.narrative.words.items import Item, Row
from cds_service.narrative.words.tokenizer import BLANK, CROSS, EMPTY_BOX, TICKED

_SIGNS = frozenset({"( - )", "( + )", EMPTY_BOX, TICKED, CROSS, BLANK})


def stands_behind(items: list[Item], mentions: Sequence[Mention], place: int) -> bool:
    """Return whether the item at `place` is a sign behind what it marks: none stands before the first finding."""
    if items[place].text not in _SIGNS or not mentions:
        return False
    return not any(item.text in _SIGNS for item in items[: mentions[0].first])


def is_unticked(items: Row) -> bool:
    """Return whether a list has boxes, and nobody ticked one."""
    return EMPTY_BOX in items.sentence.words and TICKED not in items.sentence.words
