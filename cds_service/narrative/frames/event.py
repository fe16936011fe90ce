"""The frame of events: a fall, crash or blow, and from what or by what, which tells of great force."""

from collections.abc import Iterator

from cds_service.narrative.frames.pair import PairFrame
from cds_service.narrative.items import Row

_LENGTH, _HEIGHT = "length", "height"
# A fall from three feet is dangerous (Stiell et al., JAMA 2001;286:1841-1848, the Canadian C-spine rule).
_LEAST = {"metre": 1, "foot": 3}


class EventFrame(PairFrame):
    """Reads injuries of great force: "fell 3 metres", "thrown from a horse", "hit by a car"."""

    name = "event"
    head, slot = "mishap", "cause"
    kinds = frozenset({"mishap", "cause", _LENGTH})
    heads = frozenset({"mishap"})

    def places(self, row: Row) -> Iterator[tuple[int, str]]:
        """Yield the causes, and heights in numbers."""
        yield from super().places(row)
        for at in row.kinds.get(_LENGTH, ()):
            if at > 0 and row[at - 1].number >= _LEAST[row[at].concept(_LENGTH) or ""]:
                yield at, _HEIGHT
