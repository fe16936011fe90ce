"""Look around the words for setting out: rising from a seat, the first steps, getting going."""

from typing import Final

from cds_service.narrative.frames.calm import PAINLESS, VAGUE, is_denied
from cds_service.narrative.frames.runs import THE
from cds_service.narrative.frames.sites import QUALITY, REGION
from cds_service.narrative.words.items import Role, Row
from cds_service.narrative.words.lexicon import Mark

STARTING: Final = frozenset({"rising", "going"})  # actions
FURNITURE: Final = "furniture"
_ACTION: Final = "action"
_SET_OFF: Final = frozenset({"rising", "leaving", "walking"})
_DOING: Final = ("getting", "rising", "standing", "walking")
_NO_TROUBLE: Final = frozenset({"no difficulty", "no trouble", "without difficulty", "without trouble"})
_SLOW, _ORGAN = "slow", "organ"
_FOR_AS_LONG = frozenset({"for", "over"})
_BELOW = frozenset({"knee", "ankle", "foot", "calf", "lower-leg"})
_LISTS = (Mark.LIST, Mark.JOINED)
_COMMA, _PLACES = ",", frozenset({Role.PLACE, Role.PAIN})
_REACH = 3  # items from "getting out of" to the seat


def leaves_a_seat(row: Row, place: int) -> bool:
    """Return whether a seat stands behind "getting out of": "the low chair", "her armchair", "car"."""
    behind = row[place + 1 : place + 1 + _REACH]
    seat = next((at for at, item in enumerate(behind) if item.concept(FURNITURE)), None)
    return seat is not None and not any(item.is_marked(Mark.STOP, *_LISTS) for item in behind[:seat])


def lasts(row: Row, place: int, action: str) -> bool:
    """Return whether it hurts for as long as one sets out: "sore for the first few steps"."""
    at = place - 1
    while at > 0 and row[at].text in THE:
        at -= 1
    return action in STARTING and at >= 0 and row[at].text in _FOR_AS_LONG


def is_rising(row: Row, place: int) -> bool:
    """Return whether an item tells of somebody rising or walking, so that a pain right before it is one of that."""
    return row[place].concept(_ACTION) in _SET_OFF and any(word.startswith(_DOING) for word in row[place].text.split())


def is_denied_trouble(row: Row, place: int) -> bool:
    """Return whether an item is trouble of any kind that is denied before it: "no great trouble rising"."""
    return row[place].concept(QUALITY) == VAGUE and is_denied(row, place)


def is_easy(row: Row, place: int) -> bool:
    """Return whether an item says that there is no trouble: "no problem rising from a chair"."""
    is_next = place + 1 < len(row) and row[place + 1].concept(_ACTION) in STARTING
    return row[place].concept(QUALITY) == PAINLESS or (is_next and row[place].text in _NO_TROUBLE)


def is_of_another(row: Row, change: str) -> bool:
    """Return whether all that hurts is below the hip, whose first steps tell nothing of it, or urine gets going."""
    if change == _SLOW and _ORGAN in row.kinds:
        return True
    hurting = {item.concept(REGION) for item in row if item.role in {Role.PAIN, Role.PLACE} and item.concept(REGION)}
    return bool(hurting) and hurting <= _BELOW


def joins_places(row: Row, at: int) -> bool:
    """Return whether a word joins two places of pain, as no comma surely does: "in the thigh and calf when walking"."""
    if row[at].text == _COMMA or at + 1 >= len(row):
        return False
    behind = next((item for item in row[at + 1 :] if not item.is_side), None)
    return row[at - 1].role in _PLACES and behind is not None and behind.role in _PLACES
