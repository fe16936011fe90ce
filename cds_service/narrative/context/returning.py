"""Denials that the text takes back: "denied saddle numbness last week, now has it"."""

from collections.abc import Sequence

from cds_service.narrative.context.carrying import PlacedCue
from cds_service.narrative.mentions import Mention
from cds_service.narrative.words.items import Item, Row
from cds_service.narrative.words.lexicon import CueEffect, Mark
from cds_service.narrative.words.traits import marked

_RETURN = Mark.RETURN
_RETURNS = marked(_RETURN)
_ONE, _ENDING = "it", frozenset({"-", "since", "again", ")", "for"})


def may_take_back(items: Row) -> bool:
    """Return whether a sentence holds a word by which what was denied may be there now."""
    return bool(items.traits & _RETURNS)


def takes_back(items: Row) -> bool:
    """Return whether a sentence says nothing of its own, but that what was denied before is there now."""
    return bool(items.traits & _RETURNS and _places(items)) and not any(
        item.entry.saying or item.entry.cues for item in items
    )


class Returning:
    """What a sentence, or the one behind it, says of what was denied. `place`: where it says so."""

    def __init__(self, items: Row, behind: Row | None) -> None:
        places = _places(items)
        if places and any(cue.effect is CueEffect.FAMILY for item in items for cue in item.entry.cues):
            places = []
        said = [item for item in (*items, *(behind or ())) if _RETURN in item.entry.marks]
        self.place = places[-1] if places else len(items) if behind and takes_back(behind) else -1
        self._is_one = any(_ONE in item.text.split() for item in said)

    @classmethod
    def of(cls, items: Row, behind: Row | None) -> "Returning | None":
        """Return what they say, or None if neither says so, as most do not."""
        traits = items.traits | behind.traits if behind else items.traits
        return cls(items, behind) if traits & _RETURNS else None

    def is_of(self, mentions: Sequence[Mention], mention: Mention, cues: Sequence[PlacedCue]) -> bool:
        """Return whether the one thing denied behind its name is there now: "fever denied on Monday, has it now"."""
        named = {one.saying.records for one in mentions if one.first < self.place}
        return len(named) == 1 and all(mention.last < one.place < self.place for one in cues)

    def is_there(self, mentions: Sequence[Mention], denial: int, negations: Sequence[int]) -> bool | None:
        """Return whether what the denial at `denial` denied is there now, or None where that cannot be told.

        "It" is one thing: of a list it cannot be told which. Of several denials only the last is taken back.
        """
        before = [at for at in negations if at < self.place]
        if not before or before[-1] != denial:
            return False
        denied = {one.saying.records for one in mentions if denial < one.first < self.place}
        return True if not self._is_one or len(denied) == 1 else None


def _places(items: Sequence[Item]) -> list[int]:
    """Return where it says so."""
    return [at for at, item in enumerate(items) if _RETURN in item.entry.marks and _is_end(items, at)]


def _is_end(items: Sequence[Item], at: int) -> bool:
    """Return whether nothing goes on behind an item: "now has it under control" says something else."""
    behind = items[at + 1] if at + 1 < len(items) else None
    return behind is None or behind.text in _ENDING or behind.is_marked(Mark.BEGAN, Mark.TIME, Mark.LIST, Mark.STOP)
