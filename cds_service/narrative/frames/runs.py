"""Look around a word for where a pain goes: the words that lead there, and those that it follows."""

from collections.abc import Sequence
from itertools import islice
from typing import Final

from cds_service.narrative.frames.sites import ASPECT, PRONOUN, RUN
from cds_service.narrative.items import Item, Role
from cds_service.narrative.lexicon import Mark

WAY: Final = "way"  # a direction: needs a pain, or another word of radiation, before it
_COMMA, _SINCE = ",", "since"
_HAS = frozenset({"that", "has", "had", "have"})  # "pain that has gone into the leg"
_GOING = frozenset(
    {
        "moving",
        "moving into",
        "moving down",
        "spreading",
        "shooting",
        "tracking",
        "travelling",
        "traveling",
        "extending",
        "creeping",
        "radiating",
        "spilling into",
    }
)
_MAX_UNKNOWN = 3  # unknown words between a pain and the word that says where it goes
_REACH = 8  # items that are looked at


def leads_to_run(items: Sequence[Item], place: int, *, runs: bool) -> bool:
    """Return whether a few unknown words lead on to where the pain goes: "radiating by now down the leg"."""
    unknown, is_dated = 0, False
    for at, item in enumerate(islice(items, place, place + _REACH), place):
        if item.role is Role.RUN:
            return not is_dated and (runs or item.concept(RUN) != WAY)
        if item.text == _SINCE:
            is_dated = True  # "since May, spreading into the buttock", but not "since going to the clinic"
            continue
        if item.text == _COMMA and at + 1 < len(items) and items[at + 1].text in _GOING:
            return True
        if item.is_unknown and (item.concept(ASPECT) or not item.entry.concepts):
            unknown += 1
        elif item.role is not Role.BRIDGE and item.text not in _HAS:
            return False
        if unknown > _MAX_UNKNOWN:
            return False
    return False


def runs_behind(items: Sequence[Item], place: int) -> bool:
    """Return whether what stands at `place` goes somewhere: "the pain then spread"."""
    unknown = 0
    for item in islice(items, place + 1, place + _REACH):
        if item.role is Role.RUN:
            return True
        unknown += item.is_unknown
        if unknown > _MAX_UNKNOWN or not (item.is_unknown or item.role is Role.BRIDGE):
            return False
    return False


def follows_motion(items: Sequence[Item], place: int) -> bool:
    """Return whether a word that may introduce a movement stands before `place`: "pain with hip flexion"."""
    at = place - 1
    while at >= 0 and items[at].is_side:
        at -= 1
    return at >= 0 and items[at].is_marked(Mark.MOTION)


def is_spoken_of(items: Sequence[Item], place: int) -> bool:
    """Return whether a pronoun is the subject of the word at `place`, or a side at the start of the sentence."""
    unknown, is_sided = 0, False
    for at in range(place - 1, max(-1, place - _REACH), -1):
        item = items[at]
        if item.concept(PRONOUN):
            return True
        is_sided = is_sided or item.is_side
        unknown += item.is_unknown
        if unknown > _MAX_UNKNOWN or not (item.is_unknown or item.role is Role.BRIDGE or item.text == _COMMA):
            return False
    return is_sided and place < _REACH
