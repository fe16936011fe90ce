"""Where a foot is found to be lifted with full strength, by which a foot drop that another told of is no more."""

from collections.abc import Iterator
from itertools import takewhile
from typing import Final

from cds_service.model.sides import Side, combine_sides
from cds_service.narrative.words.items import Item, Row
from cds_service.narrative.words.lexicon import Mark

_LIFTING: Final = ("dorsiflex", "dorsi flex", "ankle df", "ankle dorsi", "tibialis anterior", "tib ant")
_SHORT: Final = frozenset({"df", "ta"})
_MUSCLE, _GRADE, _FULL = "muscle", "grade", "5"
_NEAR: Final = 4  # items between the movement and its grade
_MOST: Final = 3  # items of side behind the grade


def sides_lifted(row: Row) -> Iterator[Side]:
    """Yield the side of each foot that is lifted with full strength: "DF 5/5 both sides"."""
    for at in row.kinds.get(_MUSCLE, ()) if _GRADE in row.kinds else ():
        if not (row[at].text in _SHORT or row[at].text.startswith(_LIFTING)):
            continue
        grade = next((one for one in range(at + 1, min(len(row), at + _NEAR)) if not _is_small(row[one])), None)
        if grade is not None and row[grade].concept(_GRADE) == _FULL:
            behind = takewhile(_is_small, row[grade + 1 : grade + 1 + _MOST])
            near = (*row[max(0, at - 1) : grade], *behind)
            yield combine_sides(item.entry.side for item in near if item.entry.side)


def _is_small(item: Item) -> bool:
    return item.is_side or item.is_marked(Mark.LINK)
