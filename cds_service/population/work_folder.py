"""The folder of a run: what is read and judged so far, so that a run that was killed goes on where it was."""

import errno
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import uuid4

import msgspec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from cds_service.population.buckets import LaneWriter, open_sealed, seal
from cds_service.population.counts import Counts, decode_counts, encode_counts, merge

_KEY_BITS: Final = 256
_PRIVATE: Final = 0o600


class _Run(msgspec.Struct, frozen=True):
    """What a run is about: it goes on only if nothing of this has changed. `shares`, `buckets`: how many there are."""

    fingerprint: str
    shares: int
    buckets: int


class Commit(msgspec.Struct, frozen=True):
    """What a lane holds: the shares that were read to their ends, and how many bytes of each bucket's file count.

    `counts`: those of the lines of these shares, which hold types and reasons alone. `joined`: the buckets whose
    Binaries were brought to their patients.
    """

    shares: list[int]
    sizes: list[int]
    counts: bytes
    joined: list[int] = []


_RUN: Final = msgspec.json.Decoder(_Run)
_COMMIT: Final = msgspec.json.Decoder(Commit)


@dataclass(frozen=True, slots=True)
class WorkFolder:
    """The state of a run on disk. All of it but names of files, numbers and sizes is encrypted with the run's key."""

    path: Path
    cipher: AESGCM
    buckets: int

    def create_lane(self) -> "Lane":
        """Return a new lane, for one process."""
        folder = self.path / "lanes" / uuid4().hex
        return Lane(folder, LaneWriter(folder, self.cipher, self.buckets))

    def list_lanes(self) -> dict[Path, Commit]:
        """Return the lanes with something in them, in a fixed order."""
        commits = sorted((self.path / "lanes").glob("*/commit.json"))
        return {path.parent: _COMMIT.decode(path.read_bytes()) for path in commits}

    def list_read(self) -> set[int]:
        """Return the numbers of the shares that were read."""
        return {share for commit in self.list_lanes().values() for share in commit.shares}

    def list_to_join(self) -> list[int]:
        """Return the numbers of the buckets with Binaries that were not yet brought to their patients."""
        lanes = self.list_lanes().values()
        joined = {number for commit in lanes for number in commit.joined}
        return [
            number
            for number in range(self.buckets, 2 * self.buckets)
            if number not in joined and any(commit.sizes[number] for commit in lanes)
        ]

    def sum_read(self) -> Counts:
        """Return the counts of the lines that were read."""
        return merge(decode_counts(commit.counts) for commit in self.list_lanes().values())

    def list_judged(self) -> set[int]:
        """Return the numbers of the buckets that were judged."""
        return {int(path.name) for path in (self.path / "judged").iterdir() if path.name.isdigit()}

    def save_judged(self, bucket: int, counts: Counts) -> None:
        """Keep the counts of a bucket."""
        _write_whole(self.path / "judged" / str(bucket), seal(self.cipher, encode_counts(counts)))

    def sum_judged(self) -> Counts:
        """Return the counts of all buckets that were judged."""
        sealed = ((self.path / "judged" / str(number)).read_bytes() for number in self.list_judged())
        return merge(decode_counts(open_sealed(self.cipher, data)) for data in sealed)

    def remove(self) -> None:
        """Remove the folder, the key first: whatever stays of the rest says nothing without it."""
        (self.path / "key").unlink(missing_ok=True)
        shutil.rmtree(self.path)


@dataclass(slots=True)
class Lane:
    """The lane of one process."""

    folder: Path
    writer: LaneWriter

    def commit(self, shares: list[int], counts: Counts, joined: list[int]) -> None:
        """Make all that was written count. `shares`, `joined`: all that this lane has; `counts`: of their lines."""
        self.writer.flush()
        made = Commit(shares, self.writer.sizes, encode_counts(counts), joined)
        _write_whole(self.folder / "commit.json", msgspec.json.encode(made))


def open_work_folder(path: Path, fingerprint: str, shares: int, buckets: int) -> tuple[WorkFolder, bool]:
    """Return the folder of a run, and whether it goes on where an earlier one stopped.

    What is there of a run about something else is removed.

    Raises:
        FileExistsError: there is something else of this name.
    """
    run = _Run(fingerprint, shares, buckets)
    if path.exists():
        if _is_of(path, run):
            return WorkFolder(path, AESGCM((path / "key").read_bytes()), buckets), True
        if not (path / "run.json").is_file():
            raise FileExistsError(errno.EEXIST, "exists, and is of no dry run", str(path))
        shutil.rmtree(path)
    for folder in (path, path / "lanes", path / "judged"):
        folder.mkdir(mode=0o700, parents=True)
    _write_whole(path / "run.json", b"{}")  # what stands here is of a run, even one that is killed at once
    key = AESGCM.generate_key(_KEY_BITS)
    _write_whole(path / "key", key)
    _write_whole(path / "run.json", msgspec.json.encode(run))
    return WorkFolder(path, AESGCM(key), buckets), False


def _is_of(path: Path, run: _Run) -> bool:
    try:
        return _RUN.decode((path / "run.json").read_bytes()) == run and (path / "key").is_file()
    except (OSError, msgspec.DecodeError):
        return False


def _write_whole(path: Path, data: bytes) -> None:
    """Write a file so that it is there with all of its bytes, or not at all; nobody else may read it."""
    draft = path.with_name(f"{path.name}.{os.getpid()}.draft")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _PRIVATE), "wb") as file:  # noqa: PTH123 - by mode
        file.write(data)
    draft.replace(path)


def list_bucket_files(lanes: dict[Path, Commit], number: int) -> Iterator[tuple[Path, int]]:
    """Yield the lanes that hold something of a bucket, and how many bytes of it count."""
    for folder, commit in lanes.items():
        if commit.sizes[number]:
            yield folder, commit.sizes[number]
