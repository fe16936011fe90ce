"""Measures the goals of speed and prints one table, best and median of rounds taken in turn: `make bench`.

Every figure is measured in turn with what it is compared to. The rounds are written as JSON. A later run compares
itself with them by `--against`: it prints what changed, and exits with 1 if a line got worse by more than the noise.
"""

import argparse
import sys
from pathlib import Path

import msgspec

from benchmarks.comparison import compare, print_changes
from benchmarks.launching import ROOT
from benchmarks.results import Run, read_run, write_run
from benchmarks.rounds import Effort, measure
from benchmarks.table import print_run

_LEAST_ROUNDS = 3  # fewer tell nothing of the noise


def main() -> None:
    """Take the run that the options name."""
    options = _parser().parse_args()
    before: Run | None = options.against  # read first: the file that is written may be the same
    run = measure(Effort(rounds=options.rounds))
    write_run(run, options.json)
    print_run(run)
    if before is not None:
        changes = compare(before, run)
        print_changes(changes)
        sys.exit(any(change.is_worse for change in changes))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--json", type=Path, default=ROOT / "build" / "bench.json", help="where to write the rounds")
    parser.add_argument("--against", type=_run, help="a file that an earlier run wrote")
    parser.add_argument("--rounds", type=_rounds, default=Effort().rounds, help="%(default)s; at least 3")
    return parser


def _run(name: str) -> Run:
    try:
        return read_run(Path(name))
    except (OSError, msgspec.DecodeError) as error:
        raise argparse.ArgumentTypeError(f"{name} is no run of this bench: {error}") from error


def _rounds(text: str) -> int:
    rounds = int(text)
    if rounds < _LEAST_ROUNDS:
        raise argparse.ArgumentTypeError(f"{rounds} rounds tell nothing of the noise")
    return rounds


if __name__ == "__main__":
    main()
