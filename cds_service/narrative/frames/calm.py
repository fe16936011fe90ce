"""Words by which a place does not hurt: "back fine", "no leg symptoms", "nothing in the hip"."""

from collections.abc import Sequence
from typing import Final

from cds_service.narrative.frames.sites import QUALITY
from cds_service.narrative.frames.subject import is_denial
from cds_service.narrative.items import Item, Role
from cds_service.narrative.lexicon import Mark

VAGUE: Final = "vague"  # "trouble": it may be pain, so that its denial denies pain
_PAINLESS, _FINE, _NOTHING = "painless", "fine", "nothing"
_LISTS = (Mark.LIST, Mark.JOINED)
_NOW = frozenset({"now", "today", "currently", "since", "too", "at present", "either", "both sides", "at all", "any more", "anymore", "of late", "generally", "otherwise"})
_WITH = frozenset({"with", "in", "from", "w /"})
_COPULAS = frozenset({"is not", "isnt", "was not", "wasnt", "are not", "arent", "does not", "doesnt", "did not", "not"})
_SMALL = frozenset({Role.BRIDGE, Role.LIST})
_REACH = 8  # items


def is_well(items: Sequence[Item], place: int) -> bool:
    """Return whether a word behind places says that they do not hurt: "fine" does where its clause ends."""
    quality = items[place].concept(QUALITY)
    return quality == _PAINLESS or (quality == _FINE and closes(items, place))


def is_vague(items: Sequence[Item], place: int, first: int) -> bool:
    """Return whether a word behind places is a denied complaint of any kind: "no back or leg symptoms"."""
    return items[place].concept(QUALITY) == VAGUE and is_denied(items, first)


def is_denied(items: Sequence[Item], place: int) -> bool:
    """Return whether a denial stands right before a place."""
    at = _before(items, place)
    return at >= 0 and is_denial(items[at])


def says_nothing(items: Sequence[Item], place: int) -> bool:
    """Return whether a word says that nothing hurts at the places behind it, and these end their clause."""
    return items[place].concept(QUALITY) == _NOTHING and _leads_to_places(items, place + 1)


def begins_vaguely(items: Sequence[Item], place: int) -> bool:
    """Return whether a denied complaint leads to its places: "no trouble with the back", "no problems in the hips"."""
    item = items[place]
    is_led = item.concept(QUALITY) == VAGUE and is_denied(items, place)
    is_led = is_led or (item.concept(QUALITY) == _PAINLESS and item.text.startswith("no "))
    behind = items[place + 1] if place + 1 < len(items) else None
    is_with = behind is not None and (behind.text in _WITH or item.text.endswith(tuple(_WITH)))
    return is_led and is_with and _leads_to_places(items, place + 1)


def is_copula(items: Sequence[Item], place: int, pain: int) -> bool:
    """Return whether a denial says of the pain right before it where it is not: "the pain is not in the groin"."""
    return items[place].text in _COPULAS and _before(items, place) == pain


def _before(items: Sequence[Item], place: int) -> int:
    at = place - 1
    while at >= 0 and (items[at].role is Role.BRIDGE or items[at].concept("filler")) and not items[at].entry.cues:
        at -= 1
    return at


def closes(items: Sequence[Item], place: int) -> bool:
    behind = items[place + 1] if place + 1 < len(items) else None
    return behind is None or behind.text in _NOW or behind.text == ")" or behind.is_marked(Mark.STOP, *_LISTS)


def _leads_to_places(items: Sequence[Item], place: int) -> bool:
    """Return whether places stand here, alone or as a list, and nothing that they are only a part of."""
    is_led = False
    for at in range(place, min(len(items), place + _REACH)):
        item = items[at]
        if item.role is Role.PLACE:
            is_led = True
        elif item.is_marked(*_LISTS) and is_led:
            behind = items[at + 1] if at + 1 < len(items) else None
            if item.text == "," and (behind is None or behind.role is not Role.PLACE):
                return True
        elif not (item.role in _SMALL or (item.role is Role.RUN and not is_led)):
            return is_led and not (item.is_unknown or item.entry.saying or item.role is not Role.BREAK)
    return is_led
