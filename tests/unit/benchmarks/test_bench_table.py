"""The table of a run: best and median, the ratio, and whether the goal is met."""

import pytest

from benchmarks.calls import CARD
from benchmarks.lines import EXPRESS, JUDGING, LINES, MACHINE, MEMORY, P99, THROUGHPUT
from benchmarks.results import Figures, Run
from benchmarks.table import print_run

DURATION, RATE = JUDGING[CARD], THROUGHPUT[EXPRESS, CARD]
HEADINGS = ["", "best", "median", "against", "best", "median", "ratio", "median", "was", "goal", "met"]


def rows(capsys: pytest.CaptureFixture[str], run: Run) -> list[list[str]]:
    """Print a run and return the cells of its table, by the columns of its headings."""
    print_run(run)
    head, *lines = capsys.readouterr().out.splitlines()[1 : 2 + len(run.lines)]
    assert head.split() == HEADINGS[1:]
    return [[cell.strip() for cell in line.split("  ") if cell] for line in lines]


def test_the_best_of_a_duration_is_the_least_and_its_goal_a_ceiling(capsys: pytest.CaptureFixture[str]) -> None:
    run = Run({"cores": "2"}, {}, {DURATION.what: Figures((3.0, 2.0, 4.0), (1.0, 0.5, 1.0))})
    assert rows(capsys, run) == [
        ["bytes to bytes, card", "2 ms", "3 ms", "orjson.loads", "0.5 ms", "1 ms", "4", "4", "4.6", "≤ 3", "no"]
    ]


def test_the_best_of_a_rate_is_the_most_and_its_goal_a_floor(capsys: pytest.CaptureFixture[str]) -> None:
    run = Run({}, {}, {RATE.what: Figures((400.0, 500.0, 450.0), (900.0, 1000.0, 800.0))})
    assert rows(capsys, run) == [
        ["throughput, card", "500/s", "450/s", "Express", "1,000/s", "900/s", "0.5", "0.5", "0.29", "≥ 0.5", "yes"]
    ]


def test_a_goal_of_the_figure_is_judged_without_what_it_is_compared_with(capsys: pytest.CaptureFixture[str]) -> None:
    run = Run({}, {}, {P99.what: Figures((40.0, 60.0), (10.0, 10.0)), MEMORY.what: Figures((91.0, 90.5))})
    assert [row[-2:] for row in rows(capsys, run)] == [["≤ 50 ms", "yes"], ["≤ 90 MiB", "no"]]


def test_lines_stand_in_their_order_and_the_machine_comes_first(capsys: pytest.CaptureFixture[str]) -> None:
    run = Run({}, {}, {line.what: Figures((1.0,), (1.0,)) for line in reversed(LINES)})
    assert [row[0] for row in rows(capsys, run)] == [line.what for line in LINES]
    assert LINES[0] is MACHINE


def test_a_peer_that_is_left_out_is_named_with_the_reason(capsys: pytest.CaptureFixture[str]) -> None:
    print_run(Run({}, {"Express": "Express needs the system package nodejs"}, {MEMORY.what: Figures((80.0,))}))
    assert capsys.readouterr().out.splitlines()[-1] == ("Express is left out: Express needs the system package nodejs")
