"""Find that an action does not hurt, told behind it: "walks 5 miles daily, no pain", "walking OK"."""

from typing import Final

from cds_service.narrative.frames.calm import NOTHING, PAINLESS, closes
from cds_service.narrative.frames.changes import (
    ACTION,
    LISTS,
    LONG_RUN,
    PAIN,
    PERSON,
    SAME,
    WALKING,
    Governing,
    change_of,
)
from cds_service.narrative.frames.sites import QUALITY
from cds_service.narrative.frames.subject import is_denial
from cds_service.narrative.words.items import Item, Role, Row
from cds_service.narrative.words.lexicon import Mark

_ACTIONS: Final = frozenset({WALKING, LONG_RUN})
_WALKS: Final = ("walk", "can walk", "mobilis", "ambulat", "wb", "weight bearing")
# Who does not, or hardly, walks has no pain by that.
_NOT_DONE: Final = frozenset(
    {"stopped", "avoids", "avoiding", "longer", "gave", "given", "rarely", "only", "unable", "hardly", "barely", "few"}
)
_WELL: Final = frozenset(
    {
        "ok",
        "okay",
        "fine",
        "not a problem",
        "no problem",
        "no problems",
        "isnt a problem",
        "is not a problem",
        "is no problem",
        "is ok",
        "is fine",
        "painless",
    }
)
_AFTER: Final = frozenset({"after", "afterwards", "with it", "doing so", "on walking", "when walking", "at all"})
_RISING, _WALKING_ITSELF = "rising", "walking"  # "walks ok" tells of the gait
_EASY: Final = frozenset(
    {"without trouble", "without difficulty", "without a problem", "with ease", "easily", "no trouble", "no difficulty"}
)
_OTHERS: Final = frozenset({Role.PAIN, Role.PAIN_WORD, Role.PLACE, Role.ELSEWHERE})
_FIRST: Final = "first"  # steps
_BEING: Final = frozenset({"is", ":", "-", "all"})
_REACH: Final = 12  # items between an action and the pain that there is not
_NEAR: Final = 3  # words before an action


def unhindered(row: Row, place: int, action: str) -> Governing | None:
    """Return the words behind an action which say that it does not hurt, as a pain that is denied."""
    if action == _RISING and place + 1 < len(row) and row[place + 1].text in _EASY and closes(row, place + 1):
        return Governing(place + 1, PAIN, is_denied=True)
    if action == _RISING and row[place].text.startswith(_FIRST) and (at := _painless(row, place)) is not None:
        return Governing(at, PAIN, is_denied=True)
    if action not in _ACTIONS or not _is_done(row, place, action):
        return None
    at = _painless(row, place)
    if at is None or any(_hurts(row, at, one) for one in range(at + 1, len(row))):
        return None
    return Governing(at, PAIN, is_denied=True)


def is_none(row: Row, at: int, place: int) -> bool:
    """Return whether no pain comes with an action that ends its clause: "groin pain on runs, but none with walking"."""
    is_nothing = row[at].concept(QUALITY) == NOTHING and closes(row, place)
    return is_nothing and any(item.role in {Role.PAIN, Role.PAIN_WORD} for item in row[:at])


def well_before(row: Row, place: int, action: str) -> Governing | None:
    """Return the word before walking that says that it does not hurt, and opens its clause: "fine walking the dog"."""
    at = place - 1
    if action != WALKING or at < 0 or row[at].text not in _WELL or not closes(row, place):
        return None
    before = row[at - 1] if at else None
    is_opening = before is None or before.is_marked(*LISTS) or before.concept(PERSON) is not None
    return Governing(at, PAIN, is_denied=True) if is_opening else None


def _is_done(row: Row, place: int, action: str) -> bool:
    """Return whether someone does walk or run: it is not denied, given up or hardly done."""
    first, end = row.words(place, place)
    words = row.sentence.words[max(0, first - _NEAR) : end + _NEAR]
    is_denied = place > 0 and is_denial(row[place - 1])
    is_walk = action != WALKING or row[place].text.startswith(_WALKS)
    return is_walk and not is_denied and _NOT_DONE.isdisjoint(words)


def _painless(row: Row, place: int) -> int | None:
    """Return the place where it is said not to hurt, in the clause of the action or the next."""
    commas, denied = 0, False
    for at in range(place + 1, min(len(row), place + _REACH)):
        item = row[at]
        is_next = all(one.text in _BEING for one in row[place + 1 : at])
        if _is_well(item, is_next=is_next and _is_exercise(row[place])):
            return at if closes(row, at) else None
        if denied and item.role is Role.PAIN_WORD:
            return at if _is_end(row, at) else None
        commas += item.is_marked(*LISTS) and item.text != "/"
        is_small = item.is_marked(Mark.LINK, Mark.JOINED) or item.text == "any" or _is_joined(row, at)
        if commas > 1 or (denied and not is_small) or _breaks(item):
            return None
        denied = denied or is_denial(item)
    return None


def _is_joined(row: Row, at: int) -> bool:
    """Return whether "or" joins another trouble to the pain that is denied: "without limitation or discomfort"."""
    return row[at].is_unknown and at + 1 < len(row) and row[at + 1].is_marked(Mark.JOINED)


def _is_exercise(item: Item) -> bool:
    """Return whether an item is walking, first steps or runs, and not how somebody walks."""
    return item.text.startswith(_FIRST) or item.text.endswith((_WALKING_ITSELF, "runs", "running"))


def _is_well(item: Item, *, is_next: bool) -> bool:
    is_free = item.concept(QUALITY) == PAINLESS or change_of(item) == SAME
    return is_free or (is_next and item.text in _WELL)


def _is_end(row: Row, at: int) -> bool:
    """Return whether nothing follows a pain but that it would have come after: "no pain afterwards"."""
    if at + 1 < len(row) and row[at + 1].text in _AFTER:
        at += 1
    return closes(row, at)


def _breaks(item: Item) -> bool:
    """Return whether an item begins something else."""
    if item.concept(PERSON):
        return False
    if item.role in _OTHERS or item.is_marked(Mark.STOP):
        return True
    return item.entry.saying is not None or (bool(item.entry.cues) and not is_denial(item))


def _hurts(row: Row, well: int, at: int) -> bool:
    """Return whether a pain behind may be one of the action after all, and not of another: "pain only with sitting"."""
    if row[at].role not in {Role.PAIN, Role.PAIN_WORD} or is_denial(row[at - 1]):
        return False
    near = row[well + 1 : at + 1 + _NEAR]
    return not any(item.concept(ACTION) not in {None, WALKING} for item in near)
