"""Prints a run as one table: every line with the best and the median of its rounds."""

from collections.abc import Collection, Sequence
from statistics import median

from benchmarks.lines import LINES, Line
from benchmarks.results import Figures, Run

_HEADINGS = ("", "best", "median", "against", "best", "median", "ratio", "median", "was", "goal", "met")
_WORDS = {0, 3}  # columns; the others hold figures


def print_run(run: Run) -> None:
    """Print where the run was taken, its lines, and what is left out."""
    print(", ".join(f"{name} {value}" for name, value in run.machine.items()))
    print_table([_HEADINGS, *(_row(line, run.lines[line.what]) for line in LINES if line.what in run.lines)], _WORDS)
    for peer, reason in run.left_out.items():
        print(f"{peer} is left out: {reason}")


def print_table(rows: Sequence[Sequence[str]], words: Collection[int]) -> None:
    """Print rows of cells: columns of words flush left, the others flush right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = [
            cell.ljust(width) if column in words else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        print("  ".join(cells).rstrip())


def short(figure: float, unit: str = "") -> str:
    """Return a figure with three digits, and its unit."""
    return f"{figure:,.0f}{unit}" if figure >= 100 else f"{figure:.3g}{unit}"


def _row(line: Line, figures: Figures) -> Sequence[str]:
    best = max if line.more_is_better else min
    ours, theirs = figures.ours, figures.theirs
    compared, judged = [""] * 5, best(ours)
    if theirs:
        ratio = best(ours) / best(theirs)
        judged = ratio if line.is_ratio else judged
        compared = [line.against, *_cells(line.unit, best(theirs), median(theirs))]
        compared += _cells("", ratio, median(figures.ratios))
    return (line.what, *_cells(line.unit, best(ours), median(ours)), *compared, line.was, *_judge(line, judged))


def _judge(line: Line, figure: float) -> tuple[str, str]:
    """Return the goal, and whether a figure meets it."""
    if line.goal is None:
        return "", ""
    unit = "" if line.is_ratio else line.unit
    if line.more_is_better:
        return f"≥ {line.goal:g}{unit}", "yes" if figure >= line.goal else "no"
    return f"≤ {line.goal:g}{unit}", "yes" if figure <= line.goal else "no"


def _cells(unit: str, *figures: float) -> Sequence[str]:
    return [short(figure, unit) for figure in figures]
