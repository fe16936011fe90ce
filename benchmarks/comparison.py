"""Compares two runs: what changed by more than the noise that both measured."""

from collections.abc import Sequence
from statistics import median, quantiles
from typing import NamedTuple

from benchmarks.lines import LINES, MACHINE, Line
from benchmarks.results import Figures, Run
from benchmarks.table import print_table, short

_HEADINGS = ("", "before", "after", "noise", "")
_WORDS = {0, 4}


class Change(NamedTuple):
    """The medians of a line before and after, of its ratios where it has them, and the noise of both runs together."""

    line: Line
    before: float
    after: float
    noise: float

    @property
    def is_worse(self) -> bool:
        """Whether the line got worse by more than the noise."""
        return self._gain < -self.noise

    @property
    def is_better(self) -> bool:
        """Whether the line got better by more than the noise."""
        return self._gain > self.noise

    @property
    def _gain(self) -> float:
        return self.after - self.before if self.line.more_is_better else self.before - self.after


def compare(before: Run, after: Run) -> list[Change]:
    """Return the change of every line that both runs measured, against the same. The machine's own is none of ours."""
    shared = [line for line in LINES if line.what in before.lines and line.what in after.lines and line != MACHINE]
    pairs = [(line, before.lines[line.what], after.lines[line.what]) for line in shared]
    return [_change(line, old, new) for line, old, new in pairs if bool(old.theirs) == bool(new.theirs)]


def _change(line: Line, before: Figures, after: Figures) -> Change:
    old, new = (figures.ratios or figures.ours for figures in (before, after))
    return Change(line, median(old), median(new), _noise(old) + _noise(new))


def _noise(figures: Sequence[float]) -> float:
    """Return the distance between the quartiles of a run's rounds: one round that was disturbed does not move them."""
    first, _, third = quantiles(figures, n=4, method="inclusive")
    return third - first


def print_changes(changes: Sequence[Change]) -> None:
    """Print each change, and what got worse."""
    print_table([_HEADINGS, *map(_row, changes)], _WORDS)
    worse = [change.line.what for change in changes if change.is_worse]
    print("worse by more than the noise: " + ("; ".join(worse) or "nothing"))


def _row(change: Change) -> Sequence[str]:
    cells = (short(figure) for figure in (change.before, change.after, change.noise))
    return (change.line.what, *cells, "worse" if change.is_worse else "better" if change.is_better else "")
