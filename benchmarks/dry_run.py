"""The dry run over 2,000 generated patients of 83 kB, against decoding the same bytes; its start is excluded.

Also over 500 of whom lumbar imaging was ordered twice besides, so that each is judged at three moments or more.
"""

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

import msgspec

from benchmarks.chart_records import CPT, Json
from benchmarks.generated_export import ExportWriter, write_export
from benchmarks.generated_patients import LAST_DAY, Population, generate_patients
from benchmarks.goals import Goal, at_least, at_most, show
from cds_service.population.counts import Measure, total
from cds_service.population.export_files import Export, list_export
from cds_service.population.local_engine import LocalRun, run_locally
from cds_service.population.moments import Period
from cds_service.population.recipe import Prepared, Recipe, prepare

PATIENTS, WITH_ORDERS, CHART_BYTES = 2_000, 500, 83_000
_ROUNDS = 3
_HOUR = 3600
_TEXT_BUDGET = 200_000


class _Round(NamedTuple):
    """Seconds of processor time for decoding and for the run, of the clock on one and two cores, and the moments."""

    decode: float
    run: float
    one_core: float
    two_cores: float
    moments: int


def measure() -> list[Goal]:
    """Return the ratios, each the best of some rounds: other work on the machine only makes them worse."""
    prepared = prepare(Recipe(None, None, None, _TEXT_BUDGET, Period(date.min, date.max)))
    with tempfile.TemporaryDirectory() as folder:
        write_export(Path(folder) / "export", Population(PATIENTS, CHART_BYTES))
        _write_with_orders(Path(folder) / "orders", Population(WITH_ORDERS, CHART_BYTES))
        export, orders = (list_export(Path(folder) / name) for name in ("export", "orders"))
        rounds = [_measure_round(export, prepared, Path(folder)) for _ in range(_ROUNDS)]
        with_orders = [_run(orders, prepared, Path(folder), 1) for _ in range(_ROUNDS)]
    ratio = min(one.run / one.decode for one in rounds)
    rate = max(one.moments / one.run for one in rounds) * _HOUR / 1e6
    scaling = max(one.one_core / one.two_cores for one in rounds)
    detail = f"{rounds[0].moments / PATIENTS:.2f} moments a patient"
    more_rate = max(moments / processor for processor, _, moments in with_orders) * _HOUR / 1e6
    more_detail = f"{with_orders[0][2] / WITH_ORDERS:.2f} moments a patient"
    return [
        at_most("dry run on one core against decoding the same bytes", ratio, 2.8, "", detail),
        at_least("moments judged in an hour on one core", rate, 1.8, " million", detail),
        at_least("moments judged in an hour on one core, three a patient", more_rate, 3, " million", more_detail),
        at_least("dry run on two cores against one", scaling, 1.7, " times"),
    ]


def _write_with_orders(folder: Path, population: Population) -> None:
    with ExitStack() as stack:
        writer = ExportWriter(folder, stack, by_patient=False, compressed=False)
        for patient, *others in generate_patients(population):
            writer.write_patient([patient, *others, *_order_twice(patient["id"])])


def _order_twice(patient: str) -> Iterator[Json]:
    code = {"coding": [{"system": CPT, "code": "72148"}]}
    for number in range(2):
        yield {
            "resourceType": "ServiceRequest",
            "id": f"{patient}-again-{number}",
            "status": "completed",
            "intent": "order",
            "code": code,
            "subject": {"reference": f"Patient/{patient}"},
            "authoredOn": str(LAST_DAY - timedelta(days=30 * (number + 1))),
        }


def _measure_round(export: Export, prepared: Prepared, folder: Path) -> _Round:
    started = time.process_time()
    for part in export.files:
        with part.path.open("rb") as lines:
            for line in lines:
                msgspec.json.decode(line)
    decode = time.process_time() - started
    processor, one_core, moments = _run(export, prepared, folder, 1)
    _, two_cores, _ = _run(export, prepared, folder, 2)
    return _Round(decode, processor, one_core, two_cores, moments)


def _run(export: Export, prepared: Prepared, folder: Path, cores: int) -> tuple[float, float, int]:
    """Return seconds of processor time in all processes, seconds of the clock, and the number of moments."""
    run = LocalRun(export, prepared.judge, prepared.asked, prepared.optional, "benchmark", cores, folder / "work")
    before, started = os.times(), time.perf_counter()
    counts, work = run_locally(run, lambda _: None)
    clock, after = time.perf_counter() - started, os.times()
    work.remove()
    return sum(after[:4]) - sum(before[:4]), clock, total(counts, Measure.MOMENTS)


if __name__ == "__main__":
    show(measure())
