"""The frame of shares: whether the leg hurts more than the back."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Final

from cds_service.model.facts import FindingValue
from cds_service.narrative.frames.calm import VAGUE
from cds_service.narrative.frames.frame import Frame
from cds_service.narrative.frames.sites import DOMINANCE, QUALITY, REGION
from cds_service.narrative.frames.subject import COMPLAINT
from cds_service.narrative.mentions import Mention
from cds_service.narrative.words.items import Item, Role, Row
from cds_service.narrative.words.lexicon import Mark

_LEG, _BACK = "leg", "low-back"
_NEAR = 6  # items between what is compared
_ALL = 100
_HALF = 50
_MORE, _EQUAL = "more", "equal"
_FIRST, _SECOND = 1, 2
_BEHIND = 4  # items behind both, where they may be called equal
_BACK_PAIN = "low-back-pain"
_SLASH, _TEN = "/", 10
_NO: Final = ("no ", "not ")
_PAINS: Final = frozenset({Role.PAIN, Role.PAIN_WORD})
_THAN, _COMPARED = "than", frozenset({"worse", "more", "greater", "sorer", "stronger"})  # "in the leg than in the back"


class ShareFrame(Frame):
    """Reads "leg worse than back" and "80% leg, 20% back"."""

    name = "share"
    kinds = frozenset({DOMINANCE})
    heads = frozenset({REGION})

    def read(self, row: Row) -> Iterator[Mention]:
        """Yield whether the leg or the back is said to hurt more."""
        if not (row.has_number or DOMINANCE in row.kinds or _THAN in row.sentence.words):
            return  # as in most sentences
        meaning = self.table.get(_LEG, {}).get(_BACK)
        parts = [(at, part) for at, item in enumerate(row) if (part := _part(item))]
        for (first, one), (second, other) in pairwise(parts):
            if meaning is None or {one, other} != {_LEG, _BACK} or second - first > _NEAR:
                continue
            more = self._more(row, first, second)
            if more is not None:
                value = FindingValue.PRESENT if {_FIRST: one, _SECOND: other}.get(more) == _LEG else FindingValue.ABSENT
                yield Mention(first, meaning, first, second, value=value, is_sided=True)
                yield from self._pains(row, first, second)

    def _pains(self, row: Row, first: int, second: int) -> Iterator[Mention]:
        """Yield the pains that are shared, where no word of pain stands beside them. Nothing denies them."""
        for place in (first, second):
            meaning = self.table.get(_MORE, {}).get(_part(row[place]) or "")
            is_vague = place + 1 < len(row) and row[place + 1].concept(QUALITY) == VAGUE  # "leg symptoms"
            if meaning and row[place].role is Role.PLACE and not is_vague:
                yield Mention(place, replace(meaning, denies=()), place, place, parts=(place,))

    def _more(self, row: Row, first: int, second: int) -> int | None:
        """Return which of two hurts more, 0 for neither, or None if it is not told."""
        between = row[first + 1 : second]
        if any(item.concept(DOMINANCE) == _EQUAL for item in (*between, *row[second + 1 : second + _BEHIND])):
            return 0
        if _is_compared(row, first, second):
            return _FIRST
        if any(item.concept(DOMINANCE) for item in between):
            return None if any(item.is_marked(Mark.LIST) for item in between) else _FIRST
        scores = [_score_behind(row, first, second), _score_behind(row, second, len(row))]
        if min(scores) >= 0:
            return 0 if scores[0] == scores[1] else _FIRST if scores[0] > scores[1] else _SECOND
        numbers = [row[at].number for at in range(max(0, first - 3), min(len(row), second + 2)) if row[at].number > 0]
        if len(numbers) != 2 or sum(numbers) != _ALL:
            return None
        return 0 if numbers[0] == _HALF else _FIRST if numbers[0] > numbers[1] else _SECOND


def _is_compared(row: Row, first: int, second: int) -> bool:
    """Return whether "worse" stands before two parts and "than" between them: "worse in the leg than in the back"."""
    if not any(row.sentence.words[row.firsts[at]] == _THAN for at in range(first + 1, second)):
        return False
    before = row[max(0, first - _BEHIND) : first]
    is_led = any(not _COMPARED.isdisjoint(item.text.split()) for item in before)
    is_other = any(item.entry.cues or item.concept(COMPLAINT) or item.text.startswith(_NO) for item in row[:second])
    is_listed = any(item.is_marked(Mark.LIST) for item in row[first:second])
    return is_led and not (is_other or is_listed) and any(item.role in _PAINS for item in row[:first])


def _part(item: Item) -> str | None:
    """Return the region of an item: that of a pain named by itself too, "LBP"."""
    saying = item.entry.saying
    return item.concept(REGION) or (_BACK if saying and _BACK_PAIN in saying.records else None)


def _score_behind(row: Row, place: int, end: int) -> int:
    """Return the score of pain, of ten, that stands behind a place: "VAS back 3/10, leg 8/10", or -1."""
    for at in range(place + 1, min(end, place + _NEAR)):
        item = row[at]
        if item.number >= 0:
            is_score = at + 2 < len(row) and row[at + 1].text == _SLASH and row[at + 2].number == _TEN
            return item.number if is_score else -1
        if not (item.is_side or item.role in {Role.BRIDGE, Role.PAIN_WORD}):
            return -1
    return -1
