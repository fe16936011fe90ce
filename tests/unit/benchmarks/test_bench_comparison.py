"""What a second run says of a first: only what changed by more than the noise of both is called worse or better."""

from pathlib import Path

import msgspec
import pytest

from benchmarks import __main__ as bench
from benchmarks.calls import CARD
from benchmarks.comparison import compare, print_changes
from benchmarks.lines import EXPRESS, JUDGING, MACHINE, MEMORY, P99, THROUGHPUT, Line
from benchmarks.results import Figures, Run, read_run, write_run

DURATION, RATE = JUDGING[CARD], THROUGHPUT[EXPRESS, CARD]
ROUNDS = (10.0, 10.1, 10.2, 10.3, 10.4)  # the quartiles are 0.2 apart


def run_of(line: Line, ours: tuple[float, ...], theirs: tuple[float, ...] = ()) -> Run:
    return Run({}, {}, {line.what: Figures(ours, theirs)})


def by(factor: float, figures: tuple[float, ...] = ROUNDS) -> tuple[float, ...]:
    return tuple(figure * factor for figure in figures)


@pytest.mark.parametrize(
    ("line", "factor", "verdict"),
    [
        (MEMORY, 1.0, (False, False)),
        (MEMORY, 1.03, (False, False)),  # 0.3 more, and the noise is 0.4
        (MEMORY, 1.05, (True, False)),
        (MEMORY, 0.95, (False, True)),
        (RATE, 1.05, (False, True)),
        (RATE, 0.95, (True, False)),
    ],
)
def test_worse_and_better_are_beyond_the_noise_of_both(line: Line, factor: float, verdict: tuple[bool, bool]) -> None:
    [change] = compare(run_of(line, ROUNDS), run_of(line, by(factor)))
    assert (change.is_worse, change.is_better) == verdict


def test_the_noise_is_that_of_both_runs() -> None:
    [change] = compare(run_of(MEMORY, ROUNDS), run_of(MEMORY, by(2)))
    assert change.noise == pytest.approx(0.2 + 0.4)


def test_a_machine_that_became_slower_makes_nothing_worse() -> None:
    before = run_of(DURATION, ROUNDS, by(0.5))
    [change] = compare(before, run_of(DURATION, by(1.7), by(0.85)))
    assert (change.before, change.after) == pytest.approx((2, 2))
    assert not change.is_worse


def test_one_disturbed_round_is_no_change_and_hides_none() -> None:
    disturbed = (*ROUNDS[:4], 50.0)
    [same] = compare(run_of(MEMORY, ROUNDS), run_of(MEMORY, disturbed))
    [slower] = compare(run_of(MEMORY, disturbed), run_of(MEMORY, by(1.2)))
    assert not same.is_worse
    assert slower.is_worse


def test_what_one_run_lacks_is_not_compared() -> None:
    with_peer, without = run_of(P99, ROUNDS, ROUNDS), run_of(P99, ROUNDS)
    assert compare(with_peer, without) == []
    assert compare(with_peer, run_of(MEMORY, ROUNDS)) == []


def test_the_machine_itself_is_not_judged() -> None:
    assert compare(run_of(MACHINE, ROUNDS), run_of(MACHINE, by(3))) == []


def test_what_got_worse_is_named_last(capsys: pytest.CaptureFixture[str]) -> None:
    print_changes(compare(run_of(MEMORY, ROUNDS), run_of(MEMORY, by(1.2))))
    *_, row, last = capsys.readouterr().out.splitlines()
    assert row.split()[-1] == "worse"
    assert last == f"worse by more than the noise: {MEMORY.what}"
    print_changes(compare(run_of(MEMORY, ROUNDS), run_of(MEMORY, ROUNDS)))
    assert capsys.readouterr().out.splitlines()[-1] == "worse by more than the noise: nothing"


def test_a_run_is_read_as_it_was_written(tmp_path: Path) -> None:
    run = Run({"cores": "2"}, {"Express": "no npm"}, {DURATION.what: Figures((1.0, 2.0), (0.5, 0.5))})
    write_run(run, tmp_path / "build" / "bench.json")
    assert read_run(tmp_path / "build" / "bench.json") == run
    (tmp_path / "other.json").write_text('{"machine": {}}')
    with pytest.raises(msgspec.ValidationError):
        read_run(tmp_path / "other.json")


@pytest.mark.parametrize(("factor", "status"), [(1.0, 0), (1.2, 1)])
def test_the_command_ends_with_1_where_a_line_got_worse(
    factor: float, status: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "bench.json"
    write_run(run_of(MEMORY, ROUNDS), file)
    after = run_of(MEMORY, by(factor))
    monkeypatch.setattr(bench, "measure", lambda _: after)
    monkeypatch.setattr("sys.argv", ["benchmarks", "--against", str(file), "--json", str(file)])
    with pytest.raises(SystemExit) as ended:
        bench.main()
    assert ended.value.code == status
    assert read_run(file) == after
    assert "worse by more than the noise" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [["--against", "nowhere.json"], ["--rounds", "2"]])
def test_wrong_options_are_refused_before_anything_is_measured(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bench, "measure", lambda _: pytest.fail("measured"))
    monkeypatch.setattr("sys.argv", ["benchmarks", *arguments])
    with pytest.raises(SystemExit) as ended:
        bench.main()
    assert ended.value.code == 2
    assert arguments[1][0] in capsys.readouterr().err
