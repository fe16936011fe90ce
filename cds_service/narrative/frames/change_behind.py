"""Find what an action changes where that stands behind it: "walking makes it worse", "sitting does not help"."""

from typing import Final

from cds_service.narrative.frames.calm import PAINLESS, VAGUE, closes
from cds_service.narrative.frames.changes import (
    ACTION,
    BETTER,
    LED,
    LISTS,
    LOW_BACK,
    MAX_UNKNOWN,
    OCCASION,
    PAIN,
    SAME,
    Changes,
    Governing,
    breaks,
    change_of,
)
from cds_service.narrative.frames.sites import QUALITY, REGION
from cds_service.narrative.frames.subject import is_denial
from cds_service.narrative.words.items import Item, Role, Row

_REACH: Final = 8  # items between an action and its change
_LED_WITHIN: Final = 5  # items behind a comma: "no better with bending"
_ENDING: Final = "ending"  # a word of relief where nothing follows
_ASIDE: Final = "aside"  # when, and where
_CART, _RELATIVES = "cart", frozenset({"which", "that"})
_NEITHER: Final = frozenset({"neither", "nothing", "none", "no"})  # "walking aggravates neither the back nor the leg"
_TO, _AND, _FOR, _COMMA = "to", frozenset({"and", "then"}), "for", ","


def change_behind(changes: Changes, row: Row, place: int, action: str) -> Governing | None:
    """Return the change behind an action: "walking makes it worse", "sitting does not help"."""
    unknown, is_denied, is_joined, is_series, occasion = 0, False, False, False, ""
    for at in range(place + 1, min(len(row), place + _REACH)):
        item = row[at]
        change = PAIN if is_denied and item.concept(QUALITY) == VAGUE else change_of(item)
        if change == _ENDING:
            change = BETTER if closes(row, at) else None  # "sits and it goes", not "it goes to the foot"
        if item.concept(QUALITY) == PAINLESS and changes.meaning_of(PAIN, action):
            return Governing(at, PAIN, is_denied=True)
        if change and changes.meaning(item, change, action):
            is_taken = bool(occasion) and change != PAIN and not (occasion == _TO and change == BETTER)
            is_taken = is_taken or (is_joined and not is_series and change not in {BETTER, SAME, *LED})
            is_denied = is_denied or (at + 1 < len(row) and row[at + 1].text in _NEITHER)
            return None if is_taken else Governing(at, change, is_denied=is_denied)
        if item.is_marked(*LISTS):
            is_joined = is_joined or item.text in _AND or _leads_to_same(row, at)
            if not _goes_on(row, at, is_joined=is_joined):
                return None
            is_series = bool(row[at + 1].concept(ACTION))  # "walking and standing hurt"
        elif is_joined and item.concept(ACTION):
            if not is_series:
                return None
        elif is_denial(item):
            is_denied = True
        elif is_joined and item.role is Role.PAIN:
            continue  # "bends forward and the leg pain goes"
        elif item.concept(OCCASION) and at + 1 < len(row) and row[at + 1].concept(_ASIDE):
            continue  # "sits, and within a minute it settles"
        elif item.concept(OCCASION) and item.role is not Role.RUN:
            occasion = item.text
        elif item.text in _RELATIVES and (action == _CART or at == place + 1):
            continue  # "a trolley for support, which eases it", "it is walking that hurts"
        elif _ends_change(item, is_joined=is_joined) or (item.text == _FOR and occasion):
            return None
        else:
            unknown += item.is_unknown and not item.entry.concepts
            if unknown > MAX_UNKNOWN:
                return None
    return None


def _leads_to_same(row: Row, at: int) -> bool:
    """Return whether what makes no difference follows, and not of another action: "sitting OK, no better bending"."""
    is_same = at + 1 < len(row) and change_of(row[at + 1]) == SAME
    return is_same and not any(item.concept(ACTION) for item in row[at + 2 : at + _LED_WITHIN])


def _goes_on(row: Row, at: int, *, is_joined: bool) -> bool:
    """Return whether a list of actions goes on, or its change follows: "sitting and walking", "sits, no different"."""
    if at + 1 >= len(row) or not (row[at + 1].concept(ACTION) or is_joined):
        return False
    return row[at].text != _COMMA or _leads_to_same(row, at)


def _ends_change(item: Item, *, is_joined: bool) -> bool:
    """Return whether no change of an action follows. `is_joined`: the action is one of several."""
    is_elsewhere = item.role is Role.PLACE and item.concept(REGION) != LOW_BACK
    return (is_elsewhere and not is_joined) or breaks(item)
