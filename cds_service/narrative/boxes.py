"""Boxes and minus signs of forms: whether they stand before what they mark, or behind it."""

from collections.abc import Sequence

from cds_service.narrative.items import Item
from cds_service.narrative.mentions import Mention
from cds_service.narrative.tokenizer import EMPTY_BOX, TICKED

_COLON = ":"
_SIGNS = frozenset({"( - )", EMPTY_BOX, TICKED})


def is_left_blank(items: list[Item], mentions: Sequence[Mention], mention: Mention) -> bool:
    """Return whether a form's entry has no answer, but the next entry behind it: "Fever: Weight loss:"."""
    blanks = [one for one in mentions if one.last + 1 < len(items) and items[one.last + 1].text == _COLON]
    if mention not in blanks:
        return False
    nexts = {one.first for one in blanks}
    is_last = mention.last + 2 == len(items) and any(one.last + 2 == mention.first for one in blanks)
    return is_last or mention.last + 2 in nexts


def stands_behind(items: list[Item], mentions: Sequence[Mention], place: int) -> bool:
    """Return whether the item at `place` is a sign behind what it marks: none stands before the first finding."""
    if items[place].text not in _SIGNS or not mentions:
        return False
    return not any(item.text in _SIGNS for item in items[: mentions[0].first])
