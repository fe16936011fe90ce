"""Read tallies of where it hurts and how much: "groin 0, buttock ++", "Groin - nil. LS - ++ on R", "calf 0"."""

from collections.abc import Iterator, Sequence
from typing import Final

from cds_service.narrative.frames.sites import QUALITY, REGION, TENDER
from cds_service.narrative.words.items import Item, Role
from cds_service.narrative.words.lexicon import Mark

_PLUS: Final = "+"
_ZERO: Final = "0"
_WORDS: Final = frozenset({"nil", "none", "denied", "-ve", "neg"})
_SIGNS: Final = frozenset({_PLUS, _ZERO, "nil", "none", "denied", "neg", "ve"})  # words of a sentence
_SMALL: Final = frozenset({"-", ":", "(", ")", "=", "on"})
_JOINED: Final = frozenset({"knee", "ankle"})  # whose signs may be those of reflexes
_ENDS: Final = frozenset({",", "(", ")", "-"})
_LONGEST: Final = 30  # items


def read_tally(items: Sequence[Item], words: Sequence[str]) -> list[tuple[int, int]]:
    """Return the places of a sentence that is a tally, each up to its plus signs. What denies is left to its cue."""
    if _SIGNS.isdisjoint(words) or len(items) > _LONGEST:
        return []
    if not all(_belongs(items, at) for at in range(len(items))):
        return []
    entries = list(_entries(items))
    return [] if {items[place].concept(REGION) for place, _ in entries} <= _JOINED else entries


def _entries(items: Sequence[Item]) -> Iterator[tuple[int, int]]:
    waiting: list[int] = []
    for at, item in enumerate(items):
        if item.role is Role.PLACE and not (at and _leads(items, at - 1)):
            waiting.append(at)
        elif _leads(items, at):
            yield at + 1, at + 1
        elif _is_sign(items, at):
            yield from ((place, at if item.text.startswith(_PLUS) else place) for place in waiting)
            waiting = []
        elif item.is_marked(Mark.LIST) and item.text == ",":
            waiting = []


def _is_sign(items: Sequence[Item], at: int) -> bool:
    """Return whether an item says how much. One plus joins, and "none" may lead on, unless an entry ends behind it."""
    text = items[at].text
    if text != _PLUS and text not in _WORDS:
        return text.startswith(_PLUS) or text == _ZERO
    if 0 < at < len(items) - 1 and items[at - 1].is_side and items[at + 1].is_side:
        return False  # "hip L+R"
    behind = next((item for item in items[at + 1 :] if not item.is_side), None)
    return behind is None or behind.text in _ENDS


def _leads(items: Sequence[Item], at: int) -> bool:
    """Return whether a word denies the place behind it, at the opening of an entry: "nil groin, buttock ++"."""
    is_opening = at == 0 or items[at - 1].text == ","
    is_place = at + 1 < len(items) and items[at + 1].role is Role.PLACE
    return items[at].text in _WORDS and is_opening and is_place


def _belongs(items: Sequence[Item], at: int) -> bool:
    """Return whether an item may stand in a tally: a place, its side, its sign, or what joins and titles them."""
    item = items[at]
    if (
        item.role is Role.PLACE
        or _is_sign(items, at)
        or _leads(items, at)
        or item.is_side
        or item.text in _SMALL
        or item.is_marked(Mark.LIST)
    ):
        return True
    is_title = item.role is Role.PAIN_WORD and item.concept(QUALITY) != TENDER and at == 0
    return is_title or (item.role is Role.BRIDGE and item.number < 0 and not item.entry.cues)
