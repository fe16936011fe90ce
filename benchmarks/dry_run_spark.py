"""The dry run on Apache Spark, `local[2]`, against the local engine: what starting costs, and what each patient more.

`python -m benchmarks.dry_run_spark` needs Java 17 and an environment with PySpark, `.venv-spark`, which `make attack`
makes. Each engine runs as a command on a small and a large export; what a run of no patients would cost is fixed. The
processor time of all processes is compared, and the clock stands beside it. Other work on the machine only makes them
worse, so each is the best of some rounds.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from benchmarks.generated_export import write_export
from benchmarks.generated_patients import Population
from benchmarks.goals import Goal, at_most, show
from benchmarks.processes import process_ms, tree

CHART_BYTES = 83_000
SMALL, LARGE = 5_000, 20_000  # patients
_ROUNDS = 2
SPARK_PYTHON = Path(__file__).parents[1] / ".venv-spark" / "bin" / "python"
_START = "from cds_service.cli import main; main(prog_name='hip-spine-cds')"
_ENVIRONMENT = {"SPARK_LOCAL_IP": "127.0.0.1", "PYSPARK_SUBMIT_ARGS": "--master local[2] pyspark-shell"}
_MARGINAL, _FIXED = "dry run on Spark, each patient more against the local engine", "dry run on Spark, fixed cost"


class _Cost(NamedTuple):
    """Seconds of the clock, and of processor time in all processes."""

    clock: float
    processor: float


class _Engine(NamedTuple):
    """What an engine costs without any patient, and for a thousand of them."""

    fixed: _Cost
    thousand: _Cost


def measure() -> list[Goal]:
    """Return what Spark costs beside the local engine; nothing where Spark is not installed."""
    if not SPARK_PYTHON.exists():
        return []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for patients in (SMALL, LARGE):
            write_export(folder / str(patients), Population(patients, CHART_BYTES))
        local = _measure_engine(folder, Path(sys.executable), "--cores", "2")
        spark = _measure_engine(folder, SPARK_PYTHON, "--engine", "spark")
    return list(_compare(local, spark))


def _compare(local: _Engine, spark: _Engine) -> Iterator[Goal]:
    ratio = spark.thousand.processor / local.thousand.processor
    clock = f"by the clock {spark.thousand.clock / local.thousand.clock:.2f}"
    yield at_most(_MARGINAL, ratio, 1.5, " times", f"processor time; {clock}")
    fixed = spark.fixed.clock - local.fixed.clock
    yield at_most(_FIXED, fixed, 25, " s", f"{spark.fixed.processor - local.fixed.processor:.0f} s of processor time")


def _measure_engine(folder: Path, python: Path, *options: str) -> _Engine:
    small, large = (_run_rounds(folder, patients, python, *options) for patients in (SMALL, LARGE))
    each = [(more - less) / (LARGE - SMALL) for less, more in zip(small, large, strict=True)]
    fixed = [cost - SMALL * one for cost, one in zip(small, each, strict=True)]
    return _Engine(_Cost(*fixed), _Cost(*(1000 * one for one in each)))


def _run_rounds(folder: Path, patients: int, python: Path, *options: str) -> _Cost:
    rounds = [_run(folder, patients, python, *options) for _ in range(_ROUNDS)]
    return _Cost(min(one.clock for one in rounds), min(one.processor for one in rounds))


def _run(folder: Path, patients: int, python: Path, *options: str) -> _Cost:
    command = [python, "-c", _START, "dry-run", folder / str(patients), "--counts", folder / "counts", *options]
    used: dict[int, float] = {}
    started = time.perf_counter()
    with subprocess.Popen(
        command, env={**os.environ, **_ENVIRONMENT}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        while process.poll() is None:
            for pid in tree(process.pid):
                with suppress(OSError):
                    used[pid] = process_ms(pid)
            time.sleep(0.1)
    if process.returncode:
        raise RuntimeError(f"the dry run has failed on {patients} patients: {options}")
    return _Cost(time.perf_counter() - started, sum(used.values()) / 1000)


if __name__ == "__main__":
    show(measure())
