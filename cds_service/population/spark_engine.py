"""The engine for a cluster: Apache Spark reads the shares of an export, moves records to their patients, and judges.

Tasks read with the reader of the local engine, so that a broken line costs the same here: the export must lie where
every machine sees it under the same path. Spark moves projected records only, sorted by patient, and counts come back.
"""

import math
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Final

import pyarrow as pa
from pyspark import StorageLevel
from pyspark.sql import SparkSession

from cds_service.population.accounts import find_absent, settle_counts
from cds_service.population.binaries import has_binaries, join_binaries
from cds_service.population.counts import Counts, LineNumbers, as_counts, decode_counts, encode_counts, merge
from cds_service.population.export_files import Export, Part, share_out
from cds_service.population.part_reader import read_part
from cds_service.population.projection import Projector
from cds_service.population.recipe import Recipe, prepare
from cds_service.population.records import BINARY_KEY, END

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

_SCHEMA: Final = pa.schema([("patient", pa.string()), ("data", pa.binary())])
_COLUMNS: Final = "patient string, data binary"
_COUNTS: Final = ""  # instead of a patient's id: the row holds counts
_HAS_COUNTS: Final = f"patient = '{_COUNTS}'"
_IS_OF_BINARY: Final = f"startswith(patient, '{BINARY_KEY}')"
_IS_OF_PATIENT: Final = f"NOT ({_HAS_COUNTS} OR {_IS_OF_BINARY})"
_BATCH: Final = 2_000  # rows
_GATHERED: Final = 16_000_000  # bytes of records that a task holds back, to put those of a patient into one row
_BATCH_BYTES: Final = 16_000_000
_SHARE: Final = 64_000_000  # bytes of an export that a task reads
_PARTITION: Final = 32_000_000  # bytes of FHIR whose records a task judges, before they are projected
_SETTINGS: Final = {
    "spark.io.encryption.enabled": "true",  # records that Spark keeps on disk are encrypted
    "spark.sql.execution.pyspark.udf.tracebackWithLocals": "false",  # a local variable may hold a record
    "spark.sql.execution.arrow.maxRecordsPerBatch": str(_BATCH),
    "spark.sql.execution.arrow.maxBytesPerBatch": str(_BATCH_BYTES),
    "spark.ui.enabled": "false",
    # Spark only moves and sorts: compiling code for it, or compiling Spark itself well, costs more than it saves.
    "spark.sql.codegen.wholeStage": "false",
    "spark.driver.defaultJavaOptions": "-XX:TieredStopAtLevel=1",
}

Batches = Iterable[pa.RecordBatch]


@contextmanager
def start_session() -> Iterator[SparkSession]:
    """Yield the session that runs, or one of the cluster that `spark-submit` names, which is stopped behind it.

    Without either, Spark runs on this machine.
    """
    running = SparkSession.getActiveSession()
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)  # a cluster's own says where it unpacked ours
    builder = SparkSession.builder.appName("hip-spine-cds dry-run")
    for key, value in _SETTINGS.items():
        builder = builder.config(key, value)
    session = running or builder.getOrCreate()
    try:
        yield session
    finally:
        if running is None:
            session.stop()


def run_on_spark(export: Export, recipe: Recipe, session: SparkSession, tell: Callable[[str], None]) -> Counts:
    """Judge an export and return its counts.

    Raises:
        ExportRefused: what came out does not add up.
        pyspark.errors.PySparkException: Spark gave up.
    """
    prepared = prepare(recipe)
    shares = share_out(export.files, _SHARE)
    partitions = max(2 * session.sparkContext.defaultParallelism, math.ceil(export.unpacked_size / _PARTITION))
    tell(f"Reading {len(shares)} shares")
    with ExitStack() as stack:
        records = _keep(_read(session, recipe, shares), stack)
        read = _collect(records.where(_HAS_COUNTS))
        of_patients = records.where(_IS_OF_PATIENT)
        if has_binaries(read):
            tell("Joining notes")
            joined = _keep(_join(records.where(_IS_OF_BINARY), partitions), stack)
            read += _collect(joined.where(_HAS_COUNTS))
            of_patients = of_patients.unionByName(joined.where(_IS_OF_PATIENT))
        absent = find_absent(prepared.asked, prepared.optional, read)
        tell(f"Judging in {partitions} partitions")
        judged = _collect(_judge(of_patients, recipe, absent, partitions))
    return settle_counts(export, read, judged, absent)


def _keep(frame: "DataFrame", stack: ExitStack) -> "DataFrame":
    """Return a frame that is computed once, and kept on disk until the stack is left."""
    kept = frame.persist(StorageLevel.DISK_ONLY)
    stack.callback(kept.unpersist)
    return kept


def _read(session: SparkSession, recipe: Recipe, shares: list[tuple[Part, ...]]) -> "DataFrame":
    """Return the records of the export by patient; of each share also a row with its counts."""

    def read(batches: Batches) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            for number in batch.column("id").to_pylist():
                yield from _batch(_gather(_read_share(recipe, shares[number])))

    numbers = session.range(0, len(shares), 1, max(1, len(shares)))
    return numbers.mapInArrow(read, _COLUMNS)


def _join(records: "DataFrame", partitions: int) -> "DataFrame":
    """Return the records of Binaries by the patients whose notes name them; of each partition also a row of counts."""

    def join(batches: Batches) -> Iterator[pa.RecordBatch]:
        numbers: LineNumbers = Counter()
        yield from _batch(_gather(join_binaries(_by_patient(batches), numbers)))
        yield from _batch([(_COUNTS, encode_counts(as_counts(numbers)))])

    return records.repartition(partitions, "patient").sortWithinPartitions("patient").mapInArrow(join, _COLUMNS)


def _judge(records: "DataFrame", recipe: Recipe, absent: frozenset[str], partitions: int) -> "DataFrame":
    """Return a row of counts for each partition, all records of a patient in the same one."""

    def judge(batches: Batches) -> Iterator[pa.RecordBatch]:
        prepared = prepare(recipe)
        judging = replace(prepared.judge, judge=replace(prepared.judge.judge, absent_types=absent))
        if judging.other is not None:
            judging = replace(judging, other=replace(judging.other, absent_types=absent))
        yield from _batch([(_COUNTS, encode_counts(judging.judge_patients(_by_patient(batches))))])

    sorted_records = records.repartition(partitions, "patient").sortWithinPartitions("patient")
    return sorted_records.mapInArrow(judge, _COLUMNS)


def _read_share(recipe: Recipe, share: tuple[Part, ...]) -> Iterator[tuple[str, bytes]]:
    prepared = prepare(recipe)
    projector = Projector(prepared.asked, prepared.judge.judge.chart_reader.knows)
    for part in share:
        yield from projector.project_batches(read_part(part, projector))
    yield _COUNTS, encode_counts(projector.list_counts())


def _by_patient(batches: Batches) -> Iterator[tuple[str, list[bytes]]]:
    """Yield each patient of sorted batches, with all its records, also those of the next batch."""
    rows = (row for batch in batches for row in zip(*(column.to_pylist() for column in batch.columns), strict=True))
    for patient, group in groupby(rows, itemgetter(0)):
        yield patient, [record for _, data in group for record in data.split(END)]


def _gather(records: Iterable[tuple[str, bytes]]) -> Iterator[tuple[str, bytes]]:
    """Yield records as rows, those of a patient that are near each other in one: Spark's work goes by the row."""
    waiting: dict[str, list[bytes]] = {}
    size = 0
    for patient, data in records:
        waiting.setdefault(patient, []).append(data)
        size += len(data)
        if size >= _GATHERED:
            yield from _join_records(waiting)
            waiting, size = {}, 0
    yield from _join_records(waiting)


def _join_records(records: dict[str, list[bytes]]) -> Iterator[tuple[str, bytes]]:
    return ((patient, END.join(data)) for patient, data in records.items())


def _batch(rows: Iterable[tuple[str, bytes]]) -> Iterator[pa.RecordBatch]:
    waiting: list[tuple[str, bytes]] = []
    size = 0
    for row in rows:
        waiting.append(row)
        size += len(row[1])
        if len(waiting) == _BATCH or size >= _BATCH_BYTES:
            yield _pack(waiting)
            waiting, size = [], 0
    if waiting:
        yield _pack(waiting)


def _pack(rows: list[tuple[str, bytes]]) -> pa.RecordBatch:
    patients, data = zip(*rows, strict=True)
    return pa.RecordBatch.from_arrays([pa.array(patients, pa.string()), pa.array(data, pa.binary())], schema=_SCHEMA)


def _collect(frame: "DataFrame") -> Counts:
    return merge(decode_counts(bytes(row.data)) for row in frame.select("data").collect())
