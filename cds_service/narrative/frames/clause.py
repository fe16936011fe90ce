"""Find what belongs to the head of a frame: the places, agents and the like beside it in its clause."""

from collections.abc import Iterator
from typing import Final, NamedTuple

from cds_service.narrative.words.items import Item, Role, Row
from cds_service.narrative.words.lexicon import Mark

_REACH: Final = 12  # items between a head and what belongs to it
_MAX_UNKNOWN = 2
_DATING = frozenset({"in", "since", "last"})
_DOSE = 4  # items
_LISTS = (Mark.LIST, Mark.JOINED)
_ENDS = (Mark.STOP, Mark.EXCEPT)
_COMMA, _COLON, _DASH, _PICTURE = ",", ":", "-", "picture"
# It joins what has a head of its own, "knee arthritis with hip bursitis", or shares a place.
_WITH = frozenset({"with", "w /"})
PLACE_KINDS: Final = frozenset({"structure", "joint"})
ABOUT: Final = "about"  # the kind of words behind a head that make it a topic: "hip fracture prevention"
NO_PLACES: Final = frozenset({"disc"})  # where it is is told beside it
_SELDOM_A_PLACE = "back"  # "went back to surgery": before a head it is one only next to it
_FOR = "for"  # "lumbar MRI for stenosis" states none
_SCALE = "scale"
_MODIFIER = "modifier"
_NO_ENDS = frozenset({"only", "today"})  # "marcaine only into the hip", "hip films today normal, no arthritis"
_SHOWS = "showing"  # the kind of words between a place and what is found there: "the left hip has arthritis"
_PAINS = frozenset({Role.PAIN, Role.PAIN_WORD})


def is_about(row: Row, head: int) -> bool:
    """Return whether a head is only a topic: "hip fracture clinic"."""
    behind = next((item for item in row[head + 1 :] if not item.is_side), None)
    return behind is not None and behind.concept(ABOUT) is not None


class Slot(NamedTuple):
    """An item that belongs to a head. `is_inside`: no cue stands between them. `is_listed`: a comma or "and" does."""

    at: int
    is_inside: bool = True
    is_listed: bool = False


class Clause:
    """The words around the heads of a sentence. `wanted`: the kinds that belong to a head. `heads`: its rivals."""

    def __init__(self, row: Row, wanted: frozenset[str], heads: frozenset[str]) -> None:
        self._row = row
        self._wanted = wanted
        self._heads = heads

    def around(self, head: int) -> list[Slot]:
        """Return what belongs to a head, the nearest of each direction first, what is next to it before a list."""
        next_to = list(self._before(head, may_list=False))
        is_free = not any(self._is_place(slot) for slot in next_to)
        behind = list(self._behind(head, is_free=is_free))
        is_placed = any(self._is_place(slot) for slot in behind)
        before = next_to if is_placed and is_free else list(self._before(head, may_list=True))
        found = sorted((*before, *behind), key=lambda slot: (slot.is_listed, abs(slot.at - head)))
        return found if any(map(self._is_place, found)) else [*found, *self._heading(head)]

    def _heading(self, head: int) -> Iterator[Slot]:
        """Yield the places of a heading: "L4-5: bulge of the disc, moderate stenosis"."""
        is_picture = False
        for at, item in enumerate(self._row[:head]):
            if item.text == _COLON or (is_picture and item.text == _DASH):
                yield from (Slot(place, is_inside=False) for place in range(at) if self.is_wanted(self._row[place]))
                return
            is_picture = is_picture or item.concept(_PICTURE) is not None
            is_title = item.is_side or self.is_wanted(item) or item.concept(_PICTURE) is not None
            if not (is_title or item.is_marked(Mark.LINK, *_LISTS)):
                return

    def _behind(self, head: int, *, is_free: bool) -> Iterator[Slot]:
        unknown, is_listed, is_placed, is_open, is_bracketed = 0, False, False, False, False
        for at in range(head + 1, min(len(self._row), head + 1 + _REACH)):
            item = self._row[at]
            is_bracketed = (is_bracketed or item.text == "(") and item.text != ")"
            if is_bracketed and self.is_wanted(item) and PLACE_KINDS.isdisjoint(item.entry.concepts):
                yield Slot(at)  # "injection (guided, triamcinolone)"
            elif self.is_wanted(item):
                is_new = is_listed and (is_placed or not is_free)
                if PLACE_KINDS.isdisjoint(item.entry.concepts) and self._is_used(at):
                    yield Slot(at)  # what was injected, "with triamcinolone", is no place that another head may share
                    continue
                if is_listed and PLACE_KINDS.isdisjoint(item.entry.concepts) and self._names_next_head(at):
                    continue  # "a cortisone shot or a local anaesthetic block in the hip"
                if is_listed and (self._begins_clause(at) or self._is_found_normal(at)):
                    return
                if is_open or ((is_listed or not is_free) and self._is_anothers(at, 1, is_new=is_new)):
                    return
                yield Slot(at, is_listed=is_listed)
                is_placed = True
            elif self.is_head(item):
                if is_placed or not is_free or not self._row[at - 1].is_marked(*_LISTS):
                    return
                is_open = not self._is_joined(at - 1)  # a list of heads, until "or" ends it: what is behind is of all
            elif _is_joining(item):
                is_listed = True
            elif self._ends(item) or item.entry.cues or (unknown := unknown + _is_loud(item)) > _MAX_UNKNOWN:
                return

    def _before(self, head: int, *, may_list: bool) -> Iterator[Slot]:
        unknown, is_listed, is_inside, is_placed = 0, False, True, False
        for at in range(head - 1, max(-1, head - 1 - _REACH), -1):
            item = self._row[at]
            if self.is_wanted(item):
                is_shared = not is_placed and self._row[at + 1].text in _WITH
                if is_listed and not is_shared and self._is_anothers(at, -1):
                    return
                if item.concept("joint") == _SELDOM_A_PLACE and at != head - 1:
                    return
                yield Slot(at, is_inside, is_listed)
                is_placed = is_placed or not PLACE_KINDS.isdisjoint(item.entry.concepts)
            elif self.is_head(item):
                if item.concept(_MODIFIER) and at == head - 1:
                    continue  # "labral degenerative tear"
                if not self._is_grade_of(at, head) and (is_placed or not self._is_joined(at + 1)):
                    return
            elif item.text == _COLON and is_placed:
                return  # what heads the sentence has its own head: "EMG of both legs: right L5 radiculopathy"
            elif _is_joining(item):
                if not may_list or not (is_inside or is_placed):
                    return
                is_listed = True
            elif item.entry.cues and is_inside and not is_listed and not self._ends(item):
                is_inside = False
            elif (
                item.entry.cues
                or item.text == _FOR
                or self._ends(item)
                or (is_placed and _says_more(item))
                or (unknown := unknown + _is_loud(item)) > _MAX_UNKNOWN
            ):
                return

    def _is_grade_of(self, at: int, head: int) -> bool:
        """Return whether an item is the scale that a head is graded by: "hip KL 4 OA"."""
        return self._row[at].concept(_SCALE) is not None and all(one.number >= 0 for one in self._row[at + 1 : head])

    def _is_place(self, slot: Slot) -> bool:
        if self._row[slot.at].concept("structure") in NO_PLACES:
            return False
        return not PLACE_KINDS.isdisjoint(self._row[slot.at].entry.concepts)

    def is_wanted(self, item: Item) -> bool:
        """Return whether an item is of a kind that belongs to heads."""
        return bool(item.entry.concepts) and not self._wanted.isdisjoint(item.entry.concepts)

    def is_head(self, item: Item) -> bool:
        """Return whether an item is a head, of this frame or of a rival one."""
        return bool(item.entry.concepts) and not self._heads.isdisjoint(item.entry.concepts)

    def _ends(self, item: Item) -> bool:
        if item.concept(_SHOWS) or item.text in _NO_ENDS:
            return False
        saying = item.entry.saying
        return item.is_marked(*_ENDS) or item.role in _PAINS or (saying is not None and not saying.is_site)

    def _is_joined(self, at: int) -> bool:
        """Return whether "and" stands at a place: what it joins shares a place, "disc bulge and stenosis at L4-5"."""
        return self._row[at].is_marked(*_LISTS) and self._row[at].text != _COMMA

    def _is_anothers(self, at: int, step: int, *, is_new: bool = False) -> bool:
        """Return whether a place is next to another head, or to a pain: "hip arthritis and knee pain".

        `is_new`: it comes behind a comma, and the head has a place: "knee injection, hip examination normal".
        """
        at += step
        while 0 <= at < len(self._row) and self._is_passed(self._row[at]):
            at += step
        if not 0 <= at < len(self._row):
            return False
        item = self._row[at]
        if is_new and self._row[at - 1].text in _DATING:
            return False  # "left shoulder and left hip in June"
        is_other = self.is_head(item) or item.role in _PAINS or item.entry.saying is not None
        if is_new and item.entry.cues:
            return any(map(self.is_head, self._row[at + 1 : at + 2]))  # "neck fusion 2016, lumbar never operated on"
        return is_other or (is_new and not (item.text == _COMMA or item.is_marked(*_ENDS)))

    def _begins_clause(self, at: int) -> bool:
        """Return whether a place behind a comma has something told of it: "THR 2019, right hip now the problem"."""
        before = at - 1
        while before > 0 and self._row[before].is_side:
            before -= 1
        is_last = at + 1 >= len(self._row)
        return self._row[before].text == _COMMA and not is_last and self._row[at + 1].is_marked(Mark.STOP)

    def _names_next_head(self, at: int) -> bool:
        """Return whether an agent is that of the head right behind it."""
        return any(self.is_head(item) for item in self._row[at + 1 : at + 2])

    def _is_used(self, at: int) -> bool:
        """Return whether "with" leads to an item, perhaps with its dose: "injection with 40 mg triamcinolone"."""
        before = at - 1
        while before > 0 and before >= at - _DOSE and self._row[before].text not in _WITH:
            is_dose = (
                self._row[before].number >= 0
                or self._row[before - 1].number >= 0
                or self._row[before].is_marked(Mark.LINK)
            )
            if not is_dose:
                return False
            before -= 1
        return self._row[before].text in _WITH

    def _is_found_normal(self, at: int) -> bool:
        """Return whether a place behind a comma is normal itself: "nodal arthritis, hips spared"."""
        small = (item for item in self._row[at + 1 :] if not item.is_side)
        behind = next((item for item in small if item.concept("result") or not item.is_marked(Mark.LINK)), None)
        return behind is not None and behind.concept("result") == "normal"

    def _is_passed(self, item: Item) -> bool:
        is_small = item.is_marked(Mark.LINK, *_LISTS) and item.text != _COMMA and item.text not in _WITH
        return item.is_side or self.is_wanted(item) or is_small


def _is_joining(item: Item) -> bool:
    return item.is_marked(*_LISTS) or item.text in _WITH


def _is_loud(item: Item) -> bool:
    """Return whether an item is a word that may change the subject."""
    return item.is_unknown and not item.entry.concepts


def _says_more(item: Item) -> bool:
    """Return whether an item says something of a place that it stands behind: "left hip normal, right arthritic"."""
    return _is_loud(item) or item.concept("result") is not None
