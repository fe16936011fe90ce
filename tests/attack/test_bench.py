"""The smallest run of `make bench`: every line is measured, whatever the figures."""

import pytest
from left_out import leave_out

from benchmarks.lines import LINES
from benchmarks.rounds import Effort, measure
from benchmarks.table import print_run


def test_a_round_measures_every_line(capsys: pytest.CaptureFixture[str]) -> None:
    run = measure(Effort(rounds=1, seconds=0.2, calls=2))
    for reason in run.left_out.values():
        leave_out(reason[:200])
    assert {what: len(figures.ours) for what, figures in run.lines.items()} == {line.what: 1 for line in LINES}
    assert all(len(run.lines[line.what].theirs) == (1 if line.against else 0) for line in LINES)
    print_run(run)
    table = capsys.readouterr().out
    assert all(line.what in table for line in LINES)
