"""Tables of a report as values. Both the page and the Parquet file are made from them, so they never differ."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from cds_service.population_report.disclosure import SUPPRESSED


class Cell(NamedTuple):
    """A cell: words, or a count with the rate made from it.

    `number`: None if it is suppressed or the cell has words alone. `rate`: None if either of its counts is suppressed.
    """

    text: str
    number: int | None = None
    rate: float | None = None
    is_suppressed: bool = False

    @property
    def is_number(self) -> bool:
        """Whether the cell holds a count, shown or suppressed."""
        return self.is_suppressed or self.number is not None or self.rate is not None

    @property
    def rate_text(self) -> str:
        """The rate with one digit, or ""."""
        return "" if self.rate is None else f"{self.rate:,.1f}"


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its first column names the row, all others have numbers. `unit` says what the rates are.

    `note`: how to read it. `more`: how many rows are left out.
    """

    id: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    unit: str = ""
    note: str = ""
    more: int = 0

    @property
    def suppressed(self) -> int:
        """How many cells are suppressed."""
        return sum(cell.is_suppressed for row in self.rows for cell in row)


@dataclass(frozen=True, slots=True)
class Section:
    """A section of the page: its heading, a sentence that says what it answers, and its tables."""

    id: str
    title: str
    lead: str
    tables: tuple[Table, ...]


def name_cell(text: str) -> Cell:
    """Return the cell that names a row."""
    return Cell(text)


def count_cell(count: int | None) -> Cell:
    """Return the cell of a count; None is suppressed."""
    if count is None:
        return Cell(SUPPRESSED, is_suppressed=True)
    return Cell(f"{count:,}", count)


def rate_cell(count: int | None, of: int | None, per: int) -> Cell:
    """Return the cell of a count with its rate per 100 or 1,000 of a denominator. None is suppressed; 0 has no rate."""
    cell = count_cell(count)
    if not count or not of:
        return cell
    return cell._replace(rate=per * count / of)


def make_rows(rows: Iterable[Iterable[Cell]]) -> tuple[tuple[Cell, ...], ...]:
    """Return rows as a table holds them."""
    return tuple(tuple(row) for row in rows)
