"""The cells of a report: counts summed to what is published, and the sums that link them."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from cds_service.population.counts import NOT_RECORDED, Counts, Measure, Row
from cds_service.population_report.disclosure import DisclosedCells, DisclosureControl, Sum

GROUPS: Final = {"month": "month", "site": "site", "age_band": "age", "sex": "sex"}
"""The fields of a row by which a report breaks numbers down, and what each is called."""

OTHER_SITES: Final = "all other sites"
MOST_SITES: Final = 12

_BY_GROUP = frozenset(
    {Measure.PATIENTS, Measure.MOMENTS, Measure.SHOWN_MOMENTS, Measure.SHOWN, Measure.SCREENED_MOMENTS}
)
_OVER_RULES = frozenset({Measure.ASKED})  # published for all hooks and rules together
ORDER_SIGN: Final = "order-sign"


class Key(NamedTuple):
    """A cell: a measure of a hook and rule, for all (`by` is empty) or for one value of a group or detail."""

    measure: Measure
    hook: str = ""
    rule: str = ""
    by: str = ""
    value: str = ""


class Cells:
    """All counts that a report may show, behind disclosure control."""

    def __init__(self, counts: Counts, control: DisclosureControl) -> None:
        self.control = control
        self._numbers: Counter[Key] = Counter()
        sites = _largest_sites(counts, control.least)
        for row, number in counts.items():
            for key in _keys_of(row, sites):
                self._numbers[key] += number
        self._disclosed = DisclosedCells(self._numbers, _list_sums(self._numbers), control)

    def show(self, measure: Measure, hook: str = "", rule: str = "", by: str = "", value: str = "") -> int | None:
        """Return a count, rounded; None if it is suppressed."""
        return self._disclosed.show(Key(measure, hook, rule, by, value))

    def exact(self, measure: Measure, by: str = "", value: str = "") -> int:
        """Return a count of lines, files or the like as it is: it says nothing of anyone."""
        return self._numbers[Key(measure, "", "", by, value)]

    def list_values(self, measure: Measure, by: str, hook: str | None = None, rule: str | None = None) -> list[str]:
        """Return the values of a group or detail that occur, sorted. `hook`, `rule`: of these alone."""
        found = {
            key.value
            for key in self._numbers
            if key.measure is measure and key.by == by and hook in {None, key.hook} and rule in {None, key.rule}
        }
        return sorted(found)

    def list_keys(self, measure: Measure, by: str = "") -> list[Key]:
        """Return the cells of a measure that are broken down by this, the largest counts first.

        The order of suppressed cells among themselves does not tell which is larger.
        """
        keys = [key for key in self._numbers if key.measure is measure and key.by == by]
        return sorted(keys, key=lambda key: (-(self._disclosed.show(key) or 0), key))

    @property
    def sums(self) -> list[Sum[Key]]:
        """The sums that link the cells."""
        return list(_list_sums(self._numbers))


def _keys_of(row: Row, sites: frozenset[str]) -> Iterator[Key]:
    """Yield every cell that a row of counts belongs to."""
    hook, rule = ("", "") if row.measure in _OVER_RULES else (row.hook, row.rule)
    yield Key(row.measure, hook, rule)
    if row.measure is Measure.SCREENED_MOMENTS:
        yield Key(row.measure)
    if row.detail and row.measure is not Measure.SHOWN:
        yield Key(row.measure, hook, rule, "detail", row.detail)
    if row.measure in _BY_GROUP:
        for field in GROUPS:
            value = getattr(row, field)
            if value:
                yield Key(row.measure, row.hook, row.rule, field, _site(value, sites) if field == "site" else value)


def _site(name: str, sites: frozenset[str]) -> str:
    return name if name in sites or name == NOT_RECORDED else OTHER_SITES


def _largest_sites(counts: Counts, least: int) -> frozenset[str]:
    """Return the sites with most patients: a table of hundreds is not read. Names of small ones are not shown."""
    patients: Counter[str] = Counter()
    for row, number in counts.items():
        if row.measure is Measure.PATIENTS:
            patients[row.site] += number
    return frozenset(name for name, number in patients.most_common(MOST_SITES) if number >= least)


def _list_sums(numbers: Iterable[Key]) -> Iterator[Sum[Key]]:
    """Yield each total that is published with its parts: by group; orders by kind; stops by hook and rule."""
    parts: dict[tuple[Key, str], list[Key]] = {}
    for key in numbers:
        if key.by in GROUPS:
            parts.setdefault((key._replace(by="", value=""), key.by), []).append(key)
        elif key.measure is Measure.SCREENED_MOMENTS and key.rule:
            parts.setdefault((Key(key.measure), ""), []).append(key)
        elif key.measure is Measure.ORDERS and key.by:
            parts.setdefault((Key(Measure.MOMENTS, ORDER_SIGN), key.by), []).append(key)
    for (total, _), keys in sorted(parts.items()):
        yield Sum(total, tuple(sorted(keys)))
