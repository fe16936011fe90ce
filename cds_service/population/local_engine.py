"""The engine for one machine: reads an export into buckets of patients, then judges bucket by bucket, on all cores.

Between the two, Binaries are brought from buckets of their own to the patients whose notes name them.
"""

import gc
import hashlib
import math
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from multiprocessing import get_context
from pathlib import Path
from typing import Final, NamedTuple

from cds_service.errors import ExportRefused
from cds_service.population.accounts import find_absent, settle_counts
from cds_service.population.binaries import has_binaries, join_binaries
from cds_service.population.buckets import read_bucket
from cds_service.population.counts import Counts
from cds_service.population.export_files import Export, Part, share_out
from cds_service.population.judging import PopulationJudge
from cds_service.population.part_reader import read_part
from cds_service.population.prefetch_filter import PrefetchFilter
from cds_service.population.projection import Projector
from cds_service.population.work_folder import Commit, Lane, WorkFolder, list_bucket_files, open_work_folder

_SHARE: Final = 16_000_000  # bytes of an export that are read between two commits
_MOST_SHARES: Final = 2_000
_BUCKET: Final = 8_000_000  # bytes of FHIR whose records are judged at once, before they are projected
_MOST_BUCKETS: Final = 32_768
_GC_AFTER: Final = 100_000  # objects; nearly all of a patient's are freed when their last user is done with them
_NEW_OBJECTS: Final = 50_000  # at which a process looks for cycles; Python's default is 700


class Progress(NamedTuple):
    """How far a run is: what it does, how much of how much, and in what unit."""

    step: str
    done: int
    total: int
    unit: str


@dataclass(frozen=True, slots=True)
class LocalRun:
    """What a run does, in all of its processes.

    `optional`: the types that may be missing from the export without being missed: sources of words, and those of which
    the user says that no patient has any. `name`: what must not change for a run to go on (see `fingerprint`).
    """

    export: Export
    judge: PopulationJudge
    asked: PrefetchFilter
    optional: frozenset[str]
    name: str
    cores: int
    work: Path


class _Process(NamedTuple):
    """What a process of a run holds."""

    run: LocalRun
    shares: list[tuple[Part, ...]]
    folder: WorkFolder


@dataclass(slots=True)
class _Reading:
    """The reading of one process: its lane, the projector that counts its lines, and what is in the lane.

    `read`: the shares that were read; `joined`: the buckets whose Binaries were brought to their patients.
    """

    lane: Lane
    projector: Projector
    read: list[int] = field(default_factory=list)
    joined: list[int] = field(default_factory=list)


_held: list[_Process] = []  # set before a process's first task; inherited, never sent
_readings: list[_Reading] = []


def run_locally(run: LocalRun, tell: Callable[[Progress], None]) -> tuple[Counts, WorkFolder]:
    """Judge an export. Return its counts, and the folder of the run, which is the caller's to remove.

    A run that was stopped goes on where it was.

    Raises:
        ExportRefused: a process was stopped, or what came out does not add up.
        OSError: the export cannot be read, or the folder of the run not be written.
    """
    shares = share_out(run.export.files, max(_SHARE, run.export.size // _MOST_SHARES))
    buckets = min(_MOST_BUCKETS, max(4 * run.cores, math.ceil(run.export.unpacked_size / _BUCKET)))
    folder, _ = open_work_folder(run.work, run.name, len(shares), buckets)
    process = _Process(run, shares, folder)
    with ProcessPoolExecutor(run.cores, get_context("fork"), _start_process, (process,)) as pool, ExitStack() as stack:
        stack.callback(pool.shutdown, wait=True, cancel_futures=True)  # an error waits for nothing that has not begun
        try:
            _read_all(process, pool, tell)
            if has_binaries(folder.sum_read()):
                _join_all(process, pool, tell)
            read = folder.sum_read()
            absent = find_absent(run.asked, run.optional, read)
            _judge_all(process, pool, absent, tell)
        except BrokenProcessPool:
            raise ExportRefused(
                "a process was stopped from outside; start again with the same options to go on"
            ) from None
    counts = settle_counts(run.export, read, folder.sum_judged(), absent)
    return counts, folder


def fingerprint(export: Export, *about: str) -> str:
    """Return what a run is about: its files with their sizes and times, and options, content and version."""
    digest = hashlib.blake2b(digest_size=16)
    for part in export.files:
        digest.update(f"{part.path}\0{part.size}\0{part.path.stat().st_mtime_ns}\0".encode())
    digest.update("\0".join(about).encode())
    return digest.hexdigest()


def _start_process(process: _Process) -> None:
    _held[:] = [process]
    _readings.clear()
    gc.freeze()  # the content: it stays, and looking through it again and again takes time
    gc.set_threshold(_GC_AFTER)
    gc.set_threshold(_NEW_OBJECTS)  # and not that of the command, which is for a process that ends soon


def _read_all(process: _Process, pool: ProcessPoolExecutor, tell: Callable[[Progress], None]) -> None:
    done = process.folder.list_read()
    sizes = [sum(part.size for part in share) for share in process.shares]
    read, total = sum(sizes[number] for number in done), sum(sizes)
    tell(Progress("Reading", read, total, "bytes"))
    waiting = {pool.submit(_read_share, number): number for number in range(len(sizes)) if number not in done}
    for future in as_completed(waiting):
        read += sizes[future.result()]
        tell(Progress("Reading", read, total, "bytes"))


def _join_all(process: _Process, pool: ProcessPoolExecutor, tell: Callable[[Progress], None]) -> None:
    lanes, numbers = process.folder.list_lanes(), process.folder.list_to_join()
    waiting = [pool.submit(_join_bucket, number, lanes) for number in numbers]
    for done, future in enumerate(as_completed(waiting), 1):
        future.result()
        tell(Progress("Joining notes", done, len(numbers), "parts"))


def _judge_all(
    process: _Process, pool: ProcessPoolExecutor, absent: frozenset[str], tell: Callable[[Progress], None]
) -> None:
    done, total = process.folder.list_judged(), process.folder.buckets
    judged = len(done)
    tell(Progress("Judging", judged, total, "parts"))
    lanes = process.folder.list_lanes()
    waiting = [pool.submit(_judge_bucket, number, lanes, absent) for number in range(total) if number not in done]
    for future in as_completed(waiting):
        future.result()
        judged += 1
        tell(Progress("Judging", judged, total, "parts"))


def _read_share(number: int) -> int:
    """Read a share of the export into this process's lane, and commit it."""
    shares = _held[0].shares
    reading = _take_reading()
    for part in shares[number]:
        reading.lane.writer.write(reading.projector.project_batches(read_part(part, reading.projector)))
    reading.read.append(number)
    _commit(reading)
    return number


def _join_bucket(number: int, lanes: dict[Path, Commit]) -> int:
    """Bring the Binaries of a bucket to their patients, in this process's lane; they are not needed any more."""
    folder = _held[0].folder
    reading, files = _take_reading(), list(list_bucket_files(lanes, number))
    binaries = read_bucket(files, number, folder.cipher)
    reading.lane.writer.write(join_binaries(binaries.items(), reading.projector.numbers))
    reading.joined.append(number)
    _commit(reading)
    for lane, _ in files:
        (lane / str(number)).unlink()
    return number


def _take_reading() -> _Reading:
    """Return what this process adds to. If a task fails half way, the next one starts another."""
    if _readings:
        return _readings.pop()
    run, _, folder = _held[0]
    return _Reading(folder.create_lane(), Projector(run.asked, run.judge.judge.chart_reader.knows))


def _commit(reading: _Reading) -> None:
    _readings.append(reading)
    reading.lane.commit(reading.read, reading.projector.list_counts(), reading.joined)


def _judge_bucket(number: int, lanes: dict[Path, Commit], absent: frozenset[str]) -> int:
    """Judge the patients of a bucket and keep their counts."""
    run, _, folder = _held[0]
    judge = replace(run.judge, judge=replace(run.judge.judge, absent_types=absent))
    if judge.other is not None:
        judge = replace(judge, other=replace(judge.other, absent_types=absent))
    patients = read_bucket(list_bucket_files(lanes, number), number, folder.cipher)
    folder.save_judged(number, judge.judge_patients(patients.items()))
    return number
