"""The frame of events: a fall, crash or blow, and from what or by what, which tells of great force."""

from collections.abc import Iterator, Mapping

from cds_service.narrative.frames.pair import PairFrame
from cds_service.narrative.mentions import Mention
from cds_service.narrative.words.items import Row
from cds_service.narrative.words.lexicon import PhraseMeaning

_LENGTH, _HEIGHT = "length", "height"
# A fall from three feet is dangerous (Stiell et al., JAMA 2001;286:1841-1848, the Canadian C-spine rule).
_LEAST = {"metre": 1, "foot": 3}
_RETURN, _AGO, _IN = "rtc", "ago", "in"
_WHEN = frozenset({"if", "sooner", "prn", "as", "to", "for", "earlier", "asap", "after", "w"})
_PREVIOUS = frozenset({"prev", "previous", "prior", "old", "historic", "historical", "remote"})
_NEAR = 5  # items behind the abbreviation


class EventFrame(PairFrame):
    """Reads injuries of great force: "fell 3 metres", "thrown from a horse", "hit by a car"."""

    name = "event"
    head, slot = "mishap", "cause"
    kinds = frozenset({"mishap", "cause", _LENGTH})
    heads = frozenset({"mishap"})

    def _read_at(self, row: Row, place: int, meanings: Mapping[str, PhraseMeaning]) -> Iterator[Mention]:
        is_none = _is_return(row, place) or _is_previous(row, place)
        return iter(()) if is_none else super()._read_at(row, place, meanings)

    def places(self, row: Row) -> Iterator[tuple[int, str]]:
        """Yield the causes, and heights in numbers."""
        yield from super().places(row)
        for at in row.kinds.get(_LENGTH, ()):
            if at > 0 and row[at - 1].number >= _LEAST[row[at].concept(_LENGTH) or ""]:
                yield at, _HEIGHT


def _is_previous(row: Row, place: int) -> bool:
    """Return whether it is told to be long over: "prev RTA x2"."""
    first = row.firsts[place]
    return first > 0 and row.sentence.words[first - 1] in _PREVIOUS


def _is_return(row: Row, place: int) -> bool:
    """Return whether "RTC" is the return to the clinic, and no crash: "RTC 6 weeks", "RTC in 3/12", "RTC if worse"."""
    if row[place].text != _RETURN:
        return False
    first = row.firsts[place] + 1
    behind = row.sentence.words[first : first + _NEAR]
    timed = behind[1:] if behind[:1] == (_IN,) else behind
    is_counted = (
        bool(timed) and timed[0].isdecimal() and not row[min(place + 1 + (_IN in behind[:1]), len(row) - 1)].year
    )
    return (is_counted and _AGO not in behind) or not _WHEN.isdisjoint(behind[:1])
