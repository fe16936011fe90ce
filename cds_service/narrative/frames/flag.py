"""The frame of red flags that are a disease, a drug or a habit, each with what it is of."""

from collections.abc import Iterator
from types import MappingProxyType
from typing import Final

from cds_service.narrative.frames.pair import PairFrame
from cds_service.narrative.items import Row

_SPAN, _LONG = "span", "long"
# From three months on a steroid is taken for long (clinical design, long-term-steroid).
_LEAST: Final = {"month": 3, "year": 1, "week": 13}
_AGO = "ago"


class FlagFrame(PairFrame):
    """Reads red flags: "ca prostate", "abscess of the psoas", "takes daily prednisone", "getting weaker"."""

    name = "flag"
    head, slot, limb = "danger", "matter", "mover"
    hindered = MappingProxyType({"steroid": "short"})  # a taper, a course of days, an injection
    at_slot = frozenset({"infection"})
    kinds = frozenset({"danger", "matter", "mover", _SPAN})
    heads = frozenset({"danger"})

    def places(self, row: Row) -> Iterator[tuple[int, str]]:
        """Yield the matters, and how long something has been taken: "for the last 5 months", "x 2 yrs"."""
        yield from super().places(row)
        for at in row.kinds.get(_SPAN, ()):
            is_past = at + 1 < len(row) and row[at + 1].text == _AGO
            if at > 0 and row[at - 1].number >= _LEAST[row[at].concept(_SPAN) or ""] and not is_past:
                yield at, _LONG
