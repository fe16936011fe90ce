"""Where the scope of a cue ends: at a word that begins something else, or at what a relative tells."""

from collections.abc import Sequence

from cds_service.narrative.words.items import Item, Row
from cds_service.narrative.words.lexicon import CueEffect, Mark
from cds_service.narrative.words.traits import marked

_LINK, _PRESENTLY, _FAMILY = marked(Mark.LINK), marked(Mark.PRESENTLY), marked(Mark.STOP_FAMILY)
_STOP, _TELLING, _SHARING, _EXCEPT = marked(Mark.STOP), marked(Mark.TELLING), marked(Mark.SHARING), marked(Mark.EXCEPT)
_STOPS = {CueEffect.FAMILY: _FAMILY, CueEffect.ADVICE: marked(Mark.STOP_ADVICE)}
_FAMILY_HISTORY = frozenset({"history", "hx", "fh", "fhx", "fmhx"})
_WHO = "who"
_RELATIVES = frozenset({"who", "whom", "whose"})
_LEAST = 2  # items before "and": a cue and what is past
_INVERTING = ("at no ", "on no ", "not once", "never once", "not since")
_AUXILIARIES = frozenset({"has", "have", "had", "did", "does", "was", "were", "is", "are"})
_NO_EXCEPTION = frozenset({"yet", "just"})  # "not yet", "not just"


class Scopes:
    """The scopes of the cues of a sentence."""

    def __init__(self, items: Row) -> None:
        self._items = items
        self._ends: dict[tuple[int, int], int] = {}

    def is_stopped(self, place: int, first: int, change: CueEffect) -> bool:
        """Return whether anything between a cue and a mention ends the cue's scope, except directly after the cue."""
        return self._scope_end(place, _STOPS.get(change, _STOP)) < first or (
            change is CueEffect.HISTORICAL and self._scope_end(place, _PRESENTLY) < first
        )

    def _scope_end(self, place: int, stop: int) -> int:
        if not self._items.traits & (stop | _TELLING):
            return len(self._items)  # as in most sentences
        end = self._ends.get((place, stop))
        if end is None:
            end = self._ends[place, stop] = self._end(place, stop)
        return end

    def _end(self, place: int, stop: int) -> int:
        """Return the place where the scope of a cue ends."""
        opened = place < 0
        passed = max(self._inverted_end(place), self._clause_end(place) if stop == _FAMILY else 0)
        for at in range(max(place + 1, passed), len(self._items)):
            item = self._items[at]
            if stop == _FAMILY and self._is_told(place, at):
                return at
            if item.traits & stop:
                is_open = opened or _leaves_out(item)
                if is_open and (stop != _PRESENTLY or self._is_after_comma(at)):
                    return at
            elif not item.traits & _LINK:
                opened = True
        return len(self._items)

    def _inverted_end(self, place: int) -> int:
        """Return the place behind a verb and its subject that stand in this order: "at no time in May did she"."""
        if place < 0 or not self._items[place].text.startswith(_INVERTING):
            return 0
        verbs = (at for at in range(place + 1, len(self._items)) if self._items[at].text in _AUXILIARIES)
        return next(verbs, place - 1) + 2

    def _clause_end(self, place: int) -> int:
        """Return the place behind a clause that tells of a relative: "her mother, with whom she lives, has"."""
        near = self._items[place + 1 : place + 4]
        is_begun = place >= 0 and bool(near) and near[0].text == "," and self._tells_of_whom(place + 2)
        ends = (at for at in range(place + 2, len(self._items)) if self._items[at].text == ",") if is_begun else ()
        end = next(iter(ends), 0)
        is_told = any(item.traits & _TELLING or item.entry.saying is not None for item in self._items[place + 1 : end])
        return 0 if is_told else end + 1

    def _tells_of_whom(self, at: int) -> bool:
        """Return whether a clause begins that tells of somebody: "with whom", "whose flat"."""
        first, end = self._items.words(at, min(at + 1, len(self._items) - 1)) if at < len(self._items) else (0, 0)
        return not _RELATIVES.isdisjoint(self._items.sentence.words[first:end])

    def _is_told(self, place: int, at: int) -> bool:
        """Return whether a relative tells or does something: what follows is said of the patient."""
        is_heading = place >= 0 and not _FAMILY_HISTORY.isdisjoint(self._items[place].text.split())
        is_told = bool(self._items[at].traits & _TELLING) and not is_heading
        return is_told and not any(item.traits & _SHARING for item in self._items[at:])

    def _is_after_comma(self, place: int) -> bool:
        """Return whether only a side stands between an item and the comma, or the "and" behind another, before it."""
        before = [item for item in self._items[:place] if not item.is_side]
        return bool(before) and (before[-1].text == "," or (before[-1].text == "and" and len(before) > _LEAST))


def _leaves_out(item: Item) -> bool:
    """Return whether an exception ends even an empty denial: "no red flags except saddle numbness"."""
    return bool(item.traits & _EXCEPT) and item.text not in _NO_EXCEPTION


def companion_told_of(items: Sequence[Item], place: int) -> int | None:
    """Return where it begins to be told of whom the patient came with: "seen with her mother, who has osteoporosis"."""
    for at in range(place + 1, min(place + 3, len(items))):
        if items[at].text.startswith(_WHO):
            return at
        if items[at].text != ",":
            return None
    return None
