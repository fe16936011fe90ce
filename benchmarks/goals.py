"""The outcome of a benchmark: a goal, what was measured, and whether it is met; and a table of many."""

from collections.abc import Iterable
from dataclasses import dataclass

HEADINGS = ("goal", "measured", "met")


@dataclass(frozen=True, slots=True)
class Goal:
    """A goal in words, the figure measured, and whether it is met."""

    text: str
    measured: str
    is_met: bool

    @property
    def row(self) -> tuple[str, str, str]:
        """The goal as cells of a table."""
        return self.text, self.measured, "yes" if self.is_met else "NO"


def at_most(text: str, measured: float, limit: float, unit: str = "", detail: str = "") -> Goal:
    """Return a goal that a figure must not exceed."""
    return Goal(f"{text}: at most {limit:g}{unit}", _format(measured, unit, detail), measured <= limit)


def at_least(text: str, measured: float, limit: float, unit: str = "", detail: str = "") -> Goal:
    """Return a goal that a figure must reach."""
    return Goal(f"{text}: at least {limit:g}{unit}", _format(measured, unit, detail), measured >= limit)


def show(goals: Iterable[Goal]) -> None:
    """Print the goals as a table."""
    rows = [HEADINGS, *(goal.row for goal in goals)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS))]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def _format(measured: float, unit: str, detail: str) -> str:
    return f"{measured:.2f}{unit}" + (f" ({detail})" if detail else "")
