"""Tell "left" and "right" that are sides from those that are not: "right in the groin", "hardly any rotation left"."""

from collections.abc import Sequence
from typing import Final

_RIGHT, _LEFT = "right", "left"
_BEHIND_ADVERB: Final = frozenset(
    {
        "in", "over", "at", "through", "across", "along", "around", "into", "up", "round", "under", "where", "behind",
        "next", "beside", "above", "below", "from", "inside", "there", "here",
    }
)  # fmt: skip
_BEFORE_SIDE: Final = frozenset({"", "the", "on", "(", ":", "-", "/", ",", "and", "or", "left", "both"})
# Before what is left over; at the end of a clause "no reflex left" may name the side.
_LITTLE: Final = frozenset({"hardly", "barely", "scarcely", "little", "much", "enough"})
_NO_OR_LITTLE: Final = _LITTLE | {"no", "any", "some", "only"}
_BOTH, _LEADING, _ONE = "both", frozenset({"on", "the", "to", "of"}), frozenset({"left", "right", "l", "r"})
_AND: Final = frozenset({"and", "&", "+", "/", "or", ","})
_OCCASIONS: Final = frozenset({"before", "after", "during", "day", "night", "when", "while"})
_WHERE: Final = frozenset({"in", "at"})
_OF: Final = "of"
_REACH: Final = 6  # words
_NEAR: Final = 3


def is_no_side(words: Sequence[str], place: int) -> bool:
    """Return whether the word at a place only looks like a side."""
    return _is_adverb(words, place) or _is_left_over(words, place) or _is_of_one_side(words, place)


def _is_of_one_side(words: Sequence[str], place: int) -> bool:
    """Return whether "both" are two times, or two things of the one side that is named behind: "both on the left"."""
    if words[place] != _BOTH:
        return False
    at = place + 1
    while at < len(words) and words[at] in _LEADING:
        at += 1
    if at < len(words) and words[at] in _OCCASIONS:
        return True  # "both before and after"
    is_one = at < len(words) and words[at] in _ONE
    return is_one and (at + 1 == len(words) or words[at + 1] not in _AND)


def _is_adverb(words: Sequence[str], place: int) -> bool:
    """Return whether "right" is no side: "pain right in the groin", but "on the right in the groin"."""
    if words[place] != _RIGHT or place + 1 >= len(words) or words[place + 1] not in _BEHIND_ADVERB:
        return False
    before = words[place - 1] if place else ""
    is_number = place + 2 < len(words) and words[place + 2][0].isdecimal()
    return before not in _BEFORE_SIDE and not is_number


def _is_left_over(words: Sequence[str], place: int) -> bool:
    """Return whether "left" tells what remains: "no rotation left in the right hip", "10 degrees of rotation left"."""
    if words[place] != _LEFT or not place or words[place - 1] in _BEFORE_SIDE:
        return False
    before = words[max(0, place - _REACH) : place]
    is_amount = not _LITTLE.isdisjoint(before) or ("only" in before and _OF in before[-_NEAR:])
    if place + 1 == len(words):
        return is_amount
    return words[place + 1] in _WHERE and not _NO_OR_LITTLE.isdisjoint(before)
