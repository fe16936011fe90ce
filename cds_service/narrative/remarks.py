"""What is remarked on mentions from farther off than a cue reaches: over, denied as a list, left blank, another's."""

from collections.abc import Iterable, Iterator
from typing import Final

from cds_service.narrative.boxes import is_left_blank
from cds_service.narrative.denied_lists import AnsweredList, find_answered
from cds_service.narrative.endings import ENDING_MARKS, find_ended
from cds_service.narrative.items import Item
from cds_service.narrative.lexicon import CueEffect, Mark
from cds_service.narrative.mentions import Mention

_WHOSE: Final = frozenset({"who", "whose"})
_COMMA = ","


class Remarks:
    """The remarks of a sentence. `said`: the items that remark something, and are no cues of anything else."""

    def __init__(self, items: list[Item], mentions: list[Mention]) -> None:
        """Find what is over."""
        self._items = items
        self._mentions = mentions
        is_ended = any(not ENDING_MARKS.isdisjoint(item.entry.marks) for item in items)
        self._ended, self.said = find_ended(items, mentions) if is_ended else (set(), set())
        self._answered: dict[int, AnsweredList] = {}

    def answer(self, places: Iterable[int]) -> None:
        """Take the places of denials that stand behind what they deny."""
        found = {place: find_answered(self._items, place) for place in places}
        self._answered = {place: answered for place, answered in found.items() if answered}

    def answers(self, place: int) -> bool:
        """Return whether a denial answers the list before it."""
        return place in self._answered

    def on(self, mention: Mention) -> Iterator[CueEffect]:
        """Yield what is remarked on a mention."""
        if id(mention) in self._ended:
            yield CueEffect.HISTORICAL
        for answered in self._answered.values():
            if answered.first <= mention.first and mention.last < answered.end:
                yield CueEffect.UNCLEAR if mention.saying.is_pain else answered.effect
        if is_left_blank(self._items, self._mentions, mention):
            yield CueEffect.UNCLEAR

    def is_of_then(self, mention: Mention) -> bool:
        """Return whether a denial tells of a day before, and not of now: "no retention on admission"."""
        when = mention.when
        if when is not None and when.is_relative and (when.least or when.whole or when.weekday >= 0):
            return True
        for item in self._items[mention.last + 1 :]:
            if item.is_marked(Mark.THEN):
                return True
            if item.text == _COMMA or item.is_marked(Mark.STOP):
                return False
        return False


def is_of_relative(items: list[Item], place: int) -> bool:
    """Return whether what follows is a relative's: "seen with her mother, who has osteoporosis"."""
    if _WHOSE.isdisjoint(items[place].text.split()):
        return False
    before = [item for item in items[max(0, place - 2) : place] if item.text != _COMMA]
    return bool(before) and before[-1].is_marked(Mark.RELATIVE)
