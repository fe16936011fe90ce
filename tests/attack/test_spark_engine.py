"""The dry run on Apache Spark, `local[2]`: the same counts as the local engine's, to the last one."""

import os
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner
from spark_python import spark_python

from benchmarks.generated_export import write_export
from benchmarks.generated_patients import Population
from cds_service.cli import main
from cds_service.population.counts import Counts, Measure, Row
from cds_service.population.counts_file import read_run

PATIENTS = 1_000
RUN_WITHIN = 600.0  # seconds
ENVIRONMENT = {"SPARK_LOCAL_IP": "127.0.0.1", "PYSPARK_SUBMIT_ARGS": "--master local[2] pyspark-shell"}


@pytest.fixture(scope="module")
def export(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An export with each kind of broken line among the good ones."""
    folder = tmp_path_factory.mktemp("export")
    write_export(folder, Population(PATIENTS, 10_000, 14, "independent"), broken=2)
    return folder


def count_locally(export: Path, folder: Path) -> Counts:
    counts = folder / "local.jsonl"
    told = CliRunner().invoke(main, ["dry-run", str(export), "--out", str(folder / "local"), "--counts", str(counts)])
    assert told.exit_code == 0, told.output
    return read_run(counts).counts


def test_spark_counts_what_the_local_engine_counts(export: Path, tmp_path: Path) -> None:
    counts = tmp_path / "spark.jsonl"
    command = [spark_python().parent / "hip-spine-cds", "dry-run", export, "--out", tmp_path / "spark"]
    done = subprocess.run(
        [*command, "--engine", "spark", "--counts", counts],
        capture_output=True,
        text=True,
        timeout=RUN_WITHIN,
        env={**os.environ, **ENVIRONMENT},
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    counted = read_run(counts).counts
    assert counted == count_locally(export, tmp_path)
    assert counted[Row(Measure.LINES_JUDGED, detail="Binary")] > 0
    report = CliRunner().invoke(main, ["report", str(counts), "--out", str(tmp_path / "report")])
    assert report.exit_code == 0, report.output
    pages = [(tmp_path / name / "report.html").read_bytes() for name in ("report", "spark")]
    assert pages[0] == pages[1]
    assert "Patient/" not in done.stdout + done.stderr
