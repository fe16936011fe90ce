"""Where the scope of a cue ends: at a word that begins something else, or at what a relative tells."""

from collections.abc import Sequence

from cds_service.narrative.items import Item
from cds_service.narrative.lexicon import CueEffect, Mark

_STOPS = {CueEffect.FAMILY: Mark.STOP_FAMILY, CueEffect.ADVICE: Mark.STOP_ADVICE}
_FAMILY_HISTORY = frozenset({"history", "hx", "fh", "fhx", "fmhx"})
_WHO = "who"
_LEAST = 2  # items before "and": a cue and what is past
_NO_EXCEPTION = frozenset({"yet", "just"})  # "not yet", "not just"


class Scopes:
    """The scopes of the cues of a sentence."""

    def __init__(self, items: Sequence[Item]) -> None:
        self._items = items
        self._ends: dict[tuple[int, Mark], int] = {}

    def is_stopped(self, place: int, first: int, change: CueEffect) -> bool:
        """Return whether anything between a cue and a mention ends the cue's scope, except directly after the cue."""
        return self._scope_end(place, _STOPS.get(change, Mark.STOP)) < first or (
            change is CueEffect.HISTORICAL and self._scope_end(place, Mark.PRESENTLY) < first
        )

    def _scope_end(self, place: int, stop: Mark) -> int:
        end = self._ends.get((place, stop))
        if end is None:
            end = self._ends[place, stop] = self._end(place, stop)
        return end

    def _end(self, place: int, stop: Mark) -> int:
        """Return the place where the scope of a cue ends."""
        opened = place < 0
        for at in range(place + 1, len(self._items)):
            item = self._items[at]
            if stop is Mark.STOP_FAMILY and self._is_told(place, at):
                return at
            is_open = opened or _leaves_out(item)
            if is_open and item.is_marked(stop) and (stop is not Mark.PRESENTLY or self._is_after_comma(at)):
                return at
            opened = opened or not item.is_marked(Mark.LINK, stop)
        return len(self._items)

    def _is_told(self, place: int, at: int) -> bool:
        """Return whether a relative tells or does something: what follows is said of the patient."""
        is_heading = place >= 0 and not _FAMILY_HISTORY.isdisjoint(self._items[place].text.split())
        is_told = self._items[at].is_marked(Mark.TELLING) and not is_heading
        return is_told and not any(item.is_marked(Mark.SHARING) for item in self._items[at:])

    def _is_after_comma(self, place: int) -> bool:
        """Return whether only a side stands between an item and the comma, or the "and" behind another, before it."""
        before = [item for item in self._items[:place] if not item.is_side]
        return bool(before) and (before[-1].text == "," or (before[-1].text == "and" and len(before) > _LEAST))


def _leaves_out(item: Item) -> bool:
    """Return whether an exception ends even an empty denial: "no red flags except saddle numbness"."""
    return item.is_marked(Mark.EXCEPT) and item.text not in _NO_EXCEPTION


def companion_told_of(items: Sequence[Item], place: int) -> int | None:
    """Return where it begins to be told of whom the patient came with: "seen with her mother, who has osteoporosis"."""
    for at in range(place + 1, min(place + 3, len(items))):
        if items[at].text.startswith(_WHO):
            return at
        if items[at].text != ",":
            return None
    return None
