"""Read a pain of the other side that is told without its place: "no pain in the left hip but pain in the right"."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from cds_service.model.facts import FindingValue
from cds_service.model.sides import Side
from cds_service.narrative.mentions import Mention
from cds_service.narrative.words.items import Item, Role, Row
from cds_service.narrative.words.lexicon import Mark

_ENDS: Final = (Mark.LIST, Mark.STOP, Mark.BEGAN, Mark.TIME)
_TOO: Final = frozenset({"too", "as well", "also"})
OTHERS: Final = frozenset({"other", "contralateral", "opposite"})
_ARTICLES: Final = frozenset({"the", "his", "her", "their", "my", "contralateral", "opposite"})
_COMMA, _COURSES = ",", frozenset({"worse", "better", "the same", "less", "more"})
_OTHER: Final = {Side.LEFT: Side.RIGHT, Side.RIGHT: Side.LEFT}


def opposite(side: Side) -> Side:
    """Return the other side of one, or none of both."""
    return _OTHER.get(side, Side.UNSTATED)


def is_of_other(row: Row, mention: Mention) -> bool:
    """Return whether a mention is told of "the other hip". "No other hip problem" names no side."""
    words = row.sentence.words
    if OTHERS.isdisjoint(words):
        return False
    firsts = [row.firsts[at] for at in (*mention.parts, mention.place) if row[at].concept("joint")]
    return any(
        first and words[first - 1] in OTHERS and not _ARTICLES.isdisjoint(words[max(0, first - 2) : first])
        for first in firsts
    )


def pains_of_other_side(row: Row, pains: Sequence[Mention]) -> Iterator[Mention]:
    """Yield the pains that name but a side, each of the place of the pain before it."""
    if not any(one.side in _OTHER for one in pains):
        return
    yield from _changed(row, pains)
    for at, item in enumerate(row):
        if item.role is not Role.PAIN_WORD or any(one.first <= at <= one.last for one in pains):
            continue
        found = _side_behind(row, at)
        before = [one for one in pains if one.last < at and not one.saying.is_denial]
        if found is None or not before:
            continue
        last, side = found
        if before[-1].side is _OTHER[side]:
            yield replace(
                before[-1], first=at, last=last, chain=0, side=side, is_sided=True, value=FindingValue.PRESENT
            )


def _changed(row: Sequence[Item], pains: Sequence[Mention]) -> Iterator[Mention]:
    """Yield the pains of which only the side and the course are told: "right groin pain better, left worse"."""
    for at in range(2, len(row) - 1):
        side = row[at].entry.side
        if side not in _OTHER or row[at - 1].text != _COMMA or row[at + 1].text not in _COURSES:
            continue
        before = [one for one in pains if one.last < at and not one.saying.is_denial]
        is_end = at + 2 == len(row) or row[at + 2].is_marked(*_ENDS)
        if before and before[-1].side is _OTHER[side] and is_end:
            yield replace(before[-1], first=at, last=at, chain=0, side=side, is_sided=True)


def _side_behind(row: Sequence[Item], at: int) -> tuple[int, Side] | None:
    """Return the side behind a word of pain, and its place, where its clause says no more."""
    for place in range(at + 1, len(row)):
        item = row[place]
        side = item.entry.side
        if side in _OTHER and item.is_side:
            behind = row[place + 1] if place + 1 < len(row) else None
            is_end = behind is None or behind.is_marked(*_ENDS) or behind.text in _TOO
            return (place, side) if is_end else None
        if item.role is not Role.BRIDGE or item.number >= 0:
            return None
    return None
