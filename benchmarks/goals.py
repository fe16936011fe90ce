"""The outcome of a benchmark as a goal, what was measured, and whether it is held; many of them as one table."""

from collections.abc import Iterable
from dataclasses import dataclass

HEADINGS = ("goal", "measured", "held")


@dataclass(frozen=True, slots=True)
class Goal:
    """A goal in words, the figure that stands against it, and whether it is held; None when nothing was measured."""

    what: str
    measured: str
    held: bool | None

    @property
    def row(self) -> tuple[str, str, str]:
        """The goal as cells of a table."""
        return self.what, self.measured, "-" if self.held is None else "yes" if self.held else "NO"


def at_most(what: str, measured: float, limit: float, unit: str = "", detail: str = "") -> Goal:
    """A goal that a figure must not exceed."""
    return Goal(f"{what}: at most {limit:g}{unit}", _told(measured, unit, detail), measured <= limit)


def at_least(what: str, measured: float, limit: float, unit: str = "", detail: str = "") -> Goal:
    """A goal that a figure must reach."""
    return Goal(f"{what}: at least {limit:g}{unit}", _told(measured, unit, detail), measured >= limit)


def not_measured(what: str) -> Goal:
    """A goal whose benchmark is still to be written."""
    return Goal(what, "not measured", None)


def show(goals: Iterable[Goal]) -> None:
    """Print the goals as a table."""
    rows = [HEADINGS, *(goal.row for goal in goals)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS))]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def _told(measured: float, unit: str, detail: str) -> str:
    return f"{measured:.2f}{unit}" + (f" ({detail})" if detail else "")
