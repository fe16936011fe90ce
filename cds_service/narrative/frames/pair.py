"""The shape of a frame that pairs a word with another of its clause: "fell from a ladder", "infection of the disc"."""

from collections.abc import Iterator, Mapping
from typing import ClassVar

from cds_service.narrative.frames.frame import Frame
from cds_service.narrative.frames.place_table import meaning_alone
from cds_service.narrative.mentions import Mention
from cds_service.narrative.words.items import Item, Row
from cds_service.narrative.words.lexicon import CueEffect, Mark, PhraseMeaning

_LISTS = (Mark.LIST, Mark.JOINED)
_COMMA, _BEGUN = ",", "begun"
_REACH = 6  # items between the two
_MAX_UNKNOWN = 2
_BEHIND_COST = 0.5  # of two equally near the one behind


class PairFrame(Frame):
    """Reads a head with the nearest word of `slot` that makes it a finding, or alone. `limb`: what gives it a side."""

    head: ClassVar[str]
    slot: ClassVar[str]
    limb: ClassVar[str | None] = None
    hindered: ClassVar[Mapping[str, str]] = {}  # heads by the slot that forbids to read them
    at_slot: ClassVar[frozenset[str]] = frozenset()  # heads whose slot has the side: "abscess of the left psoas"

    def read(self, row: Row) -> Iterator[Mention]:
        """Yield each head with its slot."""
        for place in row.kinds.get(self.head, ()):
            name = row[place].concept(self.head) or ""
            meanings = self.table.get(name)
            if meanings and not self._is_hindered(row, name):
                yield from self._read_at(row, place, meanings)

    def places(self, row: Row) -> Iterator[tuple[int, str]]:
        """Yield where words of the slot stand, and what they name."""
        for at in row.kinds.get(self.slot, ()):
            yield at, row[at].concept(self.slot) or ""

    def _is_hindered(self, row: Row, head: str) -> bool:
        """Return whether another word of the sentence forbids to read this head."""
        hindering = self.hindered.get(head)
        return hindering is not None and any(
            row[at].concept(self.slot) == hindering for at in row.kinds.get(self.slot, ())
        )

    def _read_at(self, row: Row, place: int, meanings: Mapping[str, PhraseMeaning]) -> Iterator[Mention]:
        found = [
            (abs(at - place) + (_BEHIND_COST if at < place else 0), at, name)
            for at, name in self.places(row)
            if name in meanings and is_near(row, place, at)
        ]
        if found:
            _, at, name = min(found)
            yield self._mention(row, place, at, meanings[name])
        elif alone := meaning_alone(meanings):
            yield self._mention(row, place, place, alone)

    def _mention(self, row: Row, head: int, slot: int, meaning: PhraseMeaning) -> Mention:
        first, last = min(head, slot), max(head, slot)
        parts = tuple(at for at in (head, slot) if at == head or row[at].entry.saying is None)
        limb = self._limb_of(row, first, last)
        if limb is None:
            return Mention(
                slot if row[head].concept(self.head) in self.at_slot else head, meaning, first, last, parts=parts
            )
        return Mention(limb, meaning, min(first, limb), max(last, limb), parts=parts)

    def _limb_of(self, row: Row, first: int, last: int) -> int | None:
        if self.limb is None:
            return None
        near = [
            at
            for at in row.kinds.get(self.limb, ())
            if first <= at <= last or is_near(row, first, at) or is_near(row, last, at)
        ]
        return min(near, key=lambda at: min(abs(at - first), abs(at - last)), default=None)


def is_near(row: Row, one: int, other: int) -> bool:
    """Return whether two words belong together: nothing that begins something else stands between them."""
    between = row[min(one, other) + 1 : max(one, other)] if one != other else []
    if [item.text for item in between] == [_COMMA] and row[max(one, other)].concept(_BEGUN):
        return True  # "prednisolone, commenced 2019"
    return (
        len(between) <= _REACH
        and sum(item.is_unknown and not item.entry.concepts for item in between) <= _MAX_UNKNOWN
        and not any(_parts(item) for item in between)
    )


def _parts(item: Item) -> bool:
    if item.text in {"has", "have", "had", "is", "has been"}:
        return False
    if item.is_marked(Mark.STOP, Mark.BEGAN, *_LISTS) or any(
        cue.effect is not CueEffect.ENDED for cue in item.entry.cues
    ):
        return True
    saying = item.entry.saying
    return saying is not None and not saying.is_site
