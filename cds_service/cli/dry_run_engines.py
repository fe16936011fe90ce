"""Run a dry run's engine: on this machine with a bar of progress, or on Apache Spark."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from cds_service.population.counts import Counts
from cds_service.population.export_files import Export
from cds_service.population.local_engine import LocalRun, fingerprint, run_locally
from cds_service.population.local_engine import Progress as RunProgress
from cds_service.population.recipe import Recipe, prepare

SPARK = "spark"


class EngineRun(NamedTuple):
    """The counts of a run, and what removes what it left on disk: called once the counts are safe."""

    counts: Counts
    clean_up: Callable[[], None]


def run_engine(engine: str, recipe: Recipe, export: Export, work: Path, cores: int | None) -> EngineRun:
    """Judge an export. `work`: the folder that a local run goes on from if it was stopped."""
    if engine == SPARK:
        return EngineRun(_run_on_spark(recipe, export), lambda: None)
    prepared = prepare(recipe)
    run = LocalRun(
        export=export,
        judge=prepared.judge,
        asked=prepared.asked,
        optional=prepared.optional,
        name=fingerprint(export, *prepared.about),
        cores=cores or _count_cores(),
        work=work,
    )
    with _progress() as tell:
        counts, folder = run_locally(run, tell)
    return EngineRun(counts, folder.remove)


def _run_on_spark(recipe: Recipe, export: Export) -> Counts:
    try:
        from cds_service.population.spark_engine import run_on_spark, start_session
    except ModuleNotFoundError as error:
        raise click.UsageError(f"--engine spark needs {error.name}: pip install 'hip-spine-cds[spark]'") from None
    with start_session() as session:
        return run_on_spark(export, recipe, session, lambda step: click.echo(step, err=True))


def _count_cores() -> int:
    return len(os.sched_getaffinity(0))


@contextmanager
def _progress() -> Iterator[Callable[[RunProgress], None]]:
    """Yield what shows progress: on a terminal as a bar with the time that is left."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:3.0f} %  {task.fields[rate]}"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as bars:
        tasks: dict[str, TaskID] = {}

        def tell(progress: RunProgress) -> None:
            if progress.step not in tasks:
                tasks[progress.step] = bars.add_task(progress.step, total=progress.total, rate="")
            task = tasks[progress.step]
            bars.update(task, completed=progress.done, rate=_rate(bars.tasks[task].speed, progress.unit))

        yield tell


def _rate(speed: float | None, unit: str) -> str:
    if speed is None:
        return ""
    return f"{speed / 1e6:.1f} MB/s" if unit == "bytes" else f"{speed:.1f} {unit}/s"
