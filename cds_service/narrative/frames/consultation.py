"""The frame of consultations: who saw the patient, and an operation that is declined or does not suit."""

from collections.abc import Iterator
from itertools import pairwise

from cds_service.narrative.frames.frame import Frame
from cds_service.narrative.mentions import Mention
from cds_service.narrative.words.items import Item, Row
from cds_service.narrative.words.lexicon import CueEffect, Mark

_REACH = 4  # items between the two words
_BY, _LONG_NAME, _ACT = "by", 6, "act"
_LONG_OFFER = 10  # items from what was offered, by whom and when, to the comma
_PERSONS = frozenset({"pt", "patient", "the patient", "she", "he", "they", "but", "but she", "but he"})


_NEVER, _TOLD = frozenset({"never", "not", "nobody", "wasnt"}), frozenset({"told", "said", "advised", "informed"})


class ConsultationFrame(Frame):
    """Reads two words that make a finding together: "seen by the spine surgeons", "surgery is not an option"."""

    name = "consultation"
    kinds = frozenset({"specialist", "seeing", "refusal", "act"})
    heads = frozenset({"specialist", "refusal"})
    pairs = (("specialist", "seeing"), ("refusal", "act"))

    def read(self, row: Row) -> Iterator[Mention]:
        """Yield each pair of words that belong together."""
        for head, slot in self.pairs:
            for place in row.kinds.get(head, ()):
                table = self.table.get(row[place].concept(head) or "", {})
                found = self._nearest(row, place, slot, table)
                if found is not None and not _was_never_told(row, place):
                    first, last = min(_offer(row, place, found), place, found), max(place, found)
                    meaning = table[row[found].concept(slot) or ""]
                    yield Mention(place, meaning, first, last, is_sided=True, parts=(place, found))

    def _nearest(self, row: Row, place: int, slot: str, table: object) -> int | None:
        found = [
            at
            for at in row.kinds.get(slot, ())
            if row[at].concept(slot) in table and self._is_next_to(row, place, at)  # type: ignore[operator]
        ]
        return min(found, key=lambda at: abs(at - place), default=None)

    def _is_next_to(self, row: Row, place: int, at: int) -> bool:
        between = row[min(place, at) + 1 : max(place, at)]
        if at < place and _is_answer(row, at, place):
            return True
        if any(item.text == _BY for item in between) and all(_is_of_name(item) for item in between):
            return len(between) <= _LONG_NAME  # "seen by Mr Smith, consultant spinal surgeon"
        return len(between) <= _REACH and not any(item.is_marked(Mark.STOP, Mark.LIST) for item in between)


def _was_never_told(row: Row, refusal: int) -> bool:
    """Return whether nobody said so: "never told she was unfit for surgery"."""
    words = row.sentence.words[max(0, row.firsts[refusal] - _REACH) : row.firsts[refusal]]
    return any(one in _NEVER and other in _TOLD for one, other in pairwise(words))


def _is_answer(row: Row, act: int, refusal: int) -> bool:
    """Return whether a refusal behind a comma answers an offer: "offered THR, pt not keen"."""
    comma = next((at for at in range(refusal - 1, act, -1) if row[at].is_marked(Mark.LIST)), None)
    if comma is None or not all(item.text in _PERSONS for item in row[comma + 1 : refusal]):
        return False
    is_offered = any(map(_is_offer, row[:comma]))
    behind = row[refusal + 1 : refusal + 1 + _REACH]
    return is_offered and comma - act <= _LONG_OFFER and not any(item.concept(_ACT) for item in behind)


def _offer(row: Row, refusal: int, act: int) -> int:
    """Return the place of the offer that a refusal answers, which is no cue of it, or that of the refusal."""
    if act > refusal or not _is_answer(row, act, refusal):
        return refusal
    return next(at for at, item in enumerate(row) if _is_offer(item))


def _is_offer(item: Item) -> bool:
    return any(cue.effect is CueEffect.PLANNED for cue in item.entry.cues)


def _is_of_name(item: Item) -> bool:
    return item.text in {_BY, ","} or (item.is_unknown and not item.entry.concepts)
