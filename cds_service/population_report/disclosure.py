"""Disclosure control: hides small counts, and those from which a small count could be computed.

Cells of one published total are linked by sums: a total and its parts. A small part that is hidden alone could be
computed by subtraction, so the next smallest part is hidden with it, until at least two are hidden and together they
are not small (primary and complementary suppression). What remains is rounded. A hidden cell is shown as "suppressed",
never as 0; a true 0 is shown, as in the rules of the US Centers for Medicare & Medicaid Services for cells of 1 to 10.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Generic, NamedTuple, TypeVar

K = TypeVar("K")

SUPPRESSED: Final = "suppressed"


@dataclass(frozen=True, slots=True)
class DisclosureControl:
    """`least`: the smallest count that is shown, besides 0. `rounding`: what shown counts are rounded to.

    With `least` 1 and `rounding` 1 every count is shown as it is.
    """

    least: int = 11
    rounding: int = 5

    @property
    def is_on(self) -> bool:
        """Whether anything is hidden or rounded."""
        return self.least > 1 or self.rounding > 1


EXACT: Final = DisclosureControl(1, 1)


class Sum(NamedTuple, Generic[K]):
    """A total and the parts that add up to it, all of them published."""

    total: K
    parts: tuple[K, ...]


class DisclosedCells(Generic[K]):
    """Cells as they may be shown. A cell that is in none of the counts is 0."""

    def __init__(self, cells: Mapping[K, int], sums: Iterable[Sum[K]], control: DisclosureControl) -> None:
        self._cells, self._control = cells, control
        self.hidden: frozenset[K] = find_hidden(cells, sums, control.least)

    def show(self, key: K) -> int | None:
        """Return the count, rounded; None if it is suppressed."""
        if key in self.hidden:
            return None
        return round_half_up(self._cells.get(key, 0), self._control.rounding)


def round_half_up(number: int, to: int) -> int:
    """Return the nearest multiple of `to`; halves go up."""
    return (number + to // 2) // to * to


def find_hidden(cells: Mapping[K, int], sums: Iterable[Sum[K]], least: int) -> frozenset[K]:
    """Return the cells to hide: those of 1 to `least` - 1, and complements, until no sum gives one away."""
    hidden = {key for key, number in cells.items() if 0 < number < least}
    linked = [part for part in sums if cells.get(part.total, 0)]
    while True:
        before = len(hidden)
        for link in linked:
            _protect(link, cells, hidden, least)
        if len(hidden) == before:
            return frozenset(hidden)


def _protect(link: Sum[K], cells: Mapping[K, int], hidden: set[K], least: int) -> None:
    """Hide further cells of a sum, the smallest first, until none can be computed from those that are shown."""
    parts = sorted((key for key in link.parts if cells.get(key, 0)), key=lambda key: cells[key])
    while _gives_away(link, parts, cells, hidden, least):
        shown = [key for key in parts if key not in hidden]
        hidden.add(shown[0] if shown else link.total)


def _gives_away(link: Sum[K], parts: list[K], cells: Mapping[K, int], hidden: set[K], least: int) -> bool:
    concealed = [key for key in parts if key in hidden]
    if link.total in hidden:
        return not concealed
    return bool(concealed) and (len(concealed) == 1 or sum(cells[key] for key in concealed) < least)
